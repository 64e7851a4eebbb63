//! Secrets: a text that is never printed, and the signing secret that the server makes for itself on its first start.

use std::fmt;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// A text that must not get into a log, an error or a dump.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The shortest signing secret, in bytes: HMAC-SHA256 wants a key as long as its output.
    pub const MIN_SIGNING_BYTES: usize = 32;

    /// Wraps a text.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the one who needs it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Why there is no signing secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// Somebody could guess it.
    #[error(
        "the signing secret has {found} bytes and needs at least {}: make one with `openssl rand -hex 32`, or set none and \
         let the server make its own",
        Secret::MIN_SIGNING_BYTES
    )]
    TooShort {
        /// How long it is.
        found: usize,
    },
    /// The file cannot be read or made.
    #[error("cannot use the signing secret in {}: {source}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The secret that signs tokens: the configured one, or the one that the data directory keeps. `fresh` is what to keep there
/// if there is none yet.
pub fn signing_secret(configured: Option<&Secret>, data_dir: &Path, fresh: [u8; 32]) -> Result<Secret, SecretError> {
    let secret = match configured {
        Some(secret) => secret.clone(),
        None => kept_in(&data_dir.join("signing-secret"), fresh)?,
    };
    let found = secret.reveal().len();
    if found < Secret::MIN_SIGNING_BYTES { Err(SecretError::TooShort { found }) } else { Ok(secret) }
}

fn kept_in(path: &Path, fresh: [u8; 32]) -> Result<Secret, SecretError> {
    let failed = |source| SecretError::File { path: path.to_owned(), source };
    match std::fs::read_to_string(path) {
        Ok(text) => {
            warn_if_others_can_read(path);
            Ok(Secret(text.trim().to_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text: String = fresh.iter().map(|byte| format!("{byte:02x}")).collect();
            write_new(path, &text).map_err(failed)?;
            Ok(Secret(text))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Writes the whole secret under another name first: a start that is cut off leaves no half secret behind.
fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("draft");
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

fn warn_if_others_can_read(path: &Path) {
    #[cfg(unix)]
    if let Ok(metadata) = std::fs::metadata(path) {
        use std::os::unix::fs::PermissionsExt as _;
        if metadata.permissions().mode() & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "other users can read the signing secret: run `chmod 600` on it");
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_start_makes_a_secret_and_the_next_one_finds_it() {
        let dir = tempfile::tempdir().expect("a directory");
        let first = signing_secret(None, dir.path(), [7; 32]).expect("made");
        let second = signing_secret(None, dir.path(), [8; 32]).expect("found");
        assert_eq!(first.reveal(), "07".repeat(32));
        assert!(first == second);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_the_secret_that_was_made() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().expect("a directory");
        signing_secret(None, dir.path(), [7; 32]).expect("made");
        let metadata = std::fs::metadata(dir.path().join("signing-secret")).expect("a file");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_secret_that_could_be_guessed_is_refused() {
        let dir = tempfile::tempdir().expect("a directory");
        let short = Secret::new("x".repeat(31));
        let refused = signing_secret(Some(&short), dir.path(), [7; 32]);
        assert!(matches!(refused, Err(SecretError::TooShort { found: 31 })), "{refused:?}");
        assert!(signing_secret(Some(&Secret::new("x".repeat(32))), dir.path(), [7; 32]).is_ok());
    }

    #[test]
    fn a_truncated_file_is_refused_instead_of_being_signed_with() {
        let dir = tempfile::tempdir().expect("a directory");
        std::fs::write(dir.path().join("signing-secret"), "0707").expect("written");
        let refused = signing_secret(None, dir.path(), [7; 32]);
        assert!(matches!(refused, Err(SecretError::TooShort { found: 4 })), "{refused:?}");
    }

    #[test]
    fn a_secret_is_not_printed() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".to_owned())), "Secret(..)");
    }
}
