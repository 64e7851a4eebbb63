//! Stories of what hangs on a message: its former texts, its replies, and who reacted.

use super::{Desk, Window};

impl Window {
    async fn texts(&self, name: &str) -> Vec<String> {
        self.ask(&format!("return [...document.querySelectorAll('[data-testid={name}]')].map((e) => e.textContent)"))
            .await
    }

    async fn lists(&self, name: &str, wanted: &[&str]) {
        self.until(&format!("{name}: {wanted:?}"), async || self.texts(name).await == wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_edited_message_said_before_can_be_read() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("meet at nine").await;
    ann.edits("meet at nine", "meet at ten").await;
    ann.sees_edited("meet at ten").await;
    ann.edits("meet at ten", "meet at noon").await;
    bob.open_first_conversation().await;
    bob.sees_edited("meet at noon").await;
    bob.click("show-former").await;
    let script =
        "return [...document.querySelectorAll('[data-testid=former-text] .former-body')].map((e) => e.textContent)";
    bob.until("three texts", async || bob.ask(script).await == ["meet at noon", "meet at ten", "meet at nine"]).await;
    bob.closes_dialog("former-dialog").await;
    // By the menu, too, which is the way of a finger and of the keyboard.
    bob.choose_on("meet at noon", "[data-testid=message-former]").await;
    bob.waits_for("[data-testid=former-dialog]").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_replies_to_a_message_are_a_thread_that_goes_on_while_one_looks() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.makes_group("Hike", &["bob"]).await;
    ann.say("where do we meet?").await;
    bob.open_first_conversation().await;
    bob.replies("where do we meet?", "at the station").await;
    bob.say("something else").await;
    ann.sees("something else").await;

    ann.until("one reply", async || ann.texts("show-replies").await.contains(&"1 reply".to_owned())).await;
    ann.click("show-replies").await;
    ann.lists("thread-body", &["where do we meet?", "at the station"]).await;
    ann.fill("thread-field", "which platform?").await;
    ann.click("thread-send").await;
    bob.sees_reply("which platform?", "where do we meet?").await;
    bob.replies("where do we meet?", "four").await;
    ann.lists("thread-body", &["where do we meet?", "at the station", "which platform?", "four"]).await;
    bob.deletes("four").await;
    ann.lists("thread-body", &["where do we meet?", "at the station", "which platform?"]).await;
    ann.closes_dialog("thread-dialog").await;
    ann.until("two replies", async || ann.texts("show-replies").await.contains(&"2 replies".to_owned())).await;
    bob.reload().await;
    bob.until("two replies", async || bob.texts("show-replies").await.contains(&"2 replies".to_owned())).await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wonders_is_told_who_reacted() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob, cleo) = (desk.window_of("ann").await, desk.window_of("bob").await, desk.window_of("cleo").await);
    ann.makes_group("Hike", &["bob", "cleo"]).await;
    ann.say("look").await;
    for window in [&bob, &cleo] {
        window.open_first_conversation().await;
        window.reacts("look", "👍").await;
    }
    bob.reacts("look", "🙏").await;
    ann.sees_reactions("look", &["👍 2", "🙏 1"]).await;
    ann.choose_on("look", "[data-testid=message-reactors]").await;
    let script = "return [...document.querySelectorAll('[data-testid=reactor] .row-title')].map((e) => e.textContent)";
    ann.until("both", async || ann.ask(script).await == ["bob", "cleo"]).await;
    ann.press("[data-testid=reactors-tab][data-emoji='🙏']").await;
    ann.until("bob alone", async || ann.ask(script).await == ["bob"]).await;
    ann.press("[data-testid=reactor] .row-main").await;
    ann.waits_for("[data-testid=user-card]").await;
    desk.clear_away([ann, bob, cleo]).await;
}
