//! One file, one process: held while the store is open, free again however the process ends.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use chat_store::OpenError;

use super::file::{TestFile, config};
use crate::scene::Scene;

/// Where the other process finds its file.
const FILE: &str = "CHAT_STORE_TEST_FILE";

/// Another process that has the file open and has said something in it.
struct OtherProcess(Child);

impl OtherProcess {
    /// Starts this very test program again, with nothing to run but the one test that then plays the other process.
    fn open(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["sqlite::processes::a_file_that_another_process_has_open_is_refused", "--exact", "--nocapture"])
            .env(FILE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        assert!(said.into_iter().any(|line| line == "open"), "the other process did not open the file");
        Self(child)
    }

    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for OtherProcess {
    fn drop(&mut self) {
        let _dead_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

/// What the other process does: it says something, tells that it is done, and holds the file until its end.
async fn be_the_other_process(path: &Path) {
    let opened = chat_store::open(&config(path)).await.unwrap();
    Scene::new(opened.stores.clone()).await.say("acknowledged").await;
    let mut stderr = std::io::stderr();
    writeln!(stderr, "open").unwrap();
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[tokio::test]
async fn a_file_that_another_process_has_open_is_refused() {
    if let Some(path) = std::env::var_os(FILE) {
        return be_the_other_process(Path::new(&path)).await;
    }
    let file = TestFile::new();
    let _other = OtherProcess::open(&file.path());
    let error = file.try_open().await.err().unwrap();
    assert!(matches!(error, OpenError::FileInUse { .. }), "{error:?}");
    assert!(error.to_string().contains("in use by another process"), "{error}");
}

#[tokio::test]
async fn a_killed_process_lets_go_of_the_file_and_loses_nothing_it_acknowledged() {
    let file = TestFile::new();
    OtherProcess::open(&file.path()).kill();
    let opened = file.open().await;
    let pair = {
        let users = [1, 2].map(|id| chat_core::ids::UserId::new(id).unwrap());
        chat_core::conversation::Pair::new(users[0], users[1]).unwrap()
    };
    let room = opened.stores.conversations.find_direct(pair).await.unwrap().unwrap();
    let scene = Scene { stores: opened.stores.clone(), ann: pair.low(), bob: pair.high(), room };
    assert_eq!(scene.keys().await, ["acknowledged"]);
}

#[tokio::test]
async fn a_second_opening_in_the_same_process_is_refused_until_the_first_is_closed() {
    let file = TestFile::new();
    let opened = file.open().await;
    assert!(matches!(file.try_open().await.err().unwrap(), OpenError::FileInUse { .. }));
    opened.close().await;
    file.open().await;
}

#[cfg(unix)]
#[tokio::test]
async fn another_name_of_the_same_file_is_the_same_file() {
    let file = TestFile::new();
    let _opened = file.open().await;
    let alias = file.directory().join("alias.db");
    std::os::unix::fs::symlink(file.path(), &alias).unwrap();
    assert!(matches!(chat_store::open(&config(&alias)).await.err().unwrap(), OpenError::FileInUse { .. }));
}
