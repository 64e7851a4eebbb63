//! The log: one line per request and what an operator should know, on standard error.

mod writer;

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

pub(crate) use writer::Flush;

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The filter is not one.
    #[error("`log` is not understood: write a level like `info`, or levels by module like `info,chat_store=debug`")]
    Filter,
    /// The thread that writes cannot be started.
    #[error("the log cannot be written: {0}")]
    Thread(#[from] std::io::Error),
}

/// Begins to log, and lets the last lines out when the guard is dropped. Only the first call of a process has an effect.
pub(crate) fn init(filter: &str, format: LogFormat) -> Result<Flush, LogError> {
    let filter = EnvFilter::try_new(filter).map_err(|_| LogError::Filter)?;
    let terminal = std::io::stderr().is_terminal();
    let (lines, flush) = writer::Lines::to(std::io::stderr())?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(lines)
        .with_ansi(terminal)
        .log_internal_errors(false);
    let json = match format {
        LogFormat::Auto => !terminal,
        LogFormat::Text => false,
        LogFormat::Json => true,
    };
    let begun = if json {
        // There is one span, the request; a list of all of them would only say it again.
        log.json().flatten_event(true).with_span_list(false).finish().try_init()
    } else {
        log.finish().try_init()
    };
    if begun.is_ok() {
        report_panics();
    }
    Ok(flush)
}

/// A panic is reported like everything else, with its place.
fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        let message = panic.payload_as_str().unwrap_or("a panic without a text");
        tracing::error!(place, message, "a panic: this is a fault of the server");
    }));
}
