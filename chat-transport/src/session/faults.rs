//! What a client did wrong lately, counted in windows of time.

use chat_core::time::Timestamp;

use super::Step;
use crate::close::CloseReason;

/// What a client did wrong lately.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    errors: u32,
    errors_since: Timestamp,
    pings: u32,
    pings_since: Timestamp,
}

impl Faults {
    pub(super) fn misunderstood(&mut self, now: Timestamp, max: u32) -> Step {
        count(&mut self.errors, &mut self.errors_since, now, 60);
        if self.errors >= max { Err(CloseReason::TooManyErrors) } else { Ok(()) }
    }

    pub(super) fn ping(&mut self, now: Timestamp, max: u32) -> Step {
        count(&mut self.pings, &mut self.pings_since, now, 1);
        if self.pings > max { Err(CloseReason::Flood) } else { Ok(()) }
    }
}

/// Counts within windows of some seconds.
fn count(counter: &mut u32, since: &mut Timestamp, now: Timestamp, seconds: i64) {
    if now >= since.plus_seconds(seconds) {
        (*counter, *since) = (0, now);
    }
    *counter += 1;
}
