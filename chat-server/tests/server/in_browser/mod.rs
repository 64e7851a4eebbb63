//! Stories of the page in a real browser. They run where the browser and its driver are named by the environment, as
//! `cargo xtask test` does; elsewhere they say that they are left out.

mod access;
mod account;
mod annotations;
mod browser;
mod cable;
mod deeds;
mod details;
mod docs;
mod groups;
mod moderation;
mod rooms;
mod search;
mod window;

use std::path::Path;

use crate::harness::TestServer;
use browser::Browser;
use cable::Cable;
use window::Window;

/// A server behind a cable that can be pulled, and a browser.
struct Desk {
    server: TestServer,
    cable: Cable,
    browser: Browser,
}

impl Desk {
    /// None where there is no browser; then the story is left out.
    async fn set_up() -> Option<Self> {
        let browser = Browser::start().await?;
        let server = TestServer::start().await;
        let cable = Cable::to(server.address()).await;
        Some(Self { server, cable, browser })
    }

    /// A window in which somebody registers.
    async fn window_of(&self, name: &str) -> Window {
        let window = self.browser.window(&self.cable.url()).await;
        window.register(name).await;
        window
    }

    async fn clear_away(self, windows: impl IntoIterator<Item = Window>) {
        for window in windows {
            window.close().await;
        }
        self.browser.stop().await;
        self.server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_find_each_other_and_chat_with_ticks() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);

    ann.open_chat_with("bob").await;
    ann.say("hello bob").await;
    ann.sees_own("hello bob", "delivered").await;
    bob.open_first_conversation().await;
    bob.sees("hello bob").await;
    ann.sees_own("hello bob", "read").await;
    bob.say("hello ann").await;
    ann.sees("hello ann").await;
    bob.sees_own("hello ann", "read").await;
    ann.sees_presence("online").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_windows_of_one_browser_are_two_people_who_chat() {
    let Some(desk) = Desk::set_up().await else { return };
    let window = desk.window_of("ann").await;
    let [anns, bobs] = window.open_beside(&desk.cable.url()).await;
    window.register("bob").await;
    window.open_chat_with("ann").await;
    window.say("hello ann").await;
    window.sees_own("hello ann", "delivered").await;

    window.turn_to(&anns).await;
    window.reload().await;
    window.open_first_conversation().await;
    window.sees("hello ann").await;
    window.say("hello bob").await;

    window.turn_to(&bobs).await;
    window.sees("hello bob").await;
    window.reload().await;
    window.sees_own("hello ann", "read").await;
    desk.clear_away([window]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_window_goes_on_with_an_account_that_signing_out_elsewhere_ends() {
    let Some(desk) = Desk::set_up().await else { return };
    let window = desk.window_of("ann").await;
    let [anns, second] = window.open_beside(&desk.cable.url()).await;
    window.register("bob").await;
    window.turn_to(&anns).await;
    let [_, third] = window.open_beside(&desk.cable.url()).await;
    window.continue_as("bob").await;
    window.waits_for("[data-testid=signout]").await;

    window.turn_to(&second).await;
    window.click("signout").await;
    window.turn_to(&third).await;
    window.waits_for("[data-testid=login-submit]").await;
    window.continue_as("ann").await;
    window.waits_for("[data-testid=signout]").await;
    desk.clear_away([window]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_become_friends() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.find("bob").await;
    ann.click("action-add-friend").await;
    bob.click("tab-people").await;
    bob.click("action-accept").await;
    bob.waits_for("[data-testid=friend-item][data-username=ann]").await;
    ann.waits_for("[data-username=bob][data-relation=friend]").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_reloads_or_was_away_misses_nothing() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("one").await;
    bob.open_first_conversation().await;
    bob.sees("one").await;

    bob.reload().await;
    bob.sees("one").await;

    let address = bob.address().await;
    bob.go_to("about:blank").await;
    ann.say("two").await;
    ann.say("three").await;
    ann.sees_own("three", "sent").await;
    bob.go_to(&address).await;
    bob.open_first_conversation().await;
    assert_eq!(bob.messages_up_to("three").await, ["one", "two", "three"]);
    ann.sees_own("three", "read").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_without_a_connection_is_sent_once_when_it_is_back() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("before").await;
    bob.open_first_conversation().await;
    bob.sees("before").await;

    desk.cable.pull();
    ann.waits_for_disconnection().await;
    ann.say("while away").await;
    ann.sees_own("while away", "pending").await;
    desk.cable.plug();

    ann.sees_own("while away", "read").await;
    bob.say("got it").await;
    assert_eq!(ann.messages_up_to("got it").await, ["before", "while away", "got it"]);
    assert_eq!(bob.messages_up_to("got it").await, ["before", "while away", "got it"]);
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_who_is_blocked_does_not_get_through() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, eve) = (desk.window_of("ann").await, desk.window_of("eve").await);
    eve.open_chat_with("ann").await;
    eve.say("buy this").await;
    ann.open_first_conversation().await;
    ann.sees("buy this").await;

    ann.find("eve").await;
    ann.choose_for("eve", "action-block").await;
    ann.click("confirm-yes").await;
    ann.waits_for("[data-username=eve][data-relation=blocked]").await;
    eve.say("and this").await;
    eve.sees_own("and this", "failed").await;
    eve.waits_for("[data-testid=discard-send]").await;
    assert!(!eve.shows("[data-testid=retry-send]").await, "it would only be refused again");
    assert_eq!(ann.messages_up_to("buy this").await, ["buy this"]);
    desk.clear_away([ann, eve]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_a_name_that_is_taken_is_led_to_the_name() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    let other = desk.browser.window(&desk.cable.url()).await;
    other.ask_for_account("ann", "other@example.org").await;
    other.waits_for("[data-testid=register-username]:focus").await;
    desk.clear_away([ann, other]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_on_the_page_is_refused_by_its_own_policy() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    assert_eq!(ann.complaints().await, Vec::<String>::new());
    desk.clear_away([ann]).await;
}

/// Keeps a picture of the page, where somebody asked for one: the README shows it.
async fn keep_picture(window: &Window) {
    if let Some(path) = std::env::var_os("CHAT_TEST_PICTURE") {
        window.picture(Path::new(&path)).await;
    }
}
