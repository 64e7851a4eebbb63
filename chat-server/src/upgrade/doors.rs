//! How many sockets of one address may stand in the door: open, and not authenticated yet.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts those who stand in the door.
#[derive(Debug)]
pub(super) struct Doors {
    waiting: Mutex<HashMap<IpAddr, usize>>,
    most: usize,
}

impl Doors {
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { waiting: Mutex::default(), most })
    }

    /// Lets one more stand in the door until the guard is dropped; none if that would be too many.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<InTheDoor> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.entry(address).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(InTheDoor { doors: Arc::clone(self), address })
    }
}

/// One stands in the door.
#[derive(Debug)]
pub(super) struct InTheDoor {
    doors: Arc<Doors>,
    address: IpAddr,
}

impl Drop for InTheDoor {
    fn drop(&mut self) {
        let mut waiting = self.doors.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = waiting.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                waiting.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_has_so_many_places_and_gets_them_back() {
        let doors = Doors::new(2);
        let (one, other): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let first = doors.enter(one).expect("free");
        let _second = doors.enter(one).expect("free");
        assert!(doors.enter(one).is_none());
        assert!(doors.enter(other).is_some());
        drop(first);
        assert!(doors.enter(one).is_some());
    }

    #[test]
    fn nothing_is_kept_of_an_address_that_has_left() {
        let doors = Doors::new(2);
        drop(doors.enter([10, 0, 0, 1].into()));
        assert!(doors.waiting.lock().expect("not poisoned").is_empty());
    }
}
