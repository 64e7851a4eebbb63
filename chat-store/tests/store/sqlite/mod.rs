//! SQLite: the conformance suite on a file of its own for each case, and what only a file can suffer.

mod corrupt;
mod file;
mod lives;
mod opening;
mod processes;

mod conformance {
    use chat_core::ports::Stores;

    use super::file::TestFile;

    async fn fresh() -> (Stores, TestFile) {
        let file = TestFile::new();
        (file.open().await.stores, file)
    }

    chat_core::store_conformance!(fresh);
}

use self::file::TestFile;
use crate::abandoned;
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_stop_waiting_leave_nothing_behind() {
    let file = TestFile::new();
    abandoned::calls_leave_nothing_behind(&Scene::new(file.open().await.stores).await).await;
}
