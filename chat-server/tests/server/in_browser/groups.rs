//! Stories of groups on the page.

use super::{Desk, keep_picture};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_sees_what_is_done_to_its_messages_at_once_and_after_a_reload() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob, cleo) = (desk.window_of("ann").await, desk.window_of("bob").await, desk.window_of("cleo").await);
    ann.makes_group("Hike", &["bob", "cleo"]).await;
    ann.say("meet at nine").await;
    ann.say("bring water").await;
    ann.say("wrong group").await;
    for other in [&bob, &cleo] {
        other.open_first_conversation().await;
        other.sees("wrong group").await;
    }

    ann.edits("meet at nine", "meet at ten").await;
    bob.sees("meet at ten").await;
    bob.reacts("meet at ten", "👍").await;
    cleo.sees_reactions("meet at ten", &["👍 1"]).await;
    cleo.reacts("meet at ten", "👍").await;
    bob.replies("bring water", "and a map").await;
    ann.deletes("wrong group").await;
    ann.choose_on("meet at ten", "[data-testid=message-pin]").await;

    let others = "This message was deleted";
    let views = [
        (&ann, "👍 2", "You deleted this message", "You: meet at ten"),
        (&bob, "👍 2*", others, "ann: meet at ten"),
        (&cleo, "👍 2*", others, "ann: meet at ten"),
    ];
    for (window, reactions, gone, pinned) in views {
        for _ in ["at once", "after a reload"] {
            window.sees_edited("meet at ten").await;
            window.sees_reactions("meet at ten", &[reactions]).await;
            window.sees_reply("and a map", "bring water").await;
            window.sees_gone(gone).await;
            window.sees_pinned(Some(pinned)).await;
            window.reload().await;
        }
    }
    bob.sees("meet at ten").await;
    keep_picture(&bob).await;
    bob.reacts("meet at ten", "👍").await;
    ann.sees_reactions("meet at ten", &["👍 1"]).await;
    ann.choose_on("meet at ten", "[data-testid=message-unpin]").await;
    cleo.sees_pinned(None).await;
    assert_eq!(cleo.complaints().await, Vec::<String>::new());
    desk.clear_away([ann, bob, cleo]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn members_come_and_go_and_everybody_reads_of_it() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob, cleo) = (desk.window_of("ann").await, desk.window_of("bob").await, desk.window_of("cleo").await);
    ann.makes_group("Hike", &["bob"]).await;
    ann.say("hello").await;
    bob.open_first_conversation().await;
    bob.sees("hello").await;

    ann.adds("cleo").await;
    bob.sees_notice("ann added cleo").await;
    cleo.open_first_conversation().await;
    cleo.say("thanks").await;
    ann.sees("thanks").await;

    ann.chooses_about("cleo", "member-remove").await;
    ann.click("confirm-yes").await;
    bob.sees_notice("ann removed cleo").await;
    cleo.waits_for("[data-testid=nothing-open]").await;
    cleo.waits_for("[data-testid=conversations-empty]").await;
    cleo.until("the group's address is left", async || !cleo.address().await.contains("#/c/")).await;
    bob.reload().await;
    bob.sees_notice("ann added cleo").await;
    bob.sees_notice("ann removed cleo").await;
    desk.clear_away([ann, bob, cleo]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_admin_deletes_what_somebody_else_said() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob, cleo) = (desk.window_of("ann").await, desk.window_of("bob").await, desk.window_of("cleo").await);
    ann.makes_group("Hike", &["bob", "cleo"]).await;
    ann.chooses_about("bob", "role-admin").await;
    ann.waits_for("[data-testid=members-dialog] [data-username=bob][data-role=admin]").await;
    cleo.open_first_conversation().await;
    cleo.say("buy this").await;

    bob.open_first_conversation().await;
    bob.sees_notice("ann made you an admin").await;
    bob.deletes("buy this").await;
    cleo.sees_gone("bob deleted this message").await;
    cleo.reload().await;
    cleo.sees_gone("bob deleted this message").await;
    desk.clear_away([ann, bob, cleo]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_only_owner_is_told_why_leaving_has_to_wait() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.makes_group("Hike", &["bob"]).await;
    ann.click("show-group").await;
    ann.click("panel-leave").await;
    ann.click("confirm-yes").await;
    ann.waits_for("[data-testid=group-error]").await;
    ann.closes_dialog("members-dialog").await;
    ann.chooses_about("bob", "role-owner").await;
    ann.waits_for("[data-username=bob][data-role=owner]").await;
    ann.click("panel-leave").await;
    ann.click("confirm-yes").await;
    ann.waits_for("[data-testid=conversations-empty]").await;
    bob.open_first_conversation().await;
    bob.sees_notice("ann left").await;
    desk.clear_away([ann, bob]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_gets_another_name_and_a_description() {
    let Some(desk) = Desk::set_up().await else { return };
    let (ann, bob) = (desk.window_of("ann").await, desk.window_of("bob").await);
    ann.makes_group("Hike", &["bob"]).await;
    bob.open_first_conversation().await;
    ann.click("show-group").await;
    ann.click("group-edit").await;
    ann.fill("edit-name", "Long hike").await;
    ann.fill("edit-description", "On Sundays").await;
    ann.click("edit-save").await;
    bob.sees_notice("ann renamed the group to “Long hike” and changed the description").await;
    bob.click("show-group").await;
    bob.waits_for("[data-testid=group-about]").await;
    assert!(!bob.shows("[data-testid=group-edit]:not([hidden])").await, "a member may not");
    desk.clear_away([ann, bob]).await;
}
