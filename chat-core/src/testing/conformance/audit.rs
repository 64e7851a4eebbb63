//! The audit: what stands in it, and finding it again.

use super::scene::{at, commit, group, not_endless, say, size, two, user, written};
use super::standings::{banned, change, put, reason, suspended};
use crate::change::Act;
use crate::ids::{AuditId, UserId};
use crate::moderation::{AuditEntry, AuditKind, AuditRecord, Keeper, ServerRole, StandingAct};
use crate::page::Page;
use crate::ports::{AuditQuery, Committed, Stores};

async fn part(stores: &Stores, query: &AuditQuery) -> Page<AuditEntry> {
    stores.standings.audit(query).await.unwrap()
}

/// The records of the whole audit, the newest first.
async fn records(stores: &Stores, by: Option<UserId>, user: Option<UserId>) -> Vec<AuditRecord> {
    let page = part(stores, &AuditQuery { by, user, before: None, size: size(100) }).await;
    page.items.into_iter().map(|entry| entry.record).collect()
}

/// Each change of how somebody stands is there to the letter, the newest first.
pub async fn every_change_of_a_standing_is_written_down(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    put(stores, ann, StandingAct::SetRole(ServerRole::Admin)).await;
    let by = Some(Keeper { user: ann, role: ServerRole::Admin });
    let mut expected = vec![AuditRecord {
        user: Some(ann),
        role: Some(ServerRole::Admin),
        ..AuditRecord::new(AuditKind::RoleSet, None, at(50))
    }];
    for act in [suspended(at(99)), banned(), StandingAct::Lift, StandingAct::SetRole(ServerRole::Moderator)] {
        let change = crate::moderation::StandingChange { by, ..change(stores, bob, act).await };
        stores.standings.set_standing(&change).await.unwrap();
        expected.push(AuditRecord::of_standing(&change));
    }
    assert_eq!(expected[2].note, Some(reason("spam")));
    expected.reverse();
    assert_eq!(records(stores, None, None).await, expected);
}

/// What somebody did to what others said, or to who is in a group, is there; what they did to themselves is not.
pub async fn what_is_done_to_others_in_a_group_is_written_down(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let carl = user(stores, "carl").await;
    let group = group(stores, ann, &[bob, carl]).await;
    let (hers, his) = (say(stores, group, ann, "hers").await, say(stores, group, bob, "his").await);
    written(stores, group, ann, Act::Delete { message: hers.id }).await;
    written(stores, group, ann, Act::Delete { message: his.id }).await;
    assert_eq!(commit(stores, group, ann, Act::Delete { message: his.id }).await, Committed::Missing);
    written(stores, group, carl, Act::Remove { user: carl }).await;
    written(stores, group, ann, Act::Remove { user: bob }).await;
    let record =
        |kind| AuditRecord { user: Some(bob), conversation: Some(group), ..AuditRecord::new(kind, Some(ann), at(4)) };
    let deleted = AuditRecord { message: Some(his.id), ..record(AuditKind::MessageDeleted) };
    assert_eq!(records(stores, None, None).await, [record(AuditKind::MemberRemoved), deleted]);
}

/// The audit is asked for by who did it, by whom it was done to, and by both.
pub async fn the_audit_is_asked_for_by_who_and_by_whom(stores: &Stores) {
    let (ann, bob) = two(stores).await;
    let carl = user(stores, "carl").await;
    put(stores, ann, StandingAct::SetRole(ServerRole::Admin)).await;
    put(stores, bob, StandingAct::SetRole(ServerRole::Moderator)).await;
    for (keeper, role, user) in
        [(ann, ServerRole::Admin, bob), (ann, ServerRole::Admin, carl), (bob, ServerRole::Moderator, carl)]
    {
        let by = Some(Keeper { user: keeper, role });
        for act in [banned(), StandingAct::Lift] {
            let change = crate::moderation::StandingChange { by, ..change(stores, user, act).await };
            stores.standings.set_standing(&change).await.unwrap();
        }
    }
    assert_eq!(records(stores, None, None).await.len(), 8);
    assert_eq!(records(stores, Some(ann), None).await.len(), 4);
    assert_eq!(records(stores, None, Some(carl)).await.len(), 4);
    assert_eq!(records(stores, Some(ann), Some(carl)).await.len(), 2);
    assert_eq!(records(stores, Some(carl), None).await, []);
}

/// Pages follow each other from the newest back, whatever is written meanwhile.
pub async fn pages_of_the_audit_follow_each_other(stores: &Stores) {
    let ann = user(stores, "ann").await;
    for n in 0..7 {
        put(stores, ann, suspended(at(100 + n))).await;
    }
    let all = part(stores, &AuditQuery { size: size(100), ..AuditQuery::default() }).await;
    assert_eq!((all.items.len(), all.next), (7, None));
    for wish in [1, 2, 3, 6, 7] {
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let page = part(stores, &AuditQuery { before, size: size(wish), ..AuditQuery::default() }).await;
            seen.extend(page.items);
            not_endless(&seen);
            put(stores, ann, suspended(at(200 + wish))).await;
            let Some(next) = page.next else { break };
            before = AuditId::new(next);
        }
        assert_eq!(seen.split_off(seen.len() - 7), all.items, "pages of {wish}");
    }
}
