//! Checks that every floor names a metric of the same file.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::UnknownMetric],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let floors = service
        .alarms
        .iter()
        .filter_map(|alarm| alarm.floor.as_ref());
    floors
        .filter(|floor| !service.metrics.contains_key(&floor.metric.value))
        .map(|floor| {
            let word = &floor.metric.value;
            let message = format!("no metric of this file is called `{word}`");
            let diagnostic =
                Diagnostic::new(Code::UnknownMetric, message).at(floor.metric.place.clone());
            suggest(diagnostic, word, service.metrics.keys())
        })
        .collect()
}
