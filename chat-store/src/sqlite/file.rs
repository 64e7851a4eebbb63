//! The database file itself: made private, and held by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::open_error::OpenError;

/// A database file that this process alone may use, as long as this value lives. The operating system ends the hold when
/// the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct HeldFile {
    /// The file by its real name, so that two names of one file are one file.
    pub(crate) path: PathBuf,
    _lock: File,
}

impl HeldFile {
    /// Takes hold of a file; makes it, and the directories above it, if they are missing.
    pub(crate) fn take(path: &Path) -> Result<Self, OpenError> {
        let path = create(path).map_err(|source| OpenError::FileNotWritable { path: path.to_owned(), source })?;
        let mut lock_path = path.clone().into_os_string();
        lock_path.push(".lock");
        // SQLite's own locks cannot be used for this: they are taken and given back with every transaction.
        let lock = private().create(true).truncate(false).open(&lock_path);
        match lock.and_then(|lock| lock.try_lock().map(|()| lock).map_err(io::Error::from)) {
            Ok(lock) => Ok(Self { path, _lock: lock }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(OpenError::FileInUse { path }),
            Err(source) => Err(OpenError::FileNotWritable { path, source }),
        }
    }
}

fn create(path: &Path) -> io::Result<PathBuf> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        private_directories().create(parent)?;
    }
    private().create(true).truncate(false).open(path)?;
    path.canonicalize()
}

/// What people write to each other is nobody else's business, so other users of the machine get no access. SQLite gives its
/// own files beside the database the same mode.
fn private() -> OpenOptions {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn private_directories() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}
