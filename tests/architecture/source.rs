//! The sources of the program, reduced to their code.

use std::fmt;
use std::fs;
use std::path::Path;

/// A file below `src`: its path there, and its code without comments, texts and tests; lines stay where they are.
pub(crate) struct File {
    pub path: String,
    pub code: String,
    /// The text as it is, without the tests at its foot.
    pub text: String,
}

impl File {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            code: without_tests(&blanked(text)),
            text: without_tests(text),
        }
    }

    /// The top-level module that the file belongs to.
    pub(crate) fn module(&self) -> &str {
        self.path
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
    }

    /// How many `super`s lead from its code to the crate's root.
    pub(crate) fn depth(&self) -> usize {
        self.path
            .split('/')
            .filter(|part| *part != "mod.rs")
            .count()
    }
}

/// A rule that a line of code breaks.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Breach {
    pub path: String,
    pub line: usize,
    pub rule: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "src/{}:{}: {}", self.path, self.line, self.rule)
    }
}

/// The text with a blank for every character of a comment or of a literal; line ends stay.
pub(crate) fn blanked(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, is_code) = match hidden(rest, code.chars().next_back()) {
            Some(length) => (length, false),
            None => (first.len_utf8(), true),
        };
        let (part, after) = rest.split_at(length);
        code.extend(
            part.chars()
                .map(|c| if is_code || c == '\n' { c } else { ' ' }),
        );
        rest = after;
    }
    code
}

/// The length of the comment or literal that the text begins with.
fn hidden(text: &str, before: Option<char>) -> Option<usize> {
    let begins_word = before.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if text.starts_with("/*") {
        return Some(text.find("*/").map_or(text.len(), |end| end + 2));
    }
    let raw = text
        .trim_start_matches('b')
        .strip_prefix('r')
        .filter(|_| begins_word);
    if let Some(raw) = raw.filter(|raw| raw.trim_start_matches('#').starts_with('"')) {
        let hashes = "#".repeat(raw.len() - raw.trim_start_matches('#').len());
        let closing = format!("\"{hashes}");
        let opening = text.len() - raw.len() + hashes.len() + 1;
        return Some(
            text[opening..]
                .find(&closing)
                .map_or(text.len(), |end| opening + end + closing.len()),
        );
    }
    if text.starts_with('"') {
        return Some(closed(text, '"'));
    }
    // A lifetime has no closing quotation mark behind its first character.
    let mut characters = text.strip_prefix('\'')?.chars();
    let (first, second) = (characters.next()?, characters.next()?);
    (first == '\\' || second == '\'').then(|| closed(text, '\''))
}

/// The length of a literal up to its closing mark; what stands behind a backslash does not close it.
fn closed(text: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        if c == mark && !escaped {
            return at + 1;
        }
        escaped = c == '\\' && !escaped;
    }
    text.len()
}

/// The code before the tests at its foot.
fn without_tests(code: &str) -> String {
    code.split("\n#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// All code of the library and the program.
pub(crate) fn sources() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if stem == "tests" || stem.ends_with("_tests") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let name = path
                .strip_prefix(root)
                .expect("below src")
                .to_string_lossy()
                .into_owned();
            files.push(File::new(
                &name,
                &fs::read_to_string(&path).expect("a source can be read"),
            ));
        }
    }
}
