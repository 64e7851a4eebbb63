//! The yardstick for messages: pgbench inserts single rows into the same cluster, with statements prepared.

use crate::failure::{Doing, Failure, Outcome};
use crate::fixture::postgres::Postgres;
use crate::step;

/// A row about as large as a message, found by conversation and place like one.
const SCHEMA: &str = "CREATE TABLE entries (conversation bigint, seq bigint, sender bigint, body text, created_at timestamptz, \
                      PRIMARY KEY (conversation, seq))";
const SCRIPT: &str = "\\set conversation random(1, 10000)\n\\set seq random(1, 9000000000000000)\n\
                      INSERT INTO entries VALUES (:conversation, :seq, 1, repeat('x', 120), now());\n";

/// The database that it works in.
const DATABASE: &str = "yardstick";

/// pgbench against a table of its own.
#[derive(Debug)]
pub(super) struct Yardstick<'a> {
    postgres: &'a Postgres,
}

impl<'a> Yardstick<'a> {
    /// Makes the table.
    pub(super) fn new(postgres: &'a Postgres) -> Outcome<Self> {
        postgres.create_database(DATABASE)?;
        let mut psql = postgres.program("psql");
        step::capture(psql.args(["--no-psqlrc", "--quiet", "--dbname", &postgres.url(DATABASE), "--command", SCHEMA]))?;
        std::fs::write(postgres.home().join("insert.sql"), SCRIPT).doing("write pgbench's script")?;
        Ok(Self { postgres })
    }

    /// Inserts per second with so many clients.
    pub(super) fn inserts_per_second(&self, clients: u32, seconds: u32) -> Outcome<f64> {
        let (port, clients, seconds) = (self.postgres.port().to_string(), clients.to_string(), seconds.to_string());
        let mut pgbench = self.postgres.program("pgbench");
        pgbench.args(["--no-vacuum", "--protocol=prepared", "--file=insert.sql", "--jobs=2"]);
        pgbench.args([
            "--host=127.0.0.1",
            "--username=postgres",
            "--port",
            &port,
            "--client",
            &clients,
            "--time",
            &seconds,
        ]);
        let said = step::capture(pgbench.arg(DATABASE))?;
        rate(&said).ok_or_else(|| Failure::new(format!("pgbench named no rate:\n{said}")))
    }
}

fn rate(said: &str) -> Option<f64> {
    said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found_in_what_pgbench_says() {
        let said = "latency average = 2.965 ms\ninitial connection time = 12.1 ms\ntps = 5396.913271 (without initial connection time)\n";

        assert_eq!(rate(said), Some(5396.913271));
    }
}
