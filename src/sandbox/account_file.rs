//! The file of an account: one writer at a time, saved as a whole, with its symlink, mode and owner. Knows nothing of the contents.
//!
//! The writer locks the file itself. Saving replaces the file by a draft that is locked beforehand, so that the path always leads to
//! a locked file. Readers take no lock: they see the old contents or the new ones.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// A locked file. Dropping it removes a file that was created and never saved.
#[derive(Debug)]
pub(super) struct AccountFile {
    /// The path behind symlinks.
    path: PathBuf,
    /// Holds the lock.
    locked: File,
    version: FileVersion,
    is_created: bool,
}

/// The reason why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    #[error("the folder does not exist")]
    FolderMissing,
    #[error("it is not a regular file")]
    NotAFile,
    #[error("another process uses it")]
    InUse,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What changes when another program writes a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FileVersion {
    file: FileIdentity,
    size: u64,
    modified: ModificationTime,
}

impl FileVersion {
    fn of(metadata: &Metadata) -> Self {
        Self {
            file: FileIdentity::of(metadata),
            size: metadata.len(),
            modified: ModificationTime::of(metadata),
        }
    }
}

/// Reads a file without locking it. `None` for an absent file.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    if !is_there(path)? {
        return Ok(None);
    }
    Ok(Some(fs::read(path)?))
}

/// Whether the file exists. An absent file needs a folder, and anything but a file is an error.
fn is_there(path: &Path) -> Result<bool, FileError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(true),
        Ok(_) => Err(FileError::NotAFile),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if folder(path).is_dir() || path.is_symlink() {
                Ok(false)
            } else {
                Err(FileError::FolderMissing)
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(FileError::FolderMissing),
        Err(error) => Err(error.into()),
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

impl AccountFile {
    /// Opens or creates a file, locks it, and reads it.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<u8>), FileError> {
        loop {
            let was_there = is_there(path)?;
            let mut locked = open_or_create(path)?;
            lock(&locked)?;
            let version = FileVersion::of(&locked.metadata()?);
            let now = fs::metadata(path).map(|metadata| FileVersion::of(&metadata));
            if now.is_ok_and(|now| now.file == version.file) {
                let mut text = Vec::new();
                locked.read_to_end(&mut text)?;
                let file = Self {
                    path: fs::canonicalize(path)?,
                    locked,
                    version,
                    is_created: !was_there && text.is_empty(),
                };
                return Ok((file, text));
            }
            // Another writer replaced or removed the file before it was locked.
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Checks that the folder and the disk would take a text. Also removes the draft of a killed process. A created file gets the
    /// text, so that no reader sees an empty one.
    pub(super) fn probe(&mut self, text: &[u8]) -> io::Result<()> {
        if self.is_created {
            self.replace(text)?;
            self.is_created = true;
            return Ok(());
        }
        let drafted = self.draft(text).map(drop);
        self.remove_draft()?;
        drafted
    }

    /// Replaces the contents.
    pub(super) fn replace(&mut self, text: &[u8]) -> io::Result<()> {
        let now = fs::metadata(&self.path).map(|metadata| FileVersion::of(&metadata));
        if now.ok().as_ref() != Some(&self.version) {
            return Err(io::Error::other(
                "another program changed the file meanwhile",
            ));
        }
        let replaced = self.draft(text).and_then(|draft| {
            draft.sync_all()?;
            fs::rename(self.draft_path(), &self.path)?;
            Ok(draft)
        });
        match replaced {
            Ok(draft) => {
                self.version = FileVersion::of(&draft.metadata()?);
                self.locked = draft;
                self.is_created = false;
                Ok(())
            }
            Err(error) => {
                self.remove_draft()?;
                Err(error)
            }
        }
    }

    /// Writes a draft with the lock, mode and owner of the file.
    fn draft(&self, text: &[u8]) -> io::Result<File> {
        let mut draft = created(&self.draft_path())?;
        lock(&draft).map_err(io::Error::other)?;
        keep_owner_and_mode(&draft, &self.locked.metadata()?)?;
        draft.write_all(text)?;
        Ok(draft)
    }

    /// One name for all runs: the lock excludes a second writer.
    fn draft_path(&self) -> PathBuf {
        let mut name = std::ffi::OsString::from(".");
        name.push(self.path.file_name().unwrap_or_default());
        name.push(".draft");
        self.path.with_file_name(name)
    }

    fn remove_draft(&self) -> io::Result<()> {
        match fs::remove_file(self.draft_path()) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for AccountFile {
    fn drop(&mut self) {
        if self.is_created {
            // The lock is still held, so that no other process uses the file.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// File systems without locks are served too: `replace` sees the changes of others.
fn lock(file: &File) -> Result<(), FileError> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(TryLockError::WouldBlock) => Err(FileError::InUse),
        Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => Ok(()),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

#[cfg(unix)]
mod unix {
    use std::fs::{File, Metadata, OpenOptions, Permissions};
    use std::io;
    use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};

    /// Device and inode.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct FileIdentity(u64, u64);

    impl FileIdentity {
        pub(super) fn of(metadata: &Metadata) -> Self {
            Self(metadata.dev(), metadata.ino())
        }
    }

    /// Seconds and nanoseconds since 1970.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct ModificationTime(i64, i64);

    impl ModificationTime {
        pub(super) fn of(metadata: &Metadata) -> Self {
            Self(metadata.mtime(), metadata.mtime_nsec())
        }
    }

    /// An account may contain addresses of web hooks, which are secrets.
    pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600)
    }

    pub(super) fn keep_owner_and_mode(draft: &File, file: &Metadata) -> io::Result<()> {
        let own = draft.metadata()?;
        if (own.uid(), own.gid()) != (file.uid(), file.gid()) {
            // Only root may give a file away.
            let _ = fchown(draft, Some(file.uid()), Some(file.gid()));
        }
        draft.set_permissions(Permissions::from_mode(file.mode() & 0o7777))
    }
}

/// Elsewhere the size alone shows the changes of another program, and files have no mode.
#[cfg(not(unix))]
mod elsewhere {
    use std::fs::{File, Metadata, OpenOptions};
    use std::io;

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct FileIdentity;

    impl FileIdentity {
        pub(super) fn of(_: &Metadata) -> Self {
            Self
        }
    }

    #[derive(Debug, Clone, PartialEq, Eq)]
    pub(super) struct ModificationTime;

    impl ModificationTime {
        pub(super) fn of(_: &Metadata) -> Self {
            Self
        }
    }

    pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(super) fn keep_owner_and_mode(_: &File, _: &Metadata) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(not(unix))]
use elsewhere::{FileIdentity, ModificationTime, keep_owner_and_mode, private};
#[cfg(unix)]
use unix::{FileIdentity, ModificationTime, keep_owner_and_mode, private};

fn open_or_create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().read(true).write(true).create(true)).open(path)
}

/// A new file, in the place of a leftover one. Never opens a file through a symlink.
fn created(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}
