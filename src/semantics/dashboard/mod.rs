//! CloudWatch dashboard bodies, validated offline and in AWS's words where they are known. It knows no stack and no Region.

use std::fmt;

use serde_json::Value;

use super::limits;
use crate::diagnostic::Level;

mod labels;
mod layout;
mod metrics;
mod schema;
mod shape;
mod widgets;

/// What `PutDashboard` says about a body: an error refuses it, anything milder comes with its acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardMessage {
    /// A JSON pointer into the body; empty for the body itself.
    pub data_path: String,
    pub message: String,
    pub severity: Level,
}

impl DashboardMessage {
    pub fn is_error(&self) -> bool {
        self.severity == Level::Error
    }
}

impl fmt::Display for DashboardMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.data_path, self.message)
    }
}

/// Everything to say about a dashboard body, in the order of the body; empty when all is well.
pub fn validate(body: &str) -> Vec<DashboardMessage> {
    let mut report = Report::default();
    match serde_json::from_str::<Value>(body) {
        Ok(body) if body.is_object() => check_body(&body, &mut report),
        Ok(_) => report.error(
            &Path::root(),
            "The field DashboardBody must be a valid JSON object",
        ),
        Err(error) => report.error(
            &Path::root(),
            &format!("The field DashboardBody must be a valid JSON object ({error})"),
        ),
    }
    if body.len() > limits::DASHBOARD_BODY {
        report.warn(
            &Path::root(),
            &format!(
                "The body has {} bytes; {} are said to be the most",
                body.len(),
                limits::DASHBOARD_BODY
            ),
        );
    }
    report.messages
}

/// As [`validate`], for a body that is no text yet. Its size is not looked at.
pub fn validate_body(body: &Value) -> Vec<DashboardMessage> {
    let mut report = Report::default();
    check_body(body, &mut report);
    report.messages
}

fn check_body(body: &Value, report: &mut Report) {
    let root = Path::root();
    shape::check_object(body, &schema::BODY, &root, report);
    if body.get("end").is_some() && body.get("start").is_none() {
        report.warn(&root.key("end"), "An end without a start is ignored");
    }
    for (index, variable) in items(body, "variables").enumerate() {
        widgets::check_variable(variable, &root.key("variables").index(index), report);
    }
    for (index, widget) in items(body, "widgets").enumerate() {
        widgets::check(widget, &root.key("widgets").index(index), report);
    }
    layout::check(body, report);
}

/// The elements of an array that a value holds under a key; none when there is no such array.
fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Where in the body.
#[derive(Debug, Clone)]
struct Path(String);

impl Path {
    fn root() -> Self {
        Path(String::new())
    }

    fn key(&self, key: &str) -> Self {
        Path(format!("{}/{key}", self.0))
    }

    fn index(&self, index: usize) -> Self {
        Path(format!("{}/{index}", self.0))
    }
}

#[derive(Debug, Default)]
struct Report {
    messages: Vec<DashboardMessage>,
}

impl Report {
    fn error(&mut self, path: &Path, message: &str) {
        self.push(path, message, Level::Error);
    }

    fn warn(&mut self, path: &Path, message: &str) {
        self.push(path, message, Level::Warning);
    }

    fn push(&mut self, path: &Path, message: &str, severity: Level) {
        self.messages.push(DashboardMessage {
            data_path: path.0.clone(),
            message: message.to_owned(),
            severity,
        });
    }
}

#[cfg(test)]
mod tests;
