//! Access tokens: JSON web tokens with HMAC-SHA256 (RFC 7519, HS256), read without any leniency.

use chat_core::ids::{SessionId, UserId};
use chat_core::ports::AccessClaims;
use chat_core::time::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

/// A token that is larger is no token of ours; it is refused before anything is decoded.
const MAX_BYTES: usize = 8 * 1024;

/// Seconds beyond which a time in a token is nonsense: the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

/// Makes and reads access tokens with one key and one algorithm.
pub(super) struct AccessTokens {
    write: EncodingKey,
    read: DecodingKey,
    validation: Validation,
}

/// What stands in a token. A claim of another type makes the whole token unreadable, so none can be taken for absent.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    iat: i64,
    exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
}

impl AccessTokens {
    pub(super) fn new(key: &[u8]) -> Self {
        // The only algorithm, whatever a token's header says.
        let mut validation = Validation::new(Algorithm::HS256);
        // The clock is a port, so the times are compared below.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Self { write: EncodingKey::from_secret(key), read: DecodingKey::from_secret(key), validation }
    }

    pub(super) fn write(&self, claims: &AccessClaims, issued_at: Timestamp) -> String {
        let claims = Claims {
            sub: claims.user.to_string(),
            sid: claims.session.map(|session| session.to_string()),
            iat: issued_at.seconds(),
            exp: claims.expires_at.seconds(),
            nbf: None,
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.write).unwrap_or_else(|failure| {
            // An HMAC over a few numbers does not fail. If it ever does, the empty token opens nothing.
            tracing::error!(%failure, "an access token could not be signed");
            String::new()
        })
    }

    pub(super) fn read(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        if token.len() >= MAX_BYTES {
            return None;
        }
        let read = jsonwebtoken::decode::<Claims>(token, &self.read, &self.validation).ok()?;
        if !is_plain(&read.header) {
            return None;
        }
        let claims = read.claims;
        let user = UserId::new(canonical(&claims.sub)?)?;
        let session = match &claims.sid {
            Some(text) => Some(SessionId::new(canonical(text)?)?),
            None => None,
        };
        let starts = claims.nbf.unwrap_or(0);
        let in_time = now.seconds() < claims.exp && claims.exp <= MAX_SECONDS && starts <= now.seconds();
        let expires_at = Timestamp::default().plus_seconds(claims.exp);
        in_time.then_some(AccessClaims { user, session, expires_at })
    }
}

/// Whether a header asks for nothing but what every token gets. Keys are never chosen, let alone fetched, by a header, and
/// what must be understood (`crit`) is not understood here.
fn is_plain(header: &Header) -> bool {
    let typed = header.typ.as_deref().is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"));
    let foreign_key = header.jku.is_some() || header.jwk.is_some() || header.kid.is_some() || header.x5u.is_some();
    let certificate = header.x5c.is_some() || header.x5t.is_some() || header.x5t_s256.is_some();
    let special = header.crit.is_some() || header.enc.is_some() || header.zip.is_some() || header.cty.is_some();
    typed && !foreign_key && !certificate && !special
}

/// A number in the one way that it is written here: no sign, no leading zero, no space.
fn canonical(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
    use serde_json::{Value, json};

    use super::*;

    const KEY: &[u8] = b"a key of thirty-two bytes or more";

    fn tokens() -> AccessTokens {
        AccessTokens::new(KEY)
    }

    fn now() -> Timestamp {
        Timestamp::default().plus_seconds(1_000_000)
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            user: UserId::new(7).expect("an id"),
            session: SessionId::new(3),
            expires_at: now().plus_seconds(60),
        }
    }

    /// A token with any header and any claims, rightly signed.
    fn forged(header: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64.encode(value.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let key = EncodingKey::from_secret(KEY);
        let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256).expect("signed");
        format!("{message}.{signature}")
    }

    fn plain() -> Value {
        json!({"alg": "HS256", "typ": "JWT"})
    }

    fn good() -> Value {
        json!({"sub": "7", "sid": "3", "iat": 1_000_000, "exp": 1_000_060})
    }

    fn with(mut object: Value, name: &str, value: Value) -> Value {
        object[name] = value;
        object
    }

    fn accepts(header: &Value, claims: &Value) -> bool {
        tokens().read(&forged(header, claims), now()).is_some()
    }

    #[test]
    fn a_token_gives_its_claims_back_until_the_second_it_expires() {
        let token = tokens().write(&claims(), now());
        assert_eq!(tokens().read(&token, now()), Some(claims()));
        assert_eq!(tokens().read(&token, now().plus_seconds(59)), Some(claims()));
        assert_eq!(tokens().read(&token, now().plus_seconds(60)), None);
    }

    #[test]
    fn a_token_of_another_key_is_refused() {
        let foreign = AccessTokens::new(b"another key of thirty-two bytes!!").write(&claims(), now());
        assert_eq!(tokens().read(&foreign, now()), None);
    }

    #[test]
    fn the_baseline_of_the_attacks_below_is_accepted() {
        assert!(accepts(&plain(), &good()));
    }

    #[test]
    fn no_other_algorithm_is_taken_from_a_header() {
        let message = format!("{}.{}", BASE64.encode(r#"{"alg":"none"}"#), BASE64.encode(good().to_string()));
        for token in [format!("{message}."), message.clone(), format!("{message}.AAAA")] {
            assert_eq!(tokens().read(&token, now()), None, "{token}");
        }
        for alg in ["none", "None", "HS384", "HS512", "RS256", "ES256", "EdDSA", "hs256", ""] {
            assert!(!accepts(&json!({"alg": alg, "typ": "JWT"}), &good()), "{alg}");
        }
    }

    #[test]
    fn a_header_that_names_a_key_is_refused() {
        let jwk = json!({"kty": "oct", "k": BASE64.encode(KEY), "alg": "HS256"});
        let attacks = [
            ("kid", json!("../../../../dev/null")),
            ("kid", json!("' UNION SELECT 'key")),
            ("jku", json!("https://evil.example/keys")),
            ("x5u", json!("https://evil.example/chain")),
            ("jwk", jwk),
            ("x5c", json!(["AAAA"])),
            ("crit", json!(["exp"])),
        ];
        for (name, value) in attacks {
            assert!(!accepts(&with(plain(), name, value), &good()), "{name}");
        }
        assert!(!accepts(&json!({"alg": "HS256", "typ": "refresh"}), &good()));
    }

    #[test]
    fn a_claim_of_another_type_is_not_taken_for_absent() {
        let attacks = [
            ("exp", json!("1000060")),
            ("exp", json!(1_000_060.5)),
            ("exp", json!(null)),
            ("exp", json!([1_000_060])),
            ("exp", json!(i64::MAX)),
            ("exp", json!(u64::MAX)),
            ("exp", json!(-1)),
            ("nbf", json!("0")),
            ("nbf", json!(1_000_001)),
            ("sub", json!(7)),
            ("sub", json!("+7")),
            ("sub", json!("07")),
            ("sub", json!("0")),
            ("sub", json!("-7")),
            ("sub", json!("9007199254740992")),
            ("sub", json!("7 OR 1=1")),
            ("sid", json!(3)),
            ("sid", json!("x")),
            ("aud", json!("another service")),
        ];
        for (name, value) in attacks {
            assert!(!accepts(&plain(), &with(good(), name, value.clone())), "{name}: {value}");
        }
    }

    #[test]
    fn a_missing_claim_is_refused() {
        for name in ["sub", "exp", "iat"] {
            let mut claims = good();
            claims.as_object_mut().expect("an object").remove(name);
            assert!(!accepts(&plain(), &claims), "{name}");
        }
    }

    #[test]
    fn a_tampered_token_is_refused_wherever_the_change_is() {
        let token = forged(&plain(), &good());
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let tampered = String::from_utf8(bytes).expect("ASCII");
            // The last character of a part holds bits that mean nothing; a decoder that ignored them would accept a twin.
            assert_eq!(tokens().read(&tampered, now()), None, "at {place}");
        }
    }

    #[test]
    fn a_huge_token_is_refused_whatever_it_says() {
        assert!(accepts(&plain(), &with(good(), "more", json!("x".repeat(1_000)))));
        assert!(!accepts(&plain(), &with(good(), "more", json!("x".repeat(8_000)))));
    }
}
