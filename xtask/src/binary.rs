//! Which server is measured or broken: one that is there, or one that is built now.

use std::path::PathBuf;

use crate::failure::{Doing, Outcome};
use crate::workspace;

/// What a person can say about it.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Binary {
    /// Use this binary of the server instead of building one.
    #[arg(long)]
    server_binary: Option<PathBuf>,
}

impl Binary {
    /// Where it is, after a build if none was named.
    pub(crate) fn path(&self, release: bool) -> Outcome<PathBuf> {
        match &self.server_binary {
            Some(binary) => std::path::absolute(binary).doing("find the server"),
            None => workspace::build_server(release),
        }
    }
}
