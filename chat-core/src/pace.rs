//! Slow mode: how long each member of a group waits after a message before the next one.

use crate::time::Timestamp;

/// A wait between two messages of one sender, in whole seconds: at most six hours. Zero is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pace(u16);

impl Pace {
    /// No wait.
    pub const NONE: Self = Self(0);
    /// The longest wait, in seconds.
    pub const MAX_SECONDS: u16 = 21_600;

    /// Checks a number of seconds; none if it is longer than the longest, or negative.
    #[must_use]
    pub fn new(seconds: i64) -> Option<Self> {
        u16::try_from(seconds).ok().filter(|seconds| *seconds <= Self::MAX_SECONDS).map(Self)
    }

    /// The seconds.
    #[must_use]
    pub const fn seconds(self) -> u16 {
        self.0
    }

    /// Whether there is nothing to wait for.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == 0
    }

    /// From when on somebody may speak who spoke last at a moment; none if they may at `at`.
    #[must_use]
    pub fn too_soon(self, last: Timestamp, at: Timestamp) -> Option<Timestamp> {
        let until = last.plus_seconds(i64::from(self.0));
        // Without a wait there is none, not even for a clock that went back.
        (!self.is_none() && at < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_bounded() {
        assert_eq!(Pace::new(0), Some(Pace::NONE));
        assert_eq!(Pace::new(21_600).map(Pace::seconds), Some(21_600));
        for bad in [-1, 21_601, 65_536, i64::MAX, i64::MIN] {
            assert_eq!(Pace::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_waits_until_the_pace_has_passed_and_no_longer() {
        let (last, pace) = (Timestamp::from_micros(7), Pace(2));
        assert_eq!(pace.too_soon(last, Timestamp::from_micros(2_000_006)), Some(Timestamp::from_micros(2_000_007)));
        assert_eq!(pace.too_soon(last, Timestamp::from_micros(2_000_007)), None);
        assert_eq!(Pace::NONE.too_soon(last, Timestamp::from_micros(1)), None, "nor for a clock that went back");
    }
}
