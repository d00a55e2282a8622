//! What an account says when AWS's own Python client asks it.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

use super::{python, repository};

/// Somebody with boto3, credentials, and no idea of tracewatch.
#[derive(Clone, Copy)]
pub(crate) struct Somebody<'a> {
    pub endpoint: &'a str,
    pub region: &'a str,
}

impl<'a> Somebody<'a> {
    pub(crate) fn at(endpoint: &'a str) -> Self {
        Self {
            endpoint,
            region: "us-east-1",
        }
    }

    /// Calls an operation (in boto3's spelling, with all pages of its answer), which has to succeed.
    pub(crate) fn calls(self, service: &str, operation: &str, arguments: &Value) -> Value {
        let answer = ask(&self.request(
            json!({ "service": service, "operation": operation, "arguments": arguments }),
        ));
        assert!(
            answer.get("error").is_none(),
            "{service} {operation} {arguments}: {answer}"
        );
        answer["answer"].clone()
    }

    /// Waits until something has come about, as boto3 knows to wait for it.
    pub(crate) fn waits(self, service: &str, waiter: &str, arguments: &Value) {
        let answer =
            ask(&self
                .request(json!({ "service": service, "waiter": waiter, "arguments": arguments })));
        assert!(
            answer.get("error").is_none(),
            "{service} {waiter} {arguments}: {answer}"
        );
    }

    /// All that tracewatch could make, by kind and name, with tags.
    pub(crate) fn sees(self) -> Value {
        ask(&self.request(json!({})))["answer"].clone()
    }

    fn request(self, mut request: Value) -> Value {
        request["endpoint"] = json!(self.endpoint);
        request["region"] = json!(self.region);
        request
    }
}

struct Interpreter {
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

/// One interpreter serves all tests of a binary: loading boto3 takes longer than all they ask. It ends with its input.
fn ask(request: &Value) -> Value {
    static INTERPRETER: OnceLock<Mutex<Interpreter>> = OnceLock::new();
    let mut interpreter = INTERPRETER
        .get_or_init(|| Mutex::new(start()))
        .lock()
        .unwrap();
    writeln!(interpreter.questions, "{request}").unwrap();
    let mut answer = String::new();
    interpreter.answers.read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap_or_else(|_| panic!("no answer to {request}"))
}

fn start() -> Interpreter {
    let mut command = Command::new(python::clients());
    command
        .arg(repository("tests/python/ask.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut process = command.spawn().unwrap();
    let (questions, answers) = (
        process.stdin.take().unwrap(),
        process.stdout.take().unwrap(),
    );
    Interpreter {
        _process: process,
        questions,
        answers: BufReader::new(answers),
    }
}
