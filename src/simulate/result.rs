//! The results of definition tests.

use super::evaluation::Evaluation;
use crate::diagnostic::Diagnostic;

/// Result of one definition test.
#[derive(Debug)]
pub struct TestResult {
    /// The definition file's name without its ending.
    pub file: String,
    /// The alarm, composite or event.
    pub alarm: String,
    pub test: String,
    pub outcome: TestOutcome,
}

#[derive(Debug)]
pub enum TestOutcome {
    Passed,
    Failed(Failure),
    /// The test itself is wrong.
    Broken(Diagnostic),
}

/// A mismatch between actual and expected states.
#[derive(Debug)]
pub struct Failure {
    /// Mismatch descriptions in time order.
    pub messages: Vec<String>,
    /// Empty for the test of an event.
    pub timeline: Vec<Evaluation>,
}

impl TestResult {
    /// The result of one test, if its full name holds `filter`.
    pub(super) fn of_test(
        (file, definition, test): (&str, &str, &str),
        filter: &str,
        outcome: impl FnOnce() -> Result<TestOutcome, Diagnostic>,
    ) -> Option<Self> {
        let mut result = Self {
            file: file.to_owned(),
            alarm: definition.to_owned(),
            test: test.to_owned(),
            outcome: TestOutcome::Passed,
        };
        if !result.name().contains(filter) {
            return None;
        }
        result.outcome = outcome().unwrap_or_else(TestOutcome::Broken);
        Some(result)
    }

    /// `lambda.error-rate: recovers`
    pub fn name(&self) -> String {
        format!("{}.{}: {}", self.file, self.alarm, self.test)
    }

    pub fn passed(&self) -> bool {
        matches!(self.outcome, TestOutcome::Passed)
    }
}
