//! Sending messages, and reading them back.

use super::{Chat, MAX_STALE, kept_moving};
use crate::command::{Actor, Changes, History, HistoryStart, MessageTarget, Reply, SendMessage, Sent};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event};
use crate::ids::{ConversationId, MessageId, Seq, UserId, Version};
use crate::log::LogEntry;
use crate::message::{Forwarded, Mentions, Message, MessageView};
use crate::pace::Pace;
use crate::page::{Page, PageSize};
use crate::ports::{Appended, NewMessage};
use crate::rules;
use crate::text::Body;
use crate::time::Timestamp;

/// What somebody says.
pub(super) struct Words {
    /// The message.
    pub(super) send: SendMessage,
    /// Whose words they are, if not the sender's own.
    pub(super) forwarded: Option<Forwarded>,
}

impl Chat {
    pub(super) async fn send(&self, actor: &Actor, send: SendMessage) -> Result<Sent, ChatError> {
        self.say(actor, Words { send, forwarded: None }).await
    }

    /// Says something in a conversation, if the rules allow it and nobody said it under the same key before.
    pub(super) async fn say(&self, actor: &Actor, words: Words) -> Result<Sent, ChatError> {
        let send = &words.send;
        let mut facts = self.facts_to_write_on(send.conversation, actor.user).await?;
        for _ in 0..MAX_STALE {
            if rules::may_send(facts.as_deref()).is_err() {
                // What was remembered may be outdated; only what is so now is a reason to refuse.
                facts = self.fresh_facts(send.conversation, actor.user).await?;
            }
            let judged = match rules::may_send(facts.as_deref()) {
                Ok(judged) => judged,
                Err(refusal) => return self.find_sent(actor, &words).await?.ok_or(refusal.into()),
            };
            self.check_quoted(actor.user, send.conversation, send.reply_to).await?;
            let body = match self.filtered(actor, send) {
                Ok(body) => body,
                Err(refusal) => return self.find_sent(actor, &words).await?.ok_or(refusal.into()),
            };
            let mut new = self.new_message(actor, &words, body, (judged.version, rules::pace_of(judged)));
            // Whom somebody else's words call has been called by them.
            if new.forwarded.is_none() {
                new.mentions = self.mentions(judged, actor.user, &new.body).await?;
            }
            match self.stores.messages.append(&new).await? {
                Appended::Stored(message) => {
                    let event = Event::Entry(LogEntry::Message(message.clone()));
                    let audience = Audience::Conversation { id: message.conversation, except: None };
                    self.publish(event, audience, actor.origin.clone());
                    return Ok(Sent { message, fresh: true });
                }
                Appended::Repeated(message) => return Ok(Sent { message, fresh: false }),
                Appended::Conflict => {
                    let sent = if self.filter.is_some() { self.find_sent(actor, &words).await? } else { None };
                    return sent.ok_or(ErrorCode::ClientIdReused.into());
                }
                Appended::TooSoon { until } => return Err(self.too_soon(until)),
                Appended::Stale => facts = self.fresh_facts(send.conversation, actor.user).await?,
            }
        }
        Err(kept_moving())
    }

    /// The refusal of a message that may be sent from a moment on.
    fn too_soon(&self, until: Timestamp) -> ChatError {
        let wait = until.micros().saturating_sub(self.now().micros());
        ChatError::TooSoon { retry_after_ms: u64::try_from(wait).unwrap_or_default().div_ceil(1_000).max(1) }
    }

    fn new_message(
        &self,
        actor: &Actor,
        Words { send, forwarded }: &Words,
        body: Body,
        (judged_on, pace): (Version, Pace),
    ) -> NewMessage {
        NewMessage {
            conversation: send.conversation,
            sender: actor.user,
            body,
            client_id: send.client_id.clone(),
            reply_to: send.reply_to,
            pace,
            mentions: Mentions::NOBODY,
            forwarded: *forwarded,
            judged_on,
            at: self.now(),
        }
    }

    /// A message that was stored before the rules or the filter came to refuse it, or to let another text through: its sender
    /// lost the answer and asks again.
    async fn find_sent(&self, actor: &Actor, words: &Words) -> Result<Option<Sent>, ChatError> {
        let send = &words.send;
        let Some(key) = &send.client_id else { return Ok(None) };
        let found = self.stores.messages.find_by_client_id(send.conversation, actor.user, key).await?;
        let again = self.new_message(actor, words, send.body.clone(), (Version::default(), Pace::NONE));
        match found {
            Some(message) if again.repeats(&message) => Ok(Some(Sent { message, fresh: false })),
            Some(_) | None => Ok(None),
        }
    }

    /// A reply quotes a message of the same conversation that its author can see.
    pub(super) async fn check_quoted(
        &self,
        user: UserId,
        conversation: ConversationId,
        quoted: Option<MessageId>,
    ) -> Result<(), ChatError> {
        let Some(quoted) = quoted else { return Ok(()) };
        let message = self.visible_message(user, quoted).await?;
        if message.content.is_deleted() {
            return Err(ErrorCode::MessageDeleted.into());
        }
        if message.conversation == conversation { Ok(()) } else { Err(ErrorCode::NotFound.into()) }
    }

    pub(super) async fn get_message(&self, actor: &Actor, id: MessageId) -> Result<MessageView, ChatError> {
        let message = self.visible_message(actor.user, id).await?;
        let mut dressed = self.stores.annotations.dress(vec![message], actor.user).await?;
        self.count_receipts(actor.user, &mut dressed).await?;
        dressed.pop().ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The message that is meant, if the user may see it and it is where it has to be; else there is nothing.
    pub(super) async fn meant(&self, user: UserId, target: MessageTarget) -> Result<Message, ChatError> {
        let message = self.visible_message(user, target.id).await?;
        let is_elsewhere = target.within.is_some_and(|conversation| conversation != message.conversation);
        if is_elsewhere { Err(ErrorCode::NotFound.into()) } else { Ok(message) }
    }

    /// A message, if the user may see it; else there is nothing.
    pub(super) async fn visible_message(&self, user: UserId, id: MessageId) -> Result<Message, ChatError> {
        let message = self.stores.messages.get(id, user).await?.ok_or(ErrorCode::NotFound)?;
        let facts = self.recent_facts(message.conversation, user).await?;
        rules::may_see_message(facts.as_deref(), &message)?;
        Ok(message)
    }

    pub(super) async fn list_messages(&self, actor: &Actor, mut history: History) -> Result<Reply, ChatError> {
        let facts = self.recent_facts(history.conversation, actor.user).await?;
        let joined = rules::may_see(facts.as_deref())?.joined_seq;
        if let HistoryStart::After(seq) = history.from {
            history.from = HistoryStart::After(seq.max(joined));
        }

        let mut page = self.stores.messages.page(&history, actor.user).await?;
        let shown = page.items.len();
        page.items.retain(|message| message.seq > joined);
        if page.items.len() < shown {
            page.next = None;
        }
        self.dressed(actor, page).await
    }

    /// A page of one conversation with what was put on its messages, and how far one's own got.
    pub(super) async fn dressed(&self, actor: &Actor, page: Page<Message>) -> Result<Reply, ChatError> {
        let Page { items, next } = page;
        let mut items = self.stores.annotations.dress(items, actor.user).await?;
        self.count_receipts(actor.user, &mut items).await?;
        Ok(Reply::Messages(Page { items, next }))
    }

    pub(super) async fn list_changes(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
    ) -> Result<Changes, ChatError> {
        let facts = self.recent_facts(conversation, actor.user).await?;
        let joined = rules::may_see(facts.as_deref())?.joined_seq;
        let changes = self.stores.messages.changes(conversation, after.max(joined), size, Some(actor.user)).await?;
        changes.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// A part of a conversation's log, asked for by nobody: what a node reads to fill a hole in what it passes on.
    pub async fn log_after(
        &self,
        conversation: ConversationId,
        after: Seq,
        size: PageSize,
    ) -> Result<Changes, ChatError> {
        self.stores.messages.changes(conversation, after, size, None).await?.ok_or_else(|| ErrorCode::NotFound.into())
    }

    /// The last seqs of conversations: what a node compares its own positions with.
    pub async fn heads(&self, conversations: &[ConversationId]) -> Result<Vec<(ConversationId, Seq)>, ChatError> {
        Ok(self.stores.conversations.heads(conversations).await?)
    }

    pub(super) async fn list_own_changes(&self, actor: &Actor, after: Seq, size: PageSize) -> Result<Reply, ChatError> {
        Ok(Reply::OwnChanges(self.stores.messages.own_changes(actor.user, after, size).await?))
    }
}
