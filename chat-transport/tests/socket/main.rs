//! The sockets, from outside: every story is told over a pipe, with a chat over the memory store behind it, and without
//! waiting for a real clock wherever the story does not need real threads.

#![expect(clippy::expect_used, clippy::panic, reason = "a story ends at the first thing that is not as it should be")]

mod harness;

mod auth;
mod endings;
mod frames;
mod heartbeat;
mod hints;
mod messages;
mod opening;
mod order;
mod ready;
mod receipts;
mod residue;
mod resume;
mod size;
mod slow_reader;
