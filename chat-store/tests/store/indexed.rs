//! The promises of searching once more, each time after everything that was said has come into the index. Asked at once, most
//! of them would be kept by looking at the newest messages.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chat_core::ids::{ConversationId, Seq, UserId};
use chat_core::message::Message;
use chat_core::page::Page;
use chat_core::ports::{Find, SearchStore, StoreError, Stores};
use chat_core::time::Timestamp;

/// Tells whether messages are missing in an index, past the store.
#[async_trait]
pub(crate) trait Index: Send + Sync + 'static {
    async fn is_behind(&self) -> bool;
}

pub(crate) const IS_BEHIND: &str = "SELECT CAST(count(*) AS BIGINT) FROM messages WHERE id > (SELECT folded_id FROM search_progress WHERE only_row = 1)";

/// Searches when there is nothing but the index to search in.
struct Patient<I> {
    search: Arc<dyn SearchStore>,
    index: I,
}

#[async_trait]
impl<I: Index> SearchStore for Patient<I> {
    async fn find(&self, find: &Find, user: UserId) -> Result<Page<Message>, StoreError> {
        while self.index.is_behind().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        self.search.find(find, user).await
    }

    async fn last_before(&self, conversation: ConversationId, at: Timestamp) -> Result<Seq, StoreError> {
        self.search.last_before(conversation, at).await
    }
}

/// The same stores, with patience.
pub(crate) fn patient(stores: Stores, index: impl Index) -> Stores {
    Stores { search: Arc::new(Patient { search: stores.search.clone(), index }), ..stores }
}

/// The cases of `finding`, and no others, as tests of one store.
macro_rules! finding_cases {
    ([$factory:path] $($subject:ident { $($case:ident)* })*) => {
        $($crate::indexed::finding_cases! { @$subject [$factory] $($case)* })*
    };
    (@finding [$factory:path] $($case:ident)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            if let Some((stores, _guard)) = $factory().await {
                chat_core::testing::conformance::finding::$case(&stores).await;
            }
        })*
    };
    (@$other:ident [$factory:path] $($case:ident)*) => {};
}
pub(crate) use finding_cases;
