//! Reads the files that people and input files name: the only place where a file becomes text. It parses none;
//! `secret_text` knows where files that cannot be parsed may hold secrets.

mod folder;
mod in_folder;
pub(crate) mod limits;
mod notes;
mod read;
pub(crate) mod secret_text;
mod text;

pub use folder::ProjectFolder;
pub(crate) use folder::normalized;
pub(crate) use in_folder::{FileInFolder, in_folder};
pub use limits::MAX_BYTES;
pub(crate) use notes::notes;
pub(crate) use read::ending;
pub use read::{Unreadable, read};
