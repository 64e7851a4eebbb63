//! The proof that nothing derived has drifted: what is stored twice is compared (and mended, if that is wished), and what is counted
//! when it is asked for is counted again from the logs.

use std::io::{self, Write as _};

use chat_core::ports::Stores;
use chat_store::{Opened, Recounted};

use super::{AdminError, answers};

/// Compares everything, mends it if that is wished, and fails if anything differs in the end.
pub(super) async fn recount(opened: &Opened, stores: &Stores, repair: bool) -> Result<(), AdminError> {
    let mut report = opened.recount(repair).await?;
    if repair && differing(&report) > 0 {
        print(&report, "mended")?;
        // Only what is right when it is looked at again was mended.
        report = opened.recount(false).await?;
    }
    report.extend(answers::recount(stores).await?);
    print(&report, "differ")?;
    match differing(&report) {
        0 => Ok(writeln!(io::stdout(), "no differences")?),
        number => Err(AdminError::Drift(number)),
    }
}

fn differing(report: &[Recounted]) -> u64 {
    report.iter().map(|recounted| recounted.differing).sum()
}

fn print(report: &[Recounted], verdict: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for Recounted { what, compared, differing } in report {
        writeln!(out, "{what:<28} {compared:>9} compared {differing:>9} {verdict}")?;
    }
    Ok(())
}
