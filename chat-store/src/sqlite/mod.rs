//! The embedded database: one file, one process, one connection that writes and a few that read beside it.

mod accounts;
mod annotations;
mod arrays;
mod changes;
mod connections;
mod conversations;
mod database;
mod entrance;
mod erasures;
mod file;
mod identities;
mod life;
mod messages;
mod own_logs;
mod personal;
#[cfg(test)]
mod plans;
mod receipts;
mod recount;
mod relations;
mod reports;
mod rooms;
mod search;
mod session;
mod sessions;
mod standings;

use std::path::Path;
use std::sync::Arc;

use self::connections::Connections;
use self::messages::AppendWrite;
use self::receipts::AdvanceWrite;
use self::search::TermsFold;
use crate::batch::Batcher;
use crate::folding::Folder;
use crate::migrations::AppliedMigration;
use crate::open_error::OpenError;

/// Every store port over one SQLite file.
#[derive(Debug)]
pub(crate) struct SqliteStore {
    db: Arc<Connections>,
    appends: Batcher<AppendWrite>,
    advances: Batcher<AdvanceWrite>,
    terms: Folder,
}

impl SqliteStore {
    /// Opens a file, makes it if it is missing, and brings its schema up to date.
    pub(crate) async fn open(path: &Path, readers: u32) -> Result<(Self, Vec<AppliedMigration>), OpenError> {
        let (db, applied) = Connections::open(path, readers).await?;
        let db = Arc::new(db);
        let terms = Folder::start(TermsFold::new(db.clone()));
        let appends = Batcher::start(AppendWrite { connections: db.clone(), terms: terms.waker() });
        let advances = Batcher::start(AdvanceWrite(db.clone()));
        Ok((Self { db, appends, advances, terms }, applied))
    }

    /// Begins a new life of the database and gives its name.
    pub(crate) async fn renew_epoch(&self) -> Result<String, OpenError> {
        self.db.renew_epoch().await
    }

    /// Writes what waits, then gives the file free.
    pub(crate) async fn close(&self) {
        self.appends.close().await;
        self.advances.close().await;
        self.terms.close().await;
        self.db.close().await;
    }
}
