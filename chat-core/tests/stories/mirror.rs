//! A client's picture of one group: asked for once, then kept true by nothing but the events that reach the client.

use std::collections::{BTreeMap, BTreeSet};

use chat_core::command::{History, HistoryStart, UserPageQuery};
use chat_core::conversation::{Group, Kind, Role};
use chat_core::event::{Audience, Envelope, Event};
use chat_core::ids::{ConversationId, MessageId, Seq, UserId};
use chat_core::log::{ChangeEntry, Changed, LogEntry, UserNotice};
use chat_core::message::{Content, Message, MessageView};
use chat_core::page::PageSize;
use chat_core::reaction::Emoji;
use chat_core::relation::RelationNotice;
use chat_core::{Command, Reply};

use crate::house::House;

/// What a client shows of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    head: Seq,
    group: Group,
    members: BTreeMap<UserId, Role>,
    messages: BTreeMap<MessageId, Shown>,
    /// The latest pin first.
    pins: Vec<MessageId>,
}

/// What a client shows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    seq: Seq,
    sender: UserId,
    content: Content,
    reply_to: Option<MessageId>,
    replies: u32,
    reactions: BTreeMap<Emoji, BTreeSet<UserId>>,
}

impl Shown {
    fn of(message: Message) -> Self {
        let Message { seq, sender, content, reply_to, .. } = message;
        Self { seq, sender, content, reply_to, replies: 0, reactions: BTreeMap::new() }
    }
}

/// Somebody's client, with what it shows of a group for as long as they are in it, and whom they are friends with or block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mirror {
    user: UserId,
    room: ConversationId,
    pub(crate) picture: Option<Picture>,
    friends: BTreeSet<UserId>,
    blocks: BTreeSet<UserId>,
}

impl Mirror {
    /// What commands answer at this moment.
    pub(crate) async fn asked(house: &House, user: UserId, room: ConversationId) -> Self {
        let users = async |command| match house.done(user, command).await {
            Reply::Users(page) => page.items.iter().map(|profile| profile.user.id).collect(),
            other => panic!("users, not {other:?}"),
        };
        let query = UserPageQuery { after: None, size: PageSize::MAX };
        Self {
            user,
            room,
            picture: Picture::asked(house, user, room).await,
            friends: users(Command::ListFriends(query)).await,
            blocks: users(Command::ListBlocks(query)).await,
        }
    }

    /// Takes an event over, if it is for this client. Total, so that a new kind of event has to say what a client does with it.
    /// Somebody who comes in has seen nothing yet; the answer tells that they have to ask.
    #[must_use]
    pub(crate) fn hear(&mut self, envelope: &Envelope) -> bool {
        let is_for_me = match &envelope.audience {
            Audience::Conversation { id, except } => *id == self.room && *except != Some(self.user),
            Audience::ConversationBut { id, but } => *id == self.room && !but.contains(&self.user),
            Audience::Users { users, .. } => users.contains(&self.user),
            Audience::Session(_) => false,
        };
        if !is_for_me {
            return false;
        }
        match &*envelope.event {
            Event::Entry(entry) => {
                let is_mine = self.picture.as_mut().is_some_and(|picture| picture.apply(entry, self.user));
                if !is_mine {
                    self.picture = None;
                }
                false
            }
            Event::UserEntry(entry) => match entry.notice {
                UserNotice::ConversationAdded { conversation, .. } => conversation == self.room,
                // That one is out is said in the group too, as the last thing that one hears of it.
                UserNotice::ConversationRemoved { .. } => false,
                UserNotice::Relation { notice, other, .. } => {
                    self.relate(notice, other);
                    false
                }
            },
            // States of a moment, which no picture keeps.
            Event::Receipt(_)
            | Event::Tally(_)
            | Event::Presence(_)
            | Event::Profile(_)
            | Event::Settings { .. }
            | Event::Draft { .. }
            | Event::Typing { .. }
            | Event::SessionEnded(_)
            | Event::Sanctioned { .. } => false,
        }
    }

    fn relate(&mut self, notice: RelationNotice, other: UserId) {
        match notice {
            RelationNotice::Accepted => {
                self.friends.insert(other);
            }
            RelationNotice::Removed => {
                self.friends.remove(&other);
            }
            RelationNotice::Blocked => {
                self.blocks.insert(other);
                self.friends.remove(&other);
            }
            RelationNotice::Unblocked => {
                self.blocks.remove(&other);
            }
            RelationNotice::Requested | RelationNotice::Declined | RelationNotice::Cancelled => {}
        }
    }
}

impl Picture {
    /// What commands answer at this moment; none for who is not a member.
    pub(crate) async fn asked(house: &House, user: UserId, room: ConversationId) -> Option<Self> {
        let Ok(Reply::Conversation(opened)) = house.ask(user, Command::GetConversation(room)).await else {
            return None;
        };
        let conversation = opened.view.conversation;
        let Kind::Group(group) = conversation.kind else { panic!("a group") };
        let size = PageSize::MAX;
        let list = Command::ListMembers { conversation: room, after: None, size };
        let Reply::Members(members) = house.done(user, list).await else { panic!("members") };
        let members: BTreeMap<_, _> = members.items.into_iter().map(|member| (member.user, member.role)).collect();
        assert_eq!(u32::try_from(members.len()), Ok(conversation.member_count));
        assert_eq!(members.get(&user), Some(&opened.view.me.role));

        let history = History { conversation: room, from: HistoryStart::Newest, size };
        let (mut messages, mut pinned) = (BTreeMap::new(), BTreeSet::new());
        for view in Self::page(house, user, Command::ListMessages(history)).await {
            if view.is_pinned {
                pinned.insert(view.message.id);
            }
            messages.insert(view.message.id, Self::shown(house, user, view).await);
        }
        let pins = Command::ListPins { conversation: room, before: None, size };
        let pins: Vec<_> = Self::page(house, user, pins).await.into_iter().map(|view| view.message.id).collect();
        assert_eq!(pins.iter().copied().collect::<BTreeSet<_>>(), pinned, "a list and the messages say the same");
        Some(Self { head: conversation.head, group, members, messages, pins })
    }

    async fn page(house: &House, user: UserId, command: Command) -> Vec<MessageView> {
        match house.done(user, command).await {
            Reply::Messages(page) if page.next.is_none() => page.items,
            other => panic!("all messages, not {other:?}"),
        }
    }

    async fn shown(house: &House, user: UserId, view: MessageView) -> Shown {
        let mut reactions = BTreeMap::new();
        for reaction in view.reactions {
            let (message, emoji) = (view.message.id, reaction.emoji.clone());
            let list = Command::ListReactors { message, emoji, after: None, size: PageSize::MAX };
            let Reply::Users(page) = house.done(user, list).await else { panic!("users") };
            let users: BTreeSet<_> = page.items.iter().map(|profile| profile.user.id).collect();
            assert_eq!((u32::try_from(users.len()), users.contains(&user)), (Ok(reaction.count), reaction.mine));
            reactions.insert(reaction.emoji, users);
        }
        Shown { replies: view.replies, reactions, ..Shown::of(view.message) }
    }

    /// Where the log stood for this picture.
    pub(crate) const fn head(&self) -> Seq {
        self.head
    }

    /// Takes an entry of the log over. False if it says that the user is out.
    pub(crate) fn apply(&mut self, entry: &LogEntry, user: UserId) -> bool {
        if entry.seq() <= self.head {
            return true;
        }
        assert_eq!(entry.seq(), self.head.next(), "nothing is missing in between");
        self.head = entry.seq();
        match entry {
            LogEntry::Message(message) => {
                self.messages.insert(message.id, Shown::of(message.clone()));
                self.count(message.reply_to);
                true
            }
            LogEntry::Change(change) => {
                self.change(change);
                !matches!(change.what, Changed::Left { user: left } if left == user)
            }
        }
    }

    /// Total, so that a new kind of change has to say what a client does with it. What a newcomer never saw stays unseen.
    fn change(&mut self, entry: &ChangeEntry) {
        match &entry.what {
            Changed::Joined { user, role } | Changed::RoleSet { user, role } => {
                self.members.insert(*user, *role);
            }
            Changed::Left { user } => {
                self.members.remove(user);
            }
            Changed::Updated(update) => self.group.apply(update),
            Changed::Edited { message, content } => {
                if let Some(shown) = self.messages.get_mut(&message.id) {
                    shown.content = content.clone();
                }
            }
            Changed::Deleted { message } => {
                self.pins.retain(|pin| *pin != message.id);
                let Some(shown) = self.messages.get_mut(&message.id) else { return };
                shown.content = Content::Deleted { by: entry.by, at: entry.at };
                shown.reactions.clear();
                let quoted = shown.reply_to;
                self.count(quoted);
            }
            Changed::Reacted { message, emoji } => {
                if let Some(shown) = self.messages.get_mut(&message.id) {
                    shown.reactions.entry(emoji.clone()).or_default().insert(entry.by);
                }
            }
            Changed::Unreacted { message, emoji } => {
                let Some(shown) = self.messages.get_mut(&message.id) else { return };
                if let Some(users) = shown.reactions.get_mut(emoji) {
                    users.remove(&entry.by);
                }
                shown.reactions.retain(|_, users| !users.is_empty());
            }
            Changed::Pinned { message } => {
                if self.messages.contains_key(&message.id) {
                    self.pins.insert(0, message.id);
                }
            }
            Changed::Unpinned { message } => self.pins.retain(|pin| *pin != message.id),
        }
    }

    /// Counts the answers to a message anew.
    fn count(&mut self, quoted: Option<MessageId>) {
        let Some(quoted) = quoted else { return };
        let answers =
            self.messages.values().filter(|shown| shown.reply_to == Some(quoted) && !shown.content.is_deleted());
        let answers = u32::try_from(answers.count()).expect("few");
        if let Some(shown) = self.messages.get_mut(&quoted) {
            shown.replies = answers;
        }
    }
}
