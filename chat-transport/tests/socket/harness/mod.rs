//! What every story needs: a house with a chat, a hub and a gateway in it, people, and their tabs.

mod clock;
mod dice;
mod documented;
mod house;
mod post;
mod raw;
mod stores;
mod tab;

pub(crate) use clock::RuntimeClock;
pub(crate) use dice::Dice;
pub(crate) use house::{House, Person, settled};
pub(crate) use post::Post;
pub(crate) use raw::{CLOSE, CONTINUATION, PING, PONG, RawSocket, TEXT, masked};
pub(crate) use stores::{BrokenReceipts, Door, GatedConversations, GatedUsers, gate_appends, gate_changes};
pub(crate) use tab::{Frame, PATIENCE, Tab};
