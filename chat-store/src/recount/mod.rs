//! The proof that nothing derived has drifted: everything that is stored twice is counted again from what it follows from, compared,
//! and mended where that is wished. It sees one moment of the database.

pub(crate) mod checks;
pub(crate) mod terms;

use self::checks::Check;
use self::terms::Terms;
use crate::codec::{Reader, all};
use crate::error::Fault;
use crate::session::Session;

/// One kind of derived thing, counted again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recounted {
    /// What was compared.
    pub what: &'static str,
    /// How many of them.
    pub compared: u64,
    /// How many of them were not what they follow from.
    pub differing: u64,
}

/// Compares everything, and mends what differs if that is wished. The caller holds a transaction that sees one moment, and commits it.
pub(crate) async fn recount<S: Session>(
    session: &mut S,
    checks: &[Check],
    indexed: Terms,
    mend: bool,
) -> Result<Vec<Recounted>, Fault> {
    let mut report = Vec::with_capacity(checks.len() + 1);
    for check in checks {
        let recounted = Recounted {
            what: check.what,
            compared: number(session, check.compared).await?,
            differing: number(session, check.differing).await?,
        };
        if mend && recounted.differing > 0 {
            for statement in check.mend {
                session.run(statement, &[]).await?;
            }
        }
        report.push(recounted);
    }
    report.push(terms::recount(session, indexed, mend).await?);
    Ok(report)
}

async fn number<S: Session>(session: &mut S, statement: &'static str) -> Result<u64, Fault> {
    let read = |row: &mut Reader<'_>| row.number("count");
    let numbers = all(&session.rows(statement, &[]).await?, read)?;
    Ok(numbers.first().and_then(|number| u64::try_from(*number).ok()).unwrap_or_default())
}
