//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::ports::Clock;
use crate::time::Timestamp;

/// A clock that starts at [`ManualClock::START`] and moves only when told.
#[derive(Debug)]
pub struct ManualClock {
    micros: AtomicI64,
}

impl ManualClock {
    /// Where every manual clock starts: 2026-01-13T17:00:29.317890+00:00. The fraction is odd on purpose, so that a test
    /// notices where one gets lost.
    pub const START: Timestamp = Timestamp::from_micros(1_768_323_629_317_890);

    /// A clock at its start.
    #[must_use]
    pub const fn new() -> Self {
        Self { micros: AtomicI64::new(Self::START.micros()) }
    }

    /// Moves the clock on.
    pub fn advance(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        self.micros.fetch_add(micros, Ordering::SeqCst);
    }

    /// Moves the clock to a point, which may lie behind.
    pub fn set(&self, to: Timestamp) {
        self.micros.store(to.micros(), Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.micros.load(Ordering::SeqCst))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_only_when_the_test_says_so() {
        let clock = ManualClock::new();
        assert_eq!(clock.now().to_string(), "2026-01-13T17:00:29.317890+00:00");
        assert_eq!(clock.now(), clock.now());
        clock.advance(Duration::from_millis(1_500));
        assert_eq!(clock.now().micros() - ManualClock::START.micros(), 1_500_000);
        clock.set(Timestamp::from_micros(7));
        assert_eq!(clock.now(), Timestamp::from_micros(7));
    }
}
