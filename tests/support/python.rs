//! Python environments with pinned packages, made at their first use and then kept in cargo's target folder.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use super::{folder, repository};

/// Python with boto3 and the AWS CLI.
pub(crate) fn clients() -> PathBuf {
    environment("tests/python/requirements.txt")
}

/// Python with ministack, moto and the SAM translator.
pub(crate) fn emulators() -> PathBuf {
    environment("tests/python/requirements-emulators.txt")
}

/// Python with CloudFormation's resource schemas, as files of a package without its dependencies.
pub(crate) fn cloudformation() -> PathBuf {
    environment_with(
        "tests/python/requirements-cloudformation.txt",
        &["--no-deps"],
    )
}

/// Python with a validator of JSON schemas.
pub(crate) fn schemas() -> PathBuf {
    environment("tests/python/requirements-schemas.txt")
}

/// The interpreter of an environment that has what a requirements file names. The name of its folder holds the file's hash: other
/// requirements are another environment. Test binaries run side by side, so the first one makes it and the others wait.
fn environment(requirements: &str) -> PathBuf {
    environment_with(requirements, &[])
}

fn environment_with(requirements: &str, options: &[&str]) -> PathBuf {
    let requirements = repository(requirements);
    let folder = folder().join(format!("python-{}", hash(&requirements)));
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    let lock = File::create(folder.with_extension("lock")).unwrap();
    lock.lock().unwrap();
    if !complete.exists() {
        // A run that was interrupted may have left a part.
        let _ = fs::remove_dir_all(&folder);
        make(&folder, &python, &requirements, options);
        File::create(complete).unwrap();
    }
    python
}

fn hash(file: &Path) -> String {
    let text = fs::read(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let beginning = Sha256::digest(text)
        .iter()
        .take(8)
        .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("{beginning:016x}")
}

fn make(folder: &Path, python: &Path, requirements: &Path, options: &[&str]) {
    succeed(Command::new("python3").args(["-m", "venv"]).arg(folder));
    succeed(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "-r",
            ])
            .arg(requirements)
            .args(options),
    );
}

fn succeed(command: &mut Command) {
    const NEEDED: &str = "these tests need Python 3.10 or newer as `python3`, with its `venv` and `pip`, and a package index";
    match command.output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "{NEEDED}\n{command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) => panic!("{NEEDED}\n{command:?} did not start: {error}"),
    }
}
