//! The memory store as a whole.

use async_trait::async_trait;

use super::MemoryStore;
use crate::ports::{Database, StoreError};

#[async_trait]
impl Database for MemoryStore {
    async fn ping(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn write_nothing(&self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn epoch(&self) -> Result<String, StoreError> {
        Ok(self.epoch.clone())
    }
}
