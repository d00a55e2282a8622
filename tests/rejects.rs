//! Bad input, one folder per fault: what an author wrote, and the exact diagnostics. What a folder holds decides who reads it.
//! `BLESS=1` writes what is shown now.

use std::fs;
use std::path::{Path, PathBuf};

use tracewatch::diagnostic::{Colour, Diagnostic, Source};
use tracewatch::project;

/// A kind of input: the file that tells it, and who finds its faults.
struct Input {
    file: &'static str,
    diagnostics: fn(&Path) -> Vec<Diagnostic>,
}

/// The first that fits is taken; the more a folder has to hold, the earlier it stands.
const INPUTS: [Input; 1] = [Input { file: "tracewatch.toml", diagnostics: of_project }];

fn of_project(folder: &Path) -> Vec<Diagnostic> {
    let found = project::parse(&source(folder, "tracewatch.toml"), Path::new(""));
    let sound = !found.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(found.value.is_some(), sound, "{}: a project comes of a text without errors, and of no other", folder.display());
    found.diagnostics
}

fn source(folder: &Path, file: &str) -> std::sync::Arc<Source> {
    Source::new(file, fs::read_to_string(folder.join(file)).expect("a case's input can be read"))
}

fn folders() -> Vec<PathBuf> {
    let rejects = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rejects");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(rejects).expect("tests/rejects").map(|entry| entry.expect("a folder").path()).collect();
    folders.sort();
    folders
}

fn shown(folder: &Path) -> String {
    let input = INPUTS.iter().find(|input| folder.join(input.file).exists()).expect("a folder holds an input that is known");
    let rendered: Vec<String> = (input.diagnostics)(folder).iter().map(|found| found.render(Colour::Never) + "\n").collect();
    rendered.join("\n")
}

#[test]
fn every_fault_is_shown_as_expected() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let (expected, shown) = (folder.join("expected.txt"), shown(&folder));
        assert_ne!(shown, "", "{}: nothing was found", folder.display());
        if std::env::var_os("BLESS").is_some() {
            fs::write(&expected, &shown).expect("expected.txt can be written");
        }
        if fs::read_to_string(&expected).unwrap_or_default() != shown {
            wrong.push(format!("{}\n{shown}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
