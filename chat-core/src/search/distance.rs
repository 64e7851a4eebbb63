//! How many slips of the finger lie between two words.

/// Whether two words differ by at most so many slips: a letter too many, one missing, a wrong one, or two neighbours swapped.
pub(super) fn is_within(one: &str, other: &str, slips: usize) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > slips {
        return false;
    }
    // Row n tells how far the first n letters of `one` are from each beginning of `other`; a swap looks two rows back.
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (n, letter) in one.iter().enumerate() {
        let mut next = vec![n + 1];
        for (m, target) in other.iter().enumerate() {
            let at = |row: &[usize], place: usize| row.get(place).copied().unwrap_or(usize::MAX - 1);
            let replaced = at(&row, m) + usize::from(letter != target);
            let shorter = at(&row, m + 1).min(at(&next, m)) + 1;
            let is_swap = n > 0 && m > 0 && one.get(n - 1) == Some(target) && other.get(m - 1) == Some(letter);
            let swapped = if is_swap { at(&above, m - 1) + 1 } else { usize::MAX };
            next.push(replaced.min(shorter).min(swapped));
        }
        above = std::mem::replace(&mut row, next);
    }
    row.last().is_some_and(|distance| *distance <= slips)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_slip_counts_once() {
        for slip in ["receipts", "recept", "receibt", "reciept", "receipt"] {
            assert!(is_within("receipt", slip, 1), "{slip}");
        }
        for far in ["recip", "teceipts", "piecert", "re"] {
            assert!(!is_within("receipt", far, 1), "{far}");
        }
        assert!(is_within("tommorow", "tomorrow", 2));
        assert!(is_within("", "", 0));
    }
}
