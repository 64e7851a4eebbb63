//! Times in order, and the one below which so many of them lie.

use std::time::Duration;

/// Sorted times.
#[derive(Debug, Default, Clone)]
pub(super) struct Quantiles(Vec<Duration>);

impl Quantiles {
    /// Sorts times.
    pub(super) fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// All times of several.
    pub(super) fn join<'a>(parts: impl Iterator<Item = &'a Self>) -> Self {
        Self::of(parts.flat_map(|part| part.0.iter().copied()).collect())
    }

    /// The time within which so many of ten thousand lie, in milliseconds.
    pub(super) fn within(&self, of_ten_thousand: usize) -> f64 {
        let index = (self.0.len() * of_ten_thousand).div_ceil(10_000).saturating_sub(1);
        self.0.get(index).copied().unwrap_or_default().as_secs_f64() * 1e3
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_least_time_that_covers_its_share() {
        let times = Quantiles::of((1..=100).rev().map(Duration::from_millis).collect());

        let found = [5_000, 9_900, 9_990, 10_000].map(|share| times.within(share));
        assert_eq!(found, [50.0, 99.0, 100.0, 100.0]);
        assert!((Quantiles::default().within(5_000) - 0.0).abs() < f64::EPSILON);
    }
}
