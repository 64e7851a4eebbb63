//! The canonical wire: the only place that knows the names of frames and fields.
//!
//! Views carry no behaviour; they are what JSON looks like. The conversions are total, so that a new event or command cannot
//! be forgotten here.

mod bans;
mod changes;
mod events;
mod frames;
mod inbound;
mod invites;
pub mod json;
mod personal;
mod profiles;
mod receipts;
mod rooms;
mod said;
mod texts;
mod views;

pub use bans::*;
pub use changes::*;
pub use events::*;
pub use frames::*;
pub use inbound::{ClientFrame, SyncRequest, decode};
pub use invites::*;
pub use personal::*;
pub use profiles::*;
pub use receipts::*;
pub use rooms::*;
pub use said::*;
pub use texts::*;
pub use views::*;
