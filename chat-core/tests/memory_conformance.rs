//! The memory store keeps every promise of the ports, and the suite that says so leaves no case out.

mod memory {
    mod conformance {
        use std::sync::Arc;

        use chat_core::ports::Stores;
        use chat_core::testing::MemoryStore;

        async fn fresh() -> (Stores, ()) {
            (Arc::new(MemoryStore::new()).stores(), ())
        }

        chat_core::store_conformance!(fresh);
    }
}

mod suite {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use chat_core::testing::conformance::CASES;

    /// The names of the cases as the source files have them: every public function of a subject.
    #[expect(clippy::expect_used, reason = "without its own sources the test cannot go on")]
    fn written() -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/testing/conformance");
        let mut written = BTreeSet::new();
        for file in fs::read_dir(folder).expect("the sources are there").map(|file| file.expect("a file").path()) {
            let subject = file.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = fs::read_to_string(&file).expect("the source is readable");
            let names = text.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next());
            written.extend(names.map(|name| format!("{subject}::{name}")));
        }
        written
    }

    #[test]
    fn every_case_that_is_written_is_listed_once() {
        let listed: BTreeSet<_> = CASES.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(listed.len(), CASES.len(), "a case is listed twice");
        assert_eq!(listed, written());
    }
}
