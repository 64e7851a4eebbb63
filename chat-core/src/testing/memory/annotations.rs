//! What was put on messages, in memory.

use std::collections::BTreeMap;

use async_trait::async_trait;

use super::MemoryStore;
use super::state::{ConversationRow, State};
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::message::{FormerBody, Message, MessageView};
use crate::page::{Page, PageSize};
use crate::ports::{AnnotationStore, StoreError};
use crate::reaction::{Emoji, ReactionCount};

#[async_trait]
impl AnnotationStore for MemoryStore {
    async fn dress(&self, messages: Vec<Message>, viewer: UserId) -> Result<Vec<MessageView>, StoreError> {
        let state = self.state();
        Ok(messages.into_iter().map(|message| state.dress(message, viewer)).collect())
    }

    async fn former_bodies(&self, message: MessageId) -> Result<Vec<FormerBody>, StoreError> {
        let state = self.state();
        let former = state.row_of(message).and_then(|(row, _)| Some(row.annotations.get(&message)?.former.clone()));
        Ok(former.unwrap_or_default())
    }

    async fn reactors(
        &self,
        message: MessageId,
        emoji: &Emoji,
        after: Option<UserId>,
        size: PageSize,
    ) -> Result<Page<UserId>, StoreError> {
        let state = self.state();
        let found = state.row_of(message).and_then(|(row, _)| row.annotations.get(&message)?.reactions.get(emoji));
        let users = found
            .into_iter()
            .flat_map(|users| users.keys().copied())
            .filter(|user| after.is_none_or(|after| *user > after));
        Ok(Page::from_rows(users.take(size.get() + 1).collect(), size, |user: &UserId| user.get()))
    }

    async fn pins(
        &self,
        conversation: ConversationId,
        before: Option<Seq>,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError> {
        let state = self.state();
        let Some(row) = state.conversations.get(&conversation) else {
            return Ok(Page { items: Vec::new(), next: None });
        };
        let between = state.relation_in(row);
        let mut pins: Vec<_> = row.pins().filter(|(pin, _)| before.is_none_or(|before| *pin < before)).collect();
        pins.sort_by_key(|(pin, _)| std::cmp::Reverse(*pin));
        let page = Page::from_rows(pins, size, |(pin, _)| pin.get());
        Ok(page.map(|(_, message)| row.shown(message, between.as_ref(), Some(viewer))))
    }

    async fn replies(
        &self,
        message: MessageId,
        after: Seq,
        size: PageSize,
        viewer: UserId,
    ) -> Result<Page<Message>, StoreError> {
        let state = self.state();
        let Some((row, _)) = state.row_of(message) else { return Ok(Page { items: Vec::new(), next: None }) };
        let between = state.relation_in(row);
        let answers = row.messages_after(after).filter(|answer| answer.reply_to == Some(message));
        let rows =
            answers.take(size.get() + 1).map(|answer| row.shown(answer, between.as_ref(), Some(viewer))).collect();
        Ok(Page::from_rows(rows, size, |answer: &Message| answer.seq.get()))
    }
}

impl State {
    fn dress(&self, message: Message, viewer: UserId) -> MessageView {
        let row = self.row_of(message.id).map(|(row, _)| row);
        let annotations = row.and_then(|row| row.annotations.get(&message.id));
        let mut reactions: Vec<_> = annotations.into_iter().flat_map(|on| &on.reactions).collect();
        reactions.sort_by_key(|(_, users)| users.values().min());
        let count = |(emoji, users): (&Emoji, &BTreeMap<UserId, Seq>)| ReactionCount {
            emoji: emoji.clone(),
            count: u32::try_from(users.len()).unwrap_or(u32::MAX),
            mine: users.contains_key(&viewer),
        };
        let answers = row.map_or(0, |row| {
            row.messages_after(message.seq)
                .filter(|answer| answer.reply_to == Some(message.id) && !answer.content.is_deleted())
                .count()
        });
        MessageView {
            reactions: reactions.into_iter().map(count).collect(),
            replies: u32::try_from(answers).unwrap_or(u32::MAX),
            is_pinned: annotations.is_some_and(|on| on.pinned.is_some()),
            receipts: None,
            message,
        }
    }
}

impl ConversationRow {
    /// The pinned messages, each with the place of its pin.
    fn pins(&self) -> impl Iterator<Item = (Seq, &Message)> {
        self.messages_after(Seq::ZERO).filter_map(|message| Some((self.annotations.get(&message.id)?.pinned?, message)))
    }
}
