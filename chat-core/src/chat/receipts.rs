//! Receipts: delivered and read marks that rise, and the authors who are told.

use futures_util::future::join_all;

use super::Chat;
use crate::command::{Actor, MarksReply, Position, ReadTarget};
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event, Origin, ReceiptEvent};
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::page::PageSize;
use crate::receipt::{Advance, Advanced, Company, Marks, ReceiptKind};
use crate::rules;

/// A frame with a message reached a socket of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Delivery {
    /// Where.
    pub conversation: ConversationId,
    /// Whose socket.
    pub user: UserId,
    /// Up to which place in the log.
    pub seq: Seq,
}

impl Chat {
    pub(super) async fn mark_read(&self, actor: &Actor, target: ReadTarget) -> Result<MarksReply, ChatError> {
        let (conversation, to, message) = match target {
            ReadTarget::Message(target) => {
                let message = self.meant(actor.user, target).await?;
                (message.conversation, message.seq, Some(message.id))
            }
            ReadTarget::Seq(conversation, seq) => {
                let facts = self.recent_facts(conversation, actor.user).await?;
                rules::may_see(facts.as_deref())?;
                (conversation, seq, None)
            }
        };
        let advance = Advance { conversation, user: actor.user, kind: ReceiptKind::Read, to, at: self.now() };
        let advanced = self.stores.receipts.advance(&[advance]).await?;

        let fresh = !advanced.is_empty();
        for mark in advanced {
            self.tell_authors(&mark).await?;
            self.tell_reader(&mark, message, actor.origin.clone());
        }
        let marks = self.marks(conversation, actor.user).await?;
        Ok(MarksReply { conversation, marks, message, fresh })
    }

    /// Notes that messages reached sockets. Many at once cost one write.
    pub async fn delivered(&self, deliveries: &[Delivery]) -> Result<(), ChatError> {
        let at = self.now();
        let advance = |delivery: &Delivery| Advance {
            conversation: delivery.conversation,
            user: delivery.user,
            kind: ReceiptKind::Delivered,
            to: delivery.seq,
            at,
        };
        let advances: Vec<_> = deliveries.iter().map(advance).collect();
        // The marks stand now, and no second try would tell of them: an author who cannot be told keeps nobody else waiting.
        let marks = self.stores.receipts.advance(&advances).await?;
        join_all(marks.iter().map(|mark| self.tell_authors(mark))).await.into_iter().collect()
    }

    /// Tells the authors of what was received or read, unless a block stands between the two of a direct conversation.
    async fn tell_authors(&self, mark: &Advanced) -> Result<(), ChatError> {
        if mark.authors.is_empty() {
            return Ok(());
        }
        // Nothing is read where nothing could silence it: a group's members come back by the thousand.
        if mark.company == Company::Direct {
            let facts = self.recent_facts(mark.conversation, mark.user).await?;
            if facts.is_none_or(|facts| rules::is_silent(&facts)) {
                return Ok(());
            }
        }
        for author in &mark.authors {
            let event = receipt(mark, Some(author.message), author.seq);
            let audience = Audience::Users { users: vec![author.author], about: Some(mark.conversation) };
            self.publish(event, audience, None);
        }
        Ok(())
    }

    /// Tells the reader's own devices, so that their unread counts follow.
    fn tell_reader(&self, mark: &Advanced, named: Option<MessageId>, origin: Option<Origin>) {
        let newest = mark.authors.iter().max_by_key(|author| author.seq).map(|author| author.message);
        let audience = Audience::Users { users: vec![mark.user], about: Some(mark.conversation) };
        self.publish(receipt(mark, named.or(newest), mark.to), audience, origin);
    }

    async fn marks(&self, conversation: ConversationId, user: UserId) -> Result<Marks, ChatError> {
        let before = UserId::new(user.get() - 1);
        let members = self.stores.conversations.members(conversation, before, PageSize::clamped(1), user).await?;
        let mine = members.items.into_iter().find(|member| member.user == user);
        mine.map(|member| member.marks).ok_or_else(|| ErrorCode::NotFound.into())
    }
}

/// What waited for a user while they were away reaches them with these positions, which say so already. What comes from now
/// on is delivered on its own.
pub(super) fn waiting(user: UserId, positions: &mut [Position]) -> Vec<Delivery> {
    let mut waiting = Vec::new();
    for position in positions.iter_mut().filter(|position| position.marks.delivered < position.head) {
        let Position { conversation, head, marks, .. } = *position;
        position.marks = marks.advanced(ReceiptKind::Delivered, head);
        waiting.push(Delivery { conversation, user, seq: head });
    }
    waiting
}

fn receipt(mark: &Advanced, message: Option<MessageId>, seq: Seq) -> Event {
    Event::Receipt(ReceiptEvent {
        conversation: mark.conversation,
        user: mark.user,
        kind: mark.kind,
        message,
        seq,
        at: mark.at,
    })
}
