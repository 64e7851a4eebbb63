//! The enemy: kills the server at random moments, and between that its database.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::failure::{Failure, Outcome};
use crate::fixture::postgres::Postgres;
use crate::server::Server;
use crate::terminal;

/// A server that acknowledges nothing for so long hangs, and one that does not start within it never will.
const LIVELY: Duration = Duration::from_secs(60);

/// What was done.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Damage {
    /// Times the server was killed.
    pub(crate) server_kills: u32,
    /// Times a process of Postgres was killed.
    pub(crate) backend_kills: u32,
    /// Times Postgres was stopped as by a power cut.
    pub(crate) immediate_stops: u32,
    /// Starts of the server that did not get ready.
    pub(crate) failed_starts: u32,
}

/// Somebody who breaks things in an order that the seed decides.
#[derive(Debug)]
pub(crate) struct Nemesis {
    random: StdRng,
    acknowledged: Arc<AtomicU64>,
    damage: Damage,
}

impl Nemesis {
    /// `acknowledged` counts what the clients achieve.
    pub(crate) fn new(seed: u64, acknowledged: Arc<AtomicU64>) -> Self {
        Self { random: StdRng::seed_from_u64(seed), acknowledged, damage: Damage::default() }
    }

    /// Kills the server so many times; it runs when this returns.
    pub(crate) async fn rage(
        mut self,
        cycles: u32,
        server: &mut Server,
        postgres: Option<&Postgres>,
    ) -> Outcome<Damage> {
        for cycle in 1..=cycles {
            if self.random.random_bool(0.5) {
                self.progress(server).await?;
            }
            self.moment().await;
            if let Some(postgres) = postgres {
                let is_hurt = tokio::task::block_in_place(|| self.hurt(postgres))?;
                // A server must come to terms with a database that was away, without being started again.
                if is_hurt && self.random.random_bool(0.5) {
                    self.progress(server).await?;
                }
                self.moment().await;
            }
            if server.has_died() {
                return Err(Failure::new(format!("the server died although nobody killed it:\n{}", server.log_tail())));
            }
            server.kill().await;
            self.damage.server_kills += 1;
            self.start(server).await?;
            if cycle % 10 == 0 {
                terminal::line(&format!("  {cycle} of {cycles} cycles"));
            }
        }
        Ok(self.damage)
    }

    /// Starts the server, again and again: it ends when its database is still recovering, and a supervisor starts it anew.
    async fn start(&mut self, server: &mut Server) -> Outcome {
        let begun = Instant::now();
        loop {
            match server.start().await {
                Ok(()) => return Ok(()),
                Err(failure) if begun.elapsed() > LIVELY => return Err(failure),
                Err(_) => {}
            }
            server.kill().await;
            self.damage.failed_starts += 1;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until a message is acknowledged again. Only half of the kills wait for it: the others hit those who are just
    /// coming back, and on a busy machine nobody would get any further if all of them did.
    async fn progress(&self, server: &Server) -> Outcome {
        let (begun, before) = (Instant::now(), self.acknowledged.load(Ordering::SeqCst));
        while self.acknowledged.load(Ordering::SeqCst) == before {
            if begun.elapsed() > LIVELY {
                let tail = server.log_tail();
                return Err(Failure::new(format!("nothing was acknowledged for {LIVELY:?}:\n{tail}")));
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Waits for a random moment.
    async fn moment(&mut self) {
        tokio::time::sleep(Duration::from_millis(self.random.random_range(50..600))).await;
    }

    /// In four of ten cycles, hurts Postgres.
    fn hurt(&mut self, postgres: &Postgres) -> Outcome<bool> {
        match self.random.random_range(0..10) {
            0 | 1 => {
                let random = &mut self.random;
                let was_there = postgres.kill_backend(|count| random.random_range(0..count))?;
                self.damage.backend_kills += u32::from(was_there);
                Ok(was_there)
            }
            2 | 3 => {
                postgres.stop_immediate()?;
                postgres.start()?;
                self.damage.immediate_stops += 1;
                Ok(true)
            }
            _ => Ok(false),
        }
    }
}
