#![doc = include_str!("../README.md")]

pub mod app;
pub mod auth;
mod bad_tokens;
pub mod cli;
pub mod config;
pub mod http;
pub mod request;
pub mod secret;
pub mod serve;
pub mod start;
pub mod state;

mod access;
mod admin;
mod files;
mod health;
mod logs;
mod signals;
mod upgrade;
mod web;

pub use app::{App, Parts, Users};
pub use config::Config;
pub use state::AppState;
