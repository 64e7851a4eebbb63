//! Postgres: the conformance suite on a database of its own for each case, and what only a server can do to its
//! clients.

mod coming_back;
mod failures;
mod horizon;
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

mod indexed {
    use chat_core::ports::Stores;
    use sqlx::{Connection, PgConnection};

    use super::server::TestDatabase;
    use crate::indexed::{IS_BEHIND, Index, finding_cases, patient};

    /// Keeps the options alone: the database goes away with its own guard.
    struct Server(sqlx::postgres::PgConnectOptions);

    #[async_trait::async_trait]
    impl Index for Server {
        async fn is_behind(&self) -> bool {
            let mut connection = PgConnection::connect_with(&self.0).await.unwrap();
            let missing: i64 = sqlx::query_scalar(IS_BEHIND).fetch_one(&mut connection).await.unwrap();
            connection.close().await.unwrap();
            missing > 0
        }
    }

    async fn fresh() -> Option<(Stores, TestDatabase)> {
        let database = TestDatabase::fresh().await?;
        let stores = database.open().await.stores;
        Some((patient(stores, Server(database.options())), database))
    }

    chat_core::for_each_case!([finding_cases][fresh]);
}
