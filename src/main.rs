//! The executable; `cli` has its logic.

use std::process::ExitCode;

/// Large plans allocate many small strings: mimalloc halves their run time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tracewatch::cli::run()
}
