//! Bans: who is taken out and kept out, for how long, and who sees it.

use super::rooms::{enter, room};
use super::scene::{
    at, change, commit, crowd, direct, entry, group, head, label, nobody, not_endless, own_log, seq, size, together,
    version, written,
};
use crate::ban::Ban;
use crate::change::{Act, Change};
use crate::error::ErrorCode;
use crate::ids::{ConversationId, Seq, UserId};
use crate::log::{Changed, UserNotice};
use crate::ports::{Committed, Stores};
use crate::room::Visibility;

const fn ban(user: UserId) -> Act {
    Act::Ban { user, reason: None, until: None }
}

async fn bans(stores: &Stores, conversation: ConversationId, seconds: i64) -> Vec<Ban> {
    stores.entrance.bans(conversation, None, size(100), at(seconds)).await.unwrap().items
}

/// Does an act at a moment, judged on the version of now.
async fn commit_at(stores: &Stores, conversation: ConversationId, by: UserId, act: Act, seconds: i64) -> Committed {
    let change = Change { at: at(seconds), ..change(stores, conversation, by, act).await };
    stores.changes.commit(&change).await.unwrap()
}

/// A ban takes a member out: they are told, the others see them go, and the ban is there with all that was said of it.
pub async fn a_ban_takes_a_member_out_and_is_kept(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let act = Act::Ban { user: users[1], reason: Some(label("shouts")), until: Some(at(60)) };
    let Committed::Written { entries, notices } = commit(stores, conversation, users[0], act).await else {
        panic!("not written")
    };
    assert_eq!(entries, [entry(conversation, seq(1), users[0], at(4), Changed::Left { user: users[1] })]);
    assert_eq!(notices[0].notice, UserNotice::ConversationRemoved { conversation, by: users[0] });
    assert_eq!(own_log(stores, users[1]).await[1..], notices);
    assert_eq!(stores.conversations.ids_of(users[1]).await.unwrap(), []);
    let view = stores.conversations.view(conversation, users[0]).await.unwrap().unwrap();
    assert_eq!(view.conversation.member_count, 2);
    let expected = Ban { user: users[1], by: users[0], reason: Some(label("shouts")), until: Some(at(60)), at: at(4) };
    assert_eq!(bans(stores, conversation, 5).await, [expected]);
}

/// Somebody who is not in it is banned without an entry of the log; what was judged before is stale all the same.
pub async fn a_ban_of_somebody_outside_is_no_entry(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &[]).await;
    let add = change(stores, conversation, users[0], Act::Add { users: vec![users[1]] }).await;
    let written = commit(stores, conversation, users[0], ban(users[1])).await;
    assert_eq!(written, Committed::Written { entries: Vec::new(), notices: Vec::new() });
    assert_eq!((head(stores, conversation).await, bans(stores, conversation, 5).await.len()), (Seq::ZERO, 1));
    assert_eq!(own_log(stores, users[1]).await, [], "and they are not told");
    assert_eq!(stores.changes.commit(&add).await.unwrap(), Committed::Stale);
}

/// Who is banned is neither brought in nor comes in, and nobody else of those who were named comes in either.
pub async fn who_is_banned_does_not_come_in(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = room(stores, users[0], "tea", Visibility::Public).await;
    commit(stores, conversation, users[0], ban(users[1])).await;
    let banned = Committed::Refused(ErrorCode::Banned);
    assert_eq!(enter(stores, conversation, users[1], 10).await, banned);
    let both = Act::Add { users: users[1..].to_vec() };
    assert_eq!(commit(stores, conversation, users[0], both).await, banned);
    assert_eq!((head(stores, conversation).await, own_log(stores, users[2]).await.len()), (Seq::ZERO, 0));
    let elsewhere = room(stores, users[0], "coffee", Visibility::Public).await;
    assert!(matches!(enter(stores, elsewhere, users[1], 10).await, Committed::Written { .. }), "only there");
}

/// A ban that has ended is as if it had never been.
pub async fn a_ban_ends_when_it_says_so(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = group(stores, users[0], &[]).await;
    let act = Act::Ban { user: users[1], reason: None, until: Some(at(60)) };
    commit(stores, conversation, users[0], act).await;
    let add = || Act::Add { users: vec![users[1]] };
    let early = commit_at(stores, conversation, users[0], add(), 59).await;
    assert_eq!((early, bans(stores, conversation, 59).await.len()), (Committed::Refused(ErrorCode::Banned), 1));
    assert_eq!(bans(stores, conversation, 60).await, []);
    let lifted = commit_at(stores, conversation, users[0], Act::Unban { user: users[1] }, 60).await;
    assert_eq!(lifted, Committed::Nothing);
    assert!(matches!(commit_at(stores, conversation, users[0], add(), 60).await, Committed::Written { .. }));
}

/// Who is not banned any more comes in like anybody else; lifting what is not there is nothing.
pub async fn a_ban_is_lifted(stores: &Stores) {
    let users = crowd(stores, 2).await;
    let conversation = room(stores, users[0], "tea", Visibility::Public).await;
    commit(stores, conversation, users[0], ban(users[1])).await;
    let lift = || Act::Unban { user: users[1] };
    let lifted = commit(stores, conversation, users[0], lift()).await;
    assert_eq!(lifted, Committed::Written { entries: Vec::new(), notices: Vec::new() });
    assert_eq!(bans(stores, conversation, 5).await, []);
    assert_eq!(commit(stores, conversation, users[0], lift()).await, Committed::Nothing);
    assert!(matches!(enter(stores, conversation, users[1], 10).await, Committed::Written { .. }));
}

/// What is said of a ban last counts.
pub async fn a_ban_replaces_the_one_before(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &users[1..2]).await;
    let first = Act::Ban { user: users[2], reason: Some(label("shouts")), until: Some(at(9)) };
    commit(stores, conversation, users[0], first).await;
    commit_at(stores, conversation, users[1], ban(users[2]), 6).await;
    let expected = Ban { user: users[2], by: users[1], reason: None, until: None, at: at(6) };
    assert_eq!(bans(stores, conversation, 90).await, [expected]);
}

/// Bans come by user, page by page; those that have ended leave no hole.
pub async fn bans_are_listed_by_id_in_pages(stores: &Stores) {
    let users = crowd(stores, 7).await;
    let conversation = group(stores, users[0], &[]).await;
    for (n, user) in users.iter().enumerate().skip(1).rev() {
        let until = if n % 3 == 0 { Some(at(5)) } else { None };
        commit(stores, conversation, users[0], Act::Ban { user: *user, reason: None, until }).await;
    }
    for wish in [1, 2, 3, 4, 5] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = stores.entrance.bans(conversation, after, size(wish), at(5)).await.unwrap();
            seen.extend(page.items.iter().map(|ban| ban.user));
            not_endless(&seen);
            let Some(next) = page.next else { break };
            after = UserId::new(next);
            assert_eq!(after, seen.last().copied(), "the cursor is the last id shown");
        }
        assert_eq!(seen, [users[1], users[2], users[4], users[5]], "pages of {wish}");
    }
}

/// Nobody is banned who does not exist, and nobody from a direct conversation.
pub async fn there_is_nobody_to_ban(stores: &Stores) {
    let users = crowd(stores, 3).await;
    let conversation = group(stores, users[0], &[]).await;
    assert_eq!(commit(stores, conversation, users[0], ban(nobody())).await, Committed::Missing);
    let between = direct(stores, users[0], users[1]).await;
    let now = version(stores, between).await;
    assert_eq!(commit(stores, between, users[0], ban(users[2])).await, Committed::Missing);
    assert_eq!((version(stores, between).await, bans(stores, between, 5).await), (now, Vec::new()));
}

/// A ban and a coming race: whichever was first, in the end they are out.
pub async fn a_ban_wins_against_a_coming_on_its_way(stores: &Stores) {
    let users = crowd(stores, 9).await;
    let conversation = room(stores, users[0], "tea", Visibility::Public).await;
    for user in &users[1..] {
        let (owner, user) = (users[0], *user);
        together(2, |n| {
            let stores = stores.clone();
            async move {
                if n == 0 {
                    enter(&stores, conversation, user, 20).await;
                    return;
                }
                while commit(&stores, conversation, owner, ban(user)).await == Committed::Stale {}
            }
        })
        .await;
        assert_eq!(stores.conversations.ids_of(user).await.unwrap(), [], "{user}");
    }
    written(stores, conversation, users[0], Act::Remove { user: users[0] }).await;
    let card = stores.rooms.room(&super::rooms::slug("tea")).await.unwrap().unwrap();
    assert_eq!(card.member_count, 0);
}
