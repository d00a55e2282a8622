//! The points of a metric: its statistic over a window that slides by the minute.

use super::latencies::{self, LatencyWindow};
use super::levels;
use super::requests::Requests;
use crate::semantics::statistics::Statistic;
use crate::trial::Trial;

/// What a trial knows of a metric.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    /// Every request is a sample of 1.
    Requests,
    /// Every request is a sample: 1 if the metric counts it, else 0.
    Share(String),
    /// Every request is a sample of its latency.
    Latency(String),
    /// Each minute has a value of the statistic.
    Level(String),
}

impl Source {
    /// `None` for a metric that the trial leaves out.
    pub(super) fn of(word: &str, trial: &Trial) -> Option<Self> {
        let during = trial.incident.as_ref().map(|incident| &incident.behaviour);
        let mut behaviours = std::iter::once(&trial.normal).chain(during);
        let requests = trial.requests.as_ref();
        if requests.is_some_and(|requests| requests.value == word) {
            Some(Source::Requests)
        } else if behaviours.clone().any(|of| of.shares.contains_key(word)) {
            Some(Source::Share(word.to_owned()))
        } else if behaviours.clone().any(|of| of.latencies.contains_key(word)) {
            Some(Source::Latency(word.to_owned()))
        } else {
            behaviours
                .any(|of| of.levels.contains_key(word))
                .then(|| Source::Level(word.to_owned()))
        }
    }

    /// Whether a trial can compute the statistic.
    pub(super) fn has(&self, statistic: Statistic) -> bool {
        match self {
            Source::Requests | Source::Share(_) => !matches!(
                statistic,
                Statistic::Trimmed(..) | Statistic::PercentileRank(_)
            ),
            Source::Latency(_) => latencies::is_supported(statistic),
            Source::Level(_) => levels::is_supported(statistic),
        }
    }

    /// The statistic of each window of `period` minutes: element 0 is the window that ends after minute 0. A window without requests has no point.
    pub(super) fn points(
        &self,
        statistic: Statistic,
        requests: &Requests,
        period: usize,
    ) -> Vec<Option<f64>> {
        let totals = windows(&requests.total, period);
        match self {
            Source::Requests => of_counts(statistic, &totals, &totals),
            Source::Share(word) => {
                let counted = requests
                    .counted
                    .get(word)
                    .map(|counts| windows(counts, period));
                of_counts(statistic, &counted.unwrap_or_default(), &totals)
            }
            Source::Latency(word) => {
                let latencies = requests.latencies.get(word).map_or(&[][..], Vec::as_slice);
                if let Some(bounds) = latencies::counted(statistic) {
                    let counts: Vec<u64> = latencies
                        .iter()
                        .map(|minute| minute.within(bounds))
                        .collect();
                    return of_counts(Statistic::Sum, &windows(&counts, period), &totals);
                }
                let mut window = LatencyWindow::new(period);
                let points = latencies.iter().map(|minute| {
                    window.push(minute);
                    window.statistic(statistic)
                });
                points.collect()
            }
            Source::Level(word) => {
                let minutes = requests.levels.get(word).map_or(&[][..], Vec::as_slice);
                levels::windows(statistic, minutes, period)
            }
        }
    }
}

/// Sums over windows of `period` elements; the first ones are shorter.
fn windows(counts: &[u64], period: usize) -> Vec<u64> {
    let mut sum = 0;
    let mut sums = Vec::with_capacity(counts.len());
    for (index, count) in counts.iter().enumerate() {
        sum += count;
        if index >= period {
            sum -= counts[index - period];
        }
        sums.push(sum);
    }
    sums
}

/// The statistic of samples that are 1 (`counted` of them) or 0.
fn of_counts(statistic: Statistic, counted: &[u64], totals: &[u64]) -> Vec<Option<f64>> {
    let windows = counted.iter().zip(totals);
    windows
        .map(|(counted, total)| of_zeros_and_ones(statistic, *counted, *total))
        .collect()
}

fn of_zeros_and_ones(statistic: Statistic, ones: u64, total: u64) -> Option<f64> {
    let (ones, all) = (ones as f64, total as f64);
    if total == 0 {
        return None;
    }
    match statistic {
        Statistic::SampleCount => Some(all),
        Statistic::Sum => Some(ones),
        Statistic::Average => Some(ones / all),
        Statistic::Minimum => Some(f64::from(ones >= all)),
        Statistic::Maximum => Some(f64::from(ones > 0.0)),
        Statistic::Percentile(percent) => {
            let rank = (percent / 100.0 * all).ceil().max(1.0);
            Some(f64::from(rank > all - ones))
        }
        Statistic::Trimmed(..) | Statistic::PercentileRank(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_the_statistics_of_its_zeros_and_ones() {
        for (name, expected) in [
            ("Sum", 3.0),
            ("SampleCount", 8.0),
            ("Average", 0.375),
            ("Minimum", 0.0),
            ("Maximum", 1.0),
            ("p50", 0.0),
            ("p70", 1.0),
        ] {
            let samples = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0];
            let statistic = crate::semantics::statistics::parse(name).expect("a statistic");
            assert_eq!(statistic.of(&samples), Some(expected), "{name}");
            assert_eq!(of_zeros_and_ones(statistic, 3, 8), Some(expected), "{name}");
        }
    }

    #[test]
    fn windows_slide_by_one_element() {
        assert_eq!(windows(&[1, 2, 3, 4], 2), [1, 3, 5, 7]);
    }
}
