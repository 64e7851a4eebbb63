//! Use-case stories on the memory store: what people do, and what they and others see of it.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "a story fails by panicking, and names only the answers that it is about"
)]

mod accounts;
mod bans;
mod blocking;
mod conversations;
mod deleted_accounts;
mod filtering;
mod following;
mod forwarding;
mod friends;
mod house;
mod invites;
mod jumping;
mod keeping_order;
mod limits;
mod mentions;
mod mirror;
mod own_account;
mod personal;
mod presence;
mod profiles;
mod receipts;
mod refusals;
mod reporting;
mod rooms;
mod searching;
mod sending;
mod slow_mode;
