//! Pages of lists: how much is asked for, and what comes back.

/// How many items a page may hold, always `1..=100`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u16);

impl PageSize {
    /// The largest page.
    pub const MAX: Self = Self(100);

    /// Clamps a wish to what is served; zero and less become 1.
    #[must_use]
    pub fn clamped(wish: i64) -> Self {
        Self(u16::try_from(wish.clamp(1, i64::from(Self::MAX.0))).unwrap_or(Self::MAX.0))
    }

    /// The number itself.
    #[must_use]
    pub const fn get(self) -> usize {
        self.0 as usize
    }
}

impl Default for PageSize {
    fn default() -> Self {
        Self(50)
    }
}

/// A part of a list. `next` is where the following page starts, absent on the last one.
/// Its meaning belongs to the list: a seq, an id, an activity position; never a count of rows skipped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, C = i64> {
    /// The items in the order of the list.
    pub items: Vec<T>,
    /// The cursor that continues after the last item.
    pub next: Option<C>,
}

impl<T, C> Page<T, C> {
    /// Cuts one page out of rows that were fetched with one more than asked for; the extra row only proves that there is more.
    #[must_use]
    pub fn from_rows(mut rows: Vec<T>, size: PageSize, cursor: impl Fn(&T) -> C) -> Self {
        let more = rows.len() > size.get();
        rows.truncate(size.get());
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }

    /// The same page with other items.
    #[must_use]
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U, C> {
        Page { items: self.items.into_iter().map(change).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_to_go_on_only_if_there_is_more() {
        let size = PageSize::clamped(2);
        assert_eq!(Page::from_rows(vec![5, 6, 7], size, |n| *n), Page { items: vec![5, 6], next: Some(6) });
        assert_eq!(Page::from_rows(vec![5, 6], size, |n| *n), Page { items: vec![5, 6], next: None });
    }

    #[test]
    fn a_wish_is_clamped_not_refused() {
        assert_eq!(PageSize::clamped(-4).get(), 1);
        assert_eq!(PageSize::clamped(1_000_000).get(), 100);
    }
}
