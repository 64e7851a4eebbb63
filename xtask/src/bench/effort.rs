//! What a person can say about every measurement: on which server, for how long, and where its pictures go.

use std::path::PathBuf;
use std::time::Duration;

use crate::binary::Binary;
use crate::workspace;

/// What is true of all of them.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Setting {
    #[command(flatten)]
    pub(super) binary: Binary,
    /// Draw the ratios into docs/benchmarks, where they belong to figures in the text, and not into target/benchmarks.
    #[arg(long)]
    pub(super) keep_pictures: bool,
}

/// How thoroughly something is measured in rounds of several parts.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Effort {
    /// How many seconds each part of a round lasts.
    #[arg(long, default_value_t = 3)]
    pub(super) seconds: u32,
    /// How often everything is measured, one after the other; the medians count.
    #[arg(long, default_value_t = 3)]
    pub(super) rounds: u32,
    #[command(flatten)]
    pub(super) setting: Setting,
}

impl Setting {
    /// The directory of the pictures.
    pub(super) fn pictures(&self) -> PathBuf {
        let parent = if self.keep_pictures { "docs" } else { "target" };
        workspace::root().join(parent).join("benchmarks")
    }
}

impl Effort {
    /// How long each part of a round lasts.
    pub(super) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds.into())
    }
}
