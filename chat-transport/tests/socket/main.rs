//! The sockets, from outside: every story is told over a pipe, with a chat over the memory store behind it, and without
//! waiting for a real clock wherever the story does not need real threads.

#![expect(clippy::expect_used, clippy::panic, reason = "a story ends at the first thing that is not as it should be")]
#![expect(clippy::wildcard_enum_match_arm, reason = "a story names only the answers that it is about")]

mod harness;

mod auth;
mod changes;
mod client;
mod commands;
mod endings;
mod frames;
mod goodbye;
mod heartbeat;
mod hints;
mod large_room;
mod messages;
mod opening;
mod order;
mod personal;
mod pipeline;
mod presence;
mod ready;
mod receipts;
mod residue;
mod resume;
mod size;
mod slow_reader;
mod tails;
mod tallies;
mod typing;
mod wire;
