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

mod indexed {
    use chat_core::ports::Stores;

    use super::file::TestFile;
    use crate::indexed::{IS_BEHIND, Index, finding_cases, patient};

    #[async_trait::async_trait]
    impl Index for TestFile {
        async fn is_behind(&self) -> bool {
            self.number(IS_BEHIND).await > 0
        }
    }

    async fn fresh() -> Option<(Stores, chat_store::Opened)> {
        let file = TestFile::new();
        let opened = file.open().await;
        Some((patient(opened.stores.clone(), file), opened))
    }

    chat_core::for_each_case!([finding_cases][fresh]);
}

use self::file::TestFile;
use crate::abandoned;
use crate::recount::{self, Tamper};
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_stop_waiting_leave_nothing_behind() {
    let file = TestFile::new();
    abandoned::calls_leave_nothing_behind(&Scene::new(file.open().await.stores).await).await;
}

#[async_trait::async_trait]
impl Tamper for TestFile {
    async fn tamper(&self, statement: &'static str) {
        Self::tamper(self, statement).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drift_is_seen_and_mended() {
    let file = TestFile::new();
    let opened = file.open().await;
    recount::drift_is_seen_and_mended(&opened, &file).await;
}
