//! Receipts in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, MemberRow, State};
use crate::conversation::Kind;
use crate::ids::{ConversationId, Seq, UserId};
use crate::log::{ChangeEntry, Changed, LogEntry};
use crate::message::MessageRef;
use crate::page::{Page, PageSize};
use crate::ports::{ReceiptStore, StoreError};
use crate::receipt::{
    Advance, Advanced, AuthorMark, Company, Listeners, MemberReceipt, ReceiptCounts, ReceiptKind,
};
use crate::time::Timestamp;

/// The highest wish for each mark of one member.
#[derive(Default)]
struct Wish {
    delivered: Option<(Seq, Timestamp)>,
    read: Option<(Seq, Timestamp)>,
}

#[async_trait]
impl ReceiptStore for MemoryStore {
    async fn advance(&self, advances: &[Advance]) -> Result<Vec<Advanced>, StoreError> {
        let mut wishes: BTreeMap<(ConversationId, UserId), Wish> = BTreeMap::new();
        for advance in advances {
            let wish = wishes.entry((advance.conversation, advance.user)).or_default();
            let mark = match advance.kind {
                ReceiptKind::Delivered => &mut wish.delivered,
                ReceiptKind::Read => &mut wish.read,
            };
            if mark.is_none_or(|(to, _)| advance.to > to) {
                *mark = Some((advance.to, advance.at));
            }
        }
        let mut state = self.state();
        let mut advanced = Vec::new();
        for ((conversation, user), wish) in wishes {
            if let Some(row) = state.conversations.get_mut(&conversation) {
                advanced.extend(row.advance(user, &wish));
            }
        }
        Ok(advanced)
    }

    async fn counts(
        &self,
        conversation: ConversationId,
        author: UserId,
        places: &[Seq],
        viewer: UserId,
    ) -> Result<Vec<ReceiptCounts>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else { return Ok(Vec::new()) };
        let listeners: Vec<_> = row.listeners(author).map(|(came, member)| {
            let between = state.relation_between(row, member.member.user, viewer);
            Listeners { marks: member.shown(between.as_ref(), viewer).marks, came, number: 1 }
        }).collect();
        Ok(places.iter().map(|place| ReceiptCounts::of(*place, &listeners)).collect())
    }

    async fn receipts(
        &self,
        conversation: ConversationId,
        message: MessageRef,
        after: Option<UserId>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<MemberReceipt>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let listeners = row.listeners(message.sender).filter(|(came, _)| *came < message.seq);
        let receipts = listeners.map(|(_, member)| state.receipt(row, member, message.seq, viewer));
        let rest = receipts.filter(|receipt| after.is_none_or(|after| receipt.user > after));
        Ok(Page::from_rows(rest.take(size.get() + 1).collect(), size, |receipt: &MemberReceipt| receipt.user.get()))
    }
}

impl State {
    fn receipt(&self, row: &ConversationRow, member: &MemberRow, seq: Seq, viewer: UserId) -> MemberReceipt {
        let user = member.member.user;
        let between = self.relation_between(row, user, viewer);
        let marks = member.shown(between.as_ref(), viewer).marks;
        let reached_at = |kind| member.rises_shown(kind, between.as_ref(), Some(viewer)).find(|rise| rise.to >= seq);
        let [delivered, read] = [ReceiptKind::Delivered, ReceiptKind::Read].map(reached_at);
        MemberReceipt::of(user, seq, marks, delivered.map(|rise| rise.at), read.map(|rise| rise.at))
    }
}

impl ConversationRow {
    /// Everybody but an author, each with the place at which they came in.
    fn listeners(&self, author: UserId) -> impl Iterator<Item = (Seq, &MemberRow)> {
        let came = |user| {
            self.log.iter().rev().find_map(|entry| match entry {
                LogEntry::Change(ChangeEntry { what: Changed::Joined { user: who, .. }, seq, .. }) if *who == user => {
                    Some(*seq)
                }
                LogEntry::Change(_) | LogEntry::Message(_) => None,
            })
        };
        let others = self.members.iter().filter(move |(user, _)| **user != author);
        others.map(move |(user, member)| (came(*user).unwrap_or_default(), member))
    }

    /// Raises the marks of one member. The delivered mark speaks for itself only where it passes what reading implies.
    fn advance(&mut self, user: UserId, wish: &Wish) -> Vec<Advanced> {
        let head = self.conversation.head;
        let Some(row) = self.members.get_mut(&user) else { return Vec::new() };
        let before = row.member.marks;
        let rises = |wish: Option<(Seq, Timestamp)>, from: Seq| {
            wish.map(|(to, at)| (to.min(head), at)).filter(|(to, _)| *to > from).map(|(to, at)| (from, to, at))
        };
        let read = rises(wish.read, before.read);
        let delivered = rises(wish.delivered, before.delivered.max(read.map_or(Seq::ZERO, |(_, to, _)| to)))
            .map(|(_, to, at)| (before.delivered, to, at));
        let mut advanced = Vec::new();
        for (kind, rise) in [(ReceiptKind::Delivered, delivered), (ReceiptKind::Read, read)] {
            let Some((from, to, at)) = rise else { continue };
            let company = self.company();
            if let Some(row) = self.members.get_mut(&user) {
                row.raise(kind, to, at, company);
            }
            let authors = self.authors(user, from, to);
            let conversation = self.conversation.id;
            advanced.push(Advanced { conversation, user, kind, from, to, at, company, authors });
        }
        advanced
    }

    fn company(&self) -> Company {
        match self.conversation.kind {
            Kind::Direct(_) => Company::Direct,
            Kind::Group(_) => Company::Group(self.conversation.member_count),
        }
    }

    /// The newest message of each author but the reader between two places, the newest first.
    fn authors(&self, reader: UserId, from: Seq, to: Seq) -> Vec<AuthorMark> {
        let mut authors: Vec<AuthorMark> = Vec::new();
        for message in self.messages_after(from).rev().filter(|message| message.seq <= to) {
            let known = authors.iter().any(|mark| mark.author == message.sender);
            if message.sender != reader && !known && authors.len() < Advanced::MAX_AUTHORS {
                authors.push(AuthorMark { author: message.sender, message: message.id, seq: message.seq });
            }
        }
        authors
    }
}
