//! The canonical wire: the only place that knows the names of frames and fields.
//!
//! Views carry no behaviour; they are what JSON looks like. The conversions are total, so that a new event or command cannot
//! be forgotten here.

mod changes;
mod events;
mod frames;
mod inbound;
pub mod json;
mod personal;
mod profiles;
mod texts;
mod views;

pub use changes::*;
pub use events::*;
pub use frames::*;
pub use inbound::{ClientFrame, SyncRequest, decode};
pub use personal::*;
pub use profiles::*;
pub use texts::*;
pub use views::*;
