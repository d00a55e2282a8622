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
use std::path::Path;

use tracewatch::diagnostic::{Code, Colour, Source};
use tracewatch::project;

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .expect("a document can be read")
}

#[test]
fn every_code_is_explained_and_every_explained_code_exists() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let page = read("docs/diagnostics.md");
    let explained: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .map(str::to_owned)
        .collect();
    assert_eq!(codes, explained);
}

/// The cells of the rows under a heading of the README.
fn rows<'t>(readme: &'t str, header: &str) -> Vec<Vec<&'t str>> {
    let table = readme
        .split(header)
        .nth(1)
        .expect("the table")
        .lines()
        .take_while(|line| line.starts_with('|'));
    table
        .skip(1)
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

#[test]
fn every_source_in_the_readme_has_its_option_its_key_and_its_case() {
    let readme = read("README.md");
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_tracewatch"))
        .args(["inventory", "--help"])
        .output()
        .expect("help");
    let help = String::from_utf8(help.stdout).expect("help is text");
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut proved = BTreeSet::new();
    for row in rows(
        &readme,
        "| Source | Without a project file | In `[stack]` | Case |\n",
    ) {
        let [source, option, key, case] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert!(
            *option == "–" || help.contains(option.trim_matches('`')),
            "{source}: {option}"
        );
        let case = case
            .trim_start_matches('[')
            .split(']')
            .next()
            .expect("a name");
        let project = fs::read_to_string(cases.join(case).join("tracewatch.toml"))
            .expect("a case has a project");
        let key = key.trim_matches('`');
        assert!(
            project.contains(&format!("\n{key} = ")) || project.contains(&format!("\n{key}\n")),
            "{case} has no `{key}`"
        );
        proved.insert(case.to_owned());
    }
    let shown = sources_shown(&cases);
    assert_eq!(
        proved, shown,
        "the cases that show an inventory are those of the table"
    );
}

/// The cases that are about how a stack is read.
fn sources_shown(cases: &Path) -> BTreeSet<String> {
    let folders = fs::read_dir(cases)
        .expect("tests/cases")
        .map(|entry| entry.expect("a case").path());
    let shown = folders.filter(|folder| folder.join("inventory.txt").exists());
    shown
        .filter_map(|folder| Some(folder.file_name()?.to_string_lossy().into_owned()))
        .collect()
}

#[test]
fn what_is_not_read_is_said_by_a_code_that_a_case_shows() {
    let readme = read("README.md");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let shown: String = ["rejects", "cases", "stack/rejects"]
        .iter()
        .flat_map(|folder| texts(&root.join(folder)))
        .collect();
    for row in rows(&readme, "| Not read | Said as |\n") {
        let code = row[1].split('`').nth(1).expect("a code");
        assert!(
            shown.contains(&format!("[{code}]")),
            "no case shows `{code}`"
        );
    }
}

/// The expected texts of all cases in a folder.
fn texts(folder: &Path) -> Vec<String> {
    let cases = fs::read_dir(folder)
        .expect("a folder of cases")
        .map(|entry| entry.expect("a case").path());
    cases
        .flat_map(|case| {
            ["expected.txt", "inventory.txt"]
                .map(|file| fs::read_to_string(case.join(file)).unwrap_or_default())
        })
        .collect()
}

#[test]
fn every_example_of_a_project_file_is_one() {
    for page in ["docs/project-file.md", "docs/sampling.md"] {
        let text = read(page);
        let examples: Vec<&str> = text
            .split("```toml\n")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once("```")?.0))
            .collect();
        assert_ne!(examples.len(), 0, "{page} has examples");
        for example in examples {
            let found = project::parse(&Source::new(page, example), Path::new(""));
            let shown: Vec<String> = found
                .diagnostics
                .iter()
                .map(|fault| fault.render(Colour::Never))
                .collect();
            assert_eq!(shown.join("\n"), "", "{example}");
        }
    }
}
