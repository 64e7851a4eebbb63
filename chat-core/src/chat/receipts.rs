//! Receipts: delivered and read marks that rise, and the authors who are told.

use std::collections::{BTreeSet, HashSet};

use futures_util::future::join_all;

use super::Chat;
use crate::command::{Actor, MarksReply, Position, ReadTarget};
use crate::conversation::Pair;
use crate::error::{ChatError, ErrorCode};
use crate::event::{Audience, Event, Origin, ReceiptEvent};
use crate::ids::{ConversationId, MessageId, Seq, UserId};
use crate::page::PageSize;
use crate::receipt::{Advance, Advanced, AuthorMark, Company, Marks, ReceiptKind};
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
        self.tell_authors(&advanced).await?;
        for mark in advanced {
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
        let marks = self.stores.receipts.advance(&advances).await?;
        self.tell_authors(&marks).await
    }

    /// Tells the authors of what was received or read, unless a block stands between: in a direct conversation and in a small group of each
    /// mark, in a large group a little later of all together.
    ///
    /// The marks stand now, and no second try would tell of them: an author who cannot be told keeps nobody else waiting.
    async fn tell_authors(&self, marks: &[Advanced]) -> Result<(), ChatError> {
        let (directs, groups): (Vec<_>, Vec<_>) = marks
            .iter()
            .filter(|mark| !mark.authors.is_empty())
            .partition(|mark| mark.company == Company::Direct);
        let (small, large): (Vec<_>, Vec<_>) = groups.into_iter().partition(|mark| mark.company.is_small());
        for mark in large {
            self.tallies.note(mark);
        }
        let told: Result<Vec<_>, _> = join_all(directs.into_iter().map(|mark| self.tell_peer(mark))).await.into_iter().collect();
        self.tell_group(&small).await?;
        told.map(|_| ())
    }

    /// Tells the other one of a direct conversation.
    async fn tell_peer(&self, mark: &Advanced) -> Result<(), ChatError> {
        let facts = self.recent_facts(mark.conversation, mark.user).await?;
        if facts.is_some_and(|facts| !rules::is_silent(&facts)) {
            for author in &mark.authors {
                self.tell_author(mark, author);
            }
        }
        Ok(())
    }

    /// Tells the authors in small groups. What is silent between them and those who received and read is one question for all of them.
    async fn tell_group(&self, marks: &[&Advanced]) -> Result<(), ChatError> {
        let pair = |mark: &Advanced, author: &AuthorMark| Pair::new(mark.user, author.author);
        let pairs: BTreeSet<_> =
            marks.iter().flat_map(|mark| mark.authors.iter().filter_map(|author| pair(mark, author))).collect();
        if pairs.is_empty() {
            return Ok(());
        }
        let pairs: Vec<_> = pairs.into_iter().collect();
        let silent: HashSet<_> = self.stores.relations.silent_among(&pairs).await?.into_iter().collect();
        for mark in marks {
            let is_heard = |author: &&AuthorMark| pair(mark, author).is_some_and(|pair| !silent.contains(&pair));
            for author in mark.authors.iter().filter(is_heard) {
                self.tell_author(mark, author);
            }
        }
        Ok(())
    }

    fn tell_author(&self, mark: &Advanced, author: &AuthorMark) {
        let audience = Audience::Users { users: vec![author.author], about: Some(mark.conversation) };
        self.publish(receipt(mark, Some(author.message), author.seq), audience, None);
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
