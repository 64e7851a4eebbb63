//! SQLite: the conformance suite on a file of its own for each case.

mod conformance {
    use chat_core::ports::Stores;

    use super::file::TestFile;

    async fn fresh() -> (Stores, TestFile) {
        let file = TestFile::new();
        (file.open().await.stores, file)
    }

    chat_core::store_conformance!(fresh);
}

mod file;
