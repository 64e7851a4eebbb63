//! What most measurements need: a durable Postgres, a database that is filled before anybody comes, a server on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::audit::{self, Acknowledged};
use super::clocks::Clocks;
use super::line::{Dialect, Door};
use super::world::{SECRET, World};
use crate::binary::Binary;
use crate::failure::Outcome;
use crate::fixture::postgres::{self, Postgres};
use crate::fixture::scratch::Scratch;
use crate::server::Server;

/// Postgres, the server's binary and a directory.
#[derive(Debug)]
pub(super) struct Stage {
    // Dropped in this order: the database ends before its directory goes.
    pub(super) postgres: Postgres,
    pub(super) scratch: Arc<Scratch>,
    binary: PathBuf,
}

/// A server on a database of its own.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    stage: &'a Stage,
    url: String,
    server: Server,
}

impl Stage {
    /// Sets everything up. It waits for programs, so call it outside of the runtime.
    pub(super) fn build(binary: &Binary) -> Outcome<Self> {
        let binary = binary.path(true)?;
        let programs = postgres::ensure(true)?;
        let scratch = Arc::new(Scratch::new()?);
        let postgres = Postgres::launch(programs, &scratch, true)?;
        Ok(Self { postgres, scratch, binary })
    }

    /// The server's binary.
    pub(super) fn binary(&self) -> &Path {
        &self.binary
    }

    /// The address of a new database.
    pub(super) async fn new_database(&self, name: &str) -> Outcome<String> {
        tokio::task::block_in_place(|| self.postgres.create_database(name))?;
        Ok(self.postgres.url(name))
    }

    /// A new database with the server's tables, and the world in it to fill.
    pub(super) async fn scene(&self, name: &str) -> Outcome<(Scene<'_>, World)> {
        let url = self.new_database(name).await?;
        let mut server = Server::new(&self.binary, url.clone(), &self.scratch, self.scratch.path().join("server.log"))?;
        server.set("CHAT_JWT_SECRET", SECRET);
        server.set("CHAT_DATA_DIR", &self.scratch.path().join(name).to_string_lossy());
        // Everybody comes from the same few addresses here.
        server.set("CHAT_MAX_UNAUTHENTICATED_SOCKETS_PER_ADDRESS", "100000");
        server.start().await?;
        server.stop().await?;
        let world = World::begin(&url).await?;
        Ok((Scene { stage: self, url, server }, world))
    }
}

impl Scene<'_> {
    /// Starts the server.
    pub(super) async fn open(&mut self) -> Outcome {
        self.server.start().await
    }

    /// Stops the server.
    pub(super) async fn close(&mut self) -> Outcome {
        self.server.stop().await
    }

    /// Where clients come in.
    pub(super) fn door(&self) -> Door {
        Door { address: self.server.address(), dialect: Dialect::Ours }
    }

    /// Where the clocks stand.
    pub(super) fn clocks(&self) -> Clocks {
        Clocks::read(self.server.pid(), Some(&self.stage.postgres))
    }

    /// Checks that everything acknowledged is stored once, densely numbered.
    pub(super) async fn check(&self, acknowledged: &Acknowledged) -> Outcome<u64> {
        audit::check(&self.url, acknowledged).await
    }
}
