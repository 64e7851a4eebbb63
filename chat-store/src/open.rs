//! From a URL to open stores.

use chat_core::ports::{StoreError, Stores};

use crate::config::{StoreConfig, Target};
use crate::migrations::AppliedMigration;
use crate::open_error::OpenError;
#[cfg(feature = "postgres")]
use crate::postgres::PostgresStore;
use crate::recount::Recounted;
#[cfg(feature = "sqlite")]
use crate::sqlite::SqliteStore;

/// Open stores. They work until [`close`](Self::close), whether or not this value is kept.
#[expect(missing_debug_implementations, reason = "the stores are trait objects without a text form")]
pub struct Opened {
    /// Every store that the use cases need.
    pub stores: Stores,
    /// The migrations that were run at this start.
    pub applied: Vec<AppliedMigration>,
    handle: Handle,
}

#[derive(Clone)]
enum Handle {
    #[cfg(feature = "sqlite")]
    Sqlite(std::sync::Arc<SqliteStore>),
    #[cfg(feature = "postgres")]
    Postgres(std::sync::Arc<PostgresStore>),
}

impl Opened {
    /// Writes what waits to be written, then closes every connection. Whatever is asked later is answered with
    /// [`StoreError::Unavailable`](chat_core::ports::StoreError::Unavailable).
    pub async fn close(self) {
        match self.handle {
            #[cfg(feature = "sqlite")]
            Handle::Sqlite(store) => store.close().await,
            #[cfg(feature = "postgres")]
            Handle::Postgres(store) => store.close().await,
        }
    }
}

impl Opened {
    /// Counts again everything that is stored twice, compares, and mends what differs if that is wished: heads and numbers, marks, what
    /// was put on messages, and what they are found by. It sees one moment of the database and takes as long as that is large.
    pub async fn recount(&self, mend: bool) -> Result<Vec<Recounted>, StoreError> {
        let recounted = match &self.handle {
            #[cfg(feature = "sqlite")]
            Handle::Sqlite(store) => store.recount(mend).await,
            #[cfg(feature = "postgres")]
            Handle::Postgres(store) => store.recount(mend).await,
        };
        recounted.map_err(StoreError::from)
    }
}

/// Opens the database of a URL and brings its schema up to date.
pub async fn open(config: &StoreConfig) -> Result<Opened, OpenError> {
    match config.target()? {
        #[cfg(feature = "sqlite")]
        Target::Sqlite(path) => {
            let (store, applied) = SqliteStore::open(&path, config.max_connections).await?;
            let store = std::sync::Arc::new(store);
            Ok(Opened { stores: stores(&store), applied, handle: Handle::Sqlite(store) })
        }
        #[cfg(feature = "postgres")]
        Target::Postgres(url) => {
            let (store, applied) = PostgresStore::open(&url, config.max_connections).await?;
            let store = std::sync::Arc::new(store);
            Ok(Opened { stores: stores(&store), applied, handle: Handle::Postgres(store) })
        }
        #[cfg(not(feature = "sqlite"))]
        Target::Sqlite(_) => Err(OpenError::LeftOut { database: "SQLite", feature: "sqlite" }),
        #[cfg(not(feature = "postgres"))]
        Target::Postgres(_) => Err(OpenError::LeftOut { database: "Postgres", feature: "postgres" }),
    }
}

/// Brings the schema of a database up to date and tells which migrations were run: none if it was up to date already.
pub async fn migrate(config: &StoreConfig) -> Result<Vec<AppliedMigration>, OpenError> {
    let mut opened = open(config).await?;
    let applied = std::mem::take(&mut opened.applied);
    opened.close().await;
    Ok(applied)
}

/// Says that the database was restored from a backup, so that clients load everything anew: gives it a new epoch and
/// returns it. Most restores are noticed by [`open`] without this; a backup that was put back under running nodes is
/// not.
pub async fn renew_epoch(config: &StoreConfig) -> Result<String, OpenError> {
    let opened = open(config).await?;
    let renewed = match &opened.handle {
        #[cfg(feature = "sqlite")]
        Handle::Sqlite(store) => store.renew_epoch().await,
        #[cfg(feature = "postgres")]
        Handle::Postgres(store) => store.renew_epoch().await,
    };
    opened.close().await;
    renewed
}

/// One store as every port.
fn stores<S>(store: &std::sync::Arc<S>) -> Stores
where
    S: chat_core::ports::UserStore
        + chat_core::ports::SessionStore
        + chat_core::ports::RelationStore
        + chat_core::ports::ConversationStore
        + chat_core::ports::MessageStore
        + chat_core::ports::ChangeStore
        + chat_core::ports::AnnotationStore
        + chat_core::ports::EntranceStore
        + chat_core::ports::RoomStore
        + chat_core::ports::SearchStore
        + chat_core::ports::PersonalStore
        + chat_core::ports::ReceiptStore
        + chat_core::ports::ReportStore
        + chat_core::ports::StandingStore
        + chat_core::ports::IdentityStore
        + chat_core::ports::ErasureStore
        + chat_core::ports::Database
        + 'static,
{
    Stores {
        users: store.clone(),
        sessions: store.clone(),
        relations: store.clone(),
        conversations: store.clone(),
        messages: store.clone(),
        changes: store.clone(),
        annotations: store.clone(),
        entrance: store.clone(),
        rooms: store.clone(),
        search: store.clone(),
        personal: store.clone(),
        receipts: store.clone(),
        reports: store.clone(),
        standings: store.clone(),
        identities: store.clone(),
        erasures: store.clone(),
        database: store.clone(),
    }
}
