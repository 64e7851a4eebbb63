//! What every store must do, as tests: each case is one promise of the [ports](crate::ports).
//!
//! A store runs them all with [`store_conformance!`](crate::store_conformance). Every case gets a fresh, empty store, uses
//! nothing but the ports, and takes its times as arguments instead of reading a clock, so that it says the same about any store
//! on any machine.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a case is a test: it ends at the first thing that is not as promised"
)]

mod cases;
mod cases_of_messages;
mod scene;

pub mod accounts;
pub mod annotations;
pub mod audit;
pub mod bans;
pub mod changes;
pub mod database;
pub mod directs;
pub mod edits;
pub mod erasures;
pub mod failures;
pub mod finding;
pub mod forwards;
pub mod groups;
pub mod identities;
pub mod invites;
pub mod jumps;
pub mod lists;
pub mod log;
pub mod members;
pub mod mentions;
pub mod messages;
pub mod own_sessions;
pub mod pacing;
pub mod pages;
pub mod passwords;
pub mod personal;
pub mod profiles;
pub mod races;
pub mod reach;
pub mod receipts;
pub mod relations;
pub mod reports;
pub mod requests;
pub mod rooms;
pub mod search;
pub mod sessions;
pub mod silence;
pub mod standings;
pub mod states;
pub mod storms;
pub mod text;
pub mod tickets;
pub mod unread;

use crate::ports::Stores;

macro_rules! names {
    ([] $($subject:ident { $($case:ident)* })*) => {
        /// The name of every case, as `subject::case`.
        pub const CASES: &[&str] = &[$($(concat!(stringify!($subject), "::", stringify!($case))),*),*];
    };
}

crate::for_each_case!([names] []);

/// What a factory of [`store_conformance!`](crate::store_conformance) may give: a fresh store with the guard that keeps it
/// alive, or nothing where its backend is not at hand, and then the cases are left out. The factory says so.
pub trait FreshStore {
    /// Whatever keeps the store alive during the case.
    type Guard;

    /// The store, if there is one.
    fn fresh(self) -> Option<(Stores, Self::Guard)>;
}

impl<G> FreshStore for (Stores, G) {
    type Guard = G;

    fn fresh(self) -> Option<(Stores, G)> {
        Some(self)
    }
}

impl<G> FreshStore for Option<(Stores, G)> {
    type Guard = G;

    fn fresh(self) -> Self {
        self
    }
}

/// Turns the conformance suite into tests of one store, one `#[tokio::test]` per case, in one module per subject.
///
/// The argument is the path of an `async fn() -> (Stores, Guard)` (or `-> Option<(Stores, Guard)>`, see
/// [`FreshStore`](crate::testing::conformance::FreshStore)) that makes a fresh, empty store. The guard lives as long as the
/// case. The crate that uses the macro needs `tokio` with the features `macros` and `rt-multi-thread`.
///
/// ```text
/// mod memory {
///     use std::sync::Arc;
///     use chat_core::{ports::Stores, testing::MemoryStore};
///
///     async fn fresh() -> (Stores, ()) {
///         (Arc::new(MemoryStore::new()).stores(), ())
///     }
///
///     chat_core::store_conformance!(fresh);
/// }
/// ```
#[macro_export]
macro_rules! store_conformance {
    ($factory:path) => {
        $crate::for_each_case!([$crate::store_conformance_tests][$factory]);
    };
}

/// The tests that [`store_conformance!`](crate::store_conformance) writes.
#[doc(hidden)]
#[macro_export]
macro_rules! store_conformance_tests {
    ([$factory:path] $($subject:ident { $($case:ident)* })*) => {
        $(mod $subject {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let fresh = $factory().await;
                if let Some((stores, _guard)) = $crate::testing::conformance::FreshStore::fresh(fresh) {
                    $crate::testing::conformance::$subject::$case(&stores).await;
                }
            })*
        })*
    };
}
