//! Estimates the monthly cost of states, from their artifacts and the traced traffic. An estimate
//! lists its assumptions.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use self::line::rounded;
use crate::artifact::{Alarm, AlarmQuery, Artifact, Condition, Dashboard, Kind, State, TraceGroup};
use crate::diagnostic::counted;

mod driver;
mod line;
mod prices;
mod traffic;

pub use line::Line;
pub use prices::{Price, Prices, Unit};
pub use traffic::{RuleInForce, SamplingInForce, TracedTraffic, traffic_now, traffic_planned};

/// What is charged by use.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usage {
    pub traffic: Vec<TracedTraffic>,
    /// GB of logs per month that the dashboards' log widgets scan. `None`: the project does not give it.
    pub scanned_gb: Option<f64>,
    /// The number of resources that each fleet alarm watches, by its name.
    pub fleets: BTreeMap<String, usize>,
}

/// The mean month of a leap-year cycle. The X-Ray price page counts 31 days in its examples.
pub const DAYS_PER_MONTH: f64 = 30.4375;
const SECONDS_PER_MONTH: f64 = DAYS_PER_MONTH * 86_400.0;

/// The free tier includes three dashboards with at most this number of metrics.
const METRICS_OF_A_FREE_DASHBOARD: usize = 50;

/// The monthly cost of states.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Estimate {
    /// Only items with a quantity above zero.
    pub lines: Vec<Line>,
    pub total_usd: f64,
    pub total_before_free_tier_usd: f64,
    pub assumptions: Vec<String>,
    /// The artifacts that are not counted, because their price is unknown.
    pub unpriced: Option<String>,
    pub region: String,
    pub prices_as_of: String,
}

/// Prices the artifacts of an account's states and their usage. Usage that nobody knows is not priced.
pub fn estimate<'s>(
    states: impl IntoIterator<Item = &'s State>,
    usage: &Usage,
    prices: &Prices,
) -> Estimate {
    let states: Vec<&State> = states.into_iter().collect();
    let quantities = BilledQuantities::of(&states, &usage.fleets);
    let mut lines = quantities.lines(prices);
    lines.push(quantities.scanned(usage, prices));
    lines.extend(TracedQuantities::of(&states, &usage.traffic).lines(prices));
    lines.retain(|line| line.quantity > 0.0);
    Estimate {
        total_usd: rounded(lines.iter().fold(0.0, |sum, line| sum + line.usd)),
        total_before_free_tier_usd: rounded(
            lines
                .iter()
                .fold(0.0, |sum, line| sum + line.usd_before_free_tier),
        ),
        lines,
        assumptions: assumptions(&states, &quantities, usage, prices),
        unpriced: unpriced(&states),
        region: prices.region.clone(),
        prices_as_of: prices.as_of(),
    }
}

fn assumptions(
    states: &[&State],
    quantities: &BilledQuantities,
    usage: &Usage,
    prices: &Prices,
) -> Vec<String> {
    let traffic = &usage.traffic;
    let mut assumptions = vec![
        format!("a month has {DAYS_PER_MONTH} days; everything stays for the whole month"),
        format!(
            "prices of {}; the free tier is the account's, and counted here as if no other stack used it",
            prices.region
        ),
        "notifications and log storage are not counted".to_owned(),
    ];
    let known: Vec<String> = traffic
        .iter()
        .filter_map(|at| {
            Some(format!(
                "{} ({}/s)",
                at.entry_point, at.requests_per_second?
            ))
        })
        .collect();
    if !known.is_empty() {
        assumptions.push(format!(
            "requests come evenly, which records the most: {}",
            known.join(", ")
        ));
        assumptions.push(
            "every trace of an entry point is in every group of it: an upper bound".to_owned(),
        );
    }
    assumptions.extend(unknown_traffic(states, traffic, prices));
    assumptions.extend(unknown_scans(quantities, usage, prices));
    assumptions
}

/// What a look at the log widgets costs, if the project does not give what they scan.
fn unknown_scans(quantities: &BilledQuantities, usage: &Usage, prices: &Prices) -> Option<String> {
    if quantities.log_widgets == 0 || usage.scanned_gb.is_some() {
        return None;
    }
    let widgets = counted(quantities.log_widgets, "log widget", "log widgets");
    Some(format!(
        "queries are not counted: the dashboards have {widgets}; each scans the logs of the shown time whenever somebody looks, for {} USD a GB; \
         `cost.scanned_gb` gives the GB of a month",
        prices.log_scanned.usd
    ))
}

/// A note about the artifacts whose price AWS does not name.
fn unpriced(states: &[&State]) -> Option<String> {
    let artifacts = states.iter().flat_map(|state| state.iter());
    let objectives = artifacts.filter(|(id, _)| id.kind == Kind::ServiceLevelObjective);
    let count = objectives.count();
    (count > 0).then(|| {
        format!(
            "{} of Application Signals: not counted, their price is unknown",
            counted(count, "service-level objective", "service-level objectives")
        )
    })
}

/// What traces would cost at entry points whose traffic the project does not give.
fn unknown_traffic(
    states: &[&State],
    traffic: &[TracedTraffic],
    prices: &Prices,
) -> Option<String> {
    let unknown: Vec<TracedTraffic> = traffic
        .iter()
        .filter(|at| at.requests_per_second.is_none())
        .map(|at| TracedTraffic {
            requests_per_second: Some(1.0),
            ..at.clone()
        })
        .collect();
    if unknown.is_empty() {
        return None;
    }
    let names: Vec<&str> = unknown.iter().map(|at| at.entry_point.as_str()).collect();
    let lines = TracedQuantities::of(states, &unknown).lines(prices);
    let usd: f64 = lines.iter().map(|line| line.usd_before_free_tier).sum();
    Some(format!(
        "traces are not counted where the traffic is unknown: {}. One request a second at each would cost about {usd:.2} USD a month; \
         `cost.requests_per_second` or `[cost.traffic]` gives the real number",
        names.join(", ")
    ))
}

/// The billed quantities of traces per month.
#[derive(Default)]
struct TracedQuantities {
    recorded: f64,
    /// The matches of all groups.
    grouped: f64,
    watched_by_insights: f64,
}

impl TracedQuantities {
    fn of(states: &[&State], traffic: &[TracedTraffic]) -> Self {
        let mut quantities = Self::default();
        for at in traffic {
            let recorded = at
                .requests_per_second
                .map_or(0.0, |requests| at.sampling.traced_per_second(requests))
                * SECONDS_PER_MONTH;
            quantities.recorded += recorded;
            for group in trace_groups(states) {
                if at.is_counted_by(&group.filter, traffic) {
                    quantities.grouped += recorded;
                    quantities.watched_by_insights += if group.insights { recorded } else { 0.0 };
                }
            }
        }
        quantities
    }

    fn lines(&self, prices: &Prices) -> [Line; 3] {
        [
            Line::of("traces", self.recorded, &prices.trace_recorded),
            Line::of("trace groups", self.grouped, &prices.trace_retrieved),
            Line::of(
                "Insights",
                self.watched_by_insights,
                &prices.trace_watched_by_insights,
            ),
        ]
    }
}

fn trace_groups<'s>(states: &[&'s State]) -> impl Iterator<Item = &'s TraceGroup> {
    let artifacts = states.iter().flat_map(|state| state.iter());
    artifacts.filter_map(|(_, artifact)| match artifact {
        Artifact::TraceGroup(group) => Some(group),
        _ => None,
    })
}

/// The billed quantities of states, without traces.
#[derive(Default)]
struct BilledQuantities {
    alarm_metrics: f64,
    high_resolution_alarm_metrics: f64,
    /// The metrics that the queries of fleet alarms match.
    queried_alarm_metrics: f64,
    composite_alarms: f64,
    /// The metrics of metric filters.
    filtered_metrics: f64,
    dashboards: f64,
    large_dashboards: f64,
    /// Widgets that query logs.
    log_widgets: usize,
}

impl BilledQuantities {
    fn of(states: &[&State], fleets: &BTreeMap<String, usize>) -> Self {
        let mut quantities = Self::default();
        for (_, artifact) in states.iter().flat_map(|state| state.iter()) {
            if let Artifact::Dashboard(board) = artifact {
                quantities.log_widgets += log_widgets_on(board);
            }
            match artifact {
                Artifact::Alarm(alarm) => quantities.add_alarm(alarm, fleets),
                Artifact::CompositeAlarm(_) => quantities.composite_alarms += 1.0,
                Artifact::MetricFilter(_) => quantities.filtered_metrics += 1.0,
                Artifact::Dashboard(board) if metrics_on(board) > METRICS_OF_A_FREE_DASHBOARD => {
                    quantities.large_dashboards += 1.0;
                }
                Artifact::Dashboard(_) => quantities.dashboards += 1.0,
                Artifact::Topic(_)
                // AWS charges nothing for chat configurations.
                | Artifact::ChatConfiguration(_)
                | Artifact::TraceGroup(_)
                | Artifact::SamplingRule(_)
                | Artifact::LogRetention(_)
                | Artifact::EventRule(_)
                // AWS names no price for mute rules.
                | Artifact::MuteRule(_)
                // Its price is unknown: `unpriced`.
                | Artifact::ServiceLevelObjective(_) => {}
            }
        }
        quantities
    }

    /// The queries of log widgets.
    fn scanned(&self, usage: &Usage, prices: &Prices) -> Line {
        let scanned = usage.scanned_gb.filter(|_| self.log_widgets > 0);
        Line::of("log widgets", scanned.unwrap_or(0.0), &prices.log_scanned)
    }

    fn add_alarm(&mut self, alarm: &Alarm, fleets: &BTreeMap<String, usize>) {
        if matches!(alarm.query, AlarmQuery::Insights { .. }) {
            // An alarm that the project no longer has counts as one metric: nobody knows what its query matches.
            let matched = fleets.get(&alarm.name).copied().unwrap_or(1);
            self.queried_alarm_metrics += matched as f64;
        } else if alarm.period < 60 {
            self.high_resolution_alarm_metrics += billed_metrics(alarm);
        } else {
            self.alarm_metrics += billed_metrics(alarm);
        }
    }

    fn lines(&self, prices: &Prices) -> Vec<Line> {
        vec![
            Line::of("alarms", self.alarm_metrics, &prices.alarm_metric),
            Line::of(
                "fast alarms",
                self.high_resolution_alarm_metrics,
                &prices.high_resolution_alarm_metric,
            ),
            Line::of(
                "fleet alarms",
                self.queried_alarm_metrics,
                &prices.queried_alarm_metric,
            ),
            Line::of(
                "composite alarms",
                self.composite_alarms,
                &prices.composite_alarm,
            ),
            Line::of(
                "metrics from logs",
                self.filtered_metrics,
                &prices.custom_metric,
            ),
            Line::of("dashboards", self.dashboards, &prices.dashboard),
            Line::of(
                "large dashboards",
                self.large_dashboards,
                &prices.large_dashboard,
            ),
        ]
    }
}

/// The widgets of a dashboard that query logs.
fn log_widgets_on(board: &Dashboard) -> usize {
    let widgets = widgets(board).iter();
    widgets.filter(|widget| widget["type"] == "log").count()
}

fn widgets(board: &Dashboard) -> &[serde_json::Value] {
    board.body["widgets"].as_array().map_or(&[], Vec::as_slice)
}

/// The metrics of an alarm; an anomaly alarm also pays for two band limits.
fn billed_metrics(alarm: &Alarm) -> f64 {
    let band = match alarm.condition {
        Condition::OutsideBand(_) | Condition::AboveBand(_) | Condition::BelowBand(_) => 2,
        Condition::Above(_)
        | Condition::AtLeast(_)
        | Condition::Below(_)
        | Condition::AtMost(_) => 0,
    };
    (alarm.query.metrics().len() + band) as f64
}

/// Counts metric rows of widgets, and alarm graphs. Metric rows start with a text, expression rows
/// with an object.
fn metrics_on(board: &Dashboard) -> usize {
    let widgets = widgets(board);
    let rows = widgets
        .iter()
        .filter_map(|widget| widget["properties"]["metrics"].as_array())
        .flatten();
    let alarms = widgets
        .iter()
        .filter_map(|widget| widget["properties"]["annotations"]["alarms"].as_array())
        .flatten();
    rows.filter(|row| row[0].is_string()).count() + alarms.count()
}

impl Estimate {
    /// One line about the largest item, the change that would save most, and what is not counted. `None` for an estimate of nothing.
    pub fn driver(&self) -> Option<String> {
        let parts = [driver::driver(&self.lines), self.unpriced.clone()];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }

    /// The totals with and without free tier, as one line.
    pub fn summary(&self) -> String {
        let Estimate {
            total_usd,
            total_before_free_tier_usd,
            region,
            prices_as_of,
            ..
        } = self;
        format!(
            "about {total_usd:.2} USD per month ({total_before_free_tier_usd:.2} without the free tier), \
             prices of {region} as of {prices_as_of}"
        )
    }
}

/// The summary, the billed items, the assumptions.
impl fmt::Display for Estimate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.summary())?;
        for Line {
            what,
            quantity,
            unit,
            usd,
            usd_before_free_tier,
        } in &self.lines
        {
            write!(
                f,
                "  {what:<18} {usd:>9.2} USD  {} {unit}",
                amount(*quantity)
            )?;
            let saved = usd_before_free_tier - usd;
            if saved > 0.0 {
                writeln!(f, " ({saved:.2} USD of them free)")?;
            } else {
                writeln!(f)?;
            }
        }
        self.assumptions
            .iter()
            .try_for_each(|assumption| writeln!(f, "  assumed: {assumption}"))
    }
}

fn amount(quantity: f64) -> String {
    if quantity < 1_000_000.0 {
        format!("{quantity:.0}")
    } else {
        format!("{:.2} million", quantity / 1_000_000.0)
    }
}

#[cfg(test)]
mod tests;
