//! The one error of this crate: what was being done, what went wrong, and the exit code that says so.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

/// What a chore answers.
pub(crate) type Outcome<T = ()> = Result<T, Failure>;

/// A chore that did not end well.
#[derive(Debug)]
pub(crate) struct Failure {
    message: String,
    code: u8,
}

impl Failure {
    /// A failure told in one sentence.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), code: 1 }
    }

    /// The same failure with the exit code of the program that caused it.
    pub(crate) fn with_code(mut self, code: Option<i32>) -> Self {
        self.code = code.and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0).unwrap_or(1);
        self
    }

    /// What the process ends with.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Failure {}

/// Names what was being done when something failed.
pub(crate) trait Doing<T> {
    /// Turns an error into a failure that begins with what was being done.
    fn doing(self, what: &str) -> Outcome<T>;
}

impl<T, E: Error> Doing<T> for Result<T, E> {
    fn doing(self, what: &str) -> Outcome<T> {
        self.map_err(|error| {
            // Client libraries hide the reason in the sources ("error sending request" says nothing).
            let mut message = format!("{what}: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                message.push_str(": ");
                message.push_str(&cause.to_string());
                source = cause.source();
            }
            Failure::new(message)
        })
    }
}
