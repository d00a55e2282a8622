//! One evaluation of a simulated alarm.

use crate::semantics::state::AlarmState;

/// One evaluation.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Seconds after the test's time zero.
    pub at: u32,
    /// The newest period's point of each metric.
    pub inputs: Vec<(String, Option<f64>)>,
    /// The newest period's value of the alarm; `None` for a composite.
    pub value: Option<f64>,
    pub breaches: Option<bool>,
    pub state: AlarmState,
    pub reason: String,
    pub expected: Option<AlarmState>,
}

/// A time as tests write it.
pub fn time(seconds: u32) -> String {
    match (seconds % 3600, seconds % 60) {
        (0, _) if seconds > 0 => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}
