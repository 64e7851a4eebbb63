//! Answers that only REST gives: lists, parts of logs, and what a sign-in gives. All other objects look as they do on sockets.

use chat_core::command::{Changes, OwnChanges};
use chat_core::page::Page;
use chat_transport::wire::EventView;
use serde::Serialize;
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    /// The items in the order of the list.
    items: Vec<T>,
    /// Where the following page starts; null on the last one.
    next: Option<i64>,
}

impl<T> ListView<T> {
    /// The whole of a list.
    pub(crate) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page whose items look right already.
    pub(crate) fn of(page: Page<T>) -> Self {
        Self { items: page.items, next: page.next }
    }
}

/// Each item as it looks.
impl<T, N> From<Page<N>> for ListView<T>
where
    T: for<'a> From<&'a N>,
{
    fn from(page: Page<N>) -> Self {
        Self { items: page.items.iter().map(T::from).collect(), next: page.next }
    }
}

/// A part of a log: the very events that sockets send.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangesView {
    /// The events, oldest first, without a gap.
    items: Vec<EventView>,
    /// The seq after which the next part starts; null if this one reaches the head.
    next: Option<i64>,
    /// The last seq of the log.
    head: i64,
}

impl From<&Changes> for ChangesView {
    fn from(changes: &Changes) -> Self {
        let last = changes.items.last().map(|entry| entry.seq()).filter(|last| *last < changes.head);
        Self {
            items: changes.items.iter().map(EventView::from).collect(),
            next: last.map(chat_core::ids::Seq::get),
            head: changes.head.get(),
        }
    }
}

impl From<&OwnChanges> for ChangesView {
    fn from(changes: &OwnChanges) -> Self {
        let last = changes.items.last().map(|entry| entry.seq).filter(|last| *last < changes.head);
        Self {
            items: changes.items.iter().map(EventView::from).collect(),
            next: last.map(chat_core::ids::Seq::get),
            head: changes.head.get(),
        }
    }
}
