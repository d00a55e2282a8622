//! Estimates the monthly cost of states, from their artifacts and the traced traffic. An estimate
//! lists its assumptions.

use std::fmt;

use serde::Serialize;

use crate::artifact::{Alarm, Artifact, Condition, Dashboard, State};

mod prices;
mod traffic;

pub use prices::{Price, Prices, Unit};
pub use traffic::{RuleInForce, SamplingInForce, TracedTraffic, traffic_now, traffic_planned};

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
    pub region: String,
    pub prices_as_of: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub what: &'static str,
    /// Per month.
    pub quantity: f64,
    pub unit: String,
    /// After subtraction of the account's whole free tier.
    pub usd: f64,
    pub usd_before_free_tier: f64,
}

impl Line {
    fn of(what: &'static str, quantity: f64, price: &Price) -> Self {
        let quantity = rounded(quantity);
        Self {
            what,
            quantity,
            unit: price.unit.of(quantity).to_owned(),
            usd: rounded(price.usd_beyond_free(quantity)),
            usd_before_free_tier: rounded(price.usd(quantity)),
        }
    }
}

/// Prices the artifacts of an account's states and the traces that the traffic records.
pub fn estimate<'s>(
    states: impl IntoIterator<Item = &'s State>,
    traffic: &[TracedTraffic],
    prices: &Prices,
) -> Estimate {
    let quantities = BilledQuantities::of(states);
    let recorded: f64 = traffic
        .iter()
        .map(|at| at.sampling.traced_per_second(at.requests_per_second))
        .sum::<f64>()
        * SECONDS_PER_MONTH;
    let mut lines = quantities.lines(prices);
    lines.push(Line::of("traces", recorded, &prices.trace_recorded));
    lines.push(Line::of(
        "trace groups",
        recorded * quantities.groups,
        &prices.trace_retrieved,
    ));
    lines.push(Line::of(
        "Insights",
        recorded * quantities.insights,
        &prices.trace_watched_by_insights,
    ));
    lines.retain(|line| line.quantity > 0.0);
    Estimate {
        total_usd: rounded(lines.iter().fold(0.0, |sum, line| sum + line.usd)),
        total_before_free_tier_usd: rounded(
            lines
                .iter()
                .fold(0.0, |sum, line| sum + line.usd_before_free_tier),
        ),
        lines,
        assumptions: assumptions(traffic, prices),
        region: prices.region.clone(),
        prices_as_of: prices.as_of(),
    }
}

fn assumptions(traffic: &[TracedTraffic], prices: &Prices) -> Vec<String> {
    let mut assumptions = vec![
        format!("a month has {DAYS_PER_MONTH} days; everything stays for the whole month"),
        format!(
            "prices of {}; the free tier is the account's, and counted here as if no other stack used it",
            prices.region
        ),
        "notifications, log storage and what people query are not counted".to_owned(),
    ];
    if traffic.is_empty() {
        assumptions.push(
            "no traffic is known, so traces cost nothing here: set `cost.requests_per_second`"
                .to_owned(),
        );
        return assumptions;
    }
    let points = traffic
        .iter()
        .map(|at| format!("{} ({}/s)", at.entry_point, at.requests_per_second));
    assumptions.push(format!(
        "requests come evenly, which records the most: {}",
        points.collect::<Vec<_>>().join(", ")
    ));
    assumptions.push("every trace is in every group: an upper bound".to_owned());
    assumptions
}

/// The billed quantities of states, without traces.
#[derive(Default)]
struct BilledQuantities {
    alarm_metrics: f64,
    high_resolution_alarm_metrics: f64,
    composite_alarms: f64,
    dashboards: f64,
    large_dashboards: f64,
    groups: f64,
    insights: f64,
}

impl BilledQuantities {
    fn of<'s>(states: impl IntoIterator<Item = &'s State>) -> Self {
        let mut quantities = Self::default();
        for (_, artifact) in states.into_iter().flat_map(State::iter) {
            match artifact {
                Artifact::Alarm(alarm) if alarm.period < 60 => {
                    quantities.high_resolution_alarm_metrics += billed_metrics(alarm);
                }
                Artifact::Alarm(alarm) => quantities.alarm_metrics += billed_metrics(alarm),
                Artifact::CompositeAlarm(_) => quantities.composite_alarms += 1.0,
                Artifact::Dashboard(board) if metrics_on(board) > METRICS_OF_A_FREE_DASHBOARD => {
                    quantities.large_dashboards += 1.0;
                }
                Artifact::Dashboard(_) => quantities.dashboards += 1.0,
                Artifact::TraceGroup(group) => {
                    quantities.groups += 1.0;
                    quantities.insights += if group.insights { 1.0 } else { 0.0 };
                }
                Artifact::Topic(_)
                | Artifact::SamplingRule(_)
                | Artifact::LogRetention(_)
                | Artifact::EventRule(_) => {}
            }
        }
        quantities
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
                "composite alarms",
                self.composite_alarms,
                &prices.composite_alarm,
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
    let widgets = board.body["widgets"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
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

/// Rounds to a hundredth of a cent, for readable JSON.
fn rounded(usd: f64) -> f64 {
    (usd * 10_000.0).round() / 10_000.0
}

impl Estimate {
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
