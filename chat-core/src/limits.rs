//! Rate limits: how often one key may do one kind of thing.
//!
//! The generic cell rate algorithm (ITU-T I.371): one time per key says when its bucket is empty again, so a key costs one
//! number, and the limit follows the user over reconnects because it is keyed by user, not by socket.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::time::Timestamp;

/// How much is allowed: `burst` at once, and then one every `1 / per_second`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// At most this many at once; at least 1.
    pub burst: u32,
    /// So many per second in the long run; above 0.
    pub per_second: f64,
}

impl Rate {
    /// A rate.
    #[must_use]
    pub const fn new(burst: u32, per_second: f64) -> Self {
        Self { burst, per_second }
    }

    /// Microseconds between two in the long run.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a float beyond the range saturates, which is what a limit wants"
    )]
    fn interval(self) -> i64 {
        ((1_000_000.0 / self.per_second.max(1e-6)) as i64).max(1)
    }
}

/// Keys that were seen lately, each with the time when its bucket is empty again.
#[derive(Debug)]
pub struct RateLimiter<K> {
    // A plain mutex: it is held for one map access and never across an await.
    empty_at: Mutex<HashMap<K, i64>>,
}

/// How many keys are kept before those with empty buckets are swept out.
const SWEEP_ABOVE: usize = 10_000;

impl<K: Hash + Eq> RateLimiter<K> {
    /// A limiter that has seen nobody.
    #[must_use]
    pub fn new() -> Self {
        Self { empty_at: Mutex::new(HashMap::new()) }
    }

    /// Lets one through, or says how many milliseconds to wait. A refused one costs nothing.
    pub fn check(&self, key: K, rate: Rate, now: Timestamp) -> Result<(), u64> {
        let interval = rate.interval();
        let burst = interval.saturating_mul(i64::from(rate.burst.max(1)));
        let mut empty_at = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if empty_at.len() > SWEEP_ABOVE {
            empty_at.retain(|_, at| *at > now.micros());
        }
        let at = empty_at.entry(key).or_insert(0);
        let next = (*at).max(now.micros()).saturating_add(interval);
        let wait = next - now.micros() - burst;
        if wait > 0 {
            return Err(u64::try_from(wait).unwrap_or_default().div_ceil(1_000));
        }
        *at = next;
        Ok(())
    }
}

impl<K: Hash + Eq> Default for RateLimiter<K> {
    fn default() -> Self {
        Self::new()
    }
}

/// What one household or one attacker can hold for themselves: an IPv4 address, or the first half of an IPv6 address.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => v6
            .to_ipv4_mapped()
            .map_or_else(|| IpAddr::V6(std::net::Ipv6Addr::from_bits(v6.to_bits() & (!0 << 64))), IpAddr::V4),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate::new(3, 2.0);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000 + millis * 1_000)
    }

    #[test]
    fn a_burst_passes_and_then_one_per_interval() {
        let limiter = RateLimiter::new();
        let passed = (0..5).filter(|_| limiter.check("ann", RATE, at(0)).is_ok()).count();
        assert_eq!(passed, 3);
        assert_eq!(limiter.check("ann", RATE, at(0)), Err(500));
        assert_eq!(limiter.check("ann", RATE, at(499)), Err(1));
        assert_eq!(limiter.check("ann", RATE, at(500)), Ok(()));
    }

    #[test]
    fn keys_do_not_share_a_bucket() {
        let limiter = RateLimiter::new();
        for _ in 0..3 {
            assert_eq!(limiter.check("ann", RATE, at(0)), Ok(()));
        }
        assert_eq!(limiter.check("bob", RATE, at(0)), Ok(()));
    }

    #[test]
    fn keys_with_an_empty_bucket_are_swept_out() {
        let limiter = RateLimiter::new();
        for key in 0..=SWEEP_ABOVE {
            assert_eq!(limiter.check(key, RATE, at(0)), Ok(()));
        }
        assert_eq!(limiter.check(usize::MAX, RATE, at(60_000)), Ok(()));
        assert_eq!(limiter.empty_at.lock().expect("not poisoned").len(), 1);
    }
}
