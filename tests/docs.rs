//! The documents say what the program does: every code is explained, and every example of a project file is one.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tracewatch::diagnostic::{Colour, Source};
use tracewatch::project;

/// What stands before a code in the source, once blanks are taken out.
const BEFORE_CODES: [&str; 6] =
    ["Diagnostic::error(\"", "Diagnostic::warning(\"", "Diagnostic::info(\"", ".fault(\"", ".unknown(\"", ".error(\""];

/// A function whose first text is a code.
const TAKES_A_CODE: &str = "in_text(";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a document can be read")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files
        .into_iter()
        .filter(|file| file.extension().is_some_and(|kind| kind == "rs") && !file.ends_with("tests.rs"))
        .chain(folders.iter().filter(|folder| !folder.ends_with("tests")).flat_map(|folder| sources(folder)))
        .collect()
}

fn codes_in(source: &str) -> Vec<String> {
    let code = source.split("\n#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let dense: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let after = |before: &str| -> Vec<String> {
        dense.split(before).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    };
    let arguments = dense.split(TAKES_A_CODE).skip(1).filter_map(|rest| rest.split_once(')')).map(|(arguments, _)| arguments);
    let first_texts = arguments.filter_map(|arguments| arguments.split('"').nth(1)).map(str::to_owned);
    BEFORE_CODES.iter().flat_map(|before| after(before)).chain(first_texts).collect()
}

#[test]
fn every_code_is_explained_and_every_explained_code_exists() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let used: BTreeSet<String> =
        sources(&folder).iter().flat_map(|file| codes_in(&fs::read_to_string(file).expect("a source"))).collect();
    let page = read("docs/diagnostics.md");
    let explained: BTreeSet<String> =
        page.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).map(str::to_owned).collect();
    assert_eq!(used, explained);
}

#[test]
fn every_example_of_a_project_file_is_one() {
    for page in ["docs/project-file.md", "docs/sampling.md"] {
        let text = read(page);
        let examples: Vec<&str> = text.split("```toml\n").skip(1).filter_map(|rest| Some(rest.split_once("```")?.0)).collect();
        assert_ne!(examples.len(), 0, "{page} has examples");
        for example in examples {
            let found = project::parse(&Source::new(page, example), Path::new(""));
            let shown: Vec<String> = found.diagnostics.iter().map(|fault| fault.render(Colour::Never)).collect();
            assert_eq!(shown.join("\n"), "", "{example}");
        }
    }
}
