//! Runs tracewatch as a pipeline would: its arguments, and an environment that holds nothing but what the test gives.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self {
            code: output.status.code(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// Checks the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "standard output:\n{}\nstandard error:\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}:\n{}\n{}", self.stdout, self.stderr))
    }
}

/// The program in a folder, not yet run.
pub(crate) struct Program {
    command: Command,
}

impl Program {
    pub(crate) fn new(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracewatch"));
        // No configuration of whoever runs the tests, and no credentials of the machine they run on.
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command.stdin(Stdio::null());
        Self { command }
    }

    /// The program under limits of the system: seconds of processor time and kilobytes of address space.
    pub(crate) fn limited(folder: &Path, arguments: &[&str], seconds: u32, kilobytes: u32) -> Self {
        let script = format!("ulimit -t {seconds}; ulimit -v {kilobytes}; exec \"$0\" \"$@\"");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &script, env!("CARGO_BIN_EXE_tracewatch")])
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("HOME", folder)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            // Each arena of the allocator reserves address space.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::null());
        Self { command }
    }

    pub(crate) fn with(mut self, variables: &[(&str, &str)]) -> Self {
        self.command.envs(variables.iter().copied());
        self
    }

    /// Reaches an account the way all of AWS's tools can be told to.
    pub(crate) fn at(self, endpoint: &str) -> Self {
        let credentials = [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_REGION", "us-east-1"),
        ];
        self.with(&credentials)
            .with(&[("AWS_ENDPOINT_URL", endpoint)])
    }

    pub(crate) fn run(mut self) -> Finished {
        Finished::of(&self.command.output().unwrap())
    }

    /// Starts it and does not wait.
    pub(crate) fn start(mut self) -> Started {
        Started {
            process: self
                .command
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap(),
        }
    }
}

pub(crate) struct Started {
    process: Child,
}

impl Started {
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn is_running(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    pub(crate) fn wait(self) -> Finished {
        Finished::of(&self.process.wait_with_output().unwrap())
    }
}
