//! Invites: who they let in, how often, and until when.

use super::rooms::room;
use super::scene::{at, commit, crowd, entry, group, head, not_endless, nowhere, seq, size, together, version};
use crate::change::{Act, Change};
use crate::conversation::Role;
use crate::error::ErrorCode;
use crate::ids::{ConversationId, Seq, UserId, Version};
use crate::invite::{Invite, InviteCode};
use crate::log::Changed;
use crate::ports::{Committed, NewInvite, Stores};
use crate::room::Visibility;

const MOST: usize = 100;

fn invite(conversation: ConversationId, by: UserId, secret: u8) -> Invite {
    let code = InviteCode::of([secret; 32]);
    Invite { code, conversation, by, at: at(3), expires_at: None, max_uses: None, uses: 0 }
}

async fn put(stores: &Stores, invite: &Invite) -> InviteCode {
    let judged_on = version(stores, invite.conversation).await;
    let new = NewInvite { invite: invite.clone(), judged_on };
    assert!(stores.entrance.create_invite(&new).await.unwrap());
    invite.code.clone()
}

async fn open(stores: &Stores, code: &InviteCode, seconds: i64) -> Option<Invite> {
    stores.entrance.invite(code, at(seconds)).await.unwrap().map(|(invite, _)| invite)
}

/// Comes in by a code at a moment.
async fn enter(
    stores: &Stores,
    conversation: ConversationId,
    user: UserId,
    code: &InviteCode,
    at_second: i64,
) -> Committed {
    let act = Act::Enter { most: MOST, invite: Some(code.clone()) };
    let entrance = Change { conversation, by: user, act, judged_on: Version::default(), at: at(at_second) };
    stores.changes.commit(&entrance).await.unwrap()
}

fn came_in(answer: &Committed) -> bool {
    matches!(answer, Committed::Written { .. })
}

const NOTHING: Committed = Committed::Refused(ErrorCode::NotFound);

/// An invite comes back as it was made, with what it leads to.
pub async fn an_invite_is_found_with_where_it_leads(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let new = Invite { expires_at: Some(at(60)), max_uses: Some(7), ..invite(conversation, users[1], 1) };
    let code = put(stores, &new).await;
    let (found, card) = stores.entrance.invite(&code, at(4)).await.unwrap().unwrap();
    assert_eq!((found, card.id, card.member_count), (new.clone(), conversation, 2));
    assert_eq!(stores.entrance.invite(&InviteCode::of([9; 32]), at(4)).await.unwrap(), None);
    let page = stores.entrance.invites(conversation, None, size(9), at(4)).await.unwrap();
    assert_eq!((page.items, page.next), (vec![new], None));
}

/// Whoever has the code comes in on their own account, also where strangers find nothing; each coming is counted.
pub async fn an_invite_lets_in_who_has_it(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let hidden = room(stores, users[0], "tea", Visibility::Private).await;
    for conversation in [hidden, group(stores, users[0], &[]).await] {
        let code = put(stores, &invite(conversation, users[0], u8::try_from(conversation.get()).unwrap())).await;
        let Committed::Written { entries, .. } = enter(stores, conversation, users[1], &code, 5).await else {
            panic!("not written")
        };
        let joined = Changed::Joined { user: users[1], role: Role::Member };
        assert_eq!(entries, [entry(conversation, seq(1), users[1], at(5), joined)]);
        assert!(came_in(&enter(stores, conversation, users[2], &code, 5).await));
        assert_eq!(open(stores, &code, 5).await.map(|invite| invite.uses), Some(2));
    }
}

/// Who is in it already uses nothing up.
pub async fn a_member_uses_no_invite_up(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let code = put(stores, &Invite { max_uses: Some(1), ..invite(conversation, users[0], 1) }).await;
    for user in &users {
        assert_eq!(enter(stores, conversation, *user, &code, 5).await, Committed::Nothing);
    }
    assert_eq!(
        (open(stores, &code, 5).await.map(|invite| invite.uses), head(stores, conversation).await),
        (Some(0), Seq::ZERO)
    );
}

/// An invite that has ended, was used up, was taken back, leads elsewhere or never was is nothing, and all the same nothing.
pub async fn an_invite_that_is_over_lets_nobody_in(stores: &Stores) {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &[]).await;
    let elsewhere = group(stores, users[0], &[]).await;
    let ended = put(stores, &Invite { expires_at: Some(at(60)), ..invite(conversation, users[0], 1) }).await;
    let used = put(stores, &Invite { max_uses: Some(1), ..invite(conversation, users[0], 2) }).await;
    let taken_back = put(stores, &invite(conversation, users[0], 3)).await;
    let foreign = put(stores, &invite(elsewhere, users[0], 4)).await;
    assert!(came_in(&enter(stores, conversation, users[1], &used, 5).await));
    assert!(came_in(&enter(stores, conversation, users[2], &ended, 59).await), "until its end");
    assert!(stores.entrance.revoke_invite(conversation, &taken_back).await.unwrap());
    for code in [&ended, &used, &taken_back, &foreign, &InviteCode::of([9; 32])] {
        assert_eq!(enter(stores, conversation, users[3], code, 60).await, NOTHING, "{code:?}");
    }
    for code in [&ended, &used, &taken_back] {
        assert_eq!(open(stores, code, 60).await, None, "{code:?}");
    }
    assert_eq!(stores.entrance.invites(conversation, None, size(9), at(60)).await.unwrap().items, []);
    assert_eq!(stores.conversations.ids_of(users[3]).await.unwrap(), []);
}

/// Only where it leads an invite can be taken back, and once.
pub async fn an_invite_is_taken_back_once(stores: &Stores) {
    let users = crowd(stores, 1).await;
    let conversation = group(stores, users[0], &[]).await;
    let code = put(stores, &invite(conversation, users[0], 1)).await;
    let revoke = async |conversation| stores.entrance.revoke_invite(conversation, &code).await.unwrap();
    assert_eq!((revoke(nowhere()).await, revoke(conversation).await, revoke(conversation).await), (false, true, false));
}

/// An invite that was judged before the group changed is not made.
pub async fn an_invite_judged_on_another_version_is_not_made(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let new = NewInvite { invite: invite(conversation, users[1], 1), judged_on: version(stores, conversation).await };
    commit(stores, conversation, users[0], Act::Remove { user: users[1] }).await;
    assert!(!stores.entrance.create_invite(&new).await.unwrap());
    assert_eq!(open(stores, &new.invite.code, 5).await, None);
}

/// Who is banned finds nothing behind an invite to what is not public, and is told so where it is.
pub async fn an_invite_does_not_help_against_a_ban(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let public = room(stores, users[0], "tea", Visibility::Public).await;
    let plain = group(stores, users[0], &[]).await;
    for (secret, conversation, expected) in [(1, public, Committed::Refused(ErrorCode::Banned)), (2, plain, NOTHING)] {
        let code = put(stores, &invite(conversation, users[0], secret)).await;
        let ban = Act::Ban { user: users[1], reason: None, until: Some(at(60)) };
        commit(stores, conversation, users[0], ban).await;
        assert!(stores.entrance.is_banned(conversation, users[1], at(59)).await.unwrap());
        assert_eq!(enter(stores, conversation, users[1], &code, 59).await, expected);
        assert_eq!(open(stores, &code, 59).await.map(|invite| invite.uses), Some(0));
        assert!(!stores.entrance.is_banned(conversation, users[1], at(60)).await.unwrap());
        assert!(came_in(&enter(stores, conversation, users[1], &code, 60).await));
    }
}

/// Of many who come by one invite at once, as many come in as it lets in, and as many are counted.
pub async fn an_invite_lets_in_exactly_as_many_as_it_says(stores: &Stores) {
    let users = crowd(stores, 17).await;
    let conversation = group(stores, users[0], &[]).await;
    let code = put(stores, &Invite { max_uses: Some(5), ..invite(conversation, users[0], 1) }).await;
    let answers = together(32, |n| {
        // Everybody tries twice at once.
        let (stores, user, code) = (stores.clone(), users[n / 2 + 1], code.clone());
        async move { enter(&stores, conversation, user, &code, 5).await }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| came_in(answer)).count(), 5, "{answers:?}");
    let view = stores.conversations.view(conversation, users[0]).await.unwrap().unwrap();
    assert_eq!((view.conversation.member_count, view.conversation.head), (6, seq(5)));
    assert_eq!(open(stores, &code, 5).await, None, "used up");
}

/// Invites come by their codes, page by page; those that are over leave no hole.
pub async fn invites_are_listed_by_code_in_pages(stores: &Stores) {
    let users = crowd(stores, 1).await;
    let conversation = group(stores, users[0], &[]).await;
    let mut expected = Vec::new();
    for secret in [5, 1, 4, 2, 3, 6] {
        let expires_at = (secret % 3 == 0).then(|| at(5));
        let code = put(stores, &Invite { expires_at, ..invite(conversation, users[0], secret) }).await;
        if expires_at.is_none() {
            expected.push(code);
        }
    }
    expected.sort();
    for wish in [1, 2, 3, 4, 5] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.entrance.invites(conversation, after, size(wish), at(5)).await.unwrap();
            seen.extend(page.items.into_iter().map(|invite| invite.code));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            assert_eq!(Some(&next), seen.last(), "the cursor is the last code shown");
            after = Some(next);
        }
        assert_eq!(seen, expected, "pages of {wish}");
    }
}
