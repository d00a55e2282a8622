//! Parse, run, print the error, exit code: all in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tracewatch::cli::run()
}
