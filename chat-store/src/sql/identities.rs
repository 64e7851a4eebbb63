//! Users of other issuers: statements, and making one.

use chat_core::ids::UserId;
use chat_core::ports::{Linked, NewUser, Subject};
use chat_core::user::fold;

use super::accounts;
use crate::codec::{Reader, all};
use crate::error::{Corrupt, Fault};
use crate::session::Session;

pub(crate) const FIND: &str = "SELECT user_id FROM foreign_users WHERE issuer = $1 AND subject = $2";

const LINK: &str = "INSERT INTO foreign_users (issuer, subject, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Makes the user of a subject within a transaction, which is to be committed only if the flag says so.
pub(crate) async fn link<S: Session>(
    session: &mut S,
    subject: &Subject,
    new: &NewUser,
) -> Result<(Linked, bool), Fault> {
    let place = [subject.issuer.as_str().into(), subject.subject.as_str().into()];
    if let Some(user) = all(&session.rows(FIND, &place).await?, user_id)?.pop() {
        return Ok((Linked::User(user), false));
    }
    let (key, look, folded) = (new.username.key(), new.username.look(), fold(new.username.as_str()));
    let values = [
        new.username.as_str().into(),
        key.as_str().into(),
        look.as_str().into(),
        folded.as_str().into(),
        new.email.as_ref().map(|email| email.as_str()).into(),
        new.password_hash.as_deref().into(),
        new.at.micros().into(),
    ];
    if let Some(user) = all(&session.rows(accounts::INSERT, &values).await?, accounts::user)?.pop()
        && session.run(LINK, &[place[0], place[1], user.id.get().into()]).await? > 0
    {
        return Ok((Linked::User(user.id), true));
    }
    // The name is somebody else's, or the same subject was quicker on another way in.
    let found = all(&session.rows(FIND, &place).await?, user_id)?.pop();
    Ok((found.map_or(Linked::NameTaken, Linked::User), false))
}

pub(crate) fn user_id(row: &mut Reader<'_>) -> Result<UserId, Corrupt> {
    row.table("foreign_users").id("user_id", UserId::new)
}
