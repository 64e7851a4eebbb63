//! How users stand with the server: what they are to it, and keeping them out. An operator is above everybody.

use std::io::{self, Write as _};

use chat_core::error::{ChatError, ErrorCode};
use chat_core::moderation::{Sanction, ServerRole, StandingAct, StandingChange};
use chat_core::ports::{Clock as _, StandingSet, Stores, SystemClock, Whose};
use chat_core::text::Description;
use chat_core::time::Timestamp;

use super::{AdminError, users};

pub(super) async fn promote(stores: &Stores, name: &str, role: &str) -> Result<(), AdminError> {
    let role = ServerRole::parse(role).ok_or(AdminError::Refused(ErrorCode::BadRequest))?;
    set(stores, name, StandingAct::SetRole(role)).await
}

pub(super) async fn suspend(stores: &Stores, name: &str, until: &str, reason: &str) -> Result<(), AdminError> {
    let until = Timestamp::parse(until).filter(|until| *until > SystemClock.now());
    let until = until.ok_or(AdminError::Refused(ErrorCode::BadRequest))?;
    set(stores, name, StandingAct::Sanction(Sanction::Suspended { until, reason: said(reason)? })).await
}

pub(super) async fn ban(stores: &Stores, name: &str, reason: &str) -> Result<(), AdminError> {
    set(stores, name, StandingAct::Sanction(Sanction::Banned { reason: said(reason)? })).await
}

pub(super) async fn pardon(stores: &Stores, name: &str) -> Result<(), AdminError> {
    set(stores, name, StandingAct::Lift).await
}

fn said(reason: &str) -> Result<Description, AdminError> {
    Description::new(reason).map_err(|error| AdminError::Refused(ChatError::from(error).code()))
}

async fn set(stores: &Stores, name: &str, act: StandingAct) -> Result<(), AdminError> {
    let user = users::named(stores, name).await?.user.id;
    let judged_on = stores.standings.standing_of(Whose::User(user)).await?;
    let judged_on = judged_on.ok_or(AdminError::Refused(ErrorCode::NotFound))?;
    let change = StandingChange { user, by: None, act, judged_on, at: SystemClock.now() };
    let after = change.act.applied_to(&change.judged_on);
    let ended = match stores.standings.set_standing(&change).await? {
        StandingSet::Set(ended) => ended.len(),
        StandingSet::Nothing => 0,
        StandingSet::Stale => return Err(AdminError::Refused(ErrorCode::Conflict)),
        StandingSet::Missing => return Err(AdminError::Refused(ErrorCode::NotFound)),
    };
    let sanction = after.sanction.as_ref().map_or("not kept out", Sanction::as_str);
    writeln!(io::stdout(), "{user} is {} of the server and {sanction}; {ended} sessions ended", after.role.as_str())?;
    Ok(())
}
