//! Going to a place in the past: to a seq, or to a time.

use super::Chat;
use crate::command::{Actor, Around, History, HistoryStart, Place, Surroundings};
use crate::error::ChatError;
use crate::ids::Seq;
use crate::page::PageSize;
use crate::rules;

impl Chat {
    /// The messages around a place: the one that stands there (or the next one) is the first of the newer half. Where one half is
    /// short of messages, the page is not filled up from the newer one.
    pub(super) async fn list_around(&self, actor: &Actor, around: Around) -> Result<Surroundings, ChatError> {
        let Around { conversation, place, size } = around;
        let facts = self.recent_facts(conversation, actor.user).await?;
        let joined = rules::may_see(facts.as_deref())?.joined_seq;
        let last = match place {
            Place::Seq(seq) => seq.previous(),
            Place::Time(at) => self.stores.search.last_before(conversation, at).await?,
        };
        // The newer half begins after this one; before somebody came there is nothing for them.
        let last = last.max(joined);
        let read = async |from, size: usize| {
            let size = PageSize::clamped(i64::try_from(size).unwrap_or(i64::MAX));
            self.stores.messages.page(&History { conversation, from, size }, actor.user).await
        };
        let newer = read(HistoryStart::After(last), size.get() - size.get() / 2).await?;
        let after = newer.next.and_then(Seq::new);

        let room = size.get() - newer.items.len();
        let (mut items, mut before) = (Vec::new(), None);
        if room > 0 && last > joined {
            let older = read(HistoryStart::Before(last.next()), room).await?;
            before = older.next.and_then(Seq::new);
            items = older.items;
        } else if last > joined {
            before = Some(last.next());
        }
        let read = items.len();
        items.retain(|message| message.seq > joined);
        let before = before.filter(|_| items.len() == read);
        items.reverse();
        items.extend(newer.items);
        let items = self.stores.annotations.dress(items, actor.user).await?;
        Ok(Surroundings { items, before, after })
    }
}
