//! Commands for operators, over the same ports that the server itself works with.

mod fsck;
mod standings;
mod users;

use std::io::{self, Write as _};

use chat_core::error::ErrorCode;
use chat_core::ids::SessionId;
use chat_core::ports::{Clock as _, StoreError, Stores, SystemClock};
use chat_store::{AppliedMigration, OpenError};

use crate::app::{BuildError, UsersError, make_private};
use crate::auth::BadCost;
use crate::cli::{Admin, SessionsAdmin, UsersAdmin};
use crate::config::Config;

/// Why a command for operators failed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The data directory cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database failed.
    #[error("{}", with_causes(.0))]
    Store(#[from] StoreError),
    /// Passwords cannot be hashed like this.
    #[error(transparent)]
    Users(#[from] UsersError),
    /// Passwords cannot be hashed like this.
    #[error(transparent)]
    Cost(#[from] BadCost),
    /// What was asked for is against the rules.
    #[error("{}", .0.message())]
    Refused(ErrorCode),
    /// The check found faults, which were printed.
    #[error("{0} faults were found")]
    Faults(usize),
    /// Input or output failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Brings the database up to date.
pub(crate) async fn migrate(config: &Config) -> Result<Vec<AppliedMigration>, AdminError> {
    make_private(&config.data_dir)?;
    Ok(chat_store::migrate(&config.store()).await?)
}

/// Carries out one command.
pub(crate) async fn run(config: &Config, command: Admin) -> Result<(), AdminError> {
    make_private(&config.data_dir)?;
    let opened = chat_store::open(&config.store()).await?;
    let done = carry_out(config, &opened.stores, command).await;
    opened.close().await;
    done
}

async fn carry_out(config: &Config, stores: &Stores, command: Admin) -> Result<(), AdminError> {
    match command {
        Admin::Users(UsersAdmin::List { prefix }) => users::list(stores, &prefix).await,
        Admin::Users(UsersAdmin::Create { name, email }) => {
            users::create(config, stores, &name, email.as_deref()).await
        }
        Admin::Users(UsersAdmin::SetPassword { name }) => users::set_password(config, stores, &name).await,
        Admin::Users(UsersAdmin::Promote { name, role }) => standings::promote(stores, &name, &role).await,
        Admin::Users(UsersAdmin::Suspend { name, until, reason }) => {
            standings::suspend(stores, &name, &until, &reason).await
        }
        Admin::Users(UsersAdmin::Ban { name, reason }) => standings::ban(stores, &name, &reason).await,
        Admin::Users(UsersAdmin::Pardon { name }) => standings::pardon(stores, &name).await,
        Admin::Sessions(SessionsAdmin::End { id }) => end_session(stores, id).await,
        Admin::Fsck => fsck::check(stores).await,
    }
}

async fn end_session(stores: &Stores, id: i64) -> Result<(), AdminError> {
    let session = SessionId::new(id).ok_or(AdminError::Refused(ErrorCode::NotFound))?;
    let was_live = stores.sessions.end(session, SystemClock.now()).await?;
    writeln!(io::stdout(), "{}", if was_live { "the session is ended" } else { "there is no such live session" })?;
    Ok(())
}

fn with_causes(error: &StoreError) -> String {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
