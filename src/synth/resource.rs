//! What is made for one subject, on whichever core is free.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::thread;

use serde_json::Value;

use crate::artifact::Metric;
use crate::catalog::definition::MetricSource;
use crate::inventory::Resource;
use crate::synth::alarms::{AlarmBuilder, Generated, Subject};

/// What is made for one subject, with what boards show of it.
pub(super) struct ResourceOutput<'a> {
    pub resource: &'a Resource,
    pub values: Value,
    pub metrics: BTreeMap<&'a str, Option<Metric>>,
    pub made: Generated,
}

impl<'a> ResourceOutput<'a> {
    /// `shown` are the words that boards have for metrics; the others are known all the same.
    pub(super) fn of(
        maker: &AlarmBuilder<'_>,
        mut subject: Subject<'a>,
        shown: &BTreeSet<&str>,
    ) -> Self {
        let made = maker.make(&mut subject);
        // What is repeated for something inside the resource is not the resource's own.
        let whole = subject
            .service
            .metrics
            .iter()
            .filter(|(_, word)| match &word.source {
                MetricSource::Published { dimensions, .. } => !dimensions
                    .iter()
                    .any(|(_, text)| text.source().contains("{{item}}")),
                MetricSource::Group(_) => true,
            });
        let metric = |name: &str, word| {
            shown
                .contains(name)
                .then(|| maker.metric_of(&subject, word).ok())
                .flatten()
        };
        let metrics = whole
            .map(|(name, word)| (name.as_str(), metric(name, word)))
            .collect();
        Self {
            resource: subject.view.resource,
            values: subject.view.values.into_value(),
            metrics,
            made,
        }
    }
}

/// Fewer are done about as soon as another thread has begun.
const WORTH_A_THREAD: usize = 64;

/// The results in the order of the items, whichever core worked on them.
pub(super) fn on_all_cores<T: Sync, R: Send>(
    items: &[T],
    work: &(impl Fn(&T) -> R + Sync),
) -> Vec<R> {
    if items.len() <= WORTH_A_THREAD {
        return items.iter().map(work).collect();
    }
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let (own, others) = items.split_at(items.len().div_ceil(cores));
    let share = own.len();
    thread::scope(|scope| {
        let others: Vec<_> = others
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<R>>()))
            .collect();
        let mut results: Vec<R> = own.iter().map(work).collect();
        for other in others {
            results.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        results
    })
}
