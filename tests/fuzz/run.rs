//! Makes the inputs of a target one by one, has each read, and says which one it was when something is wrong.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::random::Random;

/// An input that is read for longer has hung: all of a target's inputs together take seconds.
const HANGS_AFTER: Duration = Duration::from_secs(20);

pub(crate) struct Target {
    pub name: &'static str,
    pub inputs: fn(&mut Random) -> String,
    /// Fails when it makes too much of an input.
    pub reader: fn(&str),
    pub executions: u64,
}

pub(crate) fn target(target: &Target) {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{}.input", target.name));
    if let Some(given) = std::env::var_os("TRACEWATCH_FUZZ_INPUT") {
        let bytes = std::fs::read(&given).expect("TRACEWATCH_FUZZ_INPUT names an input");
        return (target.reader)(&String::from_utf8_lossy(&bytes));
    }
    let watched = Watchdog::over(target.name, &file);
    for seed in 0..target.executions * factor() {
        let input = (target.inputs)(&mut Random::new(seed));
        std::fs::write(&file, &input).expect("the input can be kept");
        watched.fed();
        if let Err(fault) = catch_unwind(AssertUnwindSafe(|| (target.reader)(&input))) {
            eprintln!("seed {seed}. {}", again(target.name, &file));
            resume_unwind(fault);
        }
    }
}

fn factor() -> u64 {
    std::env::var("TRACEWATCH_FUZZ")
        .map_or(1, |text| text.parse().expect("TRACEWATCH_FUZZ is a number"))
}

fn again(name: &str, file: &Path) -> String {
    format!(
        "Again: TRACEWATCH_FUZZ_INPUT={} cargo test --test fuzz {name}",
        file.display()
    )
}

/// Ends the process when it was not fed for long: a thread that hangs cannot be stopped.
struct Watchdog(mpsc::Sender<()>);

impl Watchdog {
    fn over(name: &'static str, file: &Path) -> Self {
        let (feeder, food) = mpsc::channel();
        let file: PathBuf = file.to_owned();
        thread::spawn(move || {
            loop {
                match food.recv_timeout(HANGS_AFTER) {
                    Ok(()) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                    Err(RecvTimeoutError::Timeout) => {
                        // `eprintln` would be held back until the test has ended.
                        let _ = writeln!(
                            std::io::stderr(),
                            "target {name} has hung. {}",
                            again(name, &file)
                        );
                        std::process::abort();
                    }
                }
            }
        });
        Self(feeder)
    }

    fn fed(&self) {
        self.0
            .send(())
            .expect("the watchdog lives as long as its feeder");
    }
}
