//! Accounts: register, sign in, stay signed in, sign out, another password, and tickets for sockets. Only where the server keeps accounts itself.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use chat_core::accounts::{Accounts, Password, SignedIn};
use chat_core::user::{Email, Username};
use chat_core::{ChatError, ErrorCode};
use chat_transport::wire::UserView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Caller, JsonBody};
use super::problem::Problem;
use crate::request::ClientAddress;
use crate::state::AppState;

/// Under the prefix of the API.
pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .routes(routes!(change_password))
        .routes(routes!(ticket))
}

/// The two that also have a short name at the root.
pub(crate) fn root_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(register_at_root)).routes(routes!(login_at_root))
}

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
struct NewAccount {
    /// 2 to 32 letters and digits of one script, with single dots, dashes or underscores between them.
    #[schema(min_length = 2, max_length = 32)]
    username: String,
    /// Where the account can be reached; nobody else sees it.
    #[schema(format = "email")]
    email: String,
    /// At least 8 characters and at most 1,024 bytes.
    #[schema(format = "password", min_length = 8)]
    password: String,
}

/// Who wants to sign in.
#[derive(Deserialize, ToSchema)]
struct SignIn {
    /// The user name or the e-mail address.
    login: String,
    /// The password.
    #[schema(format = "password")]
    password: String,
}

/// A token for the next pair of tokens.
#[derive(Deserialize, ToSchema)]
struct Refresh {
    /// The newest one of the session.
    refresh_token: String,
}

/// Who wants another password.
#[derive(Deserialize, ToSchema)]
struct NewPassword {
    /// The password until now.
    #[schema(format = "password")]
    old_password: String,
    /// At least 8 characters and at most 1,024 bytes.
    #[schema(format = "password", min_length = 8)]
    new_password: String,
}

/// What a sign-in gives.
#[derive(Serialize, ToSchema)]
struct SignedInView {
    /// Who.
    user: UserView,
    /// Opens everything, for a short time.
    access_token: String,
    /// Gets the next pair of tokens, once.
    refresh_token: String,
    /// How to send the access token: `Authorization: Bearer`.
    #[schema(value_type = String, pattern = "^Bearer$")]
    token_type: &'static str,
    /// How long the access token is good, in seconds.
    expires_in: i64,
}

/// A secret that opens one socket, for clients that cannot set headers.
#[derive(Serialize, ToSchema)]
struct TicketView {
    /// Goes into `?ticket=`.
    ticket: String,
    /// How long it is good, in seconds.
    expires_in: i64,
}

/// Make an account, and sign it in.
#[utoipa::path(post, path = "/auth/register", tag = "auth", security(()), request_body = NewAccount, responses(
    (status = 201, description = "Registered and signed in", body = SignedInView),
    (status = 409, description = "The name (or one that looks like it) or the address is taken"),
))]
async fn register(
    State(state): State<AppState>,
    ClientAddress(from): ClientAddress,
    JsonBody(new): JsonBody<NewAccount>,
) -> Result<(StatusCode, Json<SignedInView>), Problem> {
    let username = Username::new(&new.username).map_err(ChatError::from)?;
    let email = Email::new(&new.email).map_err(ChatError::from)?;
    let password = Password::new(new.password)?;
    let accounts = accounts(&state)?;
    let signed_in = state.carry_out(async move { accounts.register(username, email, &password, from).await }).await?;
    Ok((StatusCode::CREATED, view(&state, signed_in)))
}

/// Sign in.
#[utoipa::path(post, path = "/auth/login", tag = "auth", security(()), request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = SignedInView),
    (status = 401, description = "Name and password do not belong together"),
    (status = 403, description = "Suspended (with `until`) or banned"),
))]
async fn login(
    State(state): State<AppState>,
    ClientAddress(from): ClientAddress,
    JsonBody(who): JsonBody<SignIn>,
) -> Result<Json<SignedInView>, Problem> {
    let accounts = accounts(&state)?;
    let signed_in = state.carry_out(async move { accounts.login(&who.login, &who.password, from).await }).await?;
    Ok(view(&state, signed_in))
}

/// Get the next pair of tokens. A refresh token works once; using an old one again ends the session.
#[utoipa::path(post, path = "/auth/refresh", tag = "auth", security(()), request_body = Refresh, responses(
    (status = 200, description = "The next pair of tokens", body = SignedInView),
    (status = 401, description = "Not (or no longer) a good refresh token"),
    (status = 403, description = "Suspended (with `until`) or banned"),
))]
async fn refresh(
    State(state): State<AppState>,
    ClientAddress(from): ClientAddress,
    JsonBody(with): JsonBody<Refresh>,
) -> Result<Json<SignedInView>, Problem> {
    let accounts = accounts(&state)?;
    let refreshed = state.carry_out(async move { accounts.refresh(&with.refresh_token).await }).await;
    let signed_in = refreshed.map_err(|refusal| state.bad_tokens.answer(refusal, from))?;
    Ok(view(&state, signed_in))
}

/// Sign out: the session's tokens and sockets end.
#[utoipa::path(post, path = "/auth/logout", tag = "auth", responses((status = 204, description = "Signed out")))]
async fn logout(caller: Caller, State(state): State<AppState>) -> Result<StatusCode, Problem> {
    let accounts = accounts(&state)?;
    if let Some(session) = caller.identity().session {
        state.carry_out(async move { accounts.logout(session).await }).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Change one's password. Every other session ends.
#[utoipa::path(post, path = "/auth/password", tag = "auth", request_body = NewPassword, responses(
    (status = 204, description = "Changed; every other session ended"),
    (status = 401, description = "Not (or no longer) signed in, or not the password until now (`invalid_credentials`)"),
))]
async fn change_password(
    caller: Caller,
    State(state): State<AppState>,
    ClientAddress(from): ClientAddress,
    JsonBody(passwords): JsonBody<NewPassword>,
) -> Result<StatusCode, Problem> {
    let new = Password::new(passwords.new_password)?;
    let (accounts, holder) = (accounts(&state)?, *caller.identity());
    let change = async move { accounts.change_password(&holder, &passwords.old_password, &new, from).await };
    state.carry_out(change).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Get a secret that opens one socket soon.
#[utoipa::path(post, path = "/auth/ws-ticket", tag = "auth", responses((status = 201, description = "A ticket", body = TicketView)))]
async fn ticket(caller: Caller, State(state): State<AppState>) -> Result<(StatusCode, Json<TicketView>), Problem> {
    let (ticket, expires_in) = accounts(&state)?.ticket(caller.identity()).await?;
    Ok((StatusCode::CREATED, Json(TicketView { ticket, expires_in })))
}

/// The same as `auth/register`.
#[utoipa::path(post, path = "/register", tag = "auth", security(()), request_body = NewAccount, responses(
    (status = 201, description = "Registered and signed in", body = SignedInView),
    (status = 409, description = "The name (or one that looks like it) or the address is taken"),
))]
async fn register_at_root(
    state: State<AppState>,
    from: ClientAddress,
    new: JsonBody<NewAccount>,
) -> Result<(StatusCode, Json<SignedInView>), Problem> {
    register(state, from, new).await
}

/// The same as `auth/login`.
#[utoipa::path(post, path = "/login", tag = "auth", security(()), request_body = SignIn, responses(
    (status = 200, description = "Signed in", body = SignedInView),
    (status = 401, description = "Name and password do not belong together"),
    (status = 403, description = "Suspended (with `until`) or banned"),
))]
async fn login_at_root(
    state: State<AppState>,
    from: ClientAddress,
    who: JsonBody<SignIn>,
) -> Result<Json<SignedInView>, Problem> {
    login(state, from, who).await
}

/// The server's own accounts. Without them these routes are not there at all.
pub(super) fn accounts(state: &AppState) -> Result<Arc<Accounts>, Problem> {
    state.accounts.clone().ok_or_else(|| ErrorCode::NotFound.into())
}

fn view(state: &AppState, signed_in: SignedIn) -> Json<SignedInView> {
    Json(SignedInView {
        user: (&state.chat.own_profile(signed_in.user)).into(),
        access_token: signed_in.access_token,
        refresh_token: signed_in.refresh_token,
        token_type: "Bearer",
        expires_in: signed_in.expires_in,
    })
}
