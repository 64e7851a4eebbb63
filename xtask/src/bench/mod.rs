//! placeholder
use crate::failure::Outcome;
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Chore {
    Idle,
}
pub(crate) fn run(_: Chore) -> Outcome {
    Ok(())
}
