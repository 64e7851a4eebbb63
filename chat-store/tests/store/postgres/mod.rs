//! Postgres: the conformance suite on a database of its own for each case.

mod server;

mod conformance {
    use chat_core::ports::Stores;

    use super::server::TestDatabase;

    async fn fresh() -> Option<(Stores, TestDatabase)> {
        let database = TestDatabase::fresh().await?;
        Some((database.open().await.stores, database))
    }

    chat_core::store_conformance!(fresh);
}
