//! Stories of invites: who makes them, whom they let in, and who learns nothing from them.

use chat_core::command::{NewBan, NewInvite};
use chat_core::ids::{ConversationId, UserId};
use chat_core::invite::InviteCode;
use chat_core::page::PageSize;
use chat_core::{Command, ErrorCode, Reply};

use crate::house::House;

async fn invite(house: &House, by: UserId, new: NewInvite) -> InviteCode {
    match house.done(by, Command::CreateInvite(new)).await {
        Reply::Invite(invite) => invite.code,
        other => panic!("an invite, not {other:?}"),
    }
}

const fn open(conversation: ConversationId) -> NewInvite {
    NewInvite { conversation, expires_in: None, max_uses: None }
}

#[tokio::test]
async fn a_stranger_sees_where_an_invite_leads_and_comes_in() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[]).await;
    let code = invite(&house, ann, NewInvite { max_uses: Some(1), ..open(group) }).await;

    let Reply::Invited(found) = house.done(bob, Command::GetInvite(code.clone())).await else { panic!("a preview") };
    assert_eq!((found.1.id, found.1.member_count), (group, 1));
    let opened = house.opened(bob, Command::JoinByInvite(code.clone())).await;
    assert_eq!((opened.fresh, opened.view.conversation.id, opened.view.conversation.member_count), (true, group, 2));
    house.say(bob, group, "hello").await;
    assert_eq!(house.refused(bob, Command::JoinByInvite(code)).await, ErrorCode::NotFound, "used up");
}

#[tokio::test]
async fn who_is_in_it_already_uses_nothing_up() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    let group = house.group(ann, &[]).await;
    let code = invite(&house, ann, NewInvite { max_uses: Some(1), ..open(group) }).await;
    assert!(!house.opened(ann, Command::JoinByInvite(code.clone())).await.fresh);
    assert!(house.opened(bob, Command::JoinByInvite(code)).await.fresh);
}

#[tokio::test]
async fn an_invite_that_is_over_answers_like_one_that_never_was() {
    let house = House::new();
    let (ann, bob, cid) = (house.user("ann").await, house.user("bob").await, house.user("cid").await);
    let group = house.group(ann, &[]).await;
    let ended = invite(&house, ann, NewInvite { expires_in: Some(60), ..open(group) }).await;
    let used = invite(&house, ann, NewInvite { max_uses: Some(1), ..open(group) }).await;
    let taken_back = invite(&house, ann, open(group)).await;
    house.done(cid, Command::JoinByInvite(used.clone())).await;
    house.done(ann, Command::RevokeInvite { conversation: group, code: taken_back.clone() }).await;
    house.done(ann, Command::RevokeInvite { conversation: group, code: taken_back.clone() }).await;
    house.pass_seconds(60);
    for code in [ended, used, taken_back, InviteCode::of([0; 32])] {
        assert_eq!(house.refused(bob, Command::GetInvite(code.clone())).await, ErrorCode::NotFound);
        assert_eq!(house.refused(bob, Command::JoinByInvite(code)).await, ErrorCode::NotFound);
    }
    let list = Command::ListInvites { conversation: group, after: None, size: PageSize::MAX };
    let Reply::Invites(page) = house.done(ann, list).await else { panic!("invites") };
    assert_eq!(page.items, []);
}

#[tokio::test]
async fn who_is_banned_learns_nothing_from_an_invite() {
    let house = House::new();
    let (ann, bob) = (house.user("ann").await, house.user("bob").await);
    for (conversation, preview, join) in [
        (house.group(ann, &[]).await, Some(ErrorCode::NotFound), ErrorCode::NotFound),
        (house.room(ann, "tea").await, None, ErrorCode::Banned),
    ] {
        let code = invite(&house, ann, open(conversation)).await;
        let ban = NewBan { conversation, user: bob, reason: None, until: None };
        house.done(ann, Command::Ban(ban)).await;
        let seen = house.ask(bob, Command::GetInvite(code.clone())).await;
        assert_eq!(seen.err().map(|error| error.code()), preview);
        assert_eq!(house.refused(bob, Command::JoinByInvite(code)).await, join);
    }
}

#[tokio::test]
async fn only_who_keeps_a_group_in_order_makes_invites_and_sees_them() {
    let house = House::new();
    let (ann, bob, eve) = (house.user("ann").await, house.user("bob").await, house.user("eve").await);
    let group = house.group(ann, &[bob]).await;
    let code = invite(&house, ann, open(group)).await;
    for command in [
        Command::CreateInvite(open(group)),
        Command::ListInvites { conversation: group, after: None, size: PageSize::MAX },
        Command::RevokeInvite { conversation: group, code },
    ] {
        assert_eq!(house.refused(bob, command.clone()).await, ErrorCode::Forbidden);
        assert_eq!(house.refused(eve, command).await, ErrorCode::NotFound);
    }
    let direct = house.direct(ann, bob).await;
    assert_eq!(house.refused(ann, Command::CreateInvite(open(direct))).await, ErrorCode::Forbidden);
    for (expires_in, max_uses) in [(Some(0), None), (None, Some(0)), (Some(u32::MAX), None)] {
        let bad = NewInvite { conversation: group, expires_in, max_uses };
        assert_eq!(house.refused(ann, Command::CreateInvite(bad)).await, ErrorCode::BadRequest);
    }
}
