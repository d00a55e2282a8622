//! Mutated inputs for every reader: none may panic, hang, overflow its stack, or make more of an input than it holds.
//! The same inputs at every run; `TRACEWATCH_FUZZ=10` makes ten times as many.
//!
//! Each input is written to a file before it is read, so that it is there whatever the reader does. Read it again with
//! `TRACEWATCH_FUZZ_INPUT=<file> cargo test --test fuzz <target>`. What is mended becomes a case under `tests/stack/rejects`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

#[path = "fuzz/corpus.rs"]
mod corpus;
#[path = "stack/support.rs"]
#[allow(dead_code, reason = "the facts about types are what is used")]
mod support;
#[path = "fuzz/run.rs"]
mod run;
#[path = "fuzz/random.rs"]
mod random;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "fuzz/text.rs"]
mod text;
#[path = "fuzz/tree.rs"]
mod tree;

/// A test for each line: its name, how inputs are made, who reads them, how many in a plain run.
macro_rules! targets {
    ($($name:ident: $inputs:expr, $reader:path, $executions:literal;)*) => {
        $(#[test]
        fn $name() {
            run::target(&run::Target { name: stringify!($name), inputs: $inputs, reader: $reader, executions: $executions });
        })*
    };
}

targets! {
    yaml: text::mutated_yaml, readers::template, 700;
    json: text::mutated_json, readers::template, 700;
    resolver: tree::mutated, readers::resolver, 500;
    deployed: tree::mutated, readers::deployed, 400;
    terraform: text::mutated_json, readers::terraform, 500;
}
