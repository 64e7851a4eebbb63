//! Searching messages: window by window, each ranked, until a page is full.

use std::cmp::Reverse;

use super::Chat;
use crate::command::{Actor, Reply};
use crate::error::ChatError;
use crate::ids::MessageId;
use crate::message::Message;
use crate::page::Page;
use crate::ports::Find;
use crate::rules;
use crate::search::{MessageSearch, Rank, SearchCursor};

/// How many windows one page may look into; a search that needs more goes on with the next page.
const MAX_WINDOWS: usize = 8;

impl Chat {
    pub(super) async fn search_messages(&self, actor: &Actor, search: MessageSearch) -> Result<Reply, ChatError> {
        if let Some(conversation) = search.filter.conversation {
            rules::may_see(self.recent_facts(conversation, actor.user).await?.as_deref())?;
        }
        let mut place = Some(search.after.unwrap_or(SearchCursor::START));
        let mut found: Vec<(SearchCursor, Message)> = Vec::new();
        for _ in 0..MAX_WINDOWS {
            // One more than asked for proves that there is another page.
            let Some(window) = place.filter(|_| found.len() <= search.size.get()) else { break };
            let find =
                Find { text: search.text.clone(), reach: window.reach, filter: search.filter, below: window.below };
            let page = self.stores.search.find(&find, actor.user).await?;
            let window = window.opened(page.items.first().map(|newest| newest.id));
            found.extend(ranked(&search, window, page.items));
            place = window.onward(&search.text, page.next.and_then(MessageId::new));
        }
        if found.len() > search.size.get() {
            found.truncate(search.size.get());
            place = found.last().map(|(cursor, _)| *cursor);
        }
        let items = found.into_iter().map(|(_, message)| message).collect();
        let items = self.stores.annotations.dress(items, actor.user).await?;
        Ok(Reply::Found(Page { items, next: place }))
    }
}

/// What a window shows after its cursor, the best first and the newer first among equals, each with the place after it.
fn ranked(
    search: &MessageSearch,
    window: SearchCursor,
    messages: Vec<Message>,
) -> impl Iterator<Item = (SearchCursor, Message)> {
    let key = |(rank, id): (Rank, MessageId)| Reverse((rank, id));
    let rank = |message: Message| Some(((search.text.rank(message.body()?)?, message.id), message));
    let mut ranked: Vec<_> = messages.into_iter().filter_map(rank).collect();
    ranked.sort_by_key(|(place, _)| key(*place));
    ranked.retain(|(place, _)| window.last.is_none_or(|last| key(*place) > key(last)));
    ranked.into_iter().map(move |((rank, id), message)| (window.at(rank, id), message))
}
