//! The catalogue of bad input: what is not exactly one good access token in the one place for it.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use chat_server::secret::Secret;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, COOKIE};
use serde_json::{Value, json};

use crate::rest::Api;

/// A token of these parts, signed with a key.
fn signed(key: &str, header: &Value, claims: &Value) -> String {
    let message = format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()));
    let key = jsonwebtoken::EncodingKey::from_secret(key.as_bytes());
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, jsonwebtoken::Algorithm::HS256).unwrap();
    format!("{message}.{signature}")
}

#[tokio::test]
async fn whatever_is_not_a_good_token_gets_one_and_the_same_answer() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let parts: Vec<_> = ann.token.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    let claims: Value = serde_json::from_slice(&BASE64.decode(payload).unwrap()).unwrap();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        BASE64.encode(claims.to_string())
    };
    let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let plain = json!({"alg": "HS256", "typ": "JWT"});
    let rows = [
        ("nothing", String::new()),
        ("not a token", "abc".to_owned()),
        ("only dots", "..".to_owned()),
        ("without a signature", format!("{header}.{payload}")),
        ("with an empty signature", format!("{header}.{payload}.")),
        ("algorithm none", format!("{none}.{payload}.")),
        ("algorithm none, with the signature", format!("{none}.{payload}.{signature}")),
        ("another user under the same signature", format!("{header}.{}.{signature}", with("sub", json!("999")))),
        (
            "a later end under the same signature",
            format!("{header}.{}.{signature}", with("exp", json!(32_503_680_000_i64))),
        ),
        ("signed with a guess", signed("secret", &plain, &claims)),
        (
            "signed with a guess, the key in the header",
            signed("secret", &json!({"alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}}), &claims),
        ),
        ("a key out of a path", signed("secret", &json!({"alg": "HS256", "kid": "../../dev/null"}), &claims)),
        ("another algorithm", signed("secret", &json!({"alg": "RS256", "typ": "JWT"}), &claims)),
        ("padded", format!("{}=", ann.token)),
        ("five parts", format!("{}.a.b", ann.token)),
        ("the refresh token", ann.refresh_token.clone()),
        ("more than 8 KiB", format!("{}{}", ann.token, "A".repeat(9_000))),
        ("a prefix", ann.token[..ann.token.len() - 1].to_owned()),
        ("two tokens", format!("{0}, {0}", ann.token)),
        ("a tab and more", format!("{}\tx", ann.token)),
    ];
    for (what, token) in rows {
        let answer = api.send(api.request(Method::GET, "/api/v1/users/me").bearer_auth(&token)).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("unauthenticated")),
            "{what}: {}",
            answer.text
        );
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{what}");
        assert_eq!(answer.body.get("detail"), None, "{what}: nobody is told what was wrong with it");
    }
    ann.get("users/me").await.is(200);
}

/// Even whoever has the key gets in with nothing but what the server itself would have signed.
#[tokio::test]
async fn a_rightly_signed_token_must_also_say_the_right_things() {
    const KEY: &str = "a key that only this test knows, of forty bytes";
    let api = Api::with(|config| config.jwt_secret = Some(Secret::new(KEY.to_owned()))).await;
    let ann = api.register("ann").await;
    let payload = BASE64.decode(ann.token.split('.').nth(1).unwrap()).unwrap();
    let good: Value = serde_json::from_slice(&payload).unwrap();
    let plain = json!({"alg": "HS256", "typ": "JWT"});
    let me = |token: String| api.send(api.request(Method::GET, "/api/v1/users/me").bearer_auth(token));
    me(signed(KEY, &plain, &good)).await.is(200);

    let changed = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(KEY, &plain, &claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().unwrap().remove(name);
        signed(KEY, &plain, &claims)
    };
    let headed = |header: Value| signed(KEY, &header, &good);
    let rows = [
        ("no end", without("exp")),
        ("no user", without("sub")),
        ("an end as a text", changed("exp", json!(good["exp"].to_string()))),
        ("an end that is over", changed("exp", json!(1_000_000_000))),
        ("an end beyond all time", changed("exp", json!(i64::MAX))),
        ("a beginning to come", changed("nbf", json!(32_503_680_000_i64))),
        ("a user as a number", changed("sub", json!(ann.id))),
        ("a user who is none", changed("sub", json!("0"))),
        ("another session", changed("sid", json!("4000000"))),
        ("a session as a number", changed("sid", json!(1))),
        ("for somebody else", changed("aud", json!("another service"))),
        ("another algorithm", headed(json!({"alg": "HS512", "typ": "JWT"}))),
        ("no algorithm", headed(json!({"alg": "none", "typ": "JWT"}))),
        ("another type", headed(json!({"alg": "HS256", "typ": "refresh"}))),
        ("a key out of a path", headed(json!({"alg": "HS256", "kid": "../../dev/null"}))),
        ("a key out of a table", headed(json!({"alg": "HS256", "kid": "' UNION SELECT 'x"}))),
        ("a key from elsewhere", headed(json!({"alg": "HS256", "jku": "http://127.0.0.1:1/keys"}))),
        ("a chain from elsewhere", headed(json!({"alg": "HS256", "x5u": "http://127.0.0.1:1/chain"}))),
    ];
    for (what, token) in rows {
        let answer = me(token).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("unauthenticated")),
            "{what}: {}",
            answer.text
        );
    }
}

#[tokio::test]
async fn a_token_counts_in_one_place_only() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let me = || api.request(Method::GET, "/api/v1/users/me");
    let bearer = format!("Bearer {}", ann.token);
    let rows = [
        ("in the query", api.request(Method::GET, &format!("/api/v1/users/me?token={}", ann.token))),
        (
            "in the query, under another name",
            api.request(Method::GET, &format!("/api/v1/users/me?access_token={}", ann.token)),
        ),
        ("in a cookie", me().header(COOKIE, format!("token={}; access_token={}", ann.token, ann.token))),
        ("under another scheme", me().header(AUTHORIZATION, format!("Token {}", ann.token))),
        ("as a password", me().basic_auth(&ann.token, Some(&ann.token))),
        ("without a scheme", me().header(AUTHORIZATION, &ann.token)),
        ("twice", me().header(AUTHORIZATION, &bearer).header(AUTHORIZATION, &bearer)),
        ("in another header", me().header("x-access-token", &ann.token)),
    ];
    for (what, request) in rows {
        let answer = api.send(request).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("unauthenticated")),
            "{what}: {}",
            answer.text
        );
    }
    // The scheme's name is not case-sensitive (RFC 9110, section 11.1).
    api.send(me().header(AUTHORIZATION, format!("bearer {}", ann.token))).await.is(200);
}

#[tokio::test]
async fn whatever_is_not_a_good_refresh_token_gets_one_and_the_same_answer() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let changed = |at: usize| {
        let mut bytes = ann.refresh_token.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        String::from_utf8(bytes).unwrap()
    };
    let last = ann.refresh_token.len() - 1;
    let rows = [
        ("nothing", String::new()),
        ("the access token", ann.token.clone()),
        ("changed at the start", changed(0)),
        ("changed in the middle", changed(last / 2)),
        ("cut off", ann.refresh_token[..last].to_owned()),
        ("longer", format!("{}A", ann.refresh_token)),
        ("with a space", format!("{} ", ann.refresh_token)),
        ("NUL", "\0".to_owned()),
        ("huge", "A".repeat(40_000)),
    ];
    for (what, token) in rows {
        let answer = api.post("/api/v1/auth/refresh", json!({"refresh_token": token})).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (401, Some("unauthenticated")),
            "{what}: {}",
            answer.text
        );
    }
    api.post("/api/v1/auth/refresh", json!({"refresh_token": ann.refresh_token})).await.is(200);
}

/// Without a token every call answers 401, whatever else is wrong with it, so that nobody can probe for what is there.
#[tokio::test]
async fn every_documented_call_but_the_sign_ins_wants_a_token_first() {
    let api = Api::start().await;
    let ann = api.register("ann").await;
    let mut asked = 0;
    for (path, item) in api.document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let open = operation["security"] == json!([{}]);
            let signs_in = ["register", "login", "refresh"].iter().any(|name| path.ends_with(name));
            assert_eq!(open, signs_in, "{method} {path}");
            if open {
                continue;
            }
            for id in [ann.id.to_string(), "4000000".to_owned(), "x".to_owned()] {
                let path = path.replace("{id}", &id).replace("{user_id}", &id);
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                api.send(api.request(method, &path).body("{")).await.refused(401, "unauthenticated");
            }
            asked += 1;
        }
    }
    assert!(asked > 25, "{asked} calls were asked");
}
