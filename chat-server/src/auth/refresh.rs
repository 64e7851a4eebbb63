//! Refresh tokens: opaque to their holder, they name a session and which of its tokens this is. The same claims always give
//! the same token, so that a lost answer can be repeated word for word.
//!
//! The form is `r1.` and the base64 of three big-endian numbers (session, nonce, generation) and an HMAC-SHA256 over them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use chat_core::ids::SessionId;
use chat_core::ports::RefreshClaims;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, crypto};

/// The version of the form; another form gets another one.
const VERSION: &str = "r1.";

/// The three numbers.
const CLAIMS: usize = 24;

/// The numbers and the HMAC.
const WHOLE: usize = CLAIMS + 32;

/// Makes and reads refresh tokens with a key of their own: a signature of one kind of token is none of the other kind.
pub(super) struct RefreshTokens {
    write: EncodingKey,
    read: DecodingKey,
}

impl RefreshTokens {
    pub(super) fn new(secret: &[u8]) -> Self {
        let key = derived(secret);
        Self { write: EncodingKey::from_secret(&key), read: DecodingKey::from_secret(&key) }
    }

    pub(super) fn write(&self, claims: &RefreshClaims) -> String {
        let numbers = [claims.session.get(), claims.nonce, claims.generation];
        let mut bytes: Vec<u8> = numbers.into_iter().flat_map(i64::to_be_bytes).collect();
        let signature = crypto::sign(&bytes, &self.write, Algorithm::HS256).unwrap_or_else(|failure| {
            // An HMAC does not fail. If it ever does, the token without one continues nothing.
            tracing::error!(%failure, "a refresh token could not be signed");
            String::new()
        });
        bytes.extend(BASE64.decode(signature).unwrap_or_default());
        format!("{VERSION}{}", BASE64.encode(bytes))
    }

    pub(super) fn read(&self, token: &str) -> Option<RefreshClaims> {
        let encoded = token.strip_prefix(VERSION)?;
        if encoded.len() > WHOLE * 2 {
            return None;
        }
        let bytes = BASE64.decode(encoded).ok().filter(|bytes| bytes.len() == WHOLE)?;
        let (claims, signature) = bytes.split_at_checked(CLAIMS)?;
        // The comparison inside takes the same time wherever the first difference is.
        if !crypto::verify(&BASE64.encode(signature), claims, &self.read, Algorithm::HS256).ok()? {
            return None;
        }
        let mut numbers = claims.chunks_exact(8).filter_map(|chunk| Some(i64::from_be_bytes(chunk.try_into().ok()?)));
        let session = SessionId::new(numbers.next()?)?;
        Some(RefreshClaims { session, nonce: numbers.next()?, generation: numbers.next()? })
    }
}

/// A key that only this kind of token uses, so that nothing signed with the secret itself passes here. Should the HMAC ever
/// fail, the key is one that nobody knows either: a hash of the secret.
fn derived(secret: &[u8]) -> Vec<u8> {
    use sha2::Digest as _;
    let label = b"chat refresh token, version 1";
    match crypto::sign(label, &EncodingKey::from_secret(secret), Algorithm::HS256) {
        Ok(key) => key.into_bytes(),
        Err(_) => sha2::Sha256::new().chain_update(label).chain_update(secret).finalize().to_vec(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"a key of thirty-two bytes or more";

    fn tokens() -> RefreshTokens {
        RefreshTokens::new(SECRET)
    }

    fn claims() -> RefreshClaims {
        RefreshClaims { session: SessionId::new(3).expect("an id"), nonce: i64::MIN, generation: 2 }
    }

    #[test]
    fn a_token_gives_its_claims_back_and_is_always_the_same() {
        let token = tokens().write(&claims());
        assert_eq!(tokens().read(&token), Some(claims()));
        assert_eq!(tokens().write(&claims()), token);
    }

    #[test]
    fn different_claims_give_different_tokens() {
        let next = RefreshClaims { generation: 3, ..claims() };
        assert_ne!(tokens().write(&next), tokens().write(&claims()));
    }

    #[test]
    fn a_token_of_another_secret_is_refused() {
        let foreign = RefreshTokens::new(b"another key of thirty-two bytes!!").write(&claims());
        assert_eq!(tokens().read(&foreign), None);
    }

    #[test]
    fn a_tampered_token_is_refused_wherever_the_change_is() {
        let token = tokens().write(&claims());
        for place in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            assert_eq!(tokens().read(&String::from_utf8(bytes).expect("ASCII")), None, "at {place}");
        }
    }

    #[test]
    fn whatever_is_not_such_a_token_is_refused() {
        let token = tokens().write(&claims());
        let huge = format!("r1.{}", "A".repeat(1_000_000));
        for wrong in ["", "r1.", "r1", "r1.AAAA", &token.replace("r1", "r2"), &token[3..], &format!("{token}="), &huge]
        {
            assert_eq!(tokens().read(wrong), None);
        }
    }

    #[test]
    fn a_signature_made_with_the_secret_itself_is_not_one_of_a_refresh_token() {
        let mut bytes: Vec<u8> = [3_i64, 1, 1].into_iter().flat_map(i64::to_be_bytes).collect();
        let signature = crypto::sign(&bytes, &EncodingKey::from_secret(SECRET), Algorithm::HS256).expect("signed");
        bytes.extend(BASE64.decode(signature).expect("base64"));
        assert_eq!(tokens().read(&format!("r1.{}", BASE64.encode(bytes))), None);
    }
}
