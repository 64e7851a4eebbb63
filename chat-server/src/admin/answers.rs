//! What is nowhere stored but counted when it is asked for: counted once more from the logs, and compared with the answers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use chat_core::conversation::ConversationView;
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::log::{Changed, LogEntry};
use chat_core::message::{Message, MessageView, UNREAD_WINDOW};
use chat_core::page::PageSize;
use chat_core::ports::Stores;
use chat_core::reaction::Emoji;
use chat_store::Recounted;

use super::{AdminError, all_users};

/// What a list of conversations said to one member.
#[derive(Debug, Clone, Copy)]
struct Told {
    user: UserId,
    read: Seq,
    joined: Seq,
    head: Seq,
    unread: u32,
    last: Option<MessageId>,
}

impl Told {
    fn of(view: &ConversationView) -> Self {
        Self {
            user: view.me.user,
            read: view.me.marks.read,
            joined: view.me.joined_seq,
            head: view.conversation.head,
            unread: view.unread,
            last: view.last_message.as_ref().map(|message| message.id),
        }
    }
}

/// How many answers were compared, and how many were wrong.
#[derive(Debug, Default)]
struct Answers {
    unread: (u64, u64),
    last: (u64, u64),
    reactions: (u64, u64),
    replies: (u64, u64),
    pins: (u64, u64),
}

/// Compares every answer. Where somebody writes meanwhile, what they write to is passed over.
pub(super) async fn recount(stores: &Stores) -> Result<Vec<Recounted>, AdminError> {
    let mut told: BTreeMap<ConversationId, Vec<Told>> = BTreeMap::new();
    for user in all_users(stores).await? {
        let mut after = None;
        loop {
            let page = stores.conversations.list(user, after, PageSize::MAX).await?;
            for view in &page.items {
                told.entry(view.conversation.id).or_default().push(Told::of(view));
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    let mut answers = Answers::default();
    for (conversation, told) in told {
        let log = Replay::of(stores, conversation).await?;
        for told in told.iter().filter(|told| told.head == log.head) {
            answers.compare_list(&log, told);
        }
        answers.compare_messages(stores, conversation, &log).await?;
    }
    Ok(answers.report())
}

impl Answers {
    fn compare_list(&mut self, log: &Replay, told: &Told) {
        note(&mut self.unread, log.unread(told) == told.unread);
        note(&mut self.last, log.last(told.joined) == told.last);
    }

    /// Compares what is shown on each message.
    async fn compare_messages(
        &mut self,
        stores: &Stores,
        conversation: ConversationId,
        log: &Replay,
    ) -> Result<(), AdminError> {
        let mut after = Seq::ZERO;
        while after < log.head {
            let changes = stores.messages.changes(conversation, after, PageSize::MAX, None).await?;
            let Some(changes) = changes.filter(|changes| changes.head == log.head) else { return Ok(()) };
            let Some(last) = changes.items.last().map(LogEntry::seq) else { return Ok(()) };
            after = last;
            let messages: Vec<_> = changes.items.into_iter().filter_map(message).collect();
            let Some(viewer) = messages.first().map(|message| message.sender) else { continue };
            for view in stores.annotations.dress(messages, viewer).await? {
                self.compare_message(log, &view);
            }
        }
        Ok(())
    }

    fn compare_message(&mut self, log: &Replay, view: &MessageView) {
        let id = view.message.id;
        let shown: HashMap<_, _> =
            view.reactions.iter().map(|reaction| (&reaction.emoji, reaction.count as usize)).collect();
        let counted = log.reactions.get(&id).into_iter().flatten().map(|(emoji, users)| (emoji, users.len()));
        note(&mut self.reactions, shown == counted.collect());
        note(&mut self.replies, view.replies == log.replies.get(&id).copied().unwrap_or_default());
        note(&mut self.pins, view.is_pinned == log.pinned.contains(&id));
    }

    fn report(self) -> Vec<Recounted> {
        let Self { unread, last, reactions, replies, pins } = self;
        let line = |what, (compared, differing)| Recounted { what, compared, differing };
        vec![
            line("unread counts", unread),
            line("last messages", last),
            line("reactions as shown", reactions),
            line("numbers of answers", replies),
            line("pins as shown", pins),
        ]
    }
}

const fn note((compared, differing): &mut (u64, u64), is_same: bool) {
    *compared += 1;
    if !is_same {
        *differing += 1;
    }
}

fn message(entry: LogEntry) -> Option<Message> {
    match entry {
        LogEntry::Message(message) => Some(message),
        LogEntry::Change(_) => None,
    }
}

/// What follows from the whole log of a conversation.
#[derive(Debug, Default)]
struct Replay {
    head: Seq,
    newest: VecDeque<Said>,
    reactions: HashMap<MessageId, HashMap<Emoji, BTreeSet<UserId>>>,
    replies: HashMap<MessageId, u32>,
    pinned: HashSet<MessageId>,
}

/// One of the newest messages.
#[derive(Debug)]
struct Said {
    id: MessageId,
    seq: Seq,
    sender: UserId,
    is_deleted: bool,
}

impl Replay {
    async fn of(stores: &Stores, conversation: ConversationId) -> Result<Self, AdminError> {
        let mut replay = Self::default();
        loop {
            let changes = stores.messages.changes(conversation, replay.head, PageSize::MAX, None).await?;
            let items = changes.map(|changes| changes.items).unwrap_or_default();
            if items.is_empty() {
                return Ok(replay);
            }
            for entry in &items {
                replay.apply(entry);
            }
        }
    }

    fn apply(&mut self, entry: &LogEntry) {
        self.head = entry.seq();
        match entry {
            LogEntry::Message(message) => self.say(message),
            LogEntry::Change(entry) => match &entry.what {
                Changed::Reacted { message, emoji } => {
                    self.reactions.entry(message.id).or_default().entry(emoji.clone()).or_default().insert(entry.by);
                }
                Changed::Unreacted { message, emoji } => {
                    let emoji_of = self.reactions.entry(message.id).or_default();
                    if let Some(users) = emoji_of.get_mut(emoji) {
                        users.remove(&entry.by);
                    }
                    emoji_of.retain(|_, users| !users.is_empty());
                }
                Changed::Pinned { message } => {
                    self.pinned.insert(message.id);
                }
                Changed::Unpinned { message } => {
                    self.pinned.remove(&message.id);
                }
                Changed::Deleted { message } => {
                    self.reactions.remove(&message.id);
                    self.pinned.remove(&message.id);
                }
                Changed::Joined { .. }
                | Changed::Left { .. }
                | Changed::RoleSet { .. }
                | Changed::Updated(_)
                | Changed::Edited { .. } => {}
            },
        }
    }

    fn say(&mut self, message: &Message) {
        let Message { id, seq, sender, reply_to, content, .. } = message;
        let is_deleted = content.is_deleted();
        if let Some(quoted) = reply_to.filter(|_| !is_deleted) {
            *self.replies.entry(quoted).or_default() += 1;
        }
        if self.newest.len() == UNREAD_WINDOW {
            self.newest.pop_front();
        }
        self.newest.push_back(Said { id: *id, seq: *seq, sender: *sender, is_deleted });
    }

    fn unread(&self, told: &Told) -> u32 {
        let after = told.read.max(told.joined);
        let unread = self.newest.iter().filter(|said| said.seq > after && said.sender != told.user && !said.is_deleted);
        u32::try_from(unread.count()).unwrap_or(u32::MAX)
    }

    fn last(&self, joined: Seq) -> Option<MessageId> {
        self.newest.back().filter(|said| said.seq > joined).map(|said| said.id)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chat_core::command::{Actor, SendMessage};
    use chat_core::page::Page;
    use chat_core::ports::{MockConversationStore, NewUser, SystemClock, UserCreated};
    use chat_core::testing::{EventRecorder, MemoryStore, SeededEntropy};
    use chat_core::text::Body;
    use chat_core::user::Username;
    use chat_core::{Chat, ChatSettings, Command, Reply};

    use super::*;

    /// Ann, who told Bob something that he has not read, and their conversation as it is listed for either.
    async fn scene() -> (Stores, Vec<ConversationView>) {
        let stores = Arc::new(MemoryStore::new()).stores();
        let mut users = Vec::new();
        for name in ["ann", "bob"] {
            let username = Username::new(name).expect("a name");
            let new = NewUser { username, email: None, password_hash: None, at: chat_core::time::Timestamp::default() };
            let Ok(UserCreated::Created(user)) = stores.users.create(&new).await else { panic!("a user") };
            users.push(user.id);
        }
        let (recorder, chance) = (Arc::new(EventRecorder::new()), Arc::new(SeededEntropy::default()));
        let chat = Chat::new(stores.clone(), recorder, Arc::new(SystemClock), chance, ChatSettings::default());
        let ann = Actor::user(users[0]);
        let opened = chat.handle(&ann, Command::OpenDirect { user: users[1] }).await.expect("a conversation");
        let Reply::Conversation(opened) = opened else { panic!("a conversation") };
        let (conversation, body) = (opened.view.conversation.id, Body::new("hello").expect("a body"));
        let send = SendMessage { conversation, body, client_id: None, reply_to: None };
        chat.handle(&ann, Command::SendMessage(send)).await.expect("sent");
        let mut views = Vec::new();
        for user in users {
            views.extend(stores.conversations.view(conversation, user).await.expect("a store"));
        }
        (stores, views)
    }

    /// How often each answer was compared and was wrong, where the lists say this.
    async fn compared(mut stores: Stores, views: Vec<ConversationView>) -> Vec<(u64, u64)> {
        let mut lists = MockConversationStore::new();
        lists.expect_list().returning(move |user, _, _| {
            Ok(Page { items: views.iter().filter(|view| view.me.user == user).cloned().collect(), next: None })
        });
        stores.conversations = Arc::new(lists);
        recount(&stores).await.expect("a report").iter().map(|one| (one.compared, one.differing)).collect()
    }

    #[tokio::test]
    async fn a_wrong_answer_is_a_difference() {
        let (stores, views) = scene().await;
        assert_eq!(compared(stores.clone(), views.clone()).await, [(2, 0), (2, 0), (1, 0), (1, 0), (1, 0)]);
        let mut wrong = views.clone();
        wrong[1].unread += 1;
        assert_eq!(compared(stores.clone(), wrong).await[0], (2, 1));
        let mut wrong = views;
        wrong[0].last_message = None;
        assert_eq!(compared(stores, wrong).await[1], (2, 1));
    }
}
