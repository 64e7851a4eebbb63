//! The ports: everything that the use cases need from outside, as small traits.
//!
//! One method of a store is one transaction: on `Err` nothing has changed, and where a caller stops waiting, all of it
//! happens or nothing. No transaction, connection or runtime type crosses a port. Absence is `Option`, an expected alternative is a variant, and [`StoreError`] is what nobody expects.
//! What every store must do is executable: [`testing::conformance`](crate::testing) (feature `testing`).

mod accounts;
mod annotations;
mod bus;
mod changes;
mod conversations;
mod credentials;
mod database;
mod entrance;
mod erasures;
mod filter;
mod identities;
mod messages;
mod personal;
mod receipts;
mod relations;
mod reports;
mod rooms;
mod search;
mod sessions;
mod standings;
mod time;

pub use accounts::*;
pub use annotations::*;
pub use bus::*;
pub use changes::*;
pub use conversations::*;
pub use credentials::*;
pub use database::*;
pub use entrance::*;
pub use erasures::*;
pub use filter::*;
pub use identities::*;
pub use messages::*;
pub use personal::*;
pub use receipts::*;
pub use relations::*;
pub use reports::*;
pub use rooms::*;
pub use search::*;
pub use sessions::*;
pub use standings::*;
pub use time::*;

use std::sync::Arc;

/// A store failed in a way that no caller can mend.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached, or gave up. Whether a write happened is unknown; a retry with the same key is safe.
    #[error("the store is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds something that this program never writes.
    #[error("the store holds a value in {table}.{column} that cannot be")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
    },
}

/// Every store that the use cases need. One backend usually implements them all.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the ports are trait objects without a text form")]
pub struct Stores {
    /// Users.
    pub users: Arc<dyn UserStore>,
    /// Signed-in devices.
    pub sessions: Arc<dyn SessionStore>,
    /// Friends and blocks.
    pub relations: Arc<dyn RelationStore>,
    /// Conversations and their members.
    pub conversations: Arc<dyn ConversationStore>,
    /// Messages and logs.
    pub messages: Arc<dyn MessageStore>,
    /// Everything else that changes in a conversation.
    pub changes: Arc<dyn ChangeStore>,
    /// What was put on messages.
    pub annotations: Arc<dyn AnnotationStore>,
    /// Who is kept out of groups, and who is let in.
    pub entrance: Arc<dyn EntranceStore>,
    /// What strangers see of groups.
    pub rooms: Arc<dyn RoomStore>,
    /// Searching messages.
    pub search: Arc<dyn SearchStore>,
    /// What single members keep for themselves.
    pub personal: Arc<dyn PersonalStore>,
    /// Marks.
    pub receipts: Arc<dyn ReceiptStore>,
    /// Reports.
    pub reports: Arc<dyn ReportStore>,
    /// How users stand with the server.
    pub standings: Arc<dyn StandingStore>,
    /// Users that other issuers know.
    pub identities: Arc<dyn IdentityStore>,
    /// Deleted accounts.
    pub erasures: Arc<dyn ErasureStore>,
    /// The database as a whole.
    pub database: Arc<dyn Database>,
}
