//! Stories of people who do not see the page, do not use a mouse, or write from right to left.

use thirtyfour::Key;

use super::{Desk, Window};

/// What can be used and says nothing of what it is; and names that several elements have.
const NAMELESS: &str = "const shown = [...document.querySelectorAll('button, input, textarea, select, [role^=menuitem], [role=tab]')]\
    .filter((one) => one.checkVisibility()); \
    const name = (one) => one.ariaLabel || one.textContent.trim() || one.labels?.[0]?.textContent || ''; \
    const ids = [...document.querySelectorAll('[id]')].map((one) => one.id); \
    return [...shown.filter((one) => !name(one)).map((one) => one.outerHTML), ...ids.filter((id, at) => ids.indexOf(id) !== at)]";

impl Window {
    async fn everything_has_a_name(&self) {
        assert_eq!(self.ask(NAMELESS).await, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_can_be_used_says_what_it_is() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.everything_has_a_name().await;
    ann.makes_group("Hike", &["bob"]).await;
    ann.say("hello").await;
    ann.edits("hello", "hello all").await;
    ann.sees_edited("hello all").await;
    ann.reacts("hello all", "👍").await;
    ann.sees_reactions("hello all", &["👍 1*"]).await;
    ann.everything_has_a_name().await;
    for (opener, dialog) in
        [("profile", "profile-dialog"), ("show-group", "members-dialog"), ("show-former", "former-dialog")]
    {
        ann.click(opener).await;
        ann.waits_for(&format!("[data-testid={dialog}]")).await;
        ann.everything_has_a_name().await;
        ann.closes_dialog(dialog).await;
    }
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_lead_to_the_search_and_the_way_back_is_kept() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("hello").await;
    ann.sees_own("hello", "sent").await;

    // In a text, a key is a letter.
    ann.types("/?").await;
    ann.waits_for("[data-testid=composer]:focus").await;
    ann.focuses("[data-testid=messages]").await;
    ann.types("?").await;
    ann.waits_for("[data-testid=shortcuts-dialog]").await;
    ann.types(Key::Escape).await;
    ann.waits_for("[data-testid=messages]:focus").await;
    ann.types("/").await;
    ann.waits_for("[data-testid=people-search]:focus").await;
    ann.types("hel").await;
    ann.waits_for("[data-testid=search-result]").await;
    ann.types(Key::Down).await;
    ann.waits_for("[data-testid=search-result] .row-main:focus").await;
    ann.types(Key::Up).await;
    ann.types(Key::Escape).await;
    ann.waits_for("[data-testid=composer]:focus").await;
    assert!(!ann.shows("[data-testid=search-result]").await, "the search was left");
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_text_from_right_to_left_is_set_from_right_to_left() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    for text in ["שלום לכולם", "مرحبا", "hello"] {
        ann.say(text).await;
    }
    bob.open_first_conversation().await;
    bob.sees("hello").await;
    let script = "return [...document.querySelectorAll('[data-testid=message-body]')].map((body) => { \
        const time = body.parentElement.querySelector('time').getBoundingClientRect(); \
        const bubble = body.parentElement.getBoundingClientRect(); \
        const side = time.left + time.right < bubble.left + bubble.right ? 'left' : 'right'; \
        return `${getComputedStyle(body).direction}, time on the ${side}`; })";
    let wanted = ["rtl, time on the left", "rtl, time on the left", "ltr, time on the right"];
    assert_eq!(bob.ask(script).await, wanted);
    desk.clear_away([ann, bob]).await;
}
