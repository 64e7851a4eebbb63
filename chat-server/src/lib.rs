#![doc = include_str!("../README.md")]

pub mod app;
pub mod http;
pub mod request;

pub use app::AppState;
