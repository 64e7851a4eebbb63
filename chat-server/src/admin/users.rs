//! Users: list them, make one, give one another password.

use std::io::{self, BufRead as _, Write as _};

use chat_core::accounts::Password;
use chat_core::error::{ChatError, ErrorCode};
use chat_core::page::PageSize;
use chat_core::ports::{
    Clock as _, Login, NewUser, PasswordChange, PasswordHasher as _, StoredPassword, Stores, SystemClock, UserCreated,
    UserSearch,
};
use chat_core::user::{Email, Username, fold};

use super::AdminError;
use crate::auth::Argon2Hasher;
use crate::config::Config;

pub(super) async fn list(stores: &Stores, prefix: &str) -> Result<(), AdminError> {
    let mut search = UserSearch { prefix: fold(prefix), after: None, size: PageSize::MAX };
    loop {
        let page = stores.users.search(&search).await?;
        let mut out = io::stdout().lock();
        for user in &page.items {
            let seen = user.last_seen_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            writeln!(out, "{}\t{}\t{}\t{seen}", user.id, user.username.as_str(), user.created_at)?;
        }
        if page.next.is_none() {
            return Ok(());
        }
        search.after = page.items.last().map(|user| user.id);
    }
}

pub(super) async fn create(
    config: &Config,
    stores: &Stores,
    name: &str,
    email: Option<&str>,
) -> Result<(), AdminError> {
    let username = Username::new(name).map_err(|error| refused(error.into()))?;
    let email = email.map(Email::new).transpose().map_err(|error| refused(error.into()))?;
    let password_hash = Some(hashed(config).await?);
    let new = NewUser { username, email, password_hash, at: SystemClock.now() };
    match stores.users.create(&new).await? {
        UserCreated::Created(user) => Ok(writeln!(io::stdout(), "{}", user.id)?),
        UserCreated::NameTaken => Err(AdminError::Refused(ErrorCode::NameTaken)),
        UserCreated::EmailTaken => Err(AdminError::Refused(ErrorCode::EmailTaken)),
    }
}

pub(super) async fn set_password(config: &Config, stores: &Stores, name: &str) -> Result<(), AdminError> {
    let found = named(stores, name).await?;
    let change = PasswordChange { user: found.user.id, judged_on: found.hash, hash: hashed(config).await? };
    let ended = stores.sessions.change_password(&change, None, SystemClock.now()).await?;
    let ended = ended.ok_or(AdminError::Refused(ErrorCode::Conflict))?;
    writeln!(io::stdout(), "{} has another password; {} sessions ended", change.user, ended.len())?;
    Ok(())
}

/// Who is meant by a name.
pub(super) async fn named(stores: &Stores, name: &str) -> Result<StoredPassword, AdminError> {
    let found = stores.users.find_login(&Login::NameKey(Username::key_of(name))).await?;
    // A look-alike of the name has the same key, and is not who was meant.
    let found = found.filter(|found| fold(found.user.username.as_str()) == fold(name));
    found.ok_or(AdminError::Refused(ErrorCode::NotFound))
}

/// The hash of the password on the first line of standard input: on a command line others could see it.
async fn hashed(config: &Config) -> Result<String, AdminError> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let password = Password::new(line.trim_end_matches(['\r', '\n']).to_owned()).map_err(AdminError::Refused)?;
    let hash = Argon2Hasher::new(config.hash_cost())?.hash(password.as_str()).await;
    hash.map_err(|_| AdminError::Refused(ErrorCode::Unavailable))
}

fn refused(error: ChatError) -> AdminError {
    AdminError::Refused(error.code())
}
