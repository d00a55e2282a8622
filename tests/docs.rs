//! The documents say what the program does: the page of diagnostics is that of the registry, and every example of a project file is one.
//! `BLESS=1` writes the pages: twice, for `docs/diagnostics.md` is made of pages that are compiled in.
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

use tracewatch::diagnostic::{Code, Colour, Source, Stage};
use tracewatch::project::{self, Environment};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).expect("a document can be read")
}

#[test]
fn the_page_of_diagnostics_is_that_of_the_registry() {
    let stages: Vec<String> = Stage::ALL.into_iter().map(section).collect();
    let expected = format!("{DIAGNOSTICS}{}", stages.concat());
    if std::env::var_os("BLESS").is_some() {
        fs::write(path("docs/diagnostics.md"), &expected).expect("the page can be written");
    }
    assert!(
        read("docs/diagnostics.md") == expected,
        "docs/diagnostics.md differs from the registry: BLESS=1 writes it"
    );
}

const DIAGNOSTICS: &str = "\
# Diagnostics

Every code of a diagnostic with its level, its meaning, an example and the fix. `tracewatch explain CODE` prints the same text. The page is generated:
change `src/diagnostic/pages/`.

An *error* stops the command; a *warning* and an *info* do not. [`[diagnostics]`](project-file.md#diagnostics-levels) in the project file allows a code or makes it an
error, and `--strict` makes all warnings errors. `--format json` has the same code, message, places and help ([JSON](json.md#diagnostics)).
";

/// The codes of a stage, in the order of their names.
fn section(stage: Stage) -> String {
    let codes = Code::ALL.iter().filter(|code| code.stage() == stage);
    let pages: Vec<String> = codes.map(|code| entry(*code)).collect();
    format!(
        "\n## {}\n\n{}\n{}",
        stage.title(),
        stage.introduction(),
        pages.concat()
    )
}

fn entry(code: Code) -> String {
    let level = code.level().name();
    let allowable = match (level, code.can_allow()) {
        ("error", true) => ", can be allowed",
        _ => "",
    };
    format!(
        "\n### `{code}`\n\n**{}** (*{level}*{allowable})\n\n{}\n",
        code.title(),
        code.page()
    )
}

#[test]
fn the_output_in_every_page_is_that_of_a_case() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let Some((head, rest)) = code.page().split_once("```text ") else {
            continue;
        };
        let (case, rest) = rest.split_once('\n').expect("a case, then the output");
        let (output, tail) = rest.split_once("\n```").expect("the example ends");
        let Some(expected) = shortest_output(&path("tests").join(case), *code) else {
            wrong.push(format!("{code}: {case} does not show it"));
            continue;
        };
        if std::env::var_os("BLESS").is_some() {
            let page = format!(
                "# {}\n\n{head}```text {case}\n{expected}\n```{tail}\n",
                code.title()
            );
            fs::write(path(&format!("src/diagnostic/pages/{code}.md")), page)
                .expect("a page can be written");
        } else if output != expected {
            wrong.push(format!("{code}: {case} shows\n{expected}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "BLESS=1 writes the pages:\n{}",
        wrong.join("\n")
    );
}

/// The shortest diagnostic of a code among the expected texts of a case.
fn shortest_output(case: &Path, code: Code) -> Option<String> {
    let texts = ["expected.txt", "inventory.txt"]
        .map(|file| fs::read_to_string(case.join(file)).unwrap_or_default());
    let heads = ["error", "warning", "info"].map(|level| format!("{level}[{code}]: "));
    let blocks = texts.iter().flat_map(|text| text.split("\n\n"));
    blocks
        .filter_map(|block| {
            let block = block.trim_end();
            let start = heads.iter().find_map(|head| block.find(head))?;
            Some(until_next_head(&block[start..]))
        })
        .min_by_key(|block| block.chars().count())
}

/// A diagnostic without the one that follows it on the next line.
fn until_next_head(block: &str) -> String {
    let mut lines = block.lines();
    let first = lines.next();
    let is_head = |line: &&str| {
        ["error[", "warning[", "info["]
            .iter()
            .any(|head| line.starts_with(head))
    };
    first
        .into_iter()
        .chain(lines.take_while(|line| !is_head(line)))
        .collect::<Vec<_>>()
        .join("\n")
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
            let environment = Environment {
                variables: [("STAGE".to_owned(), "dev".to_owned())].into(),
                ..Environment::default()
            };
            let source = Source::new(page, example);
            let found = project::parse_with(&source, Path::new(""), &environment);
            let shown: Vec<String> = found
                .diagnostics
                .iter()
                .map(|fault| fault.render(Colour::Never))
                .collect();
            assert_eq!(shown.join("\n"), "", "{example}");
        }
    }
}
