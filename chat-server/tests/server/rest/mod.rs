//! A REST client for the stories: it knows who asks, and holds every answer against the server's own documentation.

pub mod document;

use std::net::SocketAddr;

use chat_server::Config;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use self::document::Document;
use crate::harness::TestServer;

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// A server, and its documentation.
pub struct Api {
    base: String,
    http: reqwest::Client,
    document: Document,
    // Goes on as long as somebody may ask.
    _server: Option<TestServer>,
}

impl Api {
    /// A server of its own for one story.
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// The same with some settings changed.
    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let server = TestServer::with(change).await;
        let api = Self::at(server.url()).await;
        Self { _server: Some(server), ..api }
    }

    /// A server that somebody else runs.
    pub async fn at(base: String) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let document = Document::of(&http, &base).await;
        Self { base, http, document, _server: None }
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.base.trim_start_matches("http://").parse().unwrap()
    }

    /// What the server says of itself.
    pub fn document(&self) -> &Value {
        &self.document.0
    }

    /// A request that says nothing yet.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }

    /// Sends a request, and fails if the answer is not a documented one.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let request = request.build().unwrap();
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let media_type = headers.get(CONTENT_TYPE).map_or("", |value| value.to_str().unwrap()).to_owned();
        let text = response.text().await.unwrap();
        let body: Option<Value> = if text.is_empty() { None } else { serde_json::from_str(&text).ok() };
        let checked = self.document.check(&method, &path, status, &media_type, &text);
        assert_eq!(checked, Ok(()), "{method} {path} was answered {status} {text}");
        Answer { status, headers, body: body.unwrap_or_default(), text }
    }

    /// Posts a document without saying who asks.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// Somebody new.
    pub async fn register(&self, name: &str) -> Person<'_> {
        let body = json!({"username": name, "email": format!("{name}@example.org"), "password": PASSWORD});
        let signed_in = self.post("/api/v1/auth/register", body).await.is(201);
        Person::of(self, &signed_in)
    }
}

/// Somebody who is signed in.
pub struct Person<'a> {
    api: &'a Api,
    pub id: i64,
    pub token: String,
    pub refresh_token: String,
}

impl<'a> Person<'a> {
    /// Whoever an answer to a sign-in is about.
    pub fn of(api: &'a Api, signed_in: &Value) -> Self {
        let text = |name: &str| signed_in[name].as_str().unwrap().to_owned();
        let id = signed_in["user"]["id"].as_i64().unwrap();
        Self { api, id, token: text("access_token"), refresh_token: text("refresh_token") }
    }

    /// A request of this person; the path goes on after `/api/v1/`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.api.request(method, &format!("/api/v1/{path}")).bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.api.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.api.send(self.request(Method::POST, path).json(&body)).await
    }

    /// Posts nothing.
    pub async fn tap(&self, path: &str) -> Answer {
        self.api.send(self.request(Method::POST, path)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.api.send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.api.send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// Makes a group with others in it, and gives its id.
    pub async fn group_with(&self, others: &[&Person<'_>]) -> i64 {
        let members: Vec<_> = others.iter().map(|other| other.id).collect();
        let new = json!({"kind": "group", "name": "Tea", "member_ids": members});
        self.post("conversations", new).await.is(201)["id"].as_i64().unwrap()
    }

    /// Puts nothing.
    pub async fn mark(&self, path: &str) -> Answer {
        self.api.send(self.request(Method::PUT, path)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.api.send(self.request(Method::DELETE, path)).await
    }

    /// The id of the direct conversation with somebody.
    pub async fn direct_with(&self, other: &Person<'_>) -> i64 {
        let answer = self.post("conversations", json!({"kind": "direct", "user_id": other.id})).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.text);
        answer.body["id"].as_i64().unwrap()
    }

    /// Says something, and gives back the message.
    pub async fn say(&self, conversation: i64, text: &str) -> Value {
        self.post(&format!("conversations/{conversation}/messages"), json!({"body": text})).await.is(201)
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Answer {
    /// The body of an answer that must have this status.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// A refusal, exactly this one.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.text);
        assert_eq!(self.body["status"], status);
        assert_eq!(self.body["type"], format!("/errors/{code}"));
        assert_eq!(self.header("x-request-id"), self.body["request_id"].as_str());
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// One field of every item of a list.
    #[track_caller]
    pub fn each(&self, field: &str) -> Vec<Value> {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
    }
}
