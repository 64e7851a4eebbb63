//! The configuration: one table of keys, from which the type, the reading, the environment's names and the documentation
//! (`docs/CONFIG.md`) are made, so that none of them can fall behind the others.
//!
//! Defaults are overridden by the file, the file by the environment, and the environment by flags.

mod document;
mod error;
mod keys;
#[cfg(test)]
mod limits_document;
mod load;
mod network;
mod parts;
mod setting;

pub use document::document;
pub use error::ConfigError;
pub use keys::Config;
pub use load::{Loaded, Sources};
pub use network::{Network, Origin};
pub(crate) use parts::seconds;
pub use setting::{Bus, LogFormat};
