//! A client of the chat, written from the protocol's description alone: REST calls and sockets.

pub(crate) mod follow;
pub(crate) mod frame;
pub(crate) mod rest;
pub(crate) mod socket;
