//! How many of an entry point's requests are traced: the sampling that is in force there, applied to a steady stream.

use crate::project::{PathSampling, Sampling};

/// Requests at an entry point that begins traces.
#[derive(Debug, Clone, PartialEq)]
pub struct TracedTraffic {
    /// How people call it.
    pub entry_point: String,
    pub requests_per_second: f64,
    pub sampling: SamplingInForce,
}

/// What decides which requests of an entry point are traced.
#[derive(Debug, Clone, PartialEq)]
pub enum SamplingInForce {
    /// Sampling rules: X-Ray's, for an entry point that asks for them (a REST stage, a state machine).
    Rules(Vec<RuleInForce>),
    /// A function that begins the trace: 1 per second and 5 % beyond, which nobody can change.
    LambdaFixed,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RuleInForce {
    pub reservoir: u32,
    pub rate: f64,
    /// Share of the requests that this rule decides; none where it is not known.
    pub share: Option<f64>,
}

/// X-Ray's own rule before anyone edits it, and Lambda's fixed one.
const ONE_AND_FIVE_PERCENT: RuleInForce = RuleInForce {
    reservoir: 1,
    rate: 0.05,
    share: None,
};

/// The account's default rule, as long as nobody edits it.
impl Default for SamplingInForce {
    fn default() -> Self {
        Self::Rules(vec![ONE_AND_FIVE_PERCENT])
    }
}

impl SamplingInForce {
    /// What a project asks for; without a rule of its own, the account's default.
    pub fn of(sampling: &Sampling) -> Self {
        if !sampling.enabled {
            return Self::default();
        }
        let of_path = |path: &PathSampling| RuleInForce {
            reservoir: path.reservoir,
            rate: path.rate,
            share: path.share,
        };
        let own = RuleInForce {
            reservoir: sampling.reservoir,
            rate: sampling.rate,
            share: None,
        };
        Self::Rules(sampling.paths.iter().map(of_path).chain([own]).collect())
    }

    /// Traces per second of a steady stream of requests.
    pub fn traced_per_second(&self, requests: f64) -> f64 {
        match self {
            Self::Rules(rules) => traced_by_rules(rules, requests),
            Self::LambdaFixed => traced_by_rules(&[ONE_AND_FIVE_PERCENT], requests),
        }
    }
}

/// Rules with a known share get their part of the requests. How the rest falls on the other rules is not known: the most that it can
/// record is all their reservoirs filled, and what is beyond at the highest of their rates.
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

/// The reservoir's part of each second, and the share of what is beyond.
fn traced_per_second(requests: f64, reservoir: f64, rate: f64) -> f64 {
    requests.min(reservoir) + rate * (requests - reservoir).max(0.0)
}
