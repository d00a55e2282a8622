//! A copy of one of the examples, to be changed.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use super::{folder, repository};

pub(crate) struct Project {
    pub folder: PathBuf,
}

impl Project {
    /// A copy of a folder of the repository.
    pub(crate) fn copy(path: &str) -> Self {
        static COPIES: AtomicU32 = AtomicU32::new(0);
        let folder = folder().join(format!(
            "project-{}-{}",
            std::process::id(),
            COPIES.fetch_add(1, Ordering::Relaxed)
        ));
        fs::create_dir_all(&folder).unwrap();
        for file in fs::read_dir(repository(path))
            .unwrap()
            .map(Result::unwrap)
            .filter(|file| file.path().is_file())
        {
            fs::copy(file.path(), folder.join(file.file_name())).unwrap();
        }
        Self { folder }
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        fs::write(self.folder.join(file), text).unwrap();
    }

    /// Replaces a text that the file holds once.
    pub(crate) fn replace(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert_eq!(text.matches(old).count(), 1, "`{old}` in {file}");
        self.write(file, &text.replace(old, new));
    }

    pub(crate) fn append(&self, file: &str, text: &str) {
        self.write(file, &(self.read(file) + text));
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
