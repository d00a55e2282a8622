//! What the values of published metrics are, from `metric_kinds.txt`. This module knows no definitions.

const LIST: &str = include_str!("metric_kinds.txt");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MetricKind {
    Milliseconds,
    AgeMilliseconds,
    Seconds,
    AgeSeconds,
    PercentOfUse,
    PercentOfReservation,
    PercentOfRequests,
    OneOrZero,
    Share,
    Gauge,
}

const WORDS: [(&str, MetricKind); 10] = [
    ("milliseconds", MetricKind::Milliseconds),
    ("age-milliseconds", MetricKind::AgeMilliseconds),
    ("seconds", MetricKind::Seconds),
    ("age-seconds", MetricKind::AgeSeconds),
    ("percent-of-use", MetricKind::PercentOfUse),
    ("percent-of-reservation", MetricKind::PercentOfReservation),
    ("percent-of-requests", MetricKind::PercentOfRequests),
    ("one-or-zero", MetricKind::OneOrZero),
    ("share", MetricKind::Share),
    ("gauge", MetricKind::Gauge),
];

/// The kind of a metric, if the list has it.
pub(super) fn kind(namespace: &str, metric: &str) -> Option<MetricKind> {
    let mut current = None;
    for line in LIST.lines().filter(|line| !line.starts_with('#')) {
        let mut words = line.split_ascii_whitespace();
        if !line.starts_with(' ') {
            current = words.next().and_then(named);
        } else if words.next() == Some(namespace) && words.any(|name| name == metric) {
            return current;
        }
    }
    None
}

fn named(word: &str) -> Option<MetricKind> {
    let mut words = WORDS.iter();
    words.find(|(name, _)| *name == word).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::published::{self, Unpublished};

    #[test]
    fn every_listed_metric_is_published_and_of_one_kind() {
        let mut seen = BTreeSet::new();
        for line in LIST
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            if !line.starts_with(' ') {
                assert!(named(line).is_some(), "{line}");
                continue;
            }
            let mut words = line.split_ascii_whitespace();
            let namespace = words.next().unwrap();
            for metric in words {
                assert!(
                    seen.insert((namespace, metric)),
                    "{namespace} {metric} twice"
                );
                let checked = published::check(namespace, metric, &BTreeSet::new());
                let is_known = !matches!(
                    checked,
                    Err(Unpublished::Metric { .. }
                        | Unpublished::Namespace { .. }
                        | Unpublished::Nothing { .. })
                );
                assert!(is_known, "{namespace} {metric}");
            }
        }
    }

    #[test]
    fn a_metric_has_its_kind() {
        for (namespace, metric, expected) in [
            ("AWS/Lambda", "Duration", Some(MetricKind::Milliseconds)),
            (
                "AWS/Lambda",
                "IteratorAge",
                Some(MetricKind::AgeMilliseconds),
            ),
            ("AWS/SES", "Reputation.BounceRate", Some(MetricKind::Share)),
            ("AWS/Lambda", "Invocations", None),
            ("Mine", "Duration", None),
        ] {
            assert_eq!(kind(namespace, metric), expected, "{namespace} {metric}");
        }
    }
}
