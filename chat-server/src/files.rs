//! How many files the system lets this process have open: one per connection and some more.

/// More than this nobody serves from one process, and some systems have no limit at all.
#[cfg(unix)]
const ENOUGH: u64 = 1_048_576;

/// Asks the system for as many as it allows, and returns how many there are; none if it does not say.
pub(crate) fn raise_limit() -> Option<u64> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.unwrap_or(ENOUGH).min(ENOUGH);
        let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
        if limit.current.is_some_and(|current| current < wanted)
            && let Err(error) = setrlimit(Resource::Nofile, raised)
        {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
        getrlimit(Resource::Nofile).current
    }
    #[cfg(not(unix))]
    None
}
