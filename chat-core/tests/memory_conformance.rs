//! The memory store keeps every promise of the ports.

mod memory {
    use std::sync::Arc;

    use chat_core::ports::Stores;
    use chat_core::testing::MemoryStore;

    async fn fresh() -> (Stores, ()) {
        (Arc::new(MemoryStore::new()).stores(), ())
    }

    chat_core::store_conformance!(fresh);
}
