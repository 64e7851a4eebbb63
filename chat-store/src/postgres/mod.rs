//! The database server: many processes, each with a few connections.
//!
//! Transactions lock rows in one order everywhere, so none waits for another in a circle: the relation of a pair, then
//! conversations by id, then members by conversation and user, then users by id. Locks are `FOR NO KEY UPDATE`: they
//! stop other writers of the row, and not those who only refer to it.

mod accounts;
mod annotations;
mod changes;
mod connections;
mod conversations;
mod database;
mod entrance;
mod erasures;
mod identities;
mod life;
mod messages;
mod own_logs;
mod personal;
mod pool;
mod receipts;
mod recount;
mod relations;
mod reports;
mod rooms;
mod search;
mod server;
mod session;
mod sessions;
mod shared_reads;
mod standings;

use std::sync::Arc;

use self::connections::Connections;
use self::messages::AppendWrite;
use self::receipts::AdvanceWrite;
use self::search::TermsFold;
use self::shared_reads::SharedReads;
use crate::batch::Batcher;
use crate::folding::Folder;
use crate::migrations::AppliedMigration;
use crate::open_error::OpenError;

/// Every store port over one Postgres database.
#[derive(Debug)]
pub(crate) struct PostgresStore {
    db: Arc<Connections>,
    batches: Arc<Connections>,
    appends: Batcher<AppendWrite>,
    advances: Batcher<AdvanceWrite>,
    terms: Folder,
    reads: SharedReads,
}

impl PostgresStore {
    /// Connects, and brings the schema up to date.
    pub(crate) async fn open(url: &str, connections: u32) -> Result<(Self, Vec<AppliedMigration>), OpenError> {
        let (options, applied) = server::prepare(url).await?;
        let batches = Arc::new(Connections::for_batches(options.clone()));
        let terms = Folder::start(TermsFold::new(batches.clone()));
        let appends = Batcher::start(AppendWrite { connections: batches.clone(), terms: terms.waker() });
        let advances = Batcher::start(AdvanceWrite(batches.clone()));
        let db = Arc::new(Connections::shared(options, connections));
        let reads = SharedReads::start(&db);
        Ok((Self { db, batches, appends, advances, terms, reads }, applied))
    }

    /// Begins a new life of the database and gives its name.
    pub(crate) async fn renew_epoch(&self) -> Result<String, OpenError> {
        let mut connection = self.db.pool().acquire().await?;
        life::renew(&mut connection).await
    }

    /// Writes what waits, then closes every connection.
    pub(crate) async fn close(&self) {
        self.appends.close().await;
        self.advances.close().await;
        self.terms.close().await;
        self.batches.close().await;
        self.db.close().await;
    }
}
