//! The database file itself: made private, and held by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::open_error::OpenError;

/// A database file that this process alone may use, as long as this value lives. The operating system ends the hold
/// when the process dies, however it dies.
#[derive(Debug)]
pub(crate) struct HeldFile {
    /// The file by its real name, so that two names of one file are one file.
    pub(crate) path: PathBuf,
    lock: File,
}

/// How far a life of the database had come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// The name of that life.
    pub(crate) epoch: String,
    /// The last message id given out.
    pub(crate) last_message_id: i64,
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
            Ok(lock) => Ok(Self { path, lock }),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Err(OpenError::FileInUse { path }),
            Err(source) => Err(OpenError::FileNotWritable { path, source }),
        }
    }

    /// How far the database had come when this file was last used here; none if it never was, or if nobody can read it.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        let mut text = String::new();
        (&self.lock).seek(SeekFrom::Start(0)).ok()?;
        (&self.lock).take(STAMP_LENGTH).read_to_string(&mut text).ok()?;
        let (epoch, last) = text.trim_end().split_once(' ')?;
        Some(Stamp { epoch: epoch.to_owned(), last_message_id: last.trim().parse().ok()? })
    }

    /// Remembers how far the database has come. It lies outside of the database, so a backup that is put back does not
    /// bring it along. It need not survive a loss of power: an older stamp is a good one too.
    pub(crate) fn set_stamp(&self, stamp: &Stamp) {
        let text = format!("{} {:020}\n", stamp.epoch, stamp.last_message_id);
        let written = (&self.lock).seek(SeekFrom::Start(0)).and_then(|_| (&self.lock).write_all(text.as_bytes()));
        if let Err(error) = written {
            tracing::debug!(%error, "the stamp beside the database was not written");
        }
    }
}

impl Drop for HeldFile {
    fn drop(&mut self) {
        // Said aloud, because a child process that is just being started may still share the open file.
        let _closed_anyway = self.lock.unlock();
    }
}

/// More than any stamp is long.
const STAMP_LENGTH: u64 = 256;

fn create(path: &Path) -> io::Result<PathBuf> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        private_directories().create(parent)?;
    }
    private().create(true).truncate(false).open(path)?;
    path.canonicalize()
}

/// What people write to each other is nobody else's business, so other users of the machine get no access. SQLite gives
/// its own files beside the database the same mode.
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
