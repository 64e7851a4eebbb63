#![doc = include_str!("../README.md")]

pub mod accounts;
pub mod ban;
pub mod change;
pub mod chat;
pub mod command;
pub mod conversation;
pub mod error;
pub mod event;
pub mod ids;
pub mod invite;
pub mod limits;
pub mod log;
pub mod mention;
pub mod message;
pub mod moderation;
pub mod pace;
pub mod page;
pub mod personal;
pub mod ports;
pub mod presence;
pub mod reaction;
pub mod receipt;
pub mod registry;
pub mod relation;
pub mod room;
pub mod rules;
pub mod search;
pub mod sequencer;
pub mod text;
pub mod time;
pub mod user;
pub mod words;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use accounts::{Accounts, Authenticator, Identity};
pub use chat::{Chat, ChatSettings};
pub use command::{Actor, Command, Reply};
pub use error::{ChatError, ErrorCode};
