//! The catalogue of bad input: what is not exactly a documented JSON object.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::rest::{Answer, Api, Person};

async fn send(api: &Api, ann: &Person<'_>, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    api.send(ann.request(Method::POST, path).header(CONTENT_TYPE, "application/json").body(body)).await
}

#[tokio::test]
async fn what_is_not_the_documented_object_is_refused_and_nothing_is_stored() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}/messages", ann.direct_with(&bob).await);
    let nested = |depth: usize| format!(r#"{{"body":"x","more":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
    let crowd: String = (0..40).map(|n| format!(r#""k{n}":1,"#)).collect();
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", b"".to_vec()),
        ("white space", b"  \n".to_vec()),
        ("cut off", br#"{"body":"x""#.to_vec()),
        ("cut off inside a text", br#"{"body":"x"#.to_vec()),
        ("a list", br#"["x"]"#.to_vec()),
        ("a list of all fields in order", br#"["x",null,null]"#.to_vec()),
        ("a text", br#""x""#.to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("no field", b"{}".to_vec()),
        ("another field", br#"{"text":"x"}"#.to_vec()),
        ("a field in other letters", br#"{"Body":"x"}"#.to_vec()),
        ("a number for a text", br#"{"body":5}"#.to_vec()),
        ("null for a text", br#"{"body":null}"#.to_vec()),
        ("a list for a text", br#"{"body":["x"]}"#.to_vec()),
        ("an object for a text", br#"{"body":{"$ne":""}}"#.to_vec()),
        ("a truth for a text", br#"{"body":true}"#.to_vec()),
        ("a text for a number", br#"{"body":"x","reply_to":"1"}"#.to_vec()),
        ("a fraction", br#"{"body":"x","reply_to":1.5}"#.to_vec()),
        ("a whole number written as a fraction", br#"{"body":"x","reply_to":1.0}"#.to_vec()),
        ("a power", br#"{"body":"x","reply_to":1e3}"#.to_vec()),
        ("minus zero", br#"{"body":"x","reply_to":-0}"#.to_vec()),
        ("2^63", br#"{"body":"x","reply_to":9223372036854775808}"#.to_vec()),
        ("2^64", br#"{"body":"x","reply_to":18446744073709551616}"#.to_vec()),
        ("beyond all floats", br#"{"body":"x","more":1e400}"#.to_vec()),
        ("not a number", br#"{"body":"x","more":NaN}"#.to_vec()),
        ("infinity", br#"{"body":"x","more":-Infinity}"#.to_vec()),
        ("a leading zero", br#"{"body":"x","reply_to":01}"#.to_vec()),
        ("a key twice", br#"{"body":"x","body":"y"}"#.to_vec()),
        ("a key twice, once escaped", br#"{"body":"x","\u0062ody":"y"}"#.to_vec()),
        ("an unknown key twice", br#"{"body":"x","a":1,"a":1}"#.to_vec()),
        ("a key twice, deep inside", br#"{"body":"x","a":[{"b":1,"b":2}]}"#.to_vec()),
        ("a key twice in a crowd", format!(r#"{{{crowd}"body":"x","k7":1}}"#).into_bytes()),
        ("too deep", nested(32).into_bytes()),
        ("much too deep", nested(20_000).into_bytes()),
        ("a lone high surrogate", br#"{"body":"\ud800"}"#.to_vec()),
        ("a lone low surrogate", br#"{"body":"\udc00"}"#.to_vec()),
        ("surrogates in the wrong order", br#"{"body":"\ude00\ud83d"}"#.to_vec()),
        ("a lone surrogate where nobody looks", br#"{"body":"x","more":"\ud800"}"#.to_vec()),
        ("bytes that are no UTF-8", b"{\"body\":\"\xff\"}".to_vec()),
        ("an overlong encoding", b"{\"body\":\"\xc0\x80\"}".to_vec()),
        ("an encoded surrogate", b"{\"body\":\"\xed\xa0\x80\"}".to_vec()),
        ("a raw control character", b"{\"body\":\"a\nb\"}".to_vec()),
        ("a raw NUL", b"{\"body\":\"a\0b\"}".to_vec()),
        ("an unknown escape", br#"{"body":"\x41"}"#.to_vec()),
        ("something after the end", br#"{"body":"x"} {"body":"y"}"#.to_vec()),
        ("a trailing comma", br#"{"body":"x",}"#.to_vec()),
        ("a comment", br#"{"body":"x"/**/}"#.to_vec()),
        ("single quotes", b"{'body':'x'}".to_vec()),
        ("a byte order mark", b"\xef\xbb\xbf{\"body\":\"x\"}".to_vec()),
        ("UTF-16", "{\"body\":\"x\"}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("a form", b"body=x".to_vec()),
    ];
    for (what, body) in rows {
        let answer = send(&api, &ann, &path, body).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some("bad_request")),
            "{what}: {}",
            answer.text
        );
    }
    assert!(ann.get(&path).await.each("id").is_empty());
    // The deepest document that is allowed, to show that the one above was refused for its depth.
    send(&api, &ann, &path, nested(31)).await.is(201);
}

#[tokio::test]
async fn fields_that_are_not_documented_change_nothing() {
    let api = Api::start().await;
    let (ann, bob, cleo) = (api.register("ann").await, api.register("bob").await, api.register("cleo").await);
    let id = ann.direct_with(&bob).await;
    let elsewhere = ann.direct_with(&cleo).await;
    let message = json!({
        "body": "hi", "id": 999, "seq": 77, "sender_id": bob.id, "conversation_id": elsewhere, "role": "owner",
        "created_at": "1999-01-01T00:00:00.000000+00:00", "delivered_at": "x", "read_at": 5, "state": {"read": true},
    });
    let sent = ann.post(&format!("conversations/{id}/messages"), message).await.is(201);
    assert_eq!((&sent["seq"], &sent["sender_id"], &sent["conversation_id"]), (&json!(1), &json!(ann.id), &json!(id)));
    assert_ne!(sent["id"], 999);
    assert_eq!((&sent["read_at"], &sent["delivered_at"]), (&Value::Null, &Value::Null));
    assert!(!sent["created_at"].as_str().unwrap().starts_with("1999"));

    let account = json!({
        "username": "dora", "email": "dora@example.org", "password": crate::rest::PASSWORD,
        "id": ann.id, "role": "admin", "is_admin": true, "created_at": "1999", "password_hash": "x",
    });
    let registered = api.post("/api/v1/auth/register", account).await.is(201);
    assert_ne!(registered["user"]["id"], ann.id);

    let group =
        json!({"kind": "group", "name": "Tea", "member_ids": [bob.id], "created_by": bob.id, "head": 50, "id": id});
    let made = ann.post("conversations", group).await.is(201);
    assert_eq!((&made["created_by"], &made["role"]), (&json!(ann.id), &json!("owner")));
    assert_ne!(made["id"], id);
}

#[tokio::test]
async fn every_call_with_a_body_wants_its_own_fields() {
    let api = Api::start().await;
    let (ann, bob) = (api.register("ann").await, api.register("bob").await);
    let path = format!("conversations/{}", ann.direct_with(&bob).await);
    let rows = [
        ("auth/register", json!({"username": "x", "email": "x@example.org"})),
        ("auth/register", json!({"username": {"$gt": ""}, "email": "x@example.org", "password": "long enough"})),
        ("auth/login", json!({"login": "ann"})),
        ("auth/login", json!({"login": {"$ne": null}, "password": {"$ne": null}})),
        ("auth/refresh", json!({"refresh_token": 5})),
        ("auth/password", json!({"old_password": "correct horse battery"})),
        ("friends/requests", json!({"user_id": "1"})),
        ("blocks", json!({"user_id": [1]})),
        ("conversations", json!({"user_id": 1})),
        ("conversations", json!({"kind": "direct"})),
        ("conversations", json!({"kind": "room", "name": "x"})),
        ("conversations", json!({"kind": "group", "name": "x", "member_ids": 5})),
        ("conversations", json!({"kind": "group", "name": "x"})),
        (&format!("{path}/read"), json!({"seq": "1"})),
        (&format!("{path}/typing"), json!({})),
        (&format!("{path}/messages"), json!({"body": "x", "client_id": 5})),
    ];
    for (call, body) in rows {
        let answer = ann.post(call, body.clone()).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some("bad_request")),
            "{call} {body}: {}",
            answer.text
        );
    }
}
