//! A trial: a server that is there already, and everything that decides what is done to it.

use std::path::{Path, PathBuf};

use rand::RngExt as _;

use crate::binary::Binary;
use crate::failure::Outcome;

/// What a person can say about every trial.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Settings {
    /// The same seed sends the same messages and breaks the same things at the same moments.
    #[arg(long)]
    seed: Option<u64>,
    /// How many clients send on a socket; every other one sends over REST as well.
    #[arg(long, default_value_t = 8)]
    senders: usize,
    /// Build the server with optimisation.
    #[arg(long)]
    release: bool,
    #[command(flatten)]
    binary: Binary,
}

/// What is about to be done.
#[derive(Debug, Clone)]
pub(super) struct Trial {
    /// The server's binary.
    pub(super) server: PathBuf,
    /// What that binary does wrong, if it is told to.
    pub(super) fault: Option<&'static str>,
    /// How often the server is killed.
    pub(super) cycles: u32,
    /// Decides what is sent and broken.
    pub(super) seed: u64,
    /// How many clients send on a socket.
    pub(super) senders: usize,
}

impl Settings {
    /// A trial of so many cycles; builds the server if none was named.
    pub(super) fn trial(&self, cycles: u32) -> Outcome<Trial> {
        let server = self.binary.path(self.release)?;
        Ok(Trial { server, fault: None, cycles, seed: self.seed.unwrap_or_else(any_seed), senders: self.senders })
    }
}

impl Trial {
    /// A short one on a binary that is there.
    pub(super) fn quick(server: &Path, cycles: u32) -> Self {
        Self { server: server.to_path_buf(), fault: None, cycles, seed: any_seed(), senders: 4 }
    }

    /// The same on a server with a fault.
    pub(super) fn with_fault(&self, faulty: &Path, fault: &'static str) -> Self {
        Self { server: faulty.to_path_buf(), fault: Some(fault), ..self.clone() }
    }
}

fn any_seed() -> u64 {
    u64::from(rand::rng().random::<u32>())
}
