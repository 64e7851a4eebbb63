//! How messages come to readers, and the counts of those that did not come as they should have.

use crate::failure::{Failure, Outcome};
use crate::terminal;

/// How a message came, measured by those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// Right after the last one.
    Next,
    /// So many places were passed over.
    Skipping(u64),
    /// It had been passed over.
    Late,
    /// It had been heard.
    Again,
}

/// What did not come as it should have, to one reader or many.
#[derive(Debug, Default, Clone)]
pub(super) struct Faults {
    /// Deliveries that never came.
    pub(super) lost: u64,
    /// Deliveries that came again.
    pub(super) repeated: u64,
    /// Deliveries that came after a later one.
    pub(super) late: u64,
    /// Places that were passed over; those that came late are among them.
    pub(super) skipped: u64,
    /// The first thing that was wrong.
    pub(super) first: Option<String>,
}

impl Faults {
    /// Counts an arrival; what it was is spelled only if it was not as it should be.
    pub(super) fn count(&mut self, arrival: Arrival, which: impl FnOnce() -> String) {
        let word = match arrival {
            Arrival::Next => return,
            Arrival::Skipping(places) => {
                self.skipped += places;
                "skipped to"
            }
            Arrival::Late => {
                self.late += 1;
                "heard too late"
            }
            Arrival::Again => {
                self.repeated += 1;
                "heard again"
            }
        };
        self.first.get_or_insert_with(|| format!("{word} {}", which()));
    }

    /// Takes in those of others.
    pub(super) fn add(&mut self, other: Self) {
        self.lost += other.lost;
        self.repeated += other.repeated;
        self.late += other.late;
        self.skipped += other.skipped;
        self.first = self.first.take().or(other.first);
    }

    /// A figure of a run that lost something, or passed something over, is no figure. What comes again is ignored by every
    /// client, so it is told and counted only.
    pub(super) fn check(&self) -> Outcome {
        let first = self.first.as_deref().unwrap_or_default();
        if self.lost + self.skipped > 0 {
            let (lost, skipped) = (self.lost, self.skipped);
            return Err(Failure::new(format!(
                "{lost} deliveries were lost, {skipped} places were passed over: {first}"
            )));
        }
        if self.repeated > 0 {
            terminal::alarm(&format!("{} deliveries came again: {first}", self.repeated));
        }
        Ok(())
    }
}
