//! REST: one file per subject, each handler from a documented body to a command to what its reply looks like.
//!
//! Nothing is decided here. Whatever is refused, by a handler or on the way to one, is answered with a `problem`.

mod annotations;
mod asyncapi;
mod auth;
mod bans;
mod blocks;
mod conversations;
mod docs;
mod document;
mod error_pages;
#[cfg(test)]
mod errors_document;
mod export;
mod extract;
mod friends;
mod groups;
mod invites;
mod messages;
mod moderation;
mod own_account;
mod personal;
mod problem;
mod reports;
pub(crate) mod request_id;
mod rooms;
mod search;
mod sessions;
mod users;
mod views;

use axum::Router;
use chat_core::ErrorCode;
use utoipa_axum::router::OpenApiRouter;

use crate::state::AppState;

pub(crate) use problem::Problem;

/// Every REST route with its documentation at `/api/openapi.json`, `/api/asyncapi.json` and `/api/docs`; all other paths are refused with a problem.
pub fn router(state: AppState) -> Router {
    let (routes, mut document) = described(&state).split_for_parts();
    document::complete(&mut document);
    routes
        .merge(docs::routes(document))
        .merge(error_pages::routes())
        .method_not_allowed_fallback(|| async { Problem::new(ErrorCode::MethodNotAllowed) })
        .fallback(|| async { Problem::new(ErrorCode::NotFound) })
        .layer(axum::middleware::from_fn(request_id::layer))
        .with_state(state)
}

fn described(state: &AppState) -> OpenApiRouter<AppState> {
    let mut api = OpenApiRouter::new()
        .merge(users::routes())
        .merge(friends::routes())
        .merge(blocks::routes())
        .merge(conversations::routes())
        .merge(groups::routes())
        .merge(rooms::routes())
        .merge(bans::routes())
        .merge(invites::routes())
        .merge(messages::routes())
        .merge(personal::routes())
        .merge(annotations::routes())
        .merge(search::routes())
        .merge(moderation::routes())
        .merge(reports::routes())
        .merge(export::routes());
    let mut root = OpenApiRouter::with_openapi(document::outline());
    if state.accounts.is_some() {
        api = api.merge(auth::routes()).merge(sessions::routes()).merge(own_account::routes());
        root = root.merge(auth::root_routes());
    }
    root.nest("/api/v1", api)
}
