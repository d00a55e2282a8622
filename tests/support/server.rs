//! Servers on loopback ports that the system chooses, which end with the test or, when tests share them, with the test binary.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

use super::{folder, python, repository};

pub(crate) struct Server {
    process: Child,
    pub endpoint: String,
}

impl Server {
    /// `tracewatch sandbox` with these arguments.
    pub(crate) fn sandbox(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tracewatch"));
        command.args(["sandbox", "--port", "0"]).args(arguments);
        Self::start("sandbox", &mut command)
    }

    /// Shared by the tests of a binary, which therefore keep to names of their own.
    pub(crate) fn ministack() -> &'static Self {
        static MINISTACK: OnceLock<Server> = OnceLock::new();
        MINISTACK.get_or_init(|| Self::emulator("ministack"))
    }

    /// Shared, too.
    pub(crate) fn moto() -> &'static Self {
        static MOTO: OnceLock<Server> = OnceLock::new();
        MOTO.get_or_init(|| Self::emulator("moto"))
    }

    fn emulator(name: &str) -> Self {
        let mut command = Command::new(python::emulators());
        command.arg(repository("tests/python/serve.py")).arg(name);
        Self::start(name, &mut command)
    }

    /// Starts a server that writes its address, and waits for that line. What else it has to say goes to a file.
    fn start(name: &str, command: &mut Command) -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let log = folder().join(format!(
            "{name}-{}-{}.log",
            std::process::id(),
            STARTED.fetch_add(1, Ordering::Relaxed)
        ));
        command
            .env("TMPDIR", folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap());
        let mut process = command
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let address =
            lines.find_map(|line| line.find("http://").map(|at| line[at..].trim().to_owned()));
        let Some(endpoint) = address else {
            panic!(
                "{name} ended:\n{}",
                fs::read_to_string(&log).unwrap_or_default()
            )
        };
        // An open file of a running server is no longer needed by name.
        let _ = fs::remove_file(log);
        Self { process, endpoint }
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// `host:port`
    pub(crate) fn address(&self) -> &str {
        self.endpoint.trim_start_matches("http://")
    }

    /// Ends a sandbox as service managers do, so that it saves its account, and waits until it has.
    pub(crate) fn stop(mut self) {
        signal("TERM", self.process.id());
        self.process.wait().unwrap();
    }

    /// The calls that a sandbox counted, by operation.
    pub(crate) fn calls(&self) -> Value {
        self.http("GET", "/_sandbox/calls")
    }

    pub(crate) fn forget_calls(&self) {
        self.http("DELETE", "/_sandbox/calls");
    }

    pub(crate) fn http(&self, method: &str, path: &str) -> Value {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.address()
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        serde_json::from_str(body).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Sends a signal to one process.
pub(crate) fn signal(name: &str, process: u32) {
    let sent = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(process.to_string())
        .status()
        .unwrap();
    assert!(sent.success(), "kill -{name} {process}");
}
