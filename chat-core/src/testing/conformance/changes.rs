//! Changes of a conversation, whatever their kind: what they write, what makes them stale, and many of them at once.

use super::scene::{
    append, at, body, changes, commit, crowd, direct, draft, entry, group, group_at, head, label, nowhere, own_log,
    say, seq, size, together, version, written,
};
use crate::change::{Act, Change};
use crate::conversation::{Group, GroupUpdate, HistoryVisibility, Kind, Role};
use crate::ids::{ConversationId, ID_LIMIT, MessageId, UserId, Version};
use crate::log::{Changed, LogEntry};
use crate::message::Mentions;
use crate::ports::{Appended, Committed, NewMessage, Stores};
use crate::reaction::Emoji;
use crate::text::{AvatarUrl, Description};

/// A group in which every kind of change can be made, and somebody outside.
struct Stage {
    conversation: ConversationId,
    owner: UserId,
    member: UserId,
    newcomer: UserId,
    said: MessageId,
    other: MessageId,
}

async fn stage(stores: &Stores) -> Stage {
    let users = crowd(stores, 4).await;
    let conversation = group(stores, users[0], &users[1..3]).await;
    let said = say(stores, conversation, users[0], "first").await.id;
    let other = say(stores, conversation, users[1], "second").await.id;
    Stage { conversation, owner: users[0], member: users[1], newcomer: users[3], said, other }
}

fn thumb() -> Emoji {
    Emoji::new("👍").unwrap()
}

fn named(name: &str) -> GroupUpdate {
    GroupUpdate { name: Some(label(name)), ..GroupUpdate::default() }
}

impl Stage {
    /// One change of every kind, each of which changes something where those before it have been made.
    fn every_act(&self) -> Vec<Act> {
        let Self { member, newcomer, said: message, other, .. } = *self;
        let acts = vec![
            Act::Add { users: vec![newcomer] },
            Act::SetRole { user: member, role: Role::Admin },
            Act::Update(named("Another name")),
            Act::Edit { message, body: body("first, corrected"), mentions: Mentions::NOBODY },
            Act::React { message, emoji: thumb() },
            Act::Pin { message },
            Act::Unreact { message, emoji: thumb() },
            Act::Unpin { message },
            Act::Remove { user: newcomer },
            Act::Delete { message: other },
        ];
        assert_eq!(acts.iter().filter_map(number).collect::<std::collections::BTreeSet<_>>().len(), KINDS);
        acts
    }
}

/// How many kinds of changes there are.
const KINDS: usize = 10;

/// Each kind's own number. Total, so that a new kind of change has to be among those that are looked at here, or to have cases
/// of its own.
const fn number(act: &Act) -> Option<usize> {
    Some(match act {
        Act::Add { .. } => 0,
        Act::Remove { .. } => 1,
        Act::SetRole { .. } => 2,
        Act::Update(_) => 3,
        Act::Edit { .. } => 4,
        Act::Delete { .. } => 5,
        Act::React { .. } => 6,
        Act::Unreact { .. } => 7,
        Act::Pin { .. } => 8,
        Act::Unpin { .. } => KINDS - 1,
        // In `rooms` and `bans`: nobody enters what is no public room, and not every ban is an entry.
        Act::Enter { .. } | Act::Ban { .. } | Act::Unban { .. } => return None,
    })
}

/// Everything that writing something would move: the head, the version, and the users' own logs.
async fn everything(stores: &Stores, stage: &Stage) -> (i64, Version, usize, usize) {
    let Stage { conversation, member, newcomer, .. } = *stage;
    let logs = (own_log(stores, member).await.len(), own_log(stores, newcomer).await.len());
    (head(stores, conversation).await.get(), version(stores, conversation).await, logs.0, logs.1)
}

/// Every kind of change is the next entry of the log, and reads back from there as it was answered.
pub async fn every_change_is_the_next_entry_of_the_log(stores: &Stores) {
    let stage = stage(stores).await;
    let mut expected = Vec::new();
    for (before, act) in (2..).zip(stage.every_act()) {
        assert_eq!(head(stores, stage.conversation).await, seq(before));
        let entries = written(stores, stage.conversation, stage.owner, act.clone()).await;
        assert_eq!(entries.iter().map(|entry| entry.seq().get()).collect::<Vec<_>>(), [before + 1], "{act:?}");
        expected.extend(entries);
    }
    assert_eq!(changes(stores, stage.conversation, 2, 100).await.items, expected);
}

/// Exactly what the rules look at makes earlier decisions stale.
pub async fn a_change_moves_the_version_only_where_rules_look(stores: &Stores) {
    let stage = stage(stores).await;
    for act in stage.every_act() {
        let before = version(stores, stage.conversation).await;
        written(stores, stage.conversation, stage.owner, act.clone()).await;
        let moved = version(stores, stage.conversation).await.0 - before.0;
        assert_eq!(moved, i64::from(act.moves_version()), "{act:?}");
    }
}

/// Exactly what counts as activity brings a conversation to the top of the list.
pub async fn a_change_is_activity_only_where_it_says_so(stores: &Stores) {
    let stage = stage(stores).await;
    let mut other = group_at(stores, stage.owner, &[], at(100)).await;
    for (n, act) in (1..).zip(stage.every_act()) {
        let judged_on = version(stores, stage.conversation).await;
        let change = Change {
            conversation: stage.conversation,
            by: stage.owner,
            act: act.clone(),
            judged_on,
            at: at(100 * n + 50),
        };
        assert!(matches!(stores.changes.commit(&change).await.unwrap(), Committed::Written { .. }));
        let list = stores.conversations.list(stage.owner, None, size(1)).await.unwrap();
        let expected = if act.is_activity() { stage.conversation } else { other };
        assert_eq!(list.items[0].conversation.id, expected, "{act:?}");
        other = group_at(stores, stage.owner, &[], at(100 * n + 100)).await;
    }
}

/// What was judged on another version is refused, whatever it is, and writes nothing.
pub async fn a_change_judged_on_another_version_is_stale(stores: &Stores) {
    let stage = stage(stores).await;
    let old = version(stores, stage.conversation).await;
    for act in stage.every_act() {
        written(
            stores,
            stage.conversation,
            stage.owner,
            Act::Update(named(&format!("not {}", number(&act).unwrap_or(KINDS)))),
        )
        .await;
        let before = everything(stores, &stage).await;
        for judged_on in [old, Version(before.1.0 + 1)] {
            let by = stage.owner;
            let change = Change { conversation: stage.conversation, by, act: act.clone(), judged_on, at: at(5) };
            assert_eq!(stores.changes.commit(&change).await.unwrap(), Committed::Stale, "{act:?}");
        }
        assert_eq!(everything(stores, &stage).await, before, "{act:?}");
        written(stores, stage.conversation, stage.owner, act).await;
    }
}

/// There is nothing to change where there is no conversation.
pub async fn a_change_of_nowhere_is_stale(stores: &Stores) {
    let stage = stage(stores).await;
    let judged_on = version(stores, stage.conversation).await;
    for act in stage.every_act() {
        let change = Change { conversation: nowhere(), by: stage.owner, act: act.clone(), judged_on, at: at(5) };
        assert_eq!(stores.changes.commit(&change).await.unwrap(), Committed::Stale, "{act:?}");
    }
}

/// What is so already is nothing: no entry, no version, no activity, nobody is told.
pub async fn what_is_so_already_writes_nothing(stores: &Stores) {
    let stage = stage(stores).await;
    for act in stage.every_act() {
        written(stores, stage.conversation, stage.owner, act.clone()).await;
        let top = group_at(stores, stage.owner, &[], at(60)).await;
        let before = everything(stores, &stage).await;
        let expected = match act {
            // Whoever is out, and what is gone, is not there any more.
            Act::Remove { .. } | Act::Delete { .. } => Committed::Missing,
            Act::Add { .. }
            | Act::Enter { .. }
            | Act::Ban { .. }
            | Act::Unban { .. }
            | Act::SetRole { .. }
            | Act::Update(_)
            | Act::Edit { .. }
            | Act::React { .. }
            | Act::Unreact { .. }
            | Act::Pin { .. }
            | Act::Unpin { .. } => Committed::Nothing,
        };
        let by = stage.owner;
        let again = Change {
            conversation: stage.conversation,
            by,
            act: act.clone(),
            judged_on: version(stores, stage.conversation).await,
            at: at(90),
        };
        assert_eq!(stores.changes.commit(&again).await.unwrap(), expected, "{act:?}");
        assert_eq!(everything(stores, &stage).await, before, "{act:?}");
        let list = stores.conversations.list(stage.owner, None, size(1)).await.unwrap();
        assert_eq!(list.items[0].conversation.id, top, "{act:?} is no activity");
    }
}

/// A change of a message that is deleted, elsewhere or nowhere finds nothing and writes nothing.
pub async fn what_is_not_there_cannot_be_changed(stores: &Stores) {
    let stage = stage(stores).await;
    let elsewhere = group(stores, stage.owner, &[stage.member]).await;
    let foreign = say(stores, elsewhere, stage.owner, "elsewhere").await.id;
    written(stores, stage.conversation, stage.owner, Act::Delete { message: stage.said }).await;
    let before = everything(stores, &stage).await;
    for message in [stage.said, foreign, MessageId::new(ID_LIMIT - 1).unwrap()] {
        for act in [
            Act::Edit { message, body: body("anew"), mentions: Mentions::NOBODY },
            Act::Delete { message },
            Act::React { message, emoji: thumb() },
            Act::Unreact { message, emoji: thumb() },
            Act::Pin { message },
            Act::Unpin { message },
        ] {
            assert_eq!(
                commit(stores, stage.conversation, stage.owner, act.clone()).await,
                Committed::Missing,
                "{act:?}"
            );
        }
    }
    assert_eq!(everything(stores, &stage).await, before);
    assert_eq!(head(stores, elsewhere).await, seq(1));
}

/// Of a group that changes, what was not named stays; the entry holds what became different and nothing else.
pub async fn a_group_changes_as_far_as_it_is_said(stores: &Stores) {
    let stage = stage(stores).await;
    let mut group = Group::new(label("A group"), stage.owner);
    let text = |text| Some(Some(Description::new(text).unwrap()));
    let picture = Some(Some(AvatarUrl::new("/picture.png").unwrap()));
    let shared = Some(HistoryVisibility::Shared);
    let none = GroupUpdate::default();
    let full = GroupUpdate {
        name: Some(label("Tea")),
        description: text("Leaves"),
        avatar: picture,
        history: shared,
        ..GroupUpdate::default()
    };
    for (n, (update, news)) in (3..).zip([
        (named("Coffee"), named("Coffee")),
        (
            GroupUpdate { description: text("Beans"), ..named("Coffee") },
            GroupUpdate { description: text("Beans"), ..none.clone() },
        ),
        (full.clone(), full.clone()),
        (GroupUpdate { avatar: Some(None), ..full.clone() }, GroupUpdate { avatar: Some(None), ..none.clone() }),
        (
            GroupUpdate { description: Some(None), ..none.clone() },
            GroupUpdate { description: Some(None), ..none.clone() },
        ),
    ]) {
        let entries = written(stores, stage.conversation, stage.owner, Act::Update(update.clone())).await;
        assert_eq!(entries, [entry(stage.conversation, seq(n), stage.owner, at(4), Changed::Updated(news))]);
        assert_eq!(changes(stores, stage.conversation, n - 1, 1).await.items, entries);
        group.apply(&update);
        let view = stores.conversations.view(stage.conversation, stage.member).await.unwrap().unwrap();
        assert_eq!(view.conversation.kind, Kind::Group(group.clone()));
    }
    let between = direct(stores, stage.owner, stage.member).await;
    let act = Act::Update(named("Us"));
    assert_eq!(commit(stores, between, stage.owner, act).await, Committed::Missing, "nobody names a pair");
}

/// Many changes at once that were judged on one version: one is written, the others have to look again.
pub async fn of_many_changes_at_once_on_one_version_one_is_written(stores: &Stores) {
    let users = crowd(stores, 9).await;
    let conversation = group(stores, users[0], &users[1..8]).await;
    let judged_on = version(stores, conversation).await;
    let answers = together(8, |n| {
        let (stores, user) = (stores.clone(), users[n]);
        let act = match n % 4 {
            0 => Act::Update(named(&format!("Name {n}"))),
            1 => Act::SetRole { user, role: Role::Admin },
            2 => Act::Remove { user },
            _ => Act::Add { users: vec![users[8]] },
        };
        let change = Change { conversation, by: users[0], act, judged_on, at: at(4) };
        async move { stores.changes.commit(&change).await.unwrap() }
    })
    .await;
    assert_eq!(answers.iter().filter(|answer| **answer == Committed::Stale).count(), 7, "{answers:?}");
    assert_eq!(head(stores, conversation).await, seq(1));
    assert_eq!(version(stores, conversation).await.0, judged_on.0 + 1);
}

/// What no rule looks at needs no second look: all at once are written, each in its own place.
pub async fn reactions_of_many_at_once_are_all_written(stores: &Stores) {
    let users = crowd(stores, 12).await;
    let conversation = group(stores, users[0], &users[1..]).await;
    let message = say(stores, conversation, users[0], "cake?").await;
    let judged_on = version(stores, conversation).await;
    let answers = together(12, |n| {
        let act = Act::React { message: message.id, emoji: thumb() };
        let change = Change { conversation, by: users[n], act, judged_on, at: at(4) };
        let stores = stores.clone();
        async move { stores.changes.commit(&change).await.unwrap() }
    })
    .await;
    let mut places: Vec<_> = answers.iter().flat_map(entries_of).map(LogEntry::seq).collect();
    places.sort();
    assert_eq!(places, (2..=13).map(seq).collect::<Vec<_>>());
    let dressed = stores.annotations.dress(vec![message], users[0]).await.unwrap();
    assert_eq!(dressed[0].reactions[0].count, 12);
}

fn entries_of(answer: &Committed) -> &[LogEntry] {
    match answer {
        Committed::Written { entries, .. } => entries,
        Committed::Nothing | Committed::Stale | Committed::Missing | Committed::Refused(_) => &[],
    }
}

/// Messages and changes at once share one log without a gap, and what was judged before a member went is stored before it.
pub async fn messages_and_changes_at_once_share_one_log(stores: &Stores) {
    let stage = stage(stores).await;
    let new = draft(stores, stage.conversation, stage.member, "still here").await;
    let answers = together(16, |n| {
        let (stores, new) = (stores.clone(), NewMessage { body: body(&format!("number {n}")), ..new.clone() });
        let act = match n {
            1 => Act::Remove { user: stage.member },
            _ => Act::React { message: stage.said, emoji: Emoji::new(["👍", "❤️", "🎉"][n % 3]).unwrap() },
        };
        let change =
            Change { conversation: stage.conversation, by: stage.owner, act, judged_on: new.judged_on, at: at(4) };
        async move {
            if n % 2 == 0 {
                return matches!(append(&stores, &new).await, Appended::Stored(_));
            }
            matches!(stores.changes.commit(&change).await.unwrap(), Committed::Written { .. })
        }
    })
    .await;
    let log = changes(stores, stage.conversation, 2, 100).await;
    let written = answers.iter().filter(|written| **written).count();
    assert_eq!((log.items.len(), log.head), (written, seq(2 + i64::try_from(written).unwrap())));
    let places: Vec<_> = log.items.iter().map(LogEntry::seq).collect();
    assert_eq!(places, (3..).take(written).map(seq).collect::<Vec<_>>());
    let last = log.items.last().unwrap();
    assert!(matches!(last, LogEntry::Change(entry) if entry.what == Changed::Left { user: stage.member }), "{last:?}");
}
