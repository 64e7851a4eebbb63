//! Opening a database: what is made, what is refused, and with which words.

use chat_store::{OpenError, StoreConfig};
use sqlx::{Connection, Executor};

use super::server::TestDatabase;
use crate::scene::Scene;

#[tokio::test]
async fn of_several_that_start_at_once_on_an_empty_database_one_migrates_and_all_open() {
    let Some(database) = TestDatabase::empty().await else { return };
    let config = database.config().with_max_connections(1);
    let starts: Vec<_> = (0..6)
        .map(|_| {
            tokio::spawn({
                let config = config.clone();
                async move { chat_store::open(&config).await }
            })
        })
        .collect();
    let mut applied = Vec::new();
    for start in starts {
        let opened = start.await.unwrap().unwrap();
        applied.extend(opened.applied.iter().map(|step| step.version));
        opened.close().await;
    }
    applied.dedup();
    assert_eq!(applied, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(chat_store::migrate(&config).await.unwrap(), []);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let mut connection = database.connect().await;
    let insert = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (9000, 'from the future', TRUE, '\\x00', 1)";
    connection.execute(insert).await.unwrap();
    connection.close().await.unwrap();
    let error = chat_store::open(&database.config()).await.err().unwrap();
    assert!(matches!(error, OpenError::NewerDatabase { found: 9000, known: 8 }), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let Ok(free) = std::net::TcpListener::bind("127.0.0.1:0") else { return };
    let address = free.local_addr().unwrap();
    drop(free);
    let error =
        chat_store::open(&StoreConfig::new(format!("postgres://ann:secret@{address}/chat"))).await.err().unwrap();
    assert!(matches!(error, OpenError::Unreachable { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains(&address.to_string()) && !text.contains("secret"), "{text}");
}

#[tokio::test]
async fn a_user_that_the_server_does_not_know_is_told_so() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let url = database.url(&database.options().username("nobody_at_all"));
    let error = chat_store::open(&StoreConfig::new(url)).await.err().unwrap();
    assert!(matches!(error, OpenError::AccessDenied { .. }), "{error:?}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_named() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let url = database.url(&database.options().database("no_such_chat"));
    let error = chat_store::open(&StoreConfig::new(url)).await.err().unwrap();
    assert!(matches!(&error, OpenError::NoSuchDatabase { database, .. } if database == "no_such_chat"), "{error:?}");
}

#[tokio::test]
async fn a_database_that_cannot_hold_every_text_is_refused() {
    let Some(database) = TestDatabase::made("TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE 'C'").await else { return };
    let error = chat_store::open(&database.config()).await.err().unwrap();
    assert!(matches!(&error, OpenError::NotUtf8 { found } if found == "SQL_ASCII"), "{error:?}");
}

#[tokio::test]
async fn a_url_that_is_none_is_refused_without_its_password() {
    let error = chat_store::open(&StoreConfig::new("postgres://ann:secret@host:notaport/chat")).await.err().unwrap();
    assert!(matches!(error, OpenError::BadUrl { .. }), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[tokio::test]
async fn a_copy_of_a_database_is_a_life_of_its_own() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let opened = database.open().await;
    let epoch = opened.stores.database.epoch().await.unwrap();
    Scene::new(opened.stores.clone()).await;
    opened.close().await;
    let copy = TestDatabase::made(&format!("TEMPLATE {}", database.name())).await.unwrap();
    assert_ne!(copy.open().await.stores.database.epoch().await.unwrap(), epoch);
    assert_eq!(database.open().await.stores.database.epoch().await.unwrap(), epoch);
}

#[tokio::test]
async fn a_person_can_begin_a_new_epoch_under_running_nodes() {
    let Some(database) = TestDatabase::fresh().await else { return };
    let running = database.open().await;
    let before = running.stores.database.epoch().await.unwrap();
    let renewed = chat_store::renew_epoch(&database.config()).await.unwrap();
    assert_ne!(renewed, before);
    assert_eq!(running.stores.database.epoch().await.unwrap(), renewed);
}
