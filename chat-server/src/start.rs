//! From the command line to a running server, and to its end.

use std::io::Write as _;

use tokio::net::TcpListener;

use crate::admin;
use crate::app::{App, BuildError};
use crate::cli::{Cli, Command};
use crate::config::{Config, ConfigError, Loaded};
use crate::files;
use crate::logs::{self, LogError};
use crate::serve::{ServeSettings, serve};
use crate::signals;

/// Why the program ended without having done what it should.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log cannot be used.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The app cannot be built.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Which address.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// Signals cannot be caught, or the standard output is gone.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A command for operators failed.
    #[error(transparent)]
    Admin(#[from] admin::AdminError),
}

/// Does what a command line asks for.
pub async fn run(cli: Cli) -> Result<(), StartError> {
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let loaded = cli.sources(environment.collect()).load()?;
    let _flush = logs::init(&loaded.config.log, loaded.config.log_format)?;
    warn(&loaded);
    match cli.command() {
        Command::Serve => serve_until_told(&loaded.config).await,
        Command::Migrate => migrate(&loaded.config).await,
        Command::Admin(command) => Ok(admin::run(&loaded.config, command).await?),
    }
}

fn warn(loaded: &Loaded) {
    for variable in &loaded.unknown_variables {
        tracing::warn!(variable, "this variable means nothing here: docs/CONFIG.md lists those that do");
    }
    if !loaded.config.rate_limits {
        tracing::warn!("rate limits are off: do not let strangers in");
    }
}

async fn serve_until_told(config: &Config) -> Result<(), StartError> {
    let told = signals::told_to_stop()?;
    let open_files = files::raise_limit();
    let app = App::build(config).await?;
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
    announce(listener.local_addr()?, config)?;
    serve(listener, app, ServeSettings::new(config, open_files), told).await;
    tracing::info!("stopped");
    Ok(())
}

/// Tells the person who started it where to look.
fn announce(address: std::net::SocketAddr, config: &Config) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let database = if config.database_url.is_some() { "the configured database" } else { "SQLite" };
    writeln!(out, "chat-server listening on http://{address}")?;
    writeln!(out, "  chat      http://{address}/")?;
    writeln!(out, "  API       http://{address}/api/docs")?;
    writeln!(out, "  data      {database}, {}", config.data_dir.display())?;
    out.flush()
}

async fn migrate(config: &Config) -> Result<(), StartError> {
    let applied = admin::migrate(config).await?;
    let mut out = std::io::stdout().lock();
    for migration in &applied {
        writeln!(out, "applied {}", migration.version)?;
    }
    writeln!(out, "the database is up to date")?;
    Ok(())
}
