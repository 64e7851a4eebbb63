//! Bad tokens: whoever shows many of them from one address is told to wait. Good ones from there are let in all the same, so
//! nobody is locked out by a neighbour.

use std::net::IpAddr;
use std::sync::Arc;

use chat_core::limits::{Rate, RateLimiter, network};
use chat_core::ports::Clock;
use chat_core::{ChatError, ErrorCode};

/// Counts bad tokens by the address that they come from.
#[expect(missing_debug_implementations, reason = "the clock is a trait object without a text form")]
pub struct BadTokens {
    limiter: RateLimiter<IpAddr>,
    rate: Option<Rate>,
    clock: Arc<dyn Clock>,
}

impl BadTokens {
    /// Nothing was counted yet; without a rate nothing is.
    pub(crate) fn new(rate: Option<Rate>, clock: Arc<dyn Clock>) -> Self {
        Self { limiter: RateLimiter::new(), rate, clock }
    }

    /// What somebody is told whose token was refused.
    pub(crate) fn answer(&self, refusal: ChatError, from: IpAddr) -> ChatError {
        let Some(rate) = self.rate.filter(|_| refusal.code() == ErrorCode::Unauthenticated) else { return refusal };
        match self.limiter.check(network(from), rate, self.clock.now()) {
            Ok(()) => refusal,
            Err(retry_after_ms) => ChatError::RateLimited { retry_after_ms },
        }
    }
}
