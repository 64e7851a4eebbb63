//! Somebody who uses a server by REST; every answer is held against the server's own documentation.

use std::sync::Arc;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};

use crate::rest::document::Document;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who is signed in.
#[derive(Debug, Clone)]
pub struct Person {
    base: String,
    http: Client,
    document: Arc<Document>,
    pub id: i64,
    pub token: String,
    pub refresh_token: String,
}

impl Person {
    /// Registers somebody at a server whose addresses begin like this.
    pub async fn register(base: &str, name: &str) -> Self {
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        Self::sign_in(base, "register", &body).await
    }

    /// Signs in somebody who has an account.
    pub async fn login(base: &str, name: &str, password: &str) -> Self {
        Self::sign_in(base, "login", &json!({"login": name, "password": password})).await
    }

    async fn sign_in(base: &str, way: &str, body: &Value) -> Self {
        let http = Client::new();
        let document = Arc::new(Document::of(&http, base).await);
        let path = format!("/api/v1/auth/{way}");
        let response = http.post(format!("{base}{path}")).json(body).send().await.unwrap();
        let (status, signed_in) = answer(&document, &Method::POST, &path, response).await;
        assert!(matches!(status, 200 | 201), "{signed_in}");
        let text = |name: &str| signed_in[name].as_str().unwrap().to_owned();
        Self {
            base: base.to_owned(),
            http,
            document,
            id: signed_in["user"]["id"].as_i64().unwrap(),
            token: text("access_token"),
            refresh_token: text("refresh_token"),
        }
    }

    /// The beginning of every address that this one knows.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Asks for something, and gives back the status and the body.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        let url = format!("{}{path}", self.base);
        let mut request = self.http.request(method.clone(), url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(&self.document, &method, &path, request.send().await.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> (u16, Value) {
        self.ask(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }

    /// The id of the direct conversation with somebody.
    pub async fn direct_with(&self, other: &Self) -> i64 {
        let (status, body) = self.post("conversations", json!({"kind": "direct", "user_id": other.id})).await;
        assert!(matches!(status, 200 | 201), "{body}");
        body["id"].as_i64().unwrap()
    }

    /// A secret that opens one socket.
    pub async fn ticket(&self) -> String {
        let (status, body) = self.ask(Method::POST, "auth/ws-ticket", None).await;
        assert_eq!(status, 201, "{body}");
        body["ticket"].as_str().unwrap().to_owned()
    }
}

/// The status and the body of an answer, which must be a documented one.
async fn answer(document: &Document, method: &Method, path: &str, response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let media_type = response.headers().get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap()).to_owned();
    let text = response.text().await.unwrap();
    let path = path.split('?').next().unwrap_or(path);
    let checked = document.check(method, path, status, &media_type, &text);
    assert_eq!(checked, Ok(()), "{method} {path} was answered {status} {text}");
    (status, serde_json::from_str(&text).unwrap_or_default())
}
