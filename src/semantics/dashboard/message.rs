//! Messages about a dashboard body.

use std::fmt;

use crate::diagnostic::Level;

/// A message of `PutDashboard` about a body. An error rejects the body; a warning comes with an accepted one.
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

/// A JSON pointer into the body.
#[derive(Debug, Clone)]
pub(super) struct DataPath(String);

impl DataPath {
    pub(super) fn root() -> Self {
        DataPath(String::new())
    }

    pub(super) fn key(&self, key: &str) -> Self {
        DataPath(format!("{}/{key}", self.0))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        DataPath(format!("{}/{index}", self.0))
    }
}

/// The messages about a body.
#[derive(Debug, Default)]
pub(super) struct Messages {
    messages: Vec<DashboardMessage>,
}

impl Messages {
    pub(super) fn into_vec(self) -> Vec<DashboardMessage> {
        self.messages
    }

    pub(super) fn error(&mut self, path: &DataPath, message: &str) {
        self.push(path, message, Level::Error);
    }

    pub(super) fn warn(&mut self, path: &DataPath, message: &str) {
        self.push(path, message, Level::Warning);
    }

    fn push(&mut self, path: &DataPath, message: &str, severity: Level) {
        self.messages.push(DashboardMessage {
            data_path: path.0.clone(),
            message: message.to_owned(),
            severity,
        });
    }
}
