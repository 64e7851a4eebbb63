//! The composition: from configuration to a router that can be served, alone or inside another service.

mod state;

pub use state::AppState;
