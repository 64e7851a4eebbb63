//! Passwords and tokens without any secrecy: instant, and readable in a failing test's output.

use async_trait::async_trait;

use crate::ids::{SessionId, UserId};
use crate::ports::{AccessClaims, HasherBusy, PasswordHasher, RefreshClaims, TokenSigner, Verified};
use crate::time::Timestamp;

/// "Hashes" a password by writing it down. For tests only.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainHasher;

impl PlainHasher {
    const TODAY: &str = "$plain$v=2$";
    const OUTDATED: &str = "$plain$v=1$";

    /// A hash of the same password that asks to be made anew, as one with weaker settings would.
    #[must_use]
    pub fn outdated(password: &str) -> String {
        format!("{}{password}", Self::OUTDATED)
    }
}

#[async_trait]
impl PasswordHasher for PlainHasher {
    async fn hash(&self, password: &str) -> Result<String, HasherBusy> {
        Ok(format!("{}{password}", Self::TODAY))
    }

    async fn verify(&self, password: &str, hash: Option<String>) -> Result<Verified, HasherBusy> {
        let hash = hash.unwrap_or_default();
        Ok(if hash.strip_prefix(Self::TODAY) == Some(password) {
            Verified::Yes
        } else if hash.strip_prefix(Self::OUTDATED) == Some(password) {
            Verified::YesButOutdated
        } else {
            Verified::No
        })
    }
}

/// "Signs" a token by writing its claims down. For tests only.
#[derive(Debug, Clone, Copy, Default)]
pub struct PlainSigner;

impl TokenSigner for PlainSigner {
    fn access(&self, claims: &AccessClaims, issued_at: Timestamp) -> String {
        let session = claims.session.map_or(0, SessionId::get);
        format!("access.{}.{session}.{}.{}", claims.user, claims.expires_at.micros(), issued_at.micros())
    }

    fn read_access(&self, token: &str, now: Timestamp) -> Option<AccessClaims> {
        let [user, session, expires_at, issued_at] = numbers(token.strip_prefix("access.")?)?;
        let expires_at = Timestamp::from_micros(expires_at);
        let claims = AccessClaims { user: UserId::new(user)?, session: SessionId::new(session), expires_at };
        // Writing the claims again refuses every other spelling of the same numbers.
        let good = self.access(&claims, Timestamp::from_micros(issued_at)) == token;
        (good && now < expires_at).then_some(claims)
    }

    fn refresh(&self, claims: &RefreshClaims) -> String {
        format!("refresh.{}.{}.{}", claims.session, claims.nonce, claims.generation)
    }

    fn read_refresh(&self, token: &str) -> Option<RefreshClaims> {
        let [session, nonce, generation] = numbers(token.strip_prefix("refresh.")?)?;
        let claims = RefreshClaims { session: SessionId::new(session)?, nonce, generation };
        (self.refresh(&claims) == token).then_some(claims)
    }
}

/// Exactly `N` numbers with dots between them.
fn numbers<const N: usize>(text: &str) -> Option<[i64; N]> {
    let numbers: Result<Vec<i64>, _> = text.split('.').map(str::parse).collect();
    numbers.ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_belongs_to_its_own_hash_only() {
        let hash = PlainHasher.hash("correct horse").await.expect("never busy");
        assert_eq!(PlainHasher.verify("correct horse", Some(hash.clone())).await, Ok(Verified::Yes));
        assert_eq!(PlainHasher.verify("wrong horse", Some(hash)).await, Ok(Verified::No));
        assert_eq!(PlainHasher.verify("", None).await, Ok(Verified::No));
        let old = PlainHasher::outdated("correct horse");
        assert_eq!(PlainHasher.verify("correct horse", Some(old)).await, Ok(Verified::YesButOutdated));
    }

    #[test]
    fn an_access_token_is_good_until_it_expires_and_only_as_it_was_written() {
        let (now, expires_at) = (Timestamp::from_micros(5), Timestamp::from_micros(10));
        for session in [None, SessionId::new(3)] {
            let claims = AccessClaims { user: UserId::new(7).expect("an id"), session, expires_at };
            let token = PlainSigner.access(&claims, now);
            assert_eq!(PlainSigner.read_access(&token, now), Some(claims));
            assert_eq!(PlainSigner.read_access(&token, expires_at), None);
            for wrong in [token.replace("access", "refresh"), format!("{token}.1"), token.replace(".7.", ".+7.")] {
                assert_eq!(PlainSigner.read_access(&wrong, now), None, "{wrong}");
            }
        }
    }

    #[test]
    fn a_refresh_token_gives_its_claims_back() {
        let claims = RefreshClaims { session: SessionId::new(3).expect("an id"), nonce: i64::MIN, generation: 2 };
        let token = PlainSigner.refresh(&claims);
        assert_eq!(token, PlainSigner.refresh(&claims));
        assert_eq!(PlainSigner.read_refresh(&token), Some(claims));
        assert_eq!(PlainSigner.read_refresh("refresh.0.1.1"), None);
        assert_eq!(PlainSigner.read_refresh(""), None);
    }
}
