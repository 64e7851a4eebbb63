//! Both stores against the promises of the ports, and each against what only a real database can do to it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends at the first thing that is not as promised")]

mod abandoned;
mod indexed;
mod postgres;
mod recount;
mod scene;
mod sqlite;
