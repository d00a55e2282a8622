//! Random requests, minute by minute: how many arrive, how many of them each metric counts, and how long they take. Beside them levels that no
//! request makes.

use std::collections::BTreeMap;

use rand_pcg::Pcg64Mcg;

use super::latencies::{LatencyBins, Shape};
use super::levels::Deviations;
use super::random::{binomial, poisson, rounded};
use crate::semantics::traffic::{Arrivals, Traffic};
use crate::trial::{Behaviour, Trial};

/// The requests of consecutive minutes.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pub total: Vec<u64>,
    /// The requests that a metric counts, by its word.
    pub counted: BTreeMap<String, Vec<u64>>,
    pub latencies: BTreeMap<String, Vec<LatencyBins>>,
    /// By the word of the metric.
    pub levels: BTreeMap<String, Vec<f64>>,
}

/// Draws a run of `minutes`; the incident, if any, begins at minute `incident_starts`.
pub(super) fn draw(
    trial: &Trial,
    minutes: u32,
    incident_starts: u32,
    random: &mut Pcg64Mcg,
) -> Requests {
    let mut requests = Requests::new(trial, minutes as usize);
    let mut deviations = Deviations::default();
    for minute in 0..minutes {
        let incident = trial.incident.as_ref().filter(|incident| {
            (incident_starts..incident_starts + incident.minutes).contains(&minute)
        });
        let behaviour = incident.map_or(&trial.normal, |incident| &incident.behaviour);
        requests.draw_minute(minute, behaviour, &trial.retries, random);
        for (word, level) in &behaviour.levels {
            let value = deviations.next(word, level.value, random);
            if let Some(minutes) = requests.levels.get_mut(word) {
                minutes[minute as usize] = value;
            }
        }
    }
    requests
}

impl Requests {
    fn new(trial: &Trial, minutes: usize) -> Self {
        let behaviours = std::iter::once(&trial.normal)
            .chain(trial.incident.as_ref().map(|incident| &incident.behaviour));
        let mut requests = Self {
            total: vec![0; minutes],
            ..Self::default()
        };
        for behaviour in behaviours {
            for word in behaviour.shares.keys() {
                requests.counted.insert(word.clone(), vec![0; minutes]);
            }
            for word in behaviour.latencies.keys() {
                let empty = vec![LatencyBins::default(); minutes];
                requests.latencies.insert(word.clone(), empty);
            }
            for word in behaviour.levels.keys() {
                requests.levels.insert(word.clone(), vec![0.0; minutes]);
            }
        }
        requests
    }

    fn draw_minute(
        &mut self,
        minute: u32,
        behaviour: &Behaviour,
        retries: &[u32],
        random: &mut Pcg64Mcg,
    ) {
        let arriving = arrivals(&behaviour.traffic, minute, random);
        let minute = minute as usize;
        self.total[minute] += arriving;
        for (word, share) in &behaviour.shares {
            let failing = binomial(arriving, share.value, random);
            self.attempt(word, minute, failing);
            for retry in retries {
                let later = minute + *retry as usize;
                if let Some(total) = self.total.get_mut(later) {
                    *total += failing;
                    self.attempt(word, later, failing);
                }
            }
        }
        for (word, latency) in &behaviour.latencies {
            if let Some(minutes) = self.latencies.get_mut(word) {
                minutes[minute] = Shape::new(latency.value).draw(arriving, random);
            }
        }
    }

    fn attempt(&mut self, word: &str, minute: usize, failing: u64) {
        if let Some(counts) = self.counted.get_mut(word) {
            counts[minute] += failing;
        }
    }
}

/// The number of requests that arrive in a minute, given in minutes after a midnight.
fn arrivals(traffic: &Traffic, minute: u32, random: &mut Pcg64Mcg) -> u64 {
    let sources = traffic.0.iter();
    sources
        .map(|source| match *source {
            Arrivals::Every { .. } => rounded(source.mean(minute)),
            Arrivals::Bursts { per_minute, size } => {
                u64::from(size) * poisson(per_minute / f64::from(size), random)
            }
            Arrivals::Steady { .. } | Arrivals::Daily { .. } | Arrivals::Batch { .. } => {
                poisson(source.mean(minute), random)
            }
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_pcg::rand_core::SeedableRng as _;

    const MINUTES: u32 = 200_000;

    /// The means of what is drawn lie within four standard errors of the stated ones.
    #[test]
    fn draws_have_the_stated_mean_and_share() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        for (text, mean, variance) in [
            ("0.3/min", 0.3, 0.3),
            ("12/min", 12.0, 12.0),
            ("1000/min", 1000.0, 1000.0),
            ("1000/min daily", 1000.0, 1000.0 + 500_000.0),
            ("10/min in bursts of 50", 10.0, 500.0),
            ("6 every 1h", 0.1, 0.6),
            ("1440 at 02:00 in 30m", 1.0, 48.0),
        ] {
            let traffic = crate::semantics::traffic::parse(text).expect("traffic");
            let drawn: u64 = (0..MINUTES)
                .map(|minute| arrivals(&traffic, minute, &mut random))
                .sum();
            assert_near(text, drawn as f64 / f64::from(MINUTES), mean, variance);
        }
        for (count, share) in [(7, 0.03), (500, 0.5), (60_000, 0.001)] {
            let drawn: u64 = (0..MINUTES)
                .map(|_| binomial(count, share, &mut random))
                .sum();
            let mean = count as f64 * share;
            let variance = mean * (1.0 - share);
            assert_near(
                "binomial",
                drawn as f64 / f64::from(MINUTES),
                mean,
                variance,
            );
        }
    }

    fn assert_near(name: &str, found: f64, mean: f64, variance: f64) {
        let error = (variance / f64::from(MINUTES)).sqrt();
        assert!(
            (found - mean).abs() <= 4.0 * error,
            "{name}: {found}, not {mean}"
        );
    }
}
