//! The public keys of an issuer: each reads tokens of its own algorithms and of no others.

use std::time::SystemTime;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation};
use serde::de::DeserializeOwned;

use super::issuer::IssuerSettings;

/// A token that is larger is no token of ours; it is refused before anything is decoded.
const MAX_BYTES: usize = 8 * 1024;

/// The largest file of keys, in bytes.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Why keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadKeys {
    /// The file cannot be read.
    #[error("the keys in {path} cannot be read: {source}")]
    File {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// It is larger than any set of keys.
    #[error("{path} is too large for a set of keys")]
    TooLarge {
        /// Which file.
        path: String,
    },
    /// It is no set of keys.
    #[error("{path} is not a JWK set (RFC 7517)")]
    NotASet {
        /// Which file.
        path: String,
    },
    /// No key in it can prove a token.
    #[error("{path} holds no public key for signatures with RS256, ES256, EdDSA or their like")]
    NoKey {
        /// Which file.
        path: String,
    },
}

/// The keys of a set that can prove a token.
pub(super) struct Keys {
    keys: Vec<Key>,
    issuer: String,
    audience: Option<String>,
}

struct Key {
    id: Option<String>,
    key: DecodingKey,
    algorithms: Vec<Algorithm>,
}

impl Keys {
    /// Reads the file, and tells when it was written.
    pub(super) fn read(settings: &IssuerSettings) -> Result<(Self, Option<SystemTime>), BadKeys> {
        let path = || settings.keys.display().to_string();
        let not_read = |source| BadKeys::File { path: path(), source };
        let about = std::fs::metadata(&settings.keys).map_err(not_read)?;
        if about.len() > MAX_FILE_BYTES {
            return Err(BadKeys::TooLarge { path: path() });
        }
        let text = std::fs::read(&settings.keys).map_err(not_read)?;
        let set: serde_json::Value = serde_json::from_slice(&text).map_err(|_| BadKeys::NotASet { path: path() })?;
        let listed = set["keys"].as_array().ok_or_else(|| BadKeys::NotASet { path: path() })?;
        // A key of a kind that is not known here does not spoil the others.
        let keys: Vec<_> =
            listed.iter().filter_map(|key| Key::of(&serde_json::from_value(key.clone()).ok()?)).collect();
        if keys.is_empty() {
            return Err(BadKeys::NoKey { path: path() });
        }
        let keys = Self { keys, issuer: settings.issuer.clone(), audience: settings.audience.clone() };
        Ok((keys, about.modified().ok()))
    }

    /// What a token says, if one of the keys proves it. Times are the caller's to compare.
    pub(super) fn open<C: DeserializeOwned + Clone>(&self, token: &str) -> Option<C> {
        if token.len() >= MAX_BYTES {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok().filter(is_plain)?;
        let key = self.key(header.kid.as_deref())?;
        // The key says which algorithms it is for, whatever the header wants.
        if !key.algorithms.contains(&header.alg) {
            return None;
        }
        let mut validation = Validation::new(header.alg);
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.set_required_spec_claims(&["exp", "sub", "iss"]);
        validation.set_issuer(&[&self.issuer]);
        if let Some(audience) = &self.audience {
            validation.set_audience(&[audience]);
            validation.required_spec_claims.insert("aud".to_owned());
        }
        jsonwebtoken::decode::<C>(token, &key.key, &validation).ok().map(|read| read.claims)
    }

    /// The key that a header names; where it names none, the only one there is.
    fn key(&self, id: Option<&str>) -> Option<&Key> {
        match (id, self.keys.as_slice()) {
            (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)),
            (None, [only]) => Some(only),
            (None, _) => None,
        }
    }
}

impl Key {
    /// A public key that proves signatures; none for any other, a shared secret above all.
    fn of(jwk: &Jwk) -> Option<Self> {
        if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
            return None;
        }
        let mut algorithms = algorithms(&jwk.algorithm);
        if let Some(only) = jwk.common.key_algorithm {
            let only: Algorithm = only.to_string().parse().ok()?;
            algorithms.retain(|algorithm| *algorithm == only);
        }
        let key = DecodingKey::from_jwk(jwk).ok()?;
        (!algorithms.is_empty()).then(|| Self { id: jwk.common.key_id.clone(), key, algorithms })
    }
}

/// The algorithms of a kind of public keys; none for every other kind.
fn algorithms(kind: &AlgorithmParameters) -> Vec<Algorithm> {
    if matches!(kind, AlgorithmParameters::RSA(_)) {
        return vec![
            Algorithm::RS256,
            Algorithm::RS384,
            Algorithm::RS512,
            Algorithm::PS256,
            Algorithm::PS384,
            Algorithm::PS512,
        ];
    }
    let is_of = |curve: &EllipticCurve| {
        matches!(kind, AlgorithmParameters::EllipticCurve(key) if key.curve == *curve)
            || matches!(kind, AlgorithmParameters::OctetKeyPair(key) if key.curve == *curve)
    };
    let known = [
        (EllipticCurve::P256, Algorithm::ES256),
        (EllipticCurve::P384, Algorithm::ES384),
        (EllipticCurve::Ed25519, Algorithm::EdDSA),
    ];
    known.into_iter().filter(|(curve, _)| is_of(curve)).map(|(_, algorithm)| algorithm).collect()
}

/// Whether a header asks for nothing but a key by its name. Keys are never brought along, let alone fetched, by a token, and
/// what must be understood (`crit`) is not understood here.
fn is_plain(header: &Header) -> bool {
    let typed =
        header.typ.as_deref().is_none_or(|typ| ["JWT", "at+jwt"].iter().any(|known| typ.eq_ignore_ascii_case(known)));
    let foreign_key = header.jku.is_some() || header.jwk.is_some() || header.x5u.is_some();
    let certificate = header.x5c.is_some();
    let special = header.crit.is_some() || header.enc.is_some() || header.zip.is_some() || header.cty.is_some();
    typed && !foreign_key && !certificate && !special
}
