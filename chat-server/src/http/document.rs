//! The OpenAPI document: what the handlers do not say themselves, because it is the same for all of them.

use chat_core::ErrorCode;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, ContentBuilder, OpenApi as Document, Ref, RefOr, ResponseBuilder};
use utoipa::{OpenApi, ToSchema as _};

use super::problem::{PROBLEM_JSON, ProblemView, status_of};

/// The document without its paths.
#[derive(OpenApi)]
#[openapi(
    info(title = "Chat", description = "The REST half of the chat. Sockets carry the same objects at `/ws`: every frame of theirs stands in \
        [asyncapi.json](../asyncapi.json)."),
    // Relative to the document itself, so that it stays right under any prefix.
    servers((url = "..", description = "This server")),
    security(("bearer" = [])),
    components(schemas(ProblemView)),
    tags(
        (name = "auth", description = "Accounts and sessions"),
        (name = "users", description = "Users and presence"),
        (name = "friends", description = "Friends and requests"),
        (name = "blocks", description = "Blocks"),
        (name = "conversations", description = "Conversations and members"),
        (name = "groups", description = "Groups and their members"),
        (name = "rooms", description = "Rooms that can be found, and coming in"),
        (name = "invites", description = "Invites into groups and rooms"),
        (name = "messages", description = "Messages, changes and receipts"),
        (name = "moderation", description = "Keeping the server in order"),
    )
)]
struct Outline;

/// Title, servers, tags and how to sign in.
pub(crate) fn outline() -> Document {
    let mut document = Outline::openapi();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    document.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
    document
}

/// Adds to every operation its subject in front of its name, so that names are unique; the refusals that every request of
/// its shape can meet; and to every refusal what it looks like.
pub(crate) fn complete(document: &mut Document) {
    for (path, item) in &mut document.paths.paths {
        let reads = item.get.iter_mut().map(|operation| (operation, false));
        let changes = [&mut item.put, &mut item.post, &mut item.patch, &mut item.delete].into_iter().flatten();
        for (operation, changes) in reads.chain(changes.map(|operation| (operation, true))) {
            if let (Some(name), Some([subject, ..])) = (&mut operation.operation_id, operation.tags.as_deref()) {
                name.insert_str(0, &format!("{subject}_"));
            }
            for (code, when) in refusals(path, operation, changes) {
                let status = status_of(code).as_str().to_owned();
                let refusal = || RefOr::T(ResponseBuilder::new().description(when).build());
                operation.responses.responses.entry(status).or_insert_with(refusal);
            }
            for (status, response) in &mut operation.responses.responses {
                let RefOr::T(response) = response else { continue };
                if status.starts_with(['4', '5']) {
                    response.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(problem()));
                } else if response.description.is_empty() {
                    "What was asked for".clone_into(&mut response.description);
                }
            }
        }
    }
}

/// What a request of this shape can meet, whatever it is about.
fn refusals(path: &str, operation: &Operation, changes: bool) -> Vec<(ErrorCode, &'static str)> {
    let mut refusals = vec![
        (ErrorCode::RateLimited, "Too many requests; `Retry-After` says when to come again"),
        (ErrorCode::Internal, "A fault of the service"),
        (ErrorCode::Unavailable, "Briefly unavailable; `Retry-After` says when to come again"),
    ];
    if operation.security.is_none() {
        refusals.push((ErrorCode::Unauthenticated, "No token, or one that is not (or no longer) good"));
        refusals.push((ErrorCode::AccountBanned, "The caller is suspended or banned"));
        if changes {
            refusals.push((ErrorCode::Conflict, "It collided with what others changed meanwhile"));
        }
    }
    if path.contains('{') {
        refusals.push((ErrorCode::NotFound, "Not there, or nothing that the caller may know of"));
    }
    let in_query =
        |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(it) if it.parameter_in == ParameterIn::Query);
    let has_query = operation.parameters.iter().flatten().any(in_query);
    if has_query || operation.request_body.is_some() {
        refusals.push((ErrorCode::BadRequest, "Not what is documented here"));
    }
    if operation.request_body.is_some() {
        refusals.push((ErrorCode::RequestTimeout, "The body took too long to arrive"));
        refusals.push((ErrorCode::TooLarge, "More bytes, or a longer text, than allowed"));
        refusals.push((ErrorCode::UnsupportedMediaType, "The body is not declared as application/json"));
    }
    refusals
}

fn problem() -> Content {
    ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemView::name()))).build()
}
