//! Parse, run, print the error, exit code: all in `cli`.

use std::process::ExitCode;

/// Half of a large plan's time would otherwise go into making and dropping small strings.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tracewatch::cli::run()
}
