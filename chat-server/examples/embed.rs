//! A service of one's own with a chat inside: its own routes, its own users, its own way to tell who somebody is.
//! Run it with `cargo run -p chat-server --example embed`; it says what to try.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, response::Redirect, routing::get};
use chat_core::accounts::{Credential, provision};
use chat_core::ports::{Clock as _, Stores, SystemClock};
use chat_core::{Authenticator, ChatError, ErrorCode, Identity, user::Username};
use chat_server::{App, Config, Parts, Users};
use chat_store::StoreConfig;
use tokio::net::TcpListener;

/// Knows the people of this house by the badge that they show: `badge-ann` is Ann's. A real service would look into its
/// own sessions here.
struct Badges(Stores);

#[async_trait]
impl Authenticator for Badges {
    async fn authenticate(&self, credential: &Credential) -> Result<Identity, ChatError> {
        let Credential::Token(token) = credential else { return Err(ErrorCode::Unauthenticated.into()) };
        let name = token.strip_prefix("badge-").ok_or(ErrorCode::Unauthenticated)?;
        let user = provision(&*self.0.users, Username::new(name)?, SystemClock.now()).await?;
        Ok(Identity { user: user.id, session: None, expires_at: None })
    }
}

/// The service: a router of its own, and the chat under a path of it.
pub async fn service(database: &str) -> Result<(Router, App), chat_store::OpenError> {
    let stores = chat_store::open(&StoreConfig::new(database)).await?.stores;
    let users = Users::OfHost(Arc::new(Badges(stores.clone())));
    let chat = App::assemble(Parts::new(stores, users), &Config::default());
    let router =
        Router::new().route("/", get(|| async { Redirect::to("/chat/api/docs") })).nest("/chat/", chat.router());
    Ok((router, chat))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (router, _chat) = service("sqlite://chat-data/embed.db").await?;
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    eprintln!("http://127.0.0.1:8080 shows the chat's API; everybody has a badge:");
    eprintln!("curl -H 'Authorization: Bearer badge-ann' http://127.0.0.1:8080/chat/api/v1/users/me");
    let peers = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    Ok(axum::serve(listener, peers).await?)
}
