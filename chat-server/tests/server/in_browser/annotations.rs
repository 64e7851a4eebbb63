//! Stories of what is done to messages after they were said.

use thirtyfour::Key;

use super::{Cable, Desk};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_lost_the_connection_sees_what_was_done_meanwhile() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    let bobs_cable = Cable::to(desk.server.address()).await;
    let bob = desk.browser.window(&bobs_cable.url()).await;
    bob.register("bob").await;
    ann.open_chat_with("bob").await;
    for text in ["one", "two", "three"] {
        ann.say(text).await;
    }
    bob.open_first_conversation().await;
    bob.reacts("three", "👍").await;
    ann.sees_reactions("three", &["👍 1"]).await;

    bobs_cable.pull();
    bob.waits_for_disconnection().await;
    ann.edits("one", "first").await;
    ann.deletes("two").await;
    ann.reacts("three", "👍").await;
    ann.reacts("three", "🙏").await;
    ann.choose_on("three", "[data-testid=message-pin]").await;
    ann.sees_reactions("three", &["👍 2*", "🙏 1*"]).await;
    assert_eq!(bob.messages_up_to("three").await, ["one", "two", "three"]);
    bobs_cable.plug();

    bob.sees_edited("first").await;
    bob.sees_gone("This message was deleted").await;
    bob.sees_reactions("three", &["👍 2*", "🙏 1"]).await;
    bob.sees_pinned(Some("ann: three")).await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_emoji_can_be_typed_and_a_press_takes_it_back() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("look").await;
    bob.open_first_conversation().await;
    bob.choose_on("look", "[data-testid=palette-other]").await;
    bob.fill("emoji-field", "no emoji").await;
    bob.click("emoji-submit").await;
    bob.waits_for("[data-testid=toast]").await;
    bob.fill("emoji-field", "☕").await;
    bob.click("emoji-submit").await;
    ann.sees_reactions("look", &["☕ 1"]).await;
    ann.press("[data-testid=reaction]").await;
    bob.sees_reactions("look", &["☕ 2*"]).await;
    bob.press("[data-testid=reaction]").await;
    ann.press("[data-testid=reaction]").await;
    bob.sees_reactions("look", &[]).await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_are_edited_and_answered_by_keyboard_alone() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.open_chat_with("bob").await;
    ann.say("first").await;
    ann.say("secnd").await;
    ann.sees_own("secnd", "sent").await;
    bob.open_first_conversation().await;

    // Up takes the last message back into the field, Escape leaves it as it was.
    ann.types(Key::Up).await;
    ann.types("!").await;
    ann.types(Key::Escape).await;
    ann.types(Key::Up).await;
    ann.types(Key::Control + "a").await;
    ann.types("second").await;
    ann.types(Key::Enter).await;
    bob.sees_edited("second").await;
    assert_eq!(bob.messages_up_to("second").await, ["first", "second"]);

    // From the messages, the arrows lead to one; its menu gives the focus back.
    ann.focuses("[data-testid=messages]").await;
    ann.types(Key::Up).await;
    ann.types(Key::Up).await;
    ann.types(Key::Enter).await;
    ann.waits_for("[role=menu]").await;
    ann.types(Key::Escape).await;
    ann.waits_for("[data-testid=message]:focus").await;
    ann.types("r").await;
    ann.waits_for("[data-testid=composer]:focus").await;
    ann.types("more").await;
    ann.types(Key::Enter).await;
    bob.sees_reply("more", "first").await;
    bob.click("quote").await;
    bob.waits_for("[data-testid=message].flash").await;
    desk.clear_away([ann, bob]).await;
}
