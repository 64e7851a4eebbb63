//! One's own account as a whole: deleting it. Only where the server keeps accounts itself.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::auth::accounts;
use super::extract::{Caller, JsonBody};
use super::problem::Problem;
use crate::request::ClientAddress;
use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(delete))
}

/// Who wants to be gone.
#[derive(Deserialize, ToSchema)]
struct Goodbye {
    /// The password, once more.
    #[schema(format = "password")]
    password: String,
}

/// Delete one's account. There is no way back: every session ends, the address is free again, the name is nobody's ever after.
#[utoipa::path(delete, path = "/users/me", tag = "users", request_body = Goodbye, responses(
    (status = 204, description = "Deleted; what else there is to end follows within moments"),
    (status = 401, description = "Not (or no longer) signed in, or not the password (`invalid_credentials`)"),
))]
async fn delete(
    caller: Caller,
    State(state): State<AppState>,
    ClientAddress(from): ClientAddress,
    JsonBody(goodbye): JsonBody<Goodbye>,
) -> Result<StatusCode, Problem> {
    let (accounts, holder, chat) = (accounts(&state)?, *caller.identity(), state.chat.clone());
    let left_to_do = state.left_to_do.clone();
    let delete = async move {
        accounts.delete_account(&holder, &goodbye.password, from).await?;
        // It is deleted, whether or not everybody hears of it at once.
        if let Err(error) = chat.announce_deleted(holder.user).await {
            tracing::warn!(%error, "it could not be told that an account was deleted");
        }
        left_to_do.notify_one();
        Ok(())
    };
    state.carry_out(delete).await?;
    Ok(StatusCode::NO_CONTENT)
}
