//! Alarms, and what they watch.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use crate::inventory::SortedMap;

/// How a CloudWatch alarm treats periods without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Missing {
    Missing,
    NotBreaching,
    Breaching,
    Ignore,
}

impl Missing {
    /// As CloudWatch, definitions and projects write them.
    pub const WORDS: [(&str, Missing); 4] = [
        ("notBreaching", Missing::NotBreaching),
        ("breaching", Missing::Breaching),
        ("missing", Missing::Missing),
        ("ignore", Missing::Ignore),
    ];

    pub fn word(self) -> &'static str {
        match self {
            Missing::Missing => "missing",
            Missing::NotBreaching => "notBreaching",
            Missing::Breaching => "breaching",
            Missing::Ignore => "ignore",
        }
    }
}

/// When a value breaches.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    Above(f64),
    AtLeast(f64),
    Below(f64),
    AtMost(f64),
    /// Outside the anomaly band, above it, below it; the number is the band's width in standard deviations.
    OutsideBand(f64),
    AboveBand(f64),
    BelowBand(f64),
}

impl Condition {
    /// The threshold, or a band's width.
    pub fn bound(self) -> f64 {
        match self {
            Condition::Above(value)
            | Condition::AtLeast(value)
            | Condition::Below(value)
            | Condition::AtMost(value)
            | Condition::OutsideBand(value)
            | Condition::AboveBand(value)
            | Condition::BelowBand(value) => value,
        }
    }
}

/// The operator and the bound, in the syntax of definitions: `> 5`.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operator = match self {
            Condition::Above(_) => ">",
            Condition::AtLeast(_) => ">=",
            Condition::Below(_) => "<",
            Condition::AtMost(_) => "<=",
            Condition::OutsideBand(_) => "outside band",
            Condition::AboveBand(_) => "above band",
            Condition::BelowBand(_) => "below band",
        };
        write!(f, "{operator} {}", self.bound())
    }
}

/// What one alarm of a definition watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlarmScope {
    /// One resource.
    Resource,
    /// All resources of a stack.
    Fleet,
}

impl AlarmScope {
    /// As definitions and projects write them.
    pub const WORDS: [(&str, AlarmScope); 2] = [
        ("resource", AlarmScope::Resource),
        ("fleet", AlarmScope::Fleet),
    ];
}

/// One metric with its statistic, as CloudWatch names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Metric {
    pub namespace: String,
    pub name: String,
    pub dimensions: Dimensions,
    /// `Sum`, `p99`, `TM(10%:90%)`, …
    pub stat: String,
}

/// Names and values of a metric's dimensions.
pub type Dimensions = SortedMap<String, String>;

/// What an alarm watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmQuery {
    Metric(Metric),
    /// Metric math over metrics by id (`^[a-z][A-Za-z0-9_]*$`).
    Math {
        expression: String,
        label: String,
        metrics: SortedMap<String, Metric>,
    },
    /// A Metrics Insights query. Each series that it gives has a state of its own; the alarm is in ALARM while any of them is.
    Insights {
        query: String,
    },
}

impl AlarmQuery {
    /// The metrics that the alarm names. A Metrics Insights query names none.
    pub fn metrics(&self) -> Vec<&Metric> {
        match self {
            AlarmQuery::Metric(metric) => vec![metric],
            AlarmQuery::Math { metrics, .. } => metrics.values().collect(),
            AlarmQuery::Insights { .. } => Vec::new(),
        }
    }
}

/// A CloudWatch metric alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Alarm {
    pub name: String,
    pub description: String,
    /// In JSON `watched`.
    #[serde(rename = "watched")]
    pub query: AlarmQuery,
    pub condition: Condition,
    /// Seconds: 10, 20, 30 or a multiple of 60.
    pub period: u32,
    /// M of the last N periods have to breach.
    pub datapoints_to_alarm: u32,
    pub evaluation_periods: u32,
    /// The minutes after its creation before the first evaluation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warm_up_minutes: Option<u32>,
    pub missing: Missing,
    /// Whether a percentile of few samples is evaluated (`true`, AWS's default) or keeps the state.
    pub evaluate_low_samples: bool,
    pub actions: Actions,
}

impl Alarm {
    /// M of N and the period, in the syntax of definitions: `3 of 5 × 1m`.
    pub fn window_text(&self) -> String {
        window_text(
            (self.datapoints_to_alarm, self.evaluation_periods),
            self.period,
        )
    }
}

/// M of N periods of this number of seconds: `3 of 5 × 1m`.
pub fn window_text((m, n): (u32, u32), period: u32) -> String {
    format!("{m} of {n} × {}", period_text(period))
}

/// Seconds in the syntax of definitions: `10s`, `5m`, `1h`.
pub fn period_text(seconds: u32) -> String {
    match (seconds % 3600, seconds % 60) {
        (0, _) => format!("{}h", seconds / 3600),
        (_, 0) => format!("{}m", seconds / 60),
        _ => format!("{seconds}s"),
    }
}

/// ARNs that are told when the state changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Actions {
    pub enabled: bool,
    pub alarm: BTreeSet<String>,
    pub ok: BTreeSet<String>,
    pub insufficient_data: BTreeSet<String>,
}

impl Actions {
    /// Enabled, for an alarm that notifies through the composite alarms above it.
    pub fn none() -> Self {
        Self {
            enabled: true,
            ..Self::default()
        }
    }

    /// Whether an action runs on a change of state.
    pub fn run(&self) -> bool {
        let Self {
            enabled,
            alarm,
            ok,
            insufficient_data,
        } = self;
        *enabled
            && [alarm, ok, insufficient_data]
                .iter()
                .any(|of| !of.is_empty())
    }
}

/// A CloudWatch composite alarm.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CompositeAlarm {
    pub name: String,
    pub description: String,
    pub rule: String,
    pub actions: Actions,
    pub suppressor: Option<Suppressor>,
}

/// An alarm that holds back the actions of a composite alarm while it is in ALARM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppressor {
    /// The alarm's name.
    pub alarm: String,
    /// Seconds for which the composite's actions wait for the suppressor to go into ALARM.
    pub wait: u32,
    /// Seconds for which the actions are held back after the suppressor has left ALARM.
    pub extension: u32,
}
