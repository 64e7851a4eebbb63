//! The documentation of the REST half: whether it is whole, and whether it can be read without anything from elsewhere.

use std::collections::BTreeSet;
use std::sync::Arc;

use chat_core::accounts::{Authenticator, Credential, Identity};
use chat_core::ports::{Login, NewUser, Stores};
use chat_core::testing::MemoryStore;
use chat_core::time::Timestamp;
use chat_core::user::Username;
use chat_core::{ChatError, ErrorCode};
use chat_server::{App, Config, Parts, Users};
use reqwest::Method;
use serde_json::Value;

use crate::harness::person::Person;
use crate::harness::quick;
use crate::rest::Api;

/// What `docs/PROTOCOL.md` promises, without the prefix.
const PROMISED: &[&str] = &[
    "POST auth/register",
    "POST auth/login",
    "POST auth/refresh",
    "POST auth/logout",
    "POST auth/password",
    "POST auth/ws-ticket",
    "GET users/me/sessions",
    "DELETE users/me/sessions",
    "DELETE users/me/sessions/{id}",
    "GET users/me",
    "PATCH users/me",
    "DELETE users/me",
    "GET users/me/export",
    "GET users/{id}",
    "GET users",
    "GET users/online",
    "GET users/me/presence",
    "PUT users/me/presence",
    "GET users/me/changes",
    "GET friends",
    "DELETE friends/{user_id}",
    "POST friends/requests",
    "GET friends/requests",
    "POST friends/requests/{id}/accept",
    "POST friends/requests/{id}/decline",
    "DELETE friends/requests/{id}",
    "GET blocks",
    "POST blocks",
    "PUT blocks/{user_id}",
    "DELETE blocks/{user_id}",
    "POST conversations",
    "GET conversations",
    "GET conversations/{id}",
    "PATCH conversations/{id}",
    "GET conversations/{id}/members",
    "POST conversations/{id}/members",
    "PATCH conversations/{id}/members/{user_id}",
    "DELETE conversations/{id}/members/{user_id}",
    "POST conversations/{id}/leave",
    "POST conversations/{id}/join",
    "GET conversations/{id}/bans",
    "PUT conversations/{id}/bans/{user_id}",
    "DELETE conversations/{id}/bans/{user_id}",
    "POST conversations/{id}/invites",
    "GET conversations/{id}/invites",
    "DELETE conversations/{id}/invites/{code}",
    "GET invites/{code}",
    "POST invites/{code}/join",
    "GET rooms",
    "GET rooms/{slug}",
    "POST conversations/{id}/messages",
    "GET conversations/{id}/messages",
    "GET conversations/{id}/changes",
    "POST conversations/{id}/read",
    "POST conversations/{id}/typing",
    "PATCH conversations/{id}/settings",
    "PUT conversations/{id}/draft",
    "DELETE conversations/{id}/draft",
    "GET messages/{id}",
    "PATCH messages/{id}",
    "DELETE messages/{id}",
    "POST messages/{id}/forward",
    "GET messages/{id}/history",
    "GET messages/{id}/receipts",
    "GET messages/{id}/replies",
    "GET messages/{id}/reactions/{emoji}",
    "PUT messages/{id}/reactions/{emoji}",
    "DELETE messages/{id}/reactions/{emoji}",
    "GET conversations/{id}/pins",
    "PUT conversations/{id}/pins/{message_id}",
    "DELETE conversations/{id}/pins/{message_id}",
    "GET search",
    "GET moderation/users/{id}",
    "PUT moderation/users/{id}/role",
    "PUT moderation/users/{id}/sanction",
    "DELETE moderation/users/{id}/sanction",
    "GET moderation/audit",
    "POST reports",
    "GET moderation/reports",
    "POST moderation/reports/{id}/resolve",
];

#[tokio::test]
async fn the_document_has_exactly_the_promised_calls() {
    let api = Api::start().await;
    let mut documented = BTreeSet::new();
    for (path, item) in api.document()["paths"].as_object().unwrap() {
        let methods = item.as_object().unwrap().keys();
        documented.extend(methods.map(|method| format!("{} {path}", method.to_uppercase())));
    }
    let promised = PROMISED.iter().map(|call| call.replacen(' ', " /api/v1/", 1));
    let promised: BTreeSet<_> = promised.chain(["POST /register".to_owned(), "POST /login".to_owned()]).collect();
    assert_eq!(documented, promised);
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_call_says_what_it_refuses() {
    let api = Api::start().await;
    let document = api.document();
    assert_eq!(document["openapi"].as_str().map(|version| &version[..4]), Some("3.1."));
    assert_eq!(document["components"]["securitySchemes"]["bearer"]["scheme"], "bearer");
    let mut references = Vec::new();
    collect_references(document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }

    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = operation["operationId"].as_str().unwrap();
            assert!(names.insert(name), "{name} is the name of two calls");
            assert!(!operation["summary"].as_str().unwrap_or_default().is_empty(), "{method} {path} has no summary");
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                assert!(response["description"].is_string(), "{method} {path} does not say what {status} means");
            }
            assert!(responses.keys().any(|status| status.starts_with('2')), "{method} {path} never succeeds");
            for expected in ["429", "500", "503"] {
                assert!(responses.contains_key(expected), "{method} {path} does not know {expected}");
            }
            for (status, response) in responses.iter().filter(|(status, _)| status.starts_with(['4', '5'])) {
                let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/Problem", "{method} {path} {status}");
            }
        }
    }
}

fn collect_references<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("$ref").and_then(Value::as_str));
            object.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_page_needs_nothing_from_anywhere_else() {
    let api = Api::start().await;
    let moved = api.send(api.request(Method::GET, "/api/docs")).await;
    // Relative, so that it is right under any prefix.
    assert_eq!((moved.status, moved.header("location")), (308, Some("docs/")));

    let page = api.send(api.request(Method::GET, "/api/docs/")).await;
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html")));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
    assert!(!page.text.contains("http://") && !page.text.contains("https://"), "{}", page.text);

    let mut assets = 0;
    for (_, rest) in page
        .text
        .match_indices("src=\"")
        .chain(page.text.match_indices("href=\""))
        .map(|(at, name)| page.text.split_at(at + name.len()))
    {
        let asset = rest.split('"').next().unwrap().trim_start_matches("./");
        let answer = api.send(api.request(Method::GET, &format!("/api/docs/{asset}"))).await;
        assert_eq!(answer.status, 200, "{asset}");
        assets += 1;
    }
    assert!(assets >= 4, "{assets} assets");

    let script = api.send(api.request(Method::GET, "/api/docs/swagger-initializer.js")).await.text;
    assert!(script.contains(r#""url": "../openapi.json""#) && script.contains(r#""validatorUrl": "none""#), "{script}");
    api.send(api.request(Method::GET, "/api/docs/nope.js")).await.refused(404, "not_found");
    api.send(api.request(Method::GET, "/api/docs/..%2f..%2fCargo.toml")).await.refused(404, "not_found");
}

/// Serves a router of a host on a free port, for as long as the test runs.
async fn serve(host: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, host).await.unwrap() });
    format!("http://{address}")
}

/// A host may put the whole chat under any path of its own, even one with variables in it.
#[tokio::test]
async fn under_the_prefix_of_a_host_everything_is_where_it_should_be() {
    let directory = tempfile::tempdir().unwrap();
    let app = App::build(&quick(directory.path())).await.unwrap();
    let base = serve(axum::Router::new().nest("/of/{tenant}/chat", app.router())).await + "/of/7/chat";

    let person = Person::register(&base, "ann").await;
    let (status, user) = person.get(&format!("users/{}", person.id)).await;
    assert_eq!((status, user["id"].as_i64()), (200, Some(person.id)));
    assert_eq!(person.get("nope").await.1["code"], "not_found");

    // The redirect and the links are followed from wherever the page is.
    let page = reqwest::get(format!("{base}/api/docs")).await.unwrap();
    let page_url = page.url().clone();
    assert!(page.text().await.unwrap().contains("swagger-initializer.js"));
    let document: Value = reqwest::get(page_url.join("../openapi.json").unwrap()).await.unwrap().json().await.unwrap();
    let server =
        page_url.join("../openapi.json").unwrap().join(document["servers"][0]["url"].as_str().unwrap()).unwrap();
    assert_eq!(server.as_str().trim_end_matches('/'), base);
}

/// A host whose tokens are names of users.
struct NamesAreTokens(Stores);

#[async_trait::async_trait]
impl Authenticator for NamesAreTokens {
    async fn authenticate(&self, credential: &Credential) -> Result<Identity, ChatError> {
        let Credential::Token(name) = credential else { return Err(ErrorCode::Unauthenticated.into()) };
        let found = self.0.users.find_login(&Login::NameKey(Username::key_of(name))).await?;
        let user = found.ok_or(ErrorCode::Unauthenticated)?.user.id;
        Ok(Identity { user, session: None, expires_at: None })
    }
}

/// Where the host brings its own users there are no sign-ins of ours, neither served nor documented.
#[tokio::test]
async fn without_accounts_of_its_own_the_server_has_no_sign_ins() {
    let stores = Arc::new(MemoryStore::new()).stores();
    let ann =
        NewUser { username: Username::new("ann").unwrap(), email: None, password_hash: None, at: Timestamp::default() };
    stores.users.create(&ann).await.unwrap();
    let users = Users::OfHost(Arc::new(NamesAreTokens(stores.clone())));
    let app = App::assemble(Parts::new(stores, users), &Config::default());
    let api = Api::at(serve(app.router()).await).await;

    let paths: Vec<_> = api.document()["paths"].as_object().unwrap().keys().collect();
    assert!(
        !paths.is_empty()
            && !paths.iter().any(|path| ["auth", "login", "sessions"].iter().any(|own| path.contains(own))),
        "{paths:?}"
    );
    for path in ["/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh", "/login", "/register"] {
        api.post(path, serde_json::json!({})).await.refused(404, "not_found");
    }
    let me = api.send(api.request(Method::GET, "/api/v1/users/me").bearer_auth("ann")).await.is(200);
    assert_eq!(me["username"], "ann");
}
