//! The epoch: it stays while the file goes on, and changes when an older or a foreign file takes its place.

use std::path::Path;

use chat_store::Opened;

use super::file::TestFile;
use crate::scene::Scene;

async fn epoch(opened: &Opened) -> String {
    opened.stores.database.epoch().await.unwrap()
}

/// The epoch that the file has when it is opened, said something in, and closed.
async fn epoch_of_a_visit(file: &TestFile, scene: &mut Option<Scene>, key: &str) -> String {
    let opened = file.open().await;
    let visit = match scene.take() {
        None => Scene::new(opened.stores.clone()).await,
        Some(before) => Scene { stores: opened.stores.clone(), ..before },
    };
    visit.say(key).await;
    let epoch = epoch(&opened).await;
    *scene = Some(visit);
    opened.close().await;
    epoch
}

fn copy(from: &Path, to: &Path) {
    std::fs::copy(from, to).unwrap();
}

#[tokio::test]
async fn the_epoch_stays_while_the_file_goes_on() {
    let (file, mut scene) = (TestFile::new(), None);
    let first = epoch_of_a_visit(&file, &mut scene, "one").await;
    assert_eq!(epoch_of_a_visit(&file, &mut scene, "two").await, first);
}

#[tokio::test]
async fn a_backup_that_was_put_back_begins_a_new_epoch_that_stays() {
    let (file, mut scene) = (TestFile::new(), None);
    let before = epoch_of_a_visit(&file, &mut scene, "one").await;
    let backup = file.directory().join("backup.db");
    copy(&file.path(), &backup);
    epoch_of_a_visit(&file, &mut scene, "lost").await;
    copy(&backup, &file.path());

    let after = epoch_of_a_visit(&file, &mut scene, "instead").await;
    assert_ne!(after, before);
    assert_eq!(epoch_of_a_visit(&file, &mut scene, "then").await, after);
}

#[tokio::test]
async fn a_copy_elsewhere_is_a_life_of_its_own() {
    let (file, mut scene) = (TestFile::new(), None);
    let original = epoch_of_a_visit(&file, &mut scene, "one").await;
    let elsewhere = TestFile::new();
    copy(&file.path(), &elsewhere.path());
    assert_ne!(epoch(&elsewhere.open().await).await, original);
    assert_eq!(epoch_of_a_visit(&file, &mut scene, "two").await, original);
}

#[tokio::test]
async fn a_person_can_begin_a_new_epoch() {
    let (file, mut scene) = (TestFile::new(), None);
    let before = epoch_of_a_visit(&file, &mut scene, "one").await;
    let renewed = chat_store::renew_epoch(&file.config()).await.unwrap();
    assert_ne!(renewed, before);
    assert_eq!(epoch_of_a_visit(&file, &mut scene, "two").await, renewed);
}
