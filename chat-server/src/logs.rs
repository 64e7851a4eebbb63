//! The log: one line per request and what an operator should know, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
#[error("`log` is not understood: write a level like `info`, or levels by module like `info,chat_store=debug`")]
pub struct BadFilter;

/// Begins to log. Only the first call of a process has an effect.
pub(crate) fn init(filter: &str, format: LogFormat) -> Result<(), BadFilter> {
    let filter = EnvFilter::try_new(filter).map_err(|_| BadFilter)?;
    let terminal = std::io::stderr().is_terminal();
    // A log that cannot be written, on a full disk for instance, must not stop the chat, nor complain about itself.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        .log_internal_errors(false);
    let json = match format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let begun = if json { log.json().flatten_event(true).finish().try_init() } else { log.finish().try_init() };
    if begun.is_ok() {
        report_panics();
    }
    Ok(())
}

/// A panic is reported like everything else, with its place.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("a panic without a text");
        tracing::error!(place, message, "a panic: this is a fault of the server");
    }));
}
