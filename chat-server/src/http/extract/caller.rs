//! Who calls: the holder of the token in `Authorization: Bearer`, the one way in for REST; and how a handler asks for them.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use chat_core::accounts::Credential;
use chat_core::ban::Ban;
use chat_core::command::{
    ChangedReply, Changes, DraftReply, FiledReport, MarksReply, Me, Opened, OwnChanges, Profile, Receipts, Sent,
    SettingsReply, Surroundings,
};
use chat_core::conversation::{ActivityCursor, ConversationView, Member};
use chat_core::ids::SessionId;
use chat_core::invite::{Invite, InviteCode};
use chat_core::message::{FormerBody, MessageView};
use chat_core::moderation::{AccountStanding, AuditEntry, Report};
use chat_core::page::{Page, PageSize};
use chat_core::ports::LiveSession;
use chat_core::presence::Presence;
use chat_core::relation::FriendRequest;
use chat_core::room::{Card, Slug};
use chat_core::search::SearchCursor;
use chat_core::{Actor, ChatError, Command, ErrorCode, Identity, Reply};

use crate::http::problem::Problem;
use crate::request::ClientAddress;
use crate::state::AppState;

/// The longest token that is looked at, in bytes.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// A user who proved to be one.
#[derive(Clone)]
pub(crate) struct Caller {
    state: AppState,
    identity: Identity,
}

impl Caller {
    /// Who it is.
    pub(crate) const fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Asks the chat for something in the name of the caller.
    pub(crate) async fn ask<T: Answer>(&self, command: Command) -> Result<T, Problem> {
        Ok(self.try_ask(command).await?)
    }

    /// The same for whoever does something about a refusal.
    pub(crate) async fn try_ask<T: Answer>(&self, command: Command) -> Result<T, ChatError> {
        let actor = Actor { user: self.identity.user, session: self.identity.session, origin: None };
        let reply = self.state.handle(actor, command).await?;
        T::of(reply).ok_or_else(|| {
            tracing::error!("a command was answered with the reply of another one");
            ErrorCode::Internal.into()
        })
    }

    /// A page of the caller's own sessions; none where the host has the users, and so the sessions.
    pub(crate) async fn sessions(
        &self,
        after: Option<SessionId>,
        size: PageSize,
    ) -> Result<Option<Page<LiveSession>>, ChatError> {
        let Some(accounts) = &self.state.accounts else { return Ok(None) };
        accounts.sessions(&self.identity, after, size).await.map(Some)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller
where
    AppState: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let state = AppState::from_ref(state);
        let token = bearer(parts).ok_or(ErrorCode::Unauthenticated)?;
        let Ok(ClientAddress(from)) = ClientAddress::from_request_parts(parts, &state).await;
        let shown = state.authenticator.authenticate(&Credential::Token(token)).await;
        let identity = shown.map_err(|refusal| state.bad_tokens.answer(refusal, from))?;
        Ok(Self { state, identity })
    }
}

/// The token of the only `Authorization` header.
fn bearer(parts: &Parts) -> Option<String> {
    let mut values = parts.headers.get_all(AUTHORIZATION).iter();
    let only = values.next().filter(|_| values.next().is_none())?;
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let fits = scheme.eq_ignore_ascii_case("bearer") && token.len() < MAX_TOKEN_BYTES;
    fits.then(|| token.trim().to_owned())
}

/// What one kind of command is answered with.
pub(crate) trait Answer: Sized {
    /// Takes it out of the reply; none if the reply is that of another kind.
    fn of(reply: Reply) -> Option<Self>;
}

macro_rules! answers {
    ($($answer:ty = $pattern:pat => $value:expr;)*) => {$(
        impl Answer for $answer {
            fn of(reply: Reply) -> Option<Self> {
                if let $pattern = reply { Some($value) } else { None }
            }
        }
    )*};
}

answers! {
    () = Reply::Done => ();
    Sent = Reply::Sent(it) => it;
    MarksReply = Reply::Marks(it) => it;
    ChangedReply = Reply::Changed(it) => it;
    SettingsReply = Reply::Settings(it) => it;
    DraftReply = Reply::Draft(it) => it;
    MessageView = Reply::Message(it) => it;
    Opened = Reply::Conversation(it) => *it;
    FriendRequest = Reply::Request(it) => it;
    Profile = Reply::User(it) => it;
    Me = Reply::Me(it) => it;
    Vec<Presence> = Reply::Online(it) => it;
    Page<Profile> = Reply::Users(it) => it;
    Page<FriendRequest> = Reply::Requests(it) => it;
    Page<ConversationView, ActivityCursor> = Reply::Conversations(it) => it;
    Page<Member> = Reply::Members(it) => it;
    Page<Ban> = Reply::Bans(it) => it;
    Invite = Reply::Invite(it) => *it;
    Page<Invite, InviteCode> = Reply::Invites(it) => it;
    (Invite, Card) = Reply::Invited(it) => *it;
    Card = Reply::Room(it) => *it;
    Page<Card, Slug> = Reply::Rooms(it) => it;
    Page<MessageView> = Reply::Messages(it) => it;
    Surroundings = Reply::Around(it) => it;
    Page<MessageView, SearchCursor> = Reply::Found(it) => it;
    Vec<FormerBody> = Reply::FormerBodies(it) => it;
    Receipts = Reply::Receipts(it) => it;
    Changes = Reply::Changes(it) => it;
    OwnChanges = Reply::OwnChanges(it) => it;
    FiledReport = Reply::Filed(it) => it;
    Box<Report> = Reply::Report(it) => it;
    Page<Report> = Reply::Reports(it) => it;
    AccountStanding = Reply::Standing(it) => it;
    Page<AuditEntry> = Reply::Audit(it) => it;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(values: &[&str]) -> Option<String> {
        let request =
            values.iter().fold(axum::http::Request::builder(), |request, value| request.header(AUTHORIZATION, *value));
        let (parts, ()) = request.body(()).expect("a request").into_parts();
        bearer(&parts)
    }

    #[test]
    fn the_only_bearer_token_counts() {
        assert_eq!(token(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(token(&["bearer abc"]).as_deref(), Some("abc"));
        let huge = format!("Bearer {}", "x".repeat(MAX_TOKEN_BYTES));
        for bad in [&[][..], &["abc"], &["Basic abc"], &["Bearer"], &["Bearer a", "Bearer a"], &[huge.as_str()]] {
            assert_eq!(token(bad), None);
        }
    }

    #[test]
    fn the_reply_of_another_command_is_no_answer() {
        assert_eq!(<() as Answer>::of(Reply::Done), Some(()));
        assert_eq!(<Vec<Presence> as Answer>::of(Reply::Done), None);
    }
}
