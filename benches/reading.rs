//! Reads a template as `tracewatch` does, prints what was found and the milliseconds that it took, and ends: the measure for reading alone,
//! without the output of a command. Argument: the template. Run by `benches/run.py`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a measuring program says what it measured"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use tracewatch::catalog::Catalog;
use tracewatch::stack::{self, CrossStackContext, ReadContext, UnknownNames};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let Some(template) = arguments.next() else {
        eprintln!("usage: reading TEMPLATE (run benches/run.py)");
        return;
    };
    let types = Catalog::load(None, None).value;
    let parameters = BTreeMap::new();
    let context = ReadContext {
        stack: "bench",
        types: &types,
        parameters: &parameters,
        identity: None,
        deployed: None,
        unknown_names: UnknownNames::LeaveUnknown,
        cross_stack: CrossStackContext::default(),
    };
    let start = Instant::now();
    let source = stack::load(Path::new(&template)).expect("a readable template");
    let found = stack::read_template(&source, &context);
    println!(
        "{} {:.3}",
        found.value.resources.len(),
        start.elapsed().as_secs_f64() * 1000.0
    );
    // What is given back to the system when a program ends anyway is no part of reading.
    std::mem::forget(found);
}
