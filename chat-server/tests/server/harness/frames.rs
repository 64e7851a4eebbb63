//! Holds every frame against the AsyncAPI document that the server gives.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::sync::OnceCell;

use super::schema::Schemas;

/// Every server of these stories says the same of its sockets.
static DOCUMENT: OnceCell<Frames> = OnceCell::const_new();

/// What a server says of its frames.
#[derive(Debug)]
pub struct Frames(Value);

impl Frames {
    /// The document of a server whose sockets lie at a path.
    pub async fn at(address: SocketAddr, path: &str) -> &'static Self {
        let prefix = path.split("/ws").next().unwrap_or_default();
        let url = format!("http://{address}{prefix}/api/asyncapi.json");
        let read = || async move { Self(reqwest::get(url).await.unwrap().json().await.unwrap()) };
        DOCUMENT.get_or_init(read).await
    }

    /// What is wrong with a frame that a side (`client` or `server`) says, if anything.
    pub fn check(&self, side: &str, frame: &Value) -> Result<(), String> {
        let kind = frame["type"].as_str().ok_or("a frame without a type")?;
        let message = self.0["components"]["messages"].get(format!("{side}.{kind}"));
        let message = message.ok_or_else(|| format!("{kind} is not documented"))?;
        Schemas(&self.0).conforms(&message["payload"], frame, kind)
    }
}
