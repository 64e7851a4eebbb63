//! Stories of rooms on the page.

use super::{Desk, Window};

async fn makes_hiking(window: &Window) {
    window.click("show-rooms").await;
    window.click("new-room").await;
    window.fill("room-name", "Hiking").await;
    window.click("room-save").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_makes_a_room_and_a_stranger_finds_it_comes_in_and_goes() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.click("show-rooms").await;
    ann.click("new-room").await;
    ann.fill("room-name", "Café du Lac").await;
    ann.click("room-save").await;
    ann.waits_for("[data-testid=show-group]").await;
    ann.say("welcome").await;
    ann.sees_own("welcome", "sent").await;

    bob.click("show-rooms").await;
    bob.fill("room-search", "lac").await;
    bob.press("[data-testid=room-item][data-slug=cafe-du-lac] [data-testid=room-enter]").await;
    bob.sees("welcome").await;
    ann.sees_notice("bob joined").await;
    bob.say("hello").await;
    ann.sees("hello").await;

    bob.click("thread-menu").await;
    bob.press("[role=menu] [data-testid=leave-group]").await;
    bob.click("confirm-yes").await;
    ann.sees_notice("bob left").await;
    bob.waits_for("[data-testid=conversations-empty]").await;
    assert_eq!(bob.complaints().await, Vec::<String>::new());
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_wants_an_address_that_is_taken_is_led_to_it() {
    let Some(desk) = Desk::set_up().await else { return };
    let ann = desk.window_of("ann").await;
    makes_hiking(&ann).await;
    ann.waits_for("[data-testid=show-group]").await;
    makes_hiking(&ann).await;
    ann.waits_for("[data-testid=room-slug]:focus").await;
    desk.clear_away([ann]).await;
}
