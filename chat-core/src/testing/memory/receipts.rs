//! Receipts in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::ConversationRow;
use crate::conversation::Kind;
use crate::ids::{ConversationId, Seq, UserId};
use crate::ports::{ReceiptStore, StoreError};
use crate::receipt::{Advance, Advanced, AuthorMark, Company, ReceiptKind};
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
}

impl ConversationRow {
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
            if let Some(row) = self.members.get_mut(&user) {
                row.raise(kind, to, at);
            }
            let authors = self.authors(user, from, to);
            let conversation = self.conversation.id;
            advanced.push(Advanced { conversation, user, kind, from, to, at, company: self.company(), authors });
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
