//! The types of a checked definition file in `alarms/`: metrics, alarms and trace groups of one type of resource, and facts about types.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::condition::{Cel, LINKED};
pub use super::enabled::Enabled;
use super::event::EventDefinition;
use super::log_metric::LogMetricDefinition;
use super::properties::UsedProperties;
pub use super::pseudo_type::ENTRY_POINT;
use super::testing::DefinitionTest;
use super::text::TextTemplate;
use crate::artifact::{AlarmScope, Kind, Missing, Severity};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::inventory::TypeFacts;
use crate::objective::{Measures, Objective};
use crate::semantics::limits::{self, is_alarm_period};
use crate::semantics::math::Expr;
use crate::spanned::Spanned;
use crate::trial::Trial;

/// The variable with the seconds without traffic that are an outage, or 0.
pub const EXPECT_TRAFFIC: &str = "expect_traffic";

/// One file in `alarms/`, or a built-in file with a project's changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceDefinition {
    /// The file's name without its ending, as overrides and boards use it.
    pub file: String,
    /// A CloudFormation type, [`ENTRY_POINT`] or [`ACCOUNT`](crate::inventory::ACCOUNT).
    pub kind: String,
    /// The resources of the type that the file watches; `None`: all.
    pub applies: Option<Cel>,
    /// The heading of its dashboard section.
    pub title: String,
    /// The rank of its dashboard section.
    pub order: i64,
    /// Dimensions for metrics without their own.
    pub dimensions: Vec<(String, TextTemplate)>,
    /// Metrics by the words that alarms, boards and tests use.
    pub metrics: BTreeMap<String, MetricDefinition>,
    pub alarms: Vec<AlarmDefinition>,
    pub composites: Vec<CompositeDefinition>,
    pub events: Vec<EventDefinition>,
    pub log_metrics: Vec<LogMetricDefinition>,
    pub groups: Vec<GroupDefinition>,
    /// `[sli]`: what objectives measure.
    pub measures: Measures,
    /// `[[slo]]`: objectives for every resource of the type.
    pub objectives: Vec<Objective>,
    /// The properties that its texts and expressions read.
    pub used_properties: UsedProperties,
    /// Only a built-in file may match no resource.
    pub built_in: bool,
    pub place: Place,
}

impl ServiceDefinition {
    /// Its alarms, composites and events.
    pub fn named(&self) -> impl Iterator<Item = NamedDefinition<'_>> {
        let alarms = self.alarms.iter().map(AlarmDefinition::named);
        let composites = self.composites.iter().map(CompositeDefinition::named);
        let events = self.events.iter().map(EventDefinition::named);
        alarms.chain(composites).chain(events)
    }

    /// The names of its alarms, composites and events, such as `lambda.error-rate`.
    pub fn alarm_names(&self) -> impl Iterator<Item = String> {
        let names = self.named();
        names.map(|named| format!("{}.{}", self.file, named.name))
    }

    pub fn log_metric(&self, name: &str) -> Option<&LogMetricDefinition> {
        let mut log_metrics = self.log_metrics.iter();
        log_metrics.find(|log_metric| log_metric.name == name)
    }

    /// Its alarms that watch whether the expected traffic comes.
    pub fn traffic_alarms(&self) -> impl Iterator<Item = &AlarmDefinition> {
        self.alarms.iter().filter(|alarm| match &alarm.window {
            Window::Computed(window) => window.reads_variable(EXPECT_TRAFFIC),
            Window::Fixed(_) => false,
        })
    }

    /// The texts of its alarms, composites, events, log metrics and metrics.
    pub(super) fn texts(&self) -> impl Iterator<Item = &TextTemplate> {
        let alarms = self.alarms.iter();
        let of_alarms = alarms.flat_map(|alarm| [Some(&alarm.summary), alarm.fix.as_ref()]);
        let composites = self.composites.iter();
        let of_composites =
            composites.flat_map(|composite| [Some(&composite.summary), composite.fix.as_ref()]);
        let of_metrics = self.metrics.values().flat_map(MetricDefinition::texts);
        let of_all = self.dimensions.iter().map(|(_, text)| text);
        let words = of_alarms.chain(of_composites).flatten();
        let of_events = self.events.iter().flat_map(EventDefinition::texts);
        let of_logs = self.log_metrics.iter().flat_map(LogMetricDefinition::texts);
        let of_rest = of_all.chain(of_events).chain(of_logs);
        words.chain(of_metrics).chain(of_rest)
    }

    /// Whether its expressions read the resources that a resource is linked with.
    pub fn reads_links(&self) -> bool {
        let of_alarms = self.alarms.iter().flat_map(|alarm| {
            let when = match &alarm.when {
                When::Threshold { threshold, .. } => Some(threshold),
                When::Band { .. } => None,
            };
            [&alarm.applies, &alarm.each]
                .into_iter()
                .flatten()
                .chain(when)
        });
        let of_events = self.events.iter().flat_map(|event| &event.applies);
        let of_logs = self.log_metrics.iter().flat_map(|metric| &metric.applies);
        let of_rest = of_events.chain(of_logs).chain(&self.applies);
        let mut expressions = of_alarms.chain(of_rest);
        expressions.any(|expression| expression.reads_variable(LINKED))
    }

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

/// A metric.
#[derive(Debug, Clone, PartialEq)]
pub struct MetricDefinition {
    pub source: MetricSource,
    /// `Sum`, `p99`, …
    pub stat: String,
    /// The fixed Region to which the service publishes the metric, if any.
    pub region: Option<Spanned<String>>,
    /// A test checks built-in metrics against AWS's published metrics; others are checked at every start.
    pub built_in: bool,
    pub place: Place,
}

impl MetricDefinition {
    /// Whether a log metric publishes it: in the Region of the stack.
    pub fn is_of_log(&self) -> bool {
        matches!(self.source, MetricSource::Log(_))
    }

    fn texts(&self) -> impl Iterator<Item = &TextTemplate> {
        let dimensions = match &self.source {
            MetricSource::Published { dimensions, .. } => dimensions.as_slice(),
            MetricSource::Group(_) | MetricSource::Log(_) => &[],
        };
        dimensions.iter().map(|(_, text)| text)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum MetricSource {
    Published {
        namespace: String,
        name: String,
        dimensions: Vec<(String, TextTemplate)>,
    },
    /// The trace count of a trace group of the same file.
    Group(Spanned<String>),
    /// A log metric of the same file.
    Log(Spanned<String>),
}

/// A `[[alarm]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct AlarmDefinition {
    pub name: String,
    pub summary: TextTemplate,
    /// The instruction in the alarm's description.
    pub fix: Option<TextTemplate>,
    /// A page with instructions, in place of the severity's.
    pub runbook: Option<String>,
    pub severity: Severity,
    pub value: Spanned<Expr>,
    pub floor: Option<Floor>,
    pub tolerate: Option<Tolerance>,
    pub when: When,
    /// The Region of the alarm, and the default Region of its metrics.
    pub region: Option<Spanned<String>>,
    pub applies: Option<Cel>,
    /// An expression for a list of strings or objects; each item gives one alarm.
    pub each: Option<Cel>,
    /// Whether one alarm watches each resource (the default), or all of a stack together.
    pub scope: Option<Spanned<AlarmScope>>,
    pub window: Window,
    /// Whether a new alarm waits for a whole window before its first evaluation.
    pub warm_up: bool,
    pub missing: Missing,
    pub evaluate_low_samples: bool,
    pub enabled: Enabled,
    /// Empty unless the catalogue was loaded with tests.
    pub tests: Vec<DefinitionTest>,
    /// Empty unless the catalogue was loaded with tests.
    pub trials: Vec<Trial>,
    pub place: Place,
}

/// The periods that an alarm evaluates.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    Fixed(Periods),
    /// An expression for its length in seconds. All of it has to breach.
    Computed(Cel),
}

/// Periods of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Periods {
    /// Seconds.
    pub period: u32,
    /// M of N.
    pub datapoints: (u32, u32),
}

impl Window {
    /// `None` if it depends on the resource.
    pub fn periods(&self) -> Option<Periods> {
        match self {
            Window::Fixed(periods) => Some(*periods),
            Window::Computed(_) => None,
        }
    }
}

impl Periods {
    /// The periods of a window that is at least so long: one period up to a day, beyond it hours. CloudWatch takes whole minutes, and
    /// documents no period above a day. `None` for a window that is longer than CloudWatch evaluates.
    pub fn covering(seconds: f64) -> Option<Self> {
        const MINUTE: u32 = 60;
        const HOUR: u32 = 60 * MINUTE;
        const DAY: u32 = 24 * HOUR;
        let seconds = whole_seconds(seconds)?;
        if seconds <= DAY {
            return Some(Self {
                period: seconds.div_ceil(MINUTE).max(1) * MINUTE,
                datapoints: (1, 1),
            });
        }
        let periods = seconds.div_ceil(HOUR);
        limits::is_alarm_window(HOUR, periods).then_some(Self {
            period: HOUR,
            datapoints: (periods, periods),
        })
    }

    /// Seconds.
    pub fn length(self) -> u64 {
        u64::from(self.period) * u64::from(self.datapoints.1)
    }
}

/// Rounded up; `None` for more than a month, and for what is not a number.
fn whole_seconds(seconds: f64) -> Option<u32> {
    const MONTH: f64 = 31.0 * 24.0 * 60.0 * 60.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and a month"
    )]
    let whole = seconds.clamp(0.0, MONTH).ceil() as u32;
    (seconds <= MONTH).then_some(whole)
}

/// Periods with the metric below the minimum count as healthy.
#[derive(Debug, Clone, PartialEq)]
pub struct Floor {
    pub metric: Spanned<String>,
    pub min: f64,
}

/// The first events of each period that do not count: with little traffic they are chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Tolerance {
    /// A metric of the value that counts events.
    pub metric: Spanned<String>,
    pub count: f64,
}

/// The condition under which an alarm's value breaches.
#[derive(Debug, Clone, PartialEq)]
pub enum When {
    Threshold {
        comparison: ThresholdComparison,
        threshold: Cel,
    },
    Band {
        side: BandSide,
        width: f64,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ThresholdComparison {
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
const COMPARISONS: [(&str, ThresholdComparison); 4] = [
    (">=", ThresholdComparison::AtLeast),
    ("<=", ThresholdComparison::AtMost),
    (">", ThresholdComparison::Above),
    ("<", ThresholdComparison::Below),
];

const BANDS: [(&str, BandSide); 3] = [
    ("outside band ", BandSide::Outside),
    ("above band ", BandSide::Above),
    ("below band ", BandSide::Below),
];

impl When {
    /// Parses `> 5`, `<= 0.9 * resource.Timeout`, `outside band 2`.
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
                .diagnostic(Code::BadWhen, format!("`{text}` is not a condition for the value"))
                .help("a comparison and a threshold (`> 5`, `<= 0.9 * resource.Timeout`), or `outside band 2`, `above band 3`, `below band 2`")),
        }
    }
}

/// As a definition file has it.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::Threshold {
                comparison,
                threshold,
            } => {
                let known = COMPARISONS.iter().find(|(_, known)| known == comparison);
                let sign = known.map_or("", |(sign, _)| *sign);
                write!(f, "{sign} {}", threshold.text)
            }
            When::Band { side, width } => {
                let known = BANDS.iter().find(|(_, known)| known == side);
                let words = known.map_or("", |(words, _)| *words);
                write!(f, "{words}{width}")
            }
        }
    }
}

impl When {
    /// The threshold's expression; a band has none.
    pub fn threshold(&self) -> Option<&Cel> {
        match self {
            When::Threshold { threshold, .. } => Some(threshold),
            When::Band { .. } => None,
        }
    }

    pub fn used_properties(&self) -> UsedProperties {
        let mut used = UsedProperties::default();
        if let Some(threshold) = self.threshold() {
            used.register(threshold.property_paths());
        }
        used
    }
}

/// Checks an alarm's period and its M of N against CloudWatch's limits.
pub fn check_window(
    period: &Spanned<u32>,
    datapoints: &Spanned<(u32, u32)>,
) -> Result<(), Diagnostic> {
    if !is_alarm_period(period.value) {
        let message = format!("CloudWatch has no alarm period of {} s", period.value);
        return Err(period
            .diagnostic(Code::BadPeriod, message)
            .help("10s, 20s, 30s or whole minutes"));
    }
    let (_, periods) = datapoints.value;
    if !limits::is_alarm_window(period.value, periods) {
        let longest = limits::longest_window(period.value);
        let message = format!(
            "CloudWatch does not evaluate {periods} periods of {} s at once",
            period.value
        );
        return Err(datapoints
            .diagnostic(Code::WindowTooLong, message)
            .help(format!("period × N may be at most {longest} s")));
    }
    Ok(())
}

/// A `[[composite]]` table: a rule over alarms of the same resource, by their names in this file.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositeDefinition {
    pub name: String,
    pub summary: TextTemplate,
    pub fix: Option<TextTemplate>,
    /// A page with instructions, in place of the severity's.
    pub runbook: Option<String>,
    pub severity: Severity,
    pub rule: Spanned<String>,
    pub enabled: Enabled,
    /// Empty unless the catalogue was loaded with tests.
    pub tests: Vec<DefinitionTest>,
    /// Empty unless the catalogue was loaded with tests.
    pub trials: Vec<Trial>,
    pub place: Place,
}

/// What an alarm, a composite alarm and an event have in common.
#[derive(Debug, Clone, Copy)]
pub struct NamedDefinition<'d> {
    /// The kind of its artifacts.
    pub kind: Kind,
    pub name: &'d str,
    pub severity: Severity,
    pub enabled: Enabled,
    /// The condition under which a resource has it.
    pub applies: Option<&'d Cel>,
    /// The list that gives one alarm for each item.
    pub each: Option<&'d Cel>,
    pub place: &'d Place,
}

impl AlarmDefinition {
    pub fn named(&self) -> NamedDefinition<'_> {
        NamedDefinition {
            kind: Kind::Alarm,
            name: &self.name,
            severity: self.severity,
            enabled: self.enabled,
            applies: self.applies.as_ref(),
            each: self.each.as_ref(),
            place: &self.place,
        }
    }
}

impl AlarmDefinition {
    /// Whether one of its expressions reads a variable.
    pub fn reads_variable(&self, name: &str) -> bool {
        let window = match &self.window {
            Window::Computed(window) => Some(window),
            Window::Fixed(_) => None,
        };
        let expressions = [
            self.applies.as_ref(),
            self.each.as_ref(),
            self.when.threshold(),
            window,
        ];
        let mut expressions = expressions.into_iter().flatten();
        expressions.any(|expression| expression.reads_variable(name))
    }
}

impl CompositeDefinition {
    fn named(&self) -> NamedDefinition<'_> {
        NamedDefinition {
            kind: Kind::CompositeAlarm,
            name: &self.name,
            severity: self.severity,
            enabled: self.enabled,
            applies: None,
            each: None,
            place: &self.place,
        }
    }
}

impl EventDefinition {
    fn named(&self) -> NamedDefinition<'_> {
        NamedDefinition {
            kind: Kind::EventRule,
            name: &self.name,
            severity: self.severity,
            enabled: self.enabled,
            applies: self.applies.as_ref(),
            each: None,
            place: &self.place,
        }
    }
}

/// A `[[trace_group]]` table.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupDefinition {
    pub name: String,
    pub filter: TextTemplate,
    pub insights: bool,
    pub place: Place,
}

/// All facts about a type.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TypeEntry {
    pub facts: TypeFacts,
    /// The resource's id in metrics, where the physical id does not contain it.
    pub metric_id: Option<TextTemplate>,
    /// The resource's display name; by default its id in metrics.
    pub label: Option<TextTemplate>,
    /// Values of properties that a template may leave out.
    pub defaults: Map<String, Value>,
    pub trace: Option<TraceFacts>,
    /// Whether somebody waits for the answers of such a resource: its failures are seen at once.
    pub awaited: bool,
    /// The property with the schedule expression by which it acts.
    pub schedule: Option<String>,
    /// The properties that its texts and expressions read.
    pub used_properties: UsedProperties,
}

/// A type's part in traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFacts {
    /// The node that X-Ray shows; `None` for a type that only passes traces on.
    pub node: Option<TraceNode>,
    /// Whether it passes its caller's trace on without its own node.
    pub passes: Option<Cel>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TraceNode {
    /// The node name; empty for a node outside the stack.
    pub name: TextTemplate,
    /// X-Ray's type of the node (`AWS::Lambda::Function`).
    pub kind: String,
    /// Whether tracing is switched on.
    pub active: Cel,
    /// The seconds after which the service gives a request up, if it does.
    pub timeout: Option<Cel>,
    pub sampling: SamplingMode,
}

/// What decides about sampling when a trace begins here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SamplingMode {
    /// The account's sampling rules.
    Rules,
    /// The service's fixed sampling: one request per second and 5 % of further requests.
    Fixed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_cover_a_window() {
        for (seconds, period, datapoints) in [
            (0.0, 60, 1),
            (61.0, 120, 1),
            (4500.0, 4500, 1),
            (86_400.0, 86_400, 1),
            (86_401.0, 3600, 25),
            (604_800.0, 3600, 168),
        ] {
            let expected = Periods {
                period,
                datapoints: (datapoints, datapoints),
            };
            assert_eq!(Periods::covering(seconds), Some(expected), "{seconds}");
        }
        for seconds in [604_801.0, 1e12, f64::INFINITY, f64::NAN] {
            assert_eq!(Periods::covering(seconds), None, "{seconds}");
        }
    }
}
