//! Authors in large groups who are still to be told how far their messages got. However many receive and read, an author hears of each
//! message once a second at the most: what comes in between only changes what they are told then.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Chat;
use crate::error::ChatError;
use crate::event::{Audience, Event, ReceiptTally};
use crate::ids::{ConversationId, UserId};
use crate::receipt::{Advanced, AuthorMark, ReceiptKind};

/// How many authors may wait. One more is not told: what they see is true again when they look.
const MAX_WAITING: usize = 10_000;

/// How many authors one call tells, so that counting takes a small part of the time. The others are told next time.
const MAX_TOLD: usize = 64;

/// Who waits, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Tallies(Mutex<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    order: VecDeque<Key>,
    news: HashMap<Key, News>,
}

/// An author in a group.
type Key = (ConversationId, UserId);

/// The newest of an author's messages that somebody received, and that somebody read.
#[derive(Debug, Clone, Copy, Default)]
struct News {
    delivered: Option<AuthorMark>,
    read: Option<AuthorMark>,
}

impl News {
    fn note(&mut self, kind: ReceiptKind, mark: AuthorMark) {
        let newest = match kind {
            ReceiptKind::Delivered => &mut self.delivered,
            ReceiptKind::Read => &mut self.read,
        };
        if newest.is_none_or(|newest| newest.seq < mark.seq) {
            *newest = Some(mark);
        }
    }

    /// The messages that there is news of, each once.
    fn marks(self) -> Vec<AuthorMark> {
        let mut marks: Vec<_> = self.delivered.into_iter().chain(self.read).collect();
        marks.dedup();
        marks
    }
}

impl Tallies {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a mark rose over what these authors said.
    pub(super) fn note(&self, rise: &Advanced) {
        let mut waiting = self.waiting();
        let Waiting { order, news } = &mut *waiting;
        for mark in &rise.authors {
            let key = (rise.conversation, mark.author);
            if !news.contains_key(&key) {
                if order.len() >= MAX_WAITING {
                    continue;
                }
                order.push_back(key);
            }
            news.entry(key).or_default().note(rise.kind, *mark);
        }
    }

    fn take(&self) -> Vec<(Key, News)> {
        let mut waiting = self.waiting();
        let number = waiting.order.len().min(MAX_TOLD);
        let keys: Vec<_> = waiting.order.drain(..number).collect();
        keys.into_iter().filter_map(|key| waiting.news.remove_entry(&key)).collect()
    }
}

impl Chat {
    /// Tells authors in large groups how far their messages got, those who have waited longest first. Call it about once a second:
    /// however many received and read meanwhile, it costs one look at the members for each author who is here.
    pub async fn tell_tallies(&self) -> Result<(), ChatError> {
        for ((conversation, author), news) in self.tallies.take() {
            if !self.board.is_here(author) {
                continue;
            }
            let marks = news.marks();
            let places: Vec<_> = marks.iter().map(|mark| mark.seq).collect();
            let counts = self.stores.receipts.counts(conversation, author, &places, author).await?;
            for (mark, counts) in marks.into_iter().zip(counts) {
                let tally = ReceiptTally { conversation, message: mark.message, seq: mark.seq, counts };
                let audience = Audience::Users { users: vec![author], about: Some(conversation) };
                self.publish(Event::Tally(tally), audience, None);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{MessageId, Seq};
    use crate::receipt::Company;
    use crate::time::Timestamp;

    fn rise(author: i64, kind: ReceiptKind, places: &[i64]) -> Advanced {
        let user = |id| UserId::new(id).expect("an id");
        let seq = |n| Seq::new(n).expect("a seq");
        let mark = |place: &i64| AuthorMark {
            author: user(author),
            message: MessageId::new(*place).expect("an id"),
            seq: seq(*place),
        };
        Advanced {
            conversation: ConversationId::new(1).expect("an id"),
            user: user(9),
            kind,
            from: seq(0),
            to: seq(99),
            at: Timestamp::default(),
            company: Company::Group(1_000),
            authors: places.iter().map(mark).collect(),
        }
    }

    fn places(news: News) -> Vec<i64> {
        news.marks().iter().map(|mark| mark.seq.get()).collect()
    }

    #[test]
    fn of_everything_that_happened_only_the_newest_message_of_each_kind_is_left() {
        let tallies = Tallies::default();
        for place in [3, 7, 5] {
            tallies.note(&rise(1, ReceiptKind::Delivered, &[place]));
            tallies.note(&rise(1, ReceiptKind::Read, &[place - 2]));
        }
        let taken = tallies.take();
        assert_eq!(taken.iter().map(|(_, news)| places(*news)).collect::<Vec<_>>(), [[7, 5]]);
        assert!(tallies.take().is_empty());
        tallies.note(&rise(1, ReceiptKind::Read, &[7]));
        tallies.note(&rise(1, ReceiptKind::Delivered, &[7]));
        assert_eq!(places(tallies.take()[0].1), [7], "one message is told of once");
    }

    #[test]
    fn who_waited_longest_is_told_first_and_nobody_twice() {
        let tallies = Tallies::default();
        for author in 1..=MAX_TOLD as i64 + 1 {
            tallies.note(&rise(author, ReceiptKind::Read, &[1]));
        }
        tallies.note(&rise(1, ReceiptKind::Read, &[2]));
        assert_eq!(tallies.take().len(), MAX_TOLD);
        tallies.note(&rise(1, ReceiptKind::Read, &[3]));
        let authors: Vec<_> = tallies.take().iter().map(|((_, author), _)| author.get()).collect();
        assert_eq!(authors, [MAX_TOLD as i64 + 1, 1]);
    }
}
