//! Users of other issuers in memory.

use async_trait::async_trait;

use super::MemoryStore;
use crate::ids::UserId;
use crate::ports::{IdentityStore, Linked, NewUser, StoreError, Subject, UserCreated};

#[async_trait]
impl IdentityStore for MemoryStore {
    async fn find(&self, subject: &Subject) -> Result<Option<UserId>, StoreError> {
        Ok(self.state().subjects.get(subject).copied())
    }

    async fn link(&self, subject: &Subject, new: &NewUser) -> Result<Linked, StoreError> {
        let mut state = self.state();
        if let Some(user) = state.subjects.get(subject) {
            return Ok(Linked::User(*user));
        }
        let UserCreated::Created(user) = state.create(new)? else { return Ok(Linked::NameTaken) };
        state.subjects.insert(subject.clone(), user.id);
        Ok(Linked::User(user.id))
    }
}
