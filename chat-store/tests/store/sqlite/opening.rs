//! Opening a file: what is made, what is refused, and with which words.

use chat_core::ports::Find;
use chat_core::search::{Reach, SearchFilter, SearchText};
use chat_store::OpenError;

use super::file::{TestFile, config};
use crate::indexed::IS_BEHIND;
use crate::scene::Scene;

#[tokio::test]
async fn a_missing_file_is_made_with_the_directories_above_it() {
    let file = TestFile::new();
    let path = file.directory().join("a/b/chat.db");
    let opened = chat_store::open(&config(&path)).await.unwrap();
    assert_eq!(opened.applied.iter().map(|step| step.version).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt;

    let file = TestFile::new();
    let directory = file.directory().join("data");
    let opened = chat_store::open(&config(&directory.join("chat.db"))).await.unwrap();
    Scene::new(opened.stores.clone()).await.say("something").await;
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
        names.push(path.file_name().unwrap().to_str().unwrap().to_owned());
    }
    names.sort();
    assert_eq!(names, ["chat.db", "chat.db-shm", "chat.db-wal", "chat.db.lock"]);
}

#[tokio::test]
async fn what_was_said_is_there_after_opening_again() {
    let file = TestFile::new();
    let opened = file.open().await;
    let scene = Scene::new(opened.stores.clone()).await;
    let said = scene.say("something").await;
    opened.close().await;

    let again = file.open().await;
    assert_eq!(again.stores.messages.get(said.id, said.sender).await.unwrap(), Some(said));
}

#[tokio::test]
async fn what_was_said_before_there_was_an_index_comes_into_it() {
    let file = TestFile::new();
    let opened = file.open().await;
    let scene = Scene::new(opened.stores.clone()).await;
    for n in 0..1_200 {
        scene.say(&format!("k{n}")).await;
    }
    opened.close().await;
    file.tamper("DELETE FROM message_terms").await;
    file.tamper("UPDATE search_progress SET folded_id = 0").await;

    let again = file.open().await;
    while file.number(IS_BEHIND).await > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let text = SearchText::new("words k0").unwrap();
    let find = Find { text, reach: Reach::Near, filter: SearchFilter::default(), below: None };
    assert_eq!(again.stores.search.find(&find, scene.bob).await.unwrap().items.len(), 1);
}

#[tokio::test]
async fn migrating_twice_changes_nothing_the_second_time() {
    let file = TestFile::new();
    assert_eq!(chat_store::migrate(&file.config()).await.unwrap().len(), 5);
    assert_eq!(chat_store::migrate(&file.config()).await.unwrap(), []);
    assert_eq!(file.open().await.applied, []);
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    let file = TestFile::new();
    file.open().await.close().await;
    file.tamper(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9000, 'from the future', TRUE, x'00', 1)",
    )
    .await;
    let error = file.try_open().await.err().unwrap();
    assert!(matches!(error, OpenError::NewerDatabase { found: 9000, known: 8 }), "{error}");
    assert!(matches!(error, OpenError::NewerDatabase { found: 9000, known: 6 }), "{error}");
    assert!(error.to_string().contains("newer than this program"), "{error}");
}

#[tokio::test]
async fn a_database_whose_steps_are_not_ours_is_refused() {
    let file = TestFile::new();
    file.open().await.close().await;
    file.tamper("UPDATE _sqlx_migrations SET checksum = x'00'").await;
    assert!(matches!(file.try_open().await.err().unwrap(), OpenError::ForeignDatabase { version: 1 }));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let file = TestFile::new();
    let text = "my diary, which is not a database, and which nobody may overwrite ".repeat(100);
    std::fs::write(file.path(), &text).unwrap();
    let error = file.try_open().await.err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase { .. }), "{error:?}");
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let file = TestFile::new();
    std::fs::write(file.path(), "").unwrap();
    let below_a_file = file.path().join("chat.db");
    let error = chat_store::open(&config(&below_a_file)).await.err().unwrap();
    assert!(matches!(error, OpenError::FileNotWritable { .. }), "{error:?}");
    assert!(error.to_string().contains(below_a_file.to_str().unwrap()), "{error}");
}

#[tokio::test]
async fn a_closed_store_answers_that_it_is_unavailable() {
    let file = TestFile::new();
    let opened = file.open().await;
    let scene = Scene::new(opened.stores.clone()).await;
    opened.close().await;
    assert!(scene.try_say("late").await.is_err());
    assert!(scene.stores.database.ping().await.is_err());
    assert!(scene.stores.database.write_nothing().await.is_err());
}
