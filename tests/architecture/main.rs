//! The rules of ARCHITECTURE.md, executed over the text of `src`: what may import what, and who alone may name what.
//! Comments, texts and tests are no part of the text that is looked at.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

use std::fs;
use std::path::Path;

mod imports;
mod service_names;
mod source;

use imports::{cycles, wrong_imports};
use source::{Breach, File, blanked, sources};

/// The layers, each with what it may import beside the layers above it. Their modules stand in `src/lib.rs` in this order, a blank line
/// between two layers; a module may import those above it.
const LAYERS: [(&str, &[&str]); 7] = [
    (
        "words",
        &[
            "diagnostic",
            "files",
            "spanned",
            "semantics",
            "inventory",
            "artifact",
            "trial",
            "objective",
        ],
    ),
    ("input", &["project", "stack", "openslo", "catalog"]),
    ("pure", &["synth", "cost", "plan", "simulate"]),
    ("ports", &["provider", "sandbox"]),
    ("effects", &["apply"]),
    ("operations", &["ops"]),
    ("edge", &["cli"]),
];

/// Modules that know less than their place would let them.
const NARROW: [(&str, &[&str]); 1] = [("sandbox", &["semantics"])];

/// A word that only some files may name.
struct Reserved {
    rule: &'static str,
    words: &'static [&'static str],
    /// Beginnings of paths below `src`, and why the word is theirs.
    allowed: &'static [(&'static str, &'static str)],
}

const SDK: Reserved = Reserved {
    rule: "the AWS SDKs are named only in the adapter",
    words: &[
        "aws_sdk_*",
        "aws_config",
        "aws_runtime",
        "aws_types",
        "aws_smithy_*",
        "aws_credential_types",
    ],
    allowed: &[("provider/aws/", "the one adapter")],
};

const ARGUMENTS: Reserved = Reserved {
    rule: "clap is named only at the edge",
    words: &["clap", "clap_complete"],
    allowed: &[("cli/", "the command line")],
};

const FILES: Reserved = Reserved {
    rule: "files are read and written in a few places",
    words: &[
        "std::fs",
        "tokio::fs",
        "File",
        "OpenOptions",
        "read_to_string",
    ],
    allowed: &[
        ("files/", "reads what people and input files name"),
        ("sandbox/account_file.rs", "keeps an account in a file"),
        (
            "cli/init.rs",
            "writes the first project file, and looks for a template",
        ),
        (
            "cli/layout.rs",
            "lists folders, for the templates that `init` finds",
        ),
        (
            "cli/catalog.rs",
            "writes a built-in definition file into the project",
        ),
        ("cli/man.rs", "writes the manual's pages"),
        ("cli/saved_plan.rs", "writes the file of `plan --out`"),
    ],
};

const PRINTING: Reserved = Reserved {
    rule: "only the edge prints",
    words: &[
        "print!",
        "println!",
        "eprint!",
        "eprintln!",
        "dbg!",
        "stdout",
        "stderr",
    ],
    allowed: &[("cli/", "what is shown is decided there")],
};

const WRITER: Reserved = Reserved {
    rule: "only what carries out a plan knows the port that writes",
    words: &["Writer"],
    allowed: &[
        ("provider/", "the port and its adapter"),
        ("apply", "applies plans"),
    ],
};

const HASHES: Reserved = Reserved {
    rule: "no map without an order: what is printed or compared has one",
    words: &["HashMap", "HashSet"],
    allowed: &[
        (
            "catalog/condition.rs",
            "the CEL engine's maps are such; values only go into it",
        ),
        (
            "stack/",
            "look-ups by name in templates of a thousand resources, never walked; tests/cases shows that order does not matter",
        ),
    ],
};

const CLOCK: Reserved = Reserved {
    rule: "the clock is read at the edge and passed in",
    words: &["Timestamp::now", "Zoned::now", "SystemTime", "Instant"],
    allowed: &[
        ("cli/", "the edge"),
        (
            "provider/aws/rate_limit.rs",
            "waits, to keep within quotas; what is done does not depend on it",
        ),
        (
            "provider/aws/transport/",
            "waits for answers, and gives up an endpoint that has none",
        ),
        (
            "apply/pace.rs",
            "batches that follow the account's pace; what is done does not depend on it",
        ),
    ],
};

const ENVIRONMENT: Reserved = Reserved {
    rule: "the environment is read at the edge and passed in",
    words: &["std::env", "env::*"],
    allowed: &[("cli/", "the edge")],
};

const ASYNC: Reserved = Reserved {
    rule: "everything between readers and writers is plain functions",
    words: &["async", "await", "tokio"],
    allowed: &[
        ("provider/", "talks to an account"),
        ("sandbox/", "is one"),
        ("apply", "carries out many writes at a time"),
        ("ops/", "reads and writes accounts"),
        ("cli/", "runs them"),
    ],
};

const ENGINES: [Reserved; 6] = [
    Reserved {
        rule: ONE_PLACE,
        words: &["annotate_snippets"],
        allowed: &[("diagnostic/", "renders")],
    },
    Reserved {
        rule: ONE_PLACE,
        words: &["cel::*"],
        allowed: &[("catalog/condition.rs", "conditions and thresholds")],
    },
    Reserved {
        rule: ONE_PLACE,
        words: &["handlebars"],
        allowed: &[
            ("catalog/text.rs", "texts"),
            ("catalog/placeholders.rs", "the values that texts use"),
            ("catalog/board.rs", "boards"),
            ("catalog/template_limits.rs", "limits of both"),
            ("catalog/template_parts.rs", "compiling built-in boards"),
        ],
    },
    Reserved {
        rule: ONE_PLACE,
        words: &["granit_parser"],
        allowed: &[("stack/yaml.rs", "templates")],
    },
    Reserved {
        rule: ONE_PLACE,
        words: &["indicatif"],
        allowed: &[("cli/progress.rs", "the progress bar")],
    },
    Reserved {
        rule: ONE_PLACE,
        words: &["toml"],
        allowed: &[
            ("spanned/", "what authors write"),
            ("project/init.rs", "quotes what it writes"),
            ("stack/terraform/table.rs", "the list of Terraform's types"),
        ],
    },
];

const ONE_PLACE: &str = "an engine that could be exchanged is named in few places";

/// The words of a line with the paths that they are parts of: `std::fs::read` is found as `std::fs` and as `read`.
fn names(line: &str, word: &str) -> bool {
    let (stem, is_prefix) = word
        .strip_suffix('*')
        .map_or((word, false), |stem| (stem, true));
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(stem).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + stem.len()..].chars().next();
        before.is_none_or(|c| !is_word(c)) && (is_prefix || after.is_none_or(|c| !is_word(c)))
    })
}

fn breaches(files: &[File], reserved: &Reserved) -> Vec<Breach> {
    let is_allowed = |file: &&File| {
        !reserved
            .allowed
            .iter()
            .any(|(beginning, _)| file.path.starts_with(beginning))
    };
    let mut found = Vec::new();
    for file in files.iter().filter(is_allowed) {
        for (index, line) in file.code.lines().enumerate() {
            let named = reserved.words.iter().filter(|word| names(line, word));
            found.extend(named.map(|word| Breach {
                path: file.path.clone(),
                line: index + 1,
                rule: format!("`{word}`: {}", reserved.rule),
            }));
        }
    }
    found
}

fn order() -> Vec<&'static str> {
    LAYERS
        .iter()
        .flat_map(|(_, modules)| modules.iter().copied())
        .collect()
}

fn assert_none(breaches: &[Breach]) {
    let lines: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "\n{}", lines.join("\n"));
}

#[test]
fn the_modules_stand_in_the_order_of_the_layers() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"))
        .expect("src/lib.rs");
    let code = text
        .lines()
        .skip_while(|line| line.starts_with("//!") || line.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    let layers: Vec<Vec<&str>> = code
        .split("\n\n")
        .map(|layer| {
            layer
                .lines()
                .map(|line| line.trim_start_matches("pub mod ").trim_end_matches(';'))
                .collect()
        })
        .collect();
    let expected: Vec<Vec<&str>> = LAYERS.iter().map(|(_, modules)| modules.to_vec()).collect();
    assert_eq!(
        layers, expected,
        "src/lib.rs holds the modules by layer, and nothing else"
    );
}

#[test]
fn a_module_imports_only_those_above_it() {
    assert_none(&wrong_imports(&sources(), &order()));
}

#[test]
fn no_files_import_each_other() {
    // CloudFormation's own functions, conditions and names refer to each other.
    let recursive = "stack/evaluate/";
    let found: Vec<_> = cycles(&sources())
        .into_iter()
        .filter(|cycle| !cycle.iter().all(|file| file.starts_with(recursive)))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn no_service_is_named_in_code() {
    assert_none(&service_names::breaches(&sources()));
}

#[test]
fn a_planted_cycle_is_found() {
    let files = [
        ("plan/mod.rs", "mod diff;\npub use diff::compare;"),
        (
            "plan/diff.rs",
            "use super::model::Plan;\nuse crate::artifact::{id::Kind, State};",
        ),
        ("plan/model.rs", "use crate::plan::diff;"),
        ("artifact/mod.rs", "mod id;\npub use id::Kind;"),
        ("artifact/id.rs", "fn f(_: super::Alarm) {}"),
    ];
    let files: Vec<File> = files
        .iter()
        .map(|(path, text)| File::new(path, text))
        .collect();
    let found: Vec<Vec<String>> = cycles(&files)
        .into_iter()
        .map(|cycle| cycle.into_iter().collect())
        .collect();
    let expected = [
        ["artifact/id.rs", "artifact/mod.rs"],
        ["plan/diff.rs", "plan/model.rs"],
    ];
    assert_eq!(
        found,
        expected.map(|cycle| cycle.map(str::to_owned).to_vec())
    );
}

#[test]
fn only_the_adapter_names_the_sdks() {
    assert_none(&breaches(&sources(), &SDK));
}

#[test]
fn only_the_edge_knows_the_command_line() {
    assert_none(&breaches(&sources(), &ARGUMENTS));
}

#[test]
fn files_are_touched_in_few_places() {
    assert_none(&breaches(&sources(), &FILES));
}

#[test]
fn only_the_edge_prints() {
    assert_none(&breaches(&sources(), &PRINTING));
}

#[test]
fn only_what_applies_knows_the_writer() {
    assert_none(&breaches(&sources(), &WRITER));
}

#[test]
fn nothing_shown_or_compared_lacks_an_order() {
    assert_none(&breaches(&sources(), &HASHES));
}

#[test]
fn the_clock_is_read_at_the_edge() {
    assert_none(&breaches(&sources(), &CLOCK));
}

#[test]
fn the_environment_is_read_at_the_edge() {
    assert_none(&breaches(&sources(), &ENVIRONMENT));
}

#[test]
fn what_is_pure_is_plain_functions() {
    assert_none(&breaches(&sources(), &ASYNC));
}

#[test]
fn an_engine_is_named_in_few_places() {
    for engine in &ENGINES {
        assert_none(&breaches(&sources(), engine));
    }
}

#[test]
fn no_permission_is_left_over() {
    let files = sources();
    let all = [
        &SDK,
        &ARGUMENTS,
        &FILES,
        &PRINTING,
        &WRITER,
        &HASHES,
        &CLOCK,
        &ENVIRONMENT,
        &ASYNC,
    ];
    let mut unused = Vec::new();
    for reserved in all.into_iter().chain(&ENGINES) {
        for (beginning, _) in reserved.allowed {
            let mut theirs = files
                .iter()
                .filter(|file| file.path.starts_with(beginning))
                .flat_map(|file| file.code.lines());
            if !theirs.any(|line| reserved.words.iter().any(|word| names(line, word))) {
                unused.push(format!("{beginning}: {}", reserved.rule));
            }
        }
    }
    assert_eq!(
        unused,
        Vec::<String>::new(),
        "nobody there names any of the words"
    );
}

/// What the checks find in one planted file, as they tell it.
fn found_in(path: &str, text: &str, check: impl Fn(&[File]) -> Vec<Breach>) -> Vec<String> {
    check(&[File::new(path, text)])
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_planted_import_is_caught_however_it_is_written() {
    let wrong =
        |path: &str, text: &str| found_in(path, text, |files| wrong_imports(files, &order()));
    assert_eq!(
        wrong(
            "synth/mod.rs",
            "use crate::catalog::Catalog;\nuse crate::plan::Plan;"
        ),
        ["src/synth/mod.rs:2: `synth` must not know `plan`"]
    );
    assert_eq!(
        wrong(
            "stack/sam/mod.rs",
            "\nuse crate::{\n    inventory::{Link, Types},\n    synth,\n};"
        ),
        ["src/stack/sam/mod.rs:2: `stack` must not know `synth`"]
    );
    assert_eq!(
        wrong("cost.rs", "fn f() -> super::apply::Report {}"),
        ["src/cost.rs:1: `cost` must not know `apply`"]
    );
    assert_eq!(
        wrong("plan/render/text.rs", "use super::super::cli::run;"),
        [] as [&str; 0],
        "two `super`s lead to `plan`"
    );
    assert_eq!(
        wrong("plan/render/text.rs", "use super::super::super::cli::run;"),
        ["src/plan/render/text.rs:1: `plan` must not know `cli`"]
    );
    assert_eq!(
        wrong(
            "sandbox/mod.rs",
            "use crate::semantics::math;\nuse crate::artifact::Alarm;"
        ),
        ["src/sandbox/mod.rs:2: `sandbox` must not know `artifact`"]
    );
    assert_eq!(
        wrong(
            "diagnostic/mod.rs",
            "use crate::diagnostic::Place;\n/// [`crate::cli`]\nconst HELP: &str = \"crate::cli\";"
        ),
        [] as [&str; 0]
    );
}

#[test]
fn a_planted_word_is_caught() {
    let clock = |path: &str, text: &str| found_in(path, text, |files| breaches(files, &CLOCK));
    assert_eq!(
        clock("plan/mod.rs", "// SystemTime\nlet now = SystemTime::now();"),
        ["src/plan/mod.rs:2: `SystemTime`: the clock is read at the edge and passed in"]
    );
    assert_eq!(
        clock("cli/plan.rs", "let now = Timestamp::now();"),
        [] as [&str; 0]
    );
    let printed = |text: &str| found_in("apply.rs", text, |files| breaches(files, &PRINTING)).len();
    assert_eq!(printed("fn f() { eprintln!(\"x\"); }"), 1);
    assert_eq!(
        printed(
            "fn f() { pretty_println(); }\n\n#[cfg(test)]\nmod tests {\n    fn f() { println!(); }\n}"
        ),
        0
    );
    let sdk = |text: &str| found_in("stack/mod.rs", text, |files| breaches(files, &SDK)).len();
    assert_eq!(
        (
            sdk("use aws_sdk_sns::Client;"),
            sdk("let my_aws_sdk_sns = 1;")
        ),
        (1, 0)
    );
    assert_eq!(
        found_in(
            "plan/mod.rs",
            "fn f(w: &impl Writer, b: BufWriter) {}",
            |files| breaches(files, &WRITER)
        )
        .len(),
        1
    );
}

#[test]
fn comments_and_literals_are_no_code() {
    let code = |text: &str| {
        blanked(text)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(code("a /* b */ c // d\ne"), "a c e");
    assert_eq!(
        code(r##"f("b \" c", r#"d " e"#, br"g", 'h', '\'', b'i')"##),
        "f( , , , , , b )"
    );
    assert_eq!(code("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
    assert_eq!(
        blanked("a\n\"b\nc\"\nd").lines().count(),
        4,
        "lines stay where they are"
    );
}
