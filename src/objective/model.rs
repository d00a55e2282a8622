//! The type of an objective.

use std::collections::BTreeMap;

use super::budget::budget;
use super::burn_rate::{BurnRate, Counting};
use crate::artifact::Metric;
use crate::diagnostic::Place;
use crate::semantics::math::Expr;
use crate::spanned::Spanned;
use crate::trial::Trial;

/// A checked `[[slo]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct Objective {
    pub name: String,
    /// The resource's logical id. `None` in a definition file, and for an objective with `[slo.metrics]`.
    pub resource: Option<Spanned<String>>,
    /// The definition file with the metrics. `None`: the resource's first file that has them.
    pub definitions: Option<Spanned<String>>,
    pub indicator: Indicator,
    /// The required share of good requests or minutes, in percent: above 0, below 100.
    pub percent: f64,
    /// The length of the rolling window in days.
    pub days: u32,
    /// Fewer failures in a long window are chance. Only for requests.
    pub min_failures: f64,
    pub burn_rates: Vec<BurnRate>,
    /// `[slo.metrics]`, by word.
    pub metrics: BTreeMap<String, OwnMetric>,
    pub trials: Vec<Trial>,
    pub engine: Engine,
    pub runbook: Option<String>,
    pub place: Place,
}

/// What watches an objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Alarms on burn rates.
    #[default]
    Alarms,
    /// The same alarms, and a service-level objective of Application Signals.
    ApplicationSignals,
}

/// What makes a request or a minute good.
#[derive(Debug, Clone, PartialEq)]
pub enum Indicator {
    /// The definition file says what fails.
    Availability,
    Ratio(Ratio),
    /// Good requests take at most this many seconds.
    LatencyBelow(f64),
    /// In good minutes the oldest message is younger than this many seconds.
    AgeBelow(f64),
}

/// Good or bad events, and all events.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    pub bad: Spanned<Expr>,
    pub total: Spanned<Expr>,
}

/// A metric that belongs to no definition file.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnMetric {
    pub metric: Metric,
    /// The Region of the metric; `None` for the stack's.
    pub region: Option<Spanned<String>>,
}

impl Objective {
    /// The fraction of requests or minutes that may fail.
    pub fn budget(&self) -> f64 {
        budget(self.percent)
    }

    pub fn counting(&self) -> Counting {
        self.indicator.counting()
    }
}

impl Indicator {
    pub fn counting(&self) -> Counting {
        match self {
            Indicator::AgeBelow(_) => Counting::Minutes,
            Indicator::Availability | Indicator::Ratio(_) | Indicator::LatencyBelow(_) => {
                Counting::Requests
            }
        }
    }

    /// The default name.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Indicator::Availability | Indicator::Ratio(_) => "availability",
            Indicator::LatencyBelow(_) => "latency",
            Indicator::AgeBelow(_) => "age",
        }
    }
}
