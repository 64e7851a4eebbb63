//! Stories of a server that believes the tokens of another issuer: who gets in, as whom, and who does not.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use chat_server::{App, Config};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::harness::socket::Socket;
use crate::rest::Api;

const ISSUER: &str = "https://login.example.org";

/// A key of the issuer, with its name.
struct Key {
    id: &'static str,
    algorithm: Algorithm,
    secret: EncodingKey,
}

impl Key {
    fn ed(id: &'static str, seed: u8) -> Self {
        let mut der = vec![0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
        der.extend([seed; 32]);
        Self { id, algorithm: Algorithm::EdDSA, secret: EncodingKey::from_ed_der(&der) }
    }

    fn ec(id: &'static str) -> Self {
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        Self { id, algorithm: Algorithm::ES256, secret: EncodingKey::from_ec_der(der.as_ref()) }
    }

    fn rsa(id: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
        // The key alone, without what says that it is one of RSA.
        Self { id, algorithm: Algorithm::RS256, secret: EncodingKey::from_rsa_der(&der.as_ref()[26..]) }
    }

    fn public(&self) -> Value {
        let mut jwk = json!(Jwk::from_encoding_key(&self.secret, self.algorithm).unwrap());
        jwk["kid"] = json!(self.id);
        jwk["use"] = json!("sig");
        jwk
    }

    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some(self.id.to_owned()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.secret).unwrap()
    }
}

fn publish(path: &Path, keys: &[Value]) {
    std::fs::write(path, json!({"keys": keys}).to_string()).unwrap();
}

#[expect(clippy::disallowed_methods, reason = "a token is believed by the clock of the machine")]
fn claims(subject: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    json!({"iss": ISSUER, "aud": "chat", "sub": subject, "exp": now + 600, "iat": now})
}

fn with(mut claims: Value, name: &str, value: Value) -> Value {
    claims[name] = value;
    claims
}

/// A server that believes the issuer whose keys lie in a file.
async fn server(keys: &Path) -> (TestServer, Api) {
    let keys = keys.to_owned();
    let server = TestServer::with(move |config: &mut Config| {
        config.jwks_file = Some(keys);
        config.jwt_issuer = Some(ISSUER.to_owned());
        config.jwt_audience = Some("chat".to_owned());
    })
    .await;
    let api = Api::at(server.url()).await;
    (server, api)
}

async fn me(api: &Api, token: &str) -> Result<Value, u16> {
    let answer = api.send(api.request(reqwest::Method::GET, "/api/v1/users/me").bearer_auth(token)).await;
    if answer.status == 200 { Ok(answer.body) } else { Err(answer.status) }
}

#[tokio::test]
async fn a_subject_is_the_same_user_with_every_key_of_the_issuer_and_on_a_socket() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let keys = [Key::ed("ed", 1), Key::ec("ec"), Key::rsa("rsa")];
    publish(&file, &keys.each_ref().map(Key::public));
    let (_server, api) = server(&file).await;

    let first = me(&api, &keys[0].sign(&with(claims("17"), "preferred_username", json!("ann")))).await.unwrap();
    assert_eq!(first["username"], "ann");
    for key in &keys {
        // Whatever they are called by now, the subject counts.
        let token = key.sign(&with(claims("17"), "preferred_username", json!("somebody else")));
        assert_eq!(me(&api, &token).await.as_ref(), Ok(&first), "{}", key.id);
    }
    let token = keys[1].sign(&claims("17"));
    let mut socket = Socket::open(api.address(), &format!("/ws?token={token}")).await;
    assert_eq!(socket.expect("session.ready").await["data"]["user"]["id"], first["id"]);
}

#[tokio::test]
async fn whoever_comes_first_gets_the_name_and_the_next_one_like_it() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let key = Key::ed("ed", 1);
    publish(&file, &[key.public()]);
    let (_server, api) = server(&file).await;
    let mut names = Vec::new();
    let comers = [
        ("1", json!("ann")),
        ("2", json!("Ann")),
        ("3", json!("ann@example.org")),
        ("4", json!("admin")),
        ("auth0|5", json!(null)),
    ];
    for (subject, wanted) in comers {
        let user = me(&api, &key.sign(&with(claims(subject), "preferred_username", wanted))).await.unwrap();
        names.push(user["username"].as_str().unwrap().to_owned());
    }
    assert_eq!(names[0], "ann");
    assert!(names[1].starts_with("Ann-") && names[2].starts_with("ann-"), "{names:?}");
    assert!(names[3].starts_with("admin-") && names[4] == "auth0-5", "{names:?}");
    let different: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(different.len(), names.len(), "{names:?}");
}

#[tokio::test]
async fn nothing_but_a_token_that_the_issuer_made_for_us_lets_anybody_in() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let (ed, rsa, foreign) = (Key::ed("ed", 1), Key::rsa("rsa"), Key::ed("ed", 2));
    let mut secret =
        json!({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0", "alg": "HS256", "use": "sig"});
    secret["kid"] = json!("oct");
    let for_encryption = with(Key::ed("enc", 3).public(), "use", json!("enc"));
    publish(&file, &[ed.public(), rsa.public(), secret, for_encryption]);
    let (_server, api) = server(&file).await;
    let good = claims("17");
    assert!(me(&api, &ed.sign(&good)).await.is_ok());

    let signed = |key: &[u8], kid: &str| {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::HS256) };
        jsonwebtoken::encode(&header, &good, &EncodingKey::from_secret(key)).unwrap()
    };
    let part = |value: &Value| base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, value.to_string());
    let unsigned = |header: Value| format!("{}.{}.", part(&header), part(&good));
    let public_text = rsa.public().to_string();
    let nameless = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &good, &ed.secret).unwrap();
    let brought = {
        let header = Header {
            kid: Some("ed".to_owned()),
            jku: Some("https://evil.example/keys".to_owned()),
            ..Header::new(Algorithm::EdDSA)
        };
        jsonwebtoken::encode(&header, &good, &ed.secret).unwrap()
    };
    let attacks = [
        ("another key under the same name", foreign.sign(&good)),
        ("a shared secret that was published by mistake", signed(b"secretsecretsecretsecretsecret", "oct")),
        ("the public key as a shared secret", signed(public_text.as_bytes(), "rsa")),
        ("the public key as a shared secret", signed(rsa.public()["n"].as_str().unwrap().as_bytes(), "rsa")),
        ("no signature", unsigned(json!({"alg": "none", "kid": "ed"}))),
        ("no signature, loudly", unsigned(json!({"alg": "EdDSA", "kid": "ed"}))),
        ("a key for encryption", Key::ed("enc", 3).sign(&good)),
        ("a key that nobody knows", Key::ed("other", 1).sign(&good)),
        ("no name of a key among several", nameless),
        ("a key that the token brings along", brought),
        ("another issuer", ed.sign(&with(good.clone(), "iss", json!("https://evil.example")))),
        ("another audience", ed.sign(&with(good.clone(), "aud", json!("mail")))),
        ("no audience", ed.sign(&with(good.clone(), "aud", json!(null)))),
        ("over", ed.sign(&with(good.clone(), "exp", json!(1)))),
        ("without an end", ed.sign(&with(good.clone(), "exp", json!(null)))),
        ("not yet", ed.sign(&with(good.clone(), "nbf", json!(9_999_999_999_i64)))),
        ("nobody", ed.sign(&with(good.clone(), "sub", json!("")))),
        ("a number", ed.sign(&with(good.clone(), "sub", json!(17)))),
        ("nonsense", "a.b.c".to_owned()),
    ];
    for (what, token) in attacks {
        assert_eq!(me(&api, &token).await, Err(401), "{what}");
        assert_eq!(
            Socket::try_open(api.address(), &format!("/ws?token={token}"), &[]).await.err(),
            Some(401),
            "{what}"
        );
    }
}

#[tokio::test]
async fn keys_that_change_are_read_again_and_nonsense_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    let (old, new) = (Key::ed("old", 1), Key::ed("new", 2));
    publish(&file, &[old.public()]);
    let (_server, api) = server(&file).await;
    assert!(me(&api, &old.sign(&claims("17"))).await.is_ok());
    assert_eq!(me(&api, &new.sign(&claims("17"))).await, Err(401));

    let becomes = async |token: String, expected: bool| {
        let begun = std::time::Instant::now();
        while me(&api, &token).await.is_ok() != expected {
            assert!(begun.elapsed() < crate::harness::LONG, "the keys are not read again");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    std::fs::write(&file, "{").unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(1_200)).await;
    assert!(me(&api, &old.sign(&claims("17"))).await.is_ok(), "the keys of before stay good");
    publish(&file, &[new.public()]);
    becomes(new.sign(&claims("17")), true).await;
    becomes(old.sign(&claims("17")), false).await;
}

#[tokio::test]
async fn nobody_registers_where_another_issuer_has_the_users_and_bad_settings_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("jwks.json");
    publish(&file, &[Key::ed("ed", 1).public()]);
    let (_server, api) = server(&file).await;
    let new = json!({"username": "ann", "email": "ann@example.org", "password": "correct horse"});
    for path in ["/register", "/api/v1/auth/register", "/api/v1/auth/login"] {
        api.post(path, new.clone()).await.refused(404, "not_found");
    }
    let built = async |change: &dyn Fn(&mut Config)| {
        let data = tempfile::tempdir().unwrap();
        let mut config = crate::harness::quick(data.path());
        config.jwks_file = Some(file.clone());
        config.jwt_issuer = Some(ISSUER.to_owned());
        change(&mut config);
        App::build(&config).await.err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(built(&|config| config.jwt_issuer = None).await.contains("jwt_issuer"));
    assert!(built(&|config| config.jwks_file = Some("/nonexistent.json".into())).await.contains("cannot be read"));
    for (text, told) in [("{", "not a JWK set"), ("{}", "not a JWK set"), (r#"{"keys":[]}"#, "no public key")] {
        std::fs::write(&file, text).unwrap();
        assert!(built(&|_| {}).await.contains(told), "{text}");
    }
}
