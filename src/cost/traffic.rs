//! Estimates the traced requests of an entry point: its sampling rules applied to a steady stream.

use crate::artifact::{Artifact, State};
use crate::catalog::definition::SamplingMode;
use crate::project::{CostSettings, PathSampling, Sampling};
use crate::synth::TraceEntry;

/// The requests of an entry point that starts traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedTraffic {
    /// The name of its node in X-Ray (`api/stage`).
    pub entry_point: String,
    /// `None`: the project does not give it.
    pub requests_per_second: Option<f64>,
    pub sampling: SamplingInForce,
}

impl TracedTraffic {
    /// Whether a trace group counts the traces of this entry point: its filter expression names the node, or no node at all.
    pub(super) fn is_counted_by(&self, filter: &str, nodes: &[TracedTraffic]) -> bool {
        let names_node =
            |node: &TracedTraffic| filter.contains(&format!("\"{}\"", node.entry_point));
        names_node(self) || !nodes.iter().any(names_node)
    }
}

/// The sampling of an entry point.
#[derive(Debug, Clone, PartialEq)]
pub enum SamplingInForce {
    /// X-Ray sampling rules, for entry points that use them (REST stages, state machines).
    Rules(Vec<RuleInForce>),
    /// A Lambda function that starts traces: 1 per second and 5 % of the rest, not adjustable.
    LambdaFixed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleInForce {
    pub reservoir: u32,
    pub rate: f64,
    /// The share of requests under this rule, if known.
    pub share: Option<f64>,
}

impl RuleInForce {
    fn of_path(path: &PathSampling) -> Self {
        Self {
            reservoir: path.reservoir,
            rate: path.rate,
            share: path.share,
        }
    }
}

/// X-Ray's unedited default rule, and Lambda's fixed rule.
const ONE_AND_FIVE_PERCENT: RuleInForce = RuleInForce {
    reservoir: 1,
    rate: 0.05,
    share: None,
};

/// The account's unedited default rule.
impl Default for SamplingInForce {
    fn default() -> Self {
        Self::Rules(vec![ONE_AND_FIVE_PERCENT])
    }
}

impl SamplingInForce {
    /// The project's rules, or the account's default rule if sampling is disabled.
    pub fn of(sampling: &Sampling) -> Self {
        if !sampling.enabled {
            return Self::default();
        }
        let own = RuleInForce {
            reservoir: sampling.reservoir,
            rate: sampling.rate,
            share: None,
        };
        let paths = sampling.paths.iter().map(RuleInForce::of_path);
        Self::Rules(paths.chain([own]).collect())
    }

    /// Traces per second of a steady stream of requests.
    pub fn traced_per_second(&self, requests: f64) -> f64 {
        match self {
            Self::Rules(rules) => traced_by_rules(rules, requests),
            Self::LambdaFixed => traced_by_rules(&[ONE_AND_FIVE_PERCENT], requests),
        }
    }
}

/// Rules with a known share receive their requests. The distribution of the remaining requests is
/// unknown; the upper bound fills all reservoirs and samples the excess at the highest rate.
fn traced_by_rules(rules: &[RuleInForce], requests: f64) -> f64 {
    let mut rest = requests;
    let (mut traced, mut reservoir, mut rate) = (0.0, 0.0, 0.0_f64);
    for rule in rules {
        if let Some(share) = rule.share {
            rest -= share * requests;
            traced += traced_per_second(share * requests, f64::from(rule.reservoir), rule.rate);
        } else {
            reservoir += f64::from(rule.reservoir);
            rate = rate.max(rule.rate);
        }
    }
    traced + traced_per_second(rest.max(0.0), reservoir, rate)
}

/// The reservoir, plus `rate` times the excess requests.
fn traced_per_second(requests: f64, reservoir: f64, rate: f64) -> f64 {
    requests.min(reservoir) + rate * (requests - reservoir).max(0.0)
}

/// The traced traffic under the sampling rules of an account's state.
pub fn traffic_now(
    cost: &CostSettings,
    entries: &[TraceEntry],
    actual: &State,
) -> Vec<TracedTraffic> {
    let entries = entries.iter();
    let traffic = entries.map(|entry| {
        let sampling = sampling_in_force(entry, || rules_of(actual, &entry.node));
        traffic_of(entry, cost, sampling)
    });
    traffic.collect()
}

/// The traced traffic under the sampling rules that a project asks for.
pub fn traffic_planned(
    cost: &CostSettings,
    entries: &[TraceEntry],
    sampling: &Sampling,
) -> Vec<TracedTraffic> {
    let entries = entries.iter();
    let traffic = entries.map(|entry| {
        let sampling = sampling_in_force(entry, || SamplingInForce::of(sampling));
        traffic_of(entry, cost, sampling)
    });
    traffic.collect()
}

/// The requests of an entry point are the project's number for its resource, or else the starts of its schedules, or else the project's number
/// for all entry points.
fn traffic_of(entry: &TraceEntry, cost: &CostSettings, sampling: SamplingInForce) -> TracedTraffic {
    let own = cost.traffic.get(&*entry.resource.logical_id);
    TracedTraffic {
        entry_point: entry.node.clone(),
        requests_per_second: own
            .map(|rate| rate.value)
            .or(entry.starts_per_second)
            .or(cost.requests_per_second),
        sampling,
    }
}

fn sampling_in_force(
    entry: &TraceEntry,
    by_rules: impl FnOnce() -> SamplingInForce,
) -> SamplingInForce {
    match entry.sampling {
        SamplingMode::Rules => by_rules(),
        SamplingMode::Fixed => SamplingInForce::LambdaFixed,
    }
}

/// The sampling rules of an account for an entry point; X-Ray's default rule where it has none.
fn rules_of(actual: &State, node: &str) -> SamplingInForce {
    let rules = actual.iter().filter_map(|(_, artifact)| match artifact {
        Artifact::SamplingRule(rule) if rule.service_name == node => Some(RuleInForce {
            reservoir: rule.reservoir,
            rate: rule.rate,
            share: None,
        }),
        _ => None,
    });
    let rules: Vec<RuleInForce> = rules.collect();
    if rules.is_empty() {
        SamplingInForce::default()
    } else {
        SamplingInForce::Rules(rules)
    }
}
