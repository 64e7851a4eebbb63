//! What can be wrong with a configuration, in words for the person who has to mend it.

use std::path::PathBuf;

use super::keys::{KEYS, Key};

/// Why a configuration cannot be used. No value is ever repeated.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("the configuration file {} is not TOML: {reason}", path.display())]
    NotToml {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// A key that nobody knows.
    #[error("the configuration file {} has an unknown key `{key}`{}", path.display(), hint(key))]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// The key.
        key: String,
    },
    /// A value that cannot be read.
    #[error("{source_name}: `{key}` must be {kind}")]
    BadValue {
        /// The key.
        key: &'static str,
        /// Where it stands.
        source_name: String,
        /// What it should look like.
        kind: &'static str,
    },
    /// The file with a secret cannot be read.
    #[error("{source_name}: cannot read the file that `{key}_file` names: {source}")]
    SecretFile {
        /// The key.
        key: &'static str,
        /// Where it stands.
        source_name: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A known key that looks like the unknown one.
fn hint(unknown: &str) -> String {
    let near = |key: &&Key| key.name.contains(unknown) || unknown.contains(key.name);
    KEYS.iter().find(near).map(|key| format!("; did you mean `{}`?", key.name)).unwrap_or_default()
}
