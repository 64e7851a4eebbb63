//! Postgres: the conformance suite on a database of its own for each case, and what only a server can do to its
//! clients.

mod failures;
mod opening;
mod plans;
mod server;
mod shared_reads;
mod silence;

mod conformance {
    use chat_core::ports::Stores;

    use super::server::TestDatabase;

    async fn fresh() -> Option<(Stores, TestDatabase)> {
        let database = TestDatabase::fresh().await?;
        Some((database.open().await.stores, database))
    }

    chat_core::store_conformance!(fresh);
}
