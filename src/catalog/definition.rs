//! Definitions as checked: what one file under `alarms/` says about one type of resource.

use std::collections::BTreeMap;

use super::condition::Cel;
use super::testing::DefinitionTest;
use super::text::Text;
use crate::artifact::Missing;
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::math::Expr;
use crate::spanned::Spanned;

/// The pseudo type that stands for the places where traces enter a stack.
pub const ENTRY_POINT: &str = "entry-point";

/// One file under `alarms/`, or one file laid over another.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDefinition {
    /// The file's name without its ending; overrides and boards use it.
    pub file: String,
    /// The CloudFormation type that it watches, or [`ENTRY_POINT`].
    pub kind: String,
    /// Heading of its section on the dashboard.
    pub title: String,
    /// Place of its section, from the top.
    pub order: i64,
    /// Of every metric that names none itself.
    pub dimensions: Vec<(String, Text)>,
    /// The words that alarms, boards and tests use for metrics.
    pub metrics: BTreeMap<String, MetricDefinition>,
    pub alarms: Vec<AlarmDefinition>,
    pub composites: Vec<CompositeDefinition>,
    pub groups: Vec<GroupDefinition>,
    /// A built-in file may match nothing; one that a user wrote must not.
    pub built_in: bool,
    pub place: Place,
}

impl ServiceDefinition {
    /// The Regions that the file, its metrics or its alarms name.
    pub fn regions(&self) -> impl Iterator<Item = &str> {
        let of_metrics = self
            .metrics
            .values()
            .filter_map(|metric| metric.region.as_ref());
        let of_alarms = self.alarms.iter().filter_map(|alarm| alarm.region.as_ref());
        of_metrics
            .chain(of_alarms)
            .map(|region| region.value.as_str())
    }
}

/// A metric under the name that definitions use for it.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDefinition {
    pub source: MetricSource,
    /// `Sum`, `p99`, …
    pub stat: String,
    /// The Region to which the service publishes the metric, where it is a fixed one.
    pub region: Option<Spanned<String>>,
    /// A built-in word is held against what AWS publishes by a test, not at every start.
    pub built_in: bool,
    pub place: Place,
}

#[derive(Debug, Clone, PartialEq)]
pub enum MetricSource {
    Published {
        namespace: String,
        name: String,
        dimensions: Vec<(String, Text)>,
    },
    /// The trace count of a trace group of the same file.
    Group(Spanned<String>),
}

/// A `[[alarm]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmDefinition {
    pub name: String,
    pub summary: Text,
    /// What to do; goes into the alarm's description.
    pub fix: Option<Text>,
    pub severity: Severity,
    pub value: Spanned<Expr>,
    pub floor: Option<Floor>,
    pub when: When,
    /// The Region of the alarm and of its metrics that name none.
    pub region: Option<Spanned<String>>,
    pub applies: Option<Cel>,
    /// Repeats the alarm for each text of a list.
    pub each: Option<Cel>,
    /// Seconds.
    pub period: u32,
    /// M of N.
    pub datapoints: (u32, u32),
    pub missing: Missing,
    pub evaluate_low_samples: bool,
    pub enabled: bool,
    /// Only where the catalogue was loaded with its tests.
    pub tests: Vec<DefinitionTest>,
    pub place: Place,
}

/// Periods in which the metric is below the minimum count as healthy.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    pub metric: Spanned<String>,
    pub min: f64,
}

/// When an alarm's value breaches.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    Threshold {
        comparison: Comparison,
        threshold: Cel,
    },
    Band {
        side: BandSide,
        width: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    Above,
    AtLeast,
    Below,
    AtMost,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BandSide {
    Outside,
    Above,
    Below,
}

/// Longest first: `>=` must not be read as `>`.
const COMPARISONS: [(&str, Comparison); 4] = [
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::Above),
    ("<", Comparison::Below),
];

const BANDS: [(&str, BandSide); 3] = [
    ("outside band ", BandSide::Outside),
    ("above band ", BandSide::Above),
    ("below band ", BandSide::Below),
];

impl When {
    /// Reads `> 5`, `<= 0.9 * resource.Timeout`, `outside band 2`.
    pub fn parse(written: &Spanned<String>) -> Result<Self, Diagnostic> {
        let text = written.value.trim();
        if let Some((comparison, rest)) = COMPARISONS
            .iter()
            .find_map(|(sign, comparison)| Some((*comparison, text.strip_prefix(sign)?)))
        {
            let threshold = Cel::parse(&written.clone().map(|_| rest.trim().to_owned()))?;
            return Ok(When::Threshold {
                comparison,
                threshold,
            });
        }
        let band = BANDS.iter().find_map(|(words, side)| {
            Some((*side, text.strip_prefix(words)?.trim().parse().ok()?))
        });
        match band {
            Some((side, width)) if width > 0.0 => Ok(When::Band { side, width }),
            _ => Err(written
                .fault(Code::BadWhen, format!("`{text}` does not say when the value breaches"))
                .help("a comparison and a threshold (`> 5`, `<= 0.9 * resource.Timeout`), or `outside band 2`, `above band 3`, `below band 2`")),
        }
    }
}

/// A `[[composite]]` table: a rule over the alarms of the same resource, by their names in this file.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeDefinition {
    pub name: String,
    pub summary: Text,
    pub fix: Option<Text>,
    pub severity: Severity,
    pub rule: Spanned<String>,
    pub enabled: bool,
    /// Only where the catalogue was loaded with its tests.
    pub tests: Vec<DefinitionTest>,
    pub place: Place,
}

/// A `[[trace_group]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDefinition {
    pub name: String,
    pub filter: Text,
    pub insights: bool,
    pub place: Place,
}

/// How a type takes part in traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFacts {
    /// The node that X-Ray shows; absent for what only passes a trace on.
    pub node: Option<TraceNode>,
    /// Whether it carries the trace of its caller on to those it invokes without a node of its own.
    pub passes: Option<Cel>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TraceNode {
    /// Empty where the stack does not say it.
    pub name: Text,
    /// X-Ray's word, `AWS::Lambda::Function`.
    pub kind: String,
    /// Whether tracing is switched on.
    pub active: Cel,
    pub sampling: SamplingMode,
}

/// Who decides which requests are traced when a trace begins here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingMode {
    /// The account's sampling rules.
    Rules,
    /// The service: one request per second and 5 % of the rest, not to be changed.
    Fixed,
}
