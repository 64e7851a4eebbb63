//! Everything that tests of a chat need: doubles of every port, and the suite that every store must pass.
//!
//! [`MemoryStore`] behaves as the real stores do, [`mocks`] do what one test tells them, and
//! [`store_conformance!`](crate::store_conformance) turns the promises of the ports into tests of any store.

mod clock;
pub mod conformance;
mod credentials;
mod entropy;
mod memory;
mod recorder;

pub use clock::ManualClock;
pub use credentials::{PlainHasher, PlainSigner};
pub use entropy::SeededEntropy;
pub use memory::MemoryStore;
pub use recorder::EventRecorder;

/// Mocks of every port, made by `mockall`: each method does what one test expects of it.
pub mod mocks {
    pub use crate::ports::{
        MockChangeStore, MockClock, MockConversationStore, MockDatabase, MockEntropy, MockEventBus, MockMessageStore,
        MockPasswordHasher, MockPersonalStore, MockReceiptStore, MockRelationStore, MockReportStore, MockSessionStore,
        MockStandingStore, MockTokenSigner, MockUserStore,
    };
}
