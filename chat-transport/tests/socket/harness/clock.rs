//! The Clock port on the runtime's own time, so that pausing the runtime pauses everything.

use chat_core::ports::Clock;
use chat_core::testing::ManualClock;
use chat_core::time::Timestamp;
use tokio::time::Instant;

/// Starts where [`ManualClock`] starts and moves with the runtime.
#[derive(Debug)]
pub(crate) struct RuntimeClock {
    begun: Instant,
}

impl RuntimeClock {
    pub(crate) fn new() -> Self {
        Self { begun: Instant::now() }
    }
}

impl Clock for RuntimeClock {
    fn now(&self) -> Timestamp {
        let passed = i64::try_from(self.begun.elapsed().as_micros()).unwrap_or(i64::MAX);
        Timestamp::from_micros(ManualClock::START.micros() + passed)
    }
}
