//! The calls over REST that the chores make.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::failure::{Doing, Failure, Outcome};

/// Long enough for everybody that these chores make up; nobody else ever sees it.
const PASSWORD: &str = "correct horse battery staple";

/// How often a reading is tried before its failure counts.
const READS: u32 = 3;

/// A user and what opens the doors for them.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// The user's id.
    pub(crate) id: i64,
    /// The user's name.
    pub(crate) name: String,
    /// The access token.
    pub(crate) token: String,
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The body; null if there was none.
    pub(crate) body: Value,
}

/// A client of one server.
#[derive(Debug, Clone)]
pub(crate) struct Rest {
    http: reqwest::Client,
    base: String,
}

impl Rest {
    /// Talks to the server at `host:port`.
    pub(crate) fn new(address: &str) -> Outcome<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(15)).build();
        Ok(Self { http: http.doing("make a client")?, base: format!("http://{address}/api/v1/") })
    }

    /// One call. An error means that nobody knows what the server made of it.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.bytes().await?;
        Ok(Answer { status, body: serde_json::from_slice(&text).unwrap_or(Value::Null) })
    }

    /// A call that must succeed.
    async fn must(&self, method: Method, path: &str, token: Option<&str>, body: Option<&Value>) -> Outcome<Value> {
        let answer = self.call(method.clone(), path, token, body).await.doing(path)?;
        if answer.status.is_success() {
            return Ok(answer.body);
        }
        Err(Failure::new(format!("{method} {path} answered {}: {}", answer.status, answer.body)))
    }

    /// What a path answers. A connection may end between two requests, so whoever only reads tries again.
    pub(crate) async fn get(&self, path: &str, token: &str) -> Outcome<Value> {
        for _ in 0..READS {
            if let Ok(answer) = self.call(Method::GET, path, Some(token), None).await
                && answer.status.is_success()
            {
                return Ok(answer.body);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        self.must(Method::GET, path, Some(token), None).await
    }

    /// Makes a user.
    pub(crate) async fn register(&self, name: &str) -> Outcome<Account> {
        let body = json!({"username": name, "email": format!("{name}@chores.example"), "password": PASSWORD});
        account(name, &self.must(Method::POST, "auth/register", None, Some(&body)).await?)
    }

    /// Opens a new session of a user that exists.
    pub(crate) async fn login(&self, name: &str) -> Outcome<Account> {
        let body = json!({"login": name, "password": PASSWORD});
        account(name, &self.must(Method::POST, "auth/login", None, Some(&body)).await?)
    }

    /// Makes a conversation and answers its id.
    pub(crate) async fn create_conversation(&self, token: &str, body: &Value) -> Outcome<i64> {
        let answer = self.must(Method::POST, "conversations", Some(token), Some(body)).await?;
        answer
            .get("id")
            .and_then(Value::as_i64)
            .ok_or_else(|| Failure::new(format!("a conversation without id: {answer}")))
    }

    /// Sends a message.
    pub(crate) async fn send(
        &self,
        token: &str,
        conversation: i64,
        body: &str,
        client_id: &str,
    ) -> Result<Answer, reqwest::Error> {
        let body = json!({"body": body, "client_id": client_id});
        self.call(Method::POST, &format!("conversations/{conversation}/messages"), Some(token), Some(&body)).await
    }
}

fn account(name: &str, answer: &Value) -> Outcome<Account> {
    let id = answer.pointer("/user/id").and_then(Value::as_i64);
    let token = answer.get("access_token").and_then(Value::as_str);
    match (id, token) {
        (Some(id), Some(token)) => Ok(Account { id, name: name.to_owned(), token: token.to_owned() }),
        (_, _) => Err(Failure::new(format!("{name} got neither id nor token: {answer}"))),
    }
}
