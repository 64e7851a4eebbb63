//! How the cases set their scene: people, conversations, messages, and many tasks at once.

use std::sync::Arc;

use tokio::sync::Barrier;

use crate::change::{Act, Change};
use crate::command::{Changes, History, HistoryStart};
use crate::conversation::{Group, Pair};
use crate::ids::{ConversationId, ID_LIMIT, MessageId, Seq, UserId, Version};
use crate::log::{ChangeEntry, Changed, LogEntry, UserEntry};
use crate::message::{Mentions, Message};
use crate::pace::Pace;
use crate::page::{Page, PageSize};
use crate::ports::{
    Appended, Committed, DirectOpened, GroupCreated, NewDirect, NewGroup, NewMessage, NewUser, RelationCommitted,
    Stores, UserCreated,
};
use crate::receipt::{Advance, Advanced, ReceiptKind};
use crate::relation::{FriendRequest, Step, Verdict};
use crate::text::{Body, ClientId, Label};
use crate::time::Timestamp;
use crate::user::{User, Username};

/// A moment, so many seconds after the scene began. Its last digit is not zero, so that a store that rounds is noticed.
pub(super) const fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_768_323_629_317_891).plus_seconds(seconds)
}

pub(super) fn seq(n: i64) -> Seq {
    Seq::new(n).unwrap()
}

pub(super) fn size(n: i64) -> PageSize {
    PageSize::clamped(n)
}

pub(super) fn body(text: &str) -> Body {
    Body::new(text).unwrap()
}

pub(super) fn key(text: &str) -> ClientId {
    ClientId::new(text).unwrap()
}

pub(super) fn label(text: &str) -> Label {
    Label::new(text).unwrap()
}

pub(super) fn pair(one: UserId, other: UserId) -> Pair {
    Pair::new(one, other).unwrap()
}

/// An id that no fresh store has given out.
pub(super) fn nobody() -> UserId {
    UserId::new(ID_LIMIT - 1).unwrap()
}

/// An id that no fresh store has given out.
pub(super) fn nowhere() -> ConversationId {
    ConversationId::new(ID_LIMIT - 1).unwrap()
}

pub(super) fn new_user(name: &str) -> NewUser {
    NewUser { username: Username::new(name).unwrap(), email: None, password_hash: None, at: at(0) }
}

pub(super) async fn create(stores: &Stores, new: &NewUser) -> User {
    match stores.users.create(new).await.unwrap() {
        UserCreated::Created(user) => user,
        refused @ (UserCreated::NameTaken | UserCreated::EmailTaken) => panic!("{new:?} was refused: {refused:?}"),
    }
}

pub(super) async fn user(stores: &Stores, name: &str) -> UserId {
    create(stores, &new_user(name)).await.id
}

/// Many users, in the order of their ids.
pub(super) async fn crowd(stores: &Stores, count: usize) -> Vec<UserId> {
    let mut users = Vec::new();
    for n in 0..count {
        users.push(user(stores, &format!("user{n}")).await);
    }
    users.sort();
    users
}

/// Two users: Ann and Bob.
pub(super) async fn two(stores: &Stores) -> (UserId, UserId) {
    (user(stores, "ann").await, user(stores, "bob").await)
}

/// Ann and Bob with their direct conversation.
pub(super) async fn two_in_direct(stores: &Stores) -> (UserId, UserId, ConversationId) {
    let (ann, bob) = two(stores).await;
    (ann, bob, direct(stores, ann, bob).await)
}

/// What a step between two users left behind.
pub(super) struct Stepped {
    pub(super) request: Option<FriendRequest>,
    pub(super) entries: Vec<UserEntry>,
}

/// Takes a step as the use cases do: judge, write, and judge again where it was stale.
pub(super) async fn step_at(stores: &Stores, actor: UserId, step: Step, other: UserId, at: Timestamp) -> Stepped {
    loop {
        let relation = stores.relations.between(pair(actor, other)).await.unwrap();
        let Verdict::Change(change) = relation.judge(actor, step, at).unwrap() else {
            return Stepped { request: None, entries: Vec::new() };
        };
        match stores.relations.commit(&change).await.unwrap() {
            RelationCommitted::Committed { request, entries, .. } => return Stepped { request, entries },
            RelationCommitted::Stale => {}
        }
    }
}

pub(super) async fn step(stores: &Stores, actor: UserId, step: Step, other: UserId) -> Stepped {
    step_at(stores, actor, step, other, at(1)).await
}

pub(super) async fn befriend(stores: &Stores, one: UserId, other: UserId) {
    step(stores, one, Step::Request, other).await;
    step(stores, other, Step::Accept, one).await;
}

pub(super) async fn direct_at(stores: &Stores, by: UserId, other: UserId, at: Timestamp) -> ConversationId {
    let pair = pair(by, other);
    loop {
        let judged_on = stores.relations.between(pair).await.unwrap().version;
        match stores.conversations.open_direct(&NewDirect { pair, by, judged_on, at }).await.unwrap() {
            DirectOpened::Created(conversation, _) | DirectOpened::Existing(conversation) => return conversation.id,
            DirectOpened::Stale => {}
            DirectOpened::UnknownUser => panic!("{by} or {other} is unknown"),
        }
    }
}

pub(super) async fn direct(stores: &Stores, by: UserId, other: UserId) -> ConversationId {
    direct_at(stores, by, other, at(2)).await
}

pub(super) async fn group_at(stores: &Stores, owner: UserId, members: &[UserId], at: Timestamp) -> ConversationId {
    let new = NewGroup { group: Group::new(label("A group"), owner), members: members.to_vec(), at };
    match stores.conversations.create_group(&new).await.unwrap() {
        GroupCreated::Created(conversation, _) => conversation.id,
        GroupCreated::UnknownMember | GroupCreated::SlugTaken => panic!("a member is unknown"),
    }
}

pub(super) async fn group(stores: &Stores, owner: UserId, members: &[UserId]) -> ConversationId {
    group_at(stores, owner, members, at(2)).await
}

/// The version of a conversation now; nobody in particular asks.
pub(super) async fn version(stores: &Stores, conversation: ConversationId) -> Version {
    stores.conversations.facts(conversation, nobody()).await.unwrap().unwrap().version
}

pub(super) async fn head(stores: &Stores, conversation: ConversationId) -> Seq {
    stores.conversations.heads(&[conversation]).await.unwrap().first().unwrap().1
}

/// A message judged on the version of now.
pub(super) async fn draft(stores: &Stores, conversation: ConversationId, sender: UserId, text: &str) -> NewMessage {
    let judged_on = version(stores, conversation).await;
    let mentions = Mentions::NOBODY;
    NewMessage {
        conversation,
        sender,
        body: body(text),
        client_id: None,
        reply_to: None,
        pace: Pace::NONE,
        mentions,
        forwarded: None,
        judged_on,
        at: at(3),
    }
}

pub(super) async fn append(stores: &Stores, new: &NewMessage) -> Appended {
    stores.messages.append(new).await.unwrap()
}

/// Appends what must be stored.
pub(super) async fn stored(stores: &Stores, new: &NewMessage) -> Message {
    match append(stores, new).await {
        Appended::Stored(message) => message,
        other @ (Appended::Repeated(_) | Appended::Conflict | Appended::Stale | Appended::TooSoon { .. }) => {
            panic!("not stored: {other:?}")
        }
    }
}

pub(super) async fn say_at(
    stores: &Stores,
    conversation: ConversationId,
    sender: UserId,
    text: &str,
    at: Timestamp,
) -> Message {
    let new = draft(stores, conversation, sender, text).await;
    stored(stores, &NewMessage { at, ..new }).await
}

pub(super) async fn say(stores: &Stores, conversation: ConversationId, sender: UserId, text: &str) -> Message {
    say_at(stores, conversation, sender, text, at(3)).await
}

/// What a message says.
pub(super) fn text_of(message: &Message) -> &str {
    message.body().map_or("", Body::as_str)
}

/// Says `count` things.
pub(super) async fn chat(stores: &Stores, conversation: ConversationId, sender: UserId, count: usize) -> Vec<Message> {
    let mut messages = Vec::new();
    for n in 1..=count {
        messages.push(say(stores, conversation, sender, &format!("number {n}")).await);
    }
    messages
}

pub(super) async fn message(stores: &Stores, id: MessageId) -> Message {
    stores.messages.get(id, nobody()).await.unwrap().unwrap()
}

/// A change judged on the version of now.
pub(super) async fn change(stores: &Stores, conversation: ConversationId, by: UserId, act: Act) -> Change {
    Change { conversation, by, act, judged_on: version(stores, conversation).await, at: at(4) }
}

pub(super) async fn commit(stores: &Stores, conversation: ConversationId, by: UserId, act: Act) -> Committed {
    stores.changes.commit(&change(stores, conversation, by, act).await).await.unwrap()
}

/// Commits what must be written, and gives the entries of the log.
pub(super) async fn written(stores: &Stores, conversation: ConversationId, by: UserId, act: Act) -> Vec<LogEntry> {
    match commit(stores, conversation, by, act).await {
        Committed::Written { entries, .. } => entries,
        other @ (Committed::Nothing | Committed::Stale | Committed::Missing | Committed::Refused(_)) => {
            panic!("not written: {other:?}")
        }
    }
}

/// The one entry of the log that a change leaves.
pub(super) fn entry(conversation: ConversationId, seq: Seq, by: UserId, at: Timestamp, what: Changed) -> LogEntry {
    LogEntry::Change(ChangeEntry { conversation, seq, by, at, what })
}

pub(super) async fn depart(stores: &Stores, conversation: ConversationId, user: UserId) -> Committed {
    commit(stores, conversation, user, Act::Remove { user }).await
}

/// Takes out somebody who must be a member.
pub(super) async fn leave(stores: &Stores, conversation: ConversationId, user: UserId) {
    written(stores, conversation, user, Act::Remove { user }).await;
}

pub(super) const fn raise(
    conversation: ConversationId,
    user: UserId,
    kind: ReceiptKind,
    to: Seq,
    at: Timestamp,
) -> Advance {
    Advance { conversation, user, kind, to, at }
}

pub(super) async fn advance(stores: &Stores, advances: &[Advance]) -> Vec<Advanced> {
    stores.receipts.advance(advances).await.unwrap()
}

pub(super) async fn deliver(stores: &Stores, conversation: ConversationId, user: UserId, to: i64) -> Vec<Advanced> {
    advance(stores, &[raise(conversation, user, ReceiptKind::Delivered, seq(to), at(5))]).await
}

pub(super) async fn read(stores: &Stores, conversation: ConversationId, user: UserId, to: i64) -> Vec<Advanced> {
    advance(stores, &[raise(conversation, user, ReceiptKind::Read, seq(to), at(6))]).await
}

pub(super) async fn changes(stores: &Stores, conversation: ConversationId, after: i64, wish: i64) -> Changes {
    stores.messages.changes(conversation, seq(after), size(wish), None).await.unwrap().unwrap()
}

/// A user's whole own log, which must be dense from 1 and end at its head.
pub(super) async fn own_log(stores: &Stores, user: UserId) -> Vec<UserEntry> {
    let mut entries: Vec<UserEntry> = Vec::new();
    loop {
        let after = entries.last().map_or(Seq::ZERO, |entry| entry.seq);
        let part = stores.messages.own_changes(user, after, PageSize::MAX).await.unwrap();
        if part.items.is_empty() {
            assert_eq!(part.head, after, "the log ends at its head");
            return entries;
        }
        for entry in part.items {
            not_endless(&entries);
            assert_eq!(entry.user, user);
            assert_eq!(entry.seq, entries.last().map_or(Seq::ZERO, |entry| entry.seq).next(), "the log is dense");
            entries.push(entry);
        }
    }
}

pub(super) async fn history(
    stores: &Stores,
    conversation: ConversationId,
    from: HistoryStart,
    wish: i64,
) -> Page<Message> {
    stores.messages.page(&History { conversation, from, size: size(wish) }, nobody()).await.unwrap()
}

/// The places of messages in the log, as plain numbers.
pub(super) fn places(messages: &[Message]) -> Vec<i64> {
    messages.iter().map(|message| message.seq.get()).collect()
}

/// Stops a loop over pages that never end, as they do where a cursor is part of its own page.
pub(super) fn not_endless<T>(seen: &[T]) {
    assert!(seen.len() <= 1_000, "the pages never end");
}

/// The ids of users, in the order given.
pub(super) fn ids(users: &[User]) -> Vec<UserId> {
    users.iter().map(|user| user.id).collect()
}

/// Runs `count` tasks that all begin at the same moment, and gives their answers in the order of their numbers.
pub(super) async fn together<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let start = Arc::new(Barrier::new(count));
    let tasks: Vec<_> = (0..count)
        .map(|n| {
            let (start, work) = (start.clone(), task(n));
            tokio::spawn(async move {
                start.wait().await;
                work.await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}
