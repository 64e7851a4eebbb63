#![doc = include_str!("../README.md")]

#[cfg(not(any(feature = "sqlite", feature = "postgres")))]
compile_error!("chat-store needs a database: enable the feature `sqlite`, `postgres` or both");

mod batch;
mod codec;
mod commit;
mod config;
mod deadline;
mod error;
mod folding;
mod migrations;
mod open;
mod open_error;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod recount;
mod session;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use config::StoreConfig;
pub use migrations::AppliedMigration;
pub use open::{Opened, migrate, open, renew_epoch};
pub use open_error::OpenError;
pub use recount::Recounted;
