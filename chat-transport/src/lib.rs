#![doc = include_str!("../README.md")]

pub mod client;
pub mod wire;

mod close;
mod deliveries;
mod frame;
mod gateway;
mod goodbye;
mod guard;
mod hub;
mod in_flight;
mod line;
mod opening;
mod outbox;
mod rounds;
mod sending;
mod session;
mod settings;
mod socket;
mod sync;
mod tails;

pub use close::{CloseReason, may_reconnect};
pub use gateway::{Gateway, Opening};
pub use hub::Hub;
pub use settings::SocketSettings;
