//! The settings of a metric alarm.

use super::criterion::Criterion;
use super::missing_data::MissingData;
use super::windows::{EvaluationRange, Window};

/// The settings of a metric alarm that determine its state.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationSettings {
    /// Seconds of one period.
    pub period: u32,
    /// N: the number of periods to evaluate.
    pub evaluation_periods: usize,
    /// M: the number of those periods that must breach.
    pub datapoints_to_alarm: usize,
    pub criterion: Criterion,
    pub missing: MissingData,
    /// The minimum number of samples in the evaluated periods (`EvaluateLowSampleCountPercentile: ignore`); with fewer samples the state
    /// stays the same. `None` for other statistics, and for `evaluate`.
    pub samples_needed: Option<f64>,
    pub window: Window,
    pub range: EvaluationRange,
    pub warm_up: Option<WarmUp>,
}

/// The time after its creation during which an alarm is not evaluated (`WarmUpConfiguration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WarmUp {
    pub minutes: u32,
    pub ends: WarmUpEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WarmUpEnd {
    /// When all evaluated periods have data (AWS's default), or when the minutes are over.
    OnceFull,
    /// When the minutes are over.
    AfterItsMinutes,
}
