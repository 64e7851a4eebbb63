//! Stories of one's own account on the page, and of what others see of oneself.

use super::{Desk, Window};
use crate::harness::person::Person;

impl Window {
    /// Opens something from the dialog about oneself.
    async fn opens_own(&self, what: &str) {
        self.click("profile").await;
        self.press(&format!("[data-testid=profile-dialog] [data-testid={what}]")).await;
    }

    async fn reads(&self, name: &str, text: &str) {
        let script = format!("return [...document.querySelectorAll('[data-testid={name}]')].map((e) => e.textContent)");
        self.until(&format!("{name}: {text:?}"), async || self.ask(&script).await.iter().any(|shown| shown == text))
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_somebody_says_of_themselves_is_seen_at_once() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("hello").await;
    bob.open_first_conversation().await;

    bob.opens_own("profile-edit").await;
    bob.fill("profile-name", "Bob the Great").await;
    bob.fill("profile-bio", "I climb. שלום").await;
    bob.fill("profile-picture", "/assets/icon.svg").await;
    bob.click("profile-edit-save").await;
    bob.reads("own-name", "Bob the Great").await;
    bob.waits_for("[data-testid=toast]").await;
    bob.closes_dialog("profile-dialog").await;
    ann.reads("conversation-title", "Bob the Great").await;

    ann.click("show-user").await;
    ann.reads("user-card-handle", "@bob").await;
    ann.reads("user-card-bio", "I climb. שלום").await;
    ann.waits_for("[data-testid=user-card] .avatar-face img").await;
    ann.click("action-add-friend").await;
    bob.click("tab-people").await;
    assert!(!bob.shows("[data-testid=request-item] [data-testid=action-accept]:disabled").await);
    ann.waits_for("[data-testid=user-card] [data-testid=action-cancel]").await;
    // The focus goes back to where it was.
    ann.closes_dialog("user-card").await;
    ann.waits_for("[data-testid=show-user]:focus").await;
    assert_eq!(ann.complaints().await, Vec::<String>::new());
    assert_eq!(bob.complaints().await, Vec::<String>::new());
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_with_its_words_reaches_the_others() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("hello").await;
    bob.click("profile").await;
    bob.press("[data-testid=presence-option][data-status=busy]").await;
    bob.fill("presence-message", "cooking").await;
    bob.click("presence-save").await;
    ann.reads("conversation-note", "busy · cooking").await;
    // Whoever hides is offline and says nothing more; whoever goes was there just now.
    bob.click("profile").await;
    bob.press("[data-testid=presence-option][data-status=offline]").await;
    bob.click("presence-save").await;
    ann.reads("conversation-note", "offline").await;
    bob.click("profile").await;
    bob.press("[data-testid=presence-option][data-status=online]").await;
    bob.click("presence-save").await;
    ann.reads("conversation-note", "online · cooking").await;
    bob.click("signout").await;
    ann.reads("conversation-note", "last seen just now").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_password_ends_the_other_sessions_and_a_wrong_one_is_told_of() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    let other = desk.browser.window(&desk.cable.url()).await;
    other.fill("login-login", "ann").await;
    other.fill("login-password", "correct horse").await;
    other.click("login-submit").await;
    other.waits_for("[data-testid=signout]").await;

    ann.opens_own("password-change").await;
    ann.fill("password-old", "wrong horse").await;
    ann.fill("password-new", "better battery").await;
    ann.fill("password-again", "better battery").await;
    ann.click("password-save").await;
    ann.reads("password-error", "This is not your present password.").await;
    ann.waits_for("[data-testid=password-old]:focus").await;
    ann.fill("password-old", "correct horse").await;
    ann.click("password-save").await;
    other.waits_for("[data-testid=login-submit]").await;
    ann.waits_for("[data-testid=toast]").await;
    Person::login(&desk.server.url(), "ann", "better battery").await;
    desk.clear_away([ann, other]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_elsewhere_is_seen_and_ended() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    let elsewhere = Person::login(&desk.server.url(), "ann", "correct horse").await;
    ann.opens_own("sessions").await;
    ann.waits_for("[data-testid=session-item][data-current=true]").await;
    ann.press("[data-testid=session-item][data-current=false] [data-testid=session-end]").await;
    ann.until("one session", async || !ann.shows("[data-testid=session-item][data-current=false]").await).await;
    assert_eq!(elsewhere.get("users/me").await.0, 401);
    desk.clear_away([ann]).await;
}
