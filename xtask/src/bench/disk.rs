//! How fast the disk is at this moment: what a commit waits for. On shared machines it changes by the minute, and a rate of
//! durable writes means little without it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::failure::{Doing, Outcome};

const FOR: Duration = Duration::from_secs(1);
/// As large as a page of the database's log.
const PAGE: [u8; 8 * 1024] = [7; 8 * 1024];

/// Writes of a page per second, each followed by a sync.
#[expect(clippy::cast_precision_loss, reason = "a second holds far fewer than 2^52 syncs")]
pub(super) fn syncs_per_second(directory: &Path) -> Outcome<f64> {
    let path = directory.join("syncs");
    let mut file = File::create(&path).doing("make a file to sync")?;
    let (begun, mut count) = (Instant::now(), 0_u64);
    while begun.elapsed() < FOR {
        file.write_all(&PAGE).doing("write")?;
        file.sync_data().doing("sync")?;
        count += 1;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(&path).doing("remove the file that was synced")?;
    Ok(rate)
}
