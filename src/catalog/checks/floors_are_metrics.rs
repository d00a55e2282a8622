//! Checks that every floor names a metric of the same file, and every tolerance one of the alarm's value.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::UnknownMetric],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let alarms = service.alarms.iter();
    let mut diagnostics: Vec<Diagnostic> = alarms.filter_map(tolerance_outside_the_value).collect();
    let floors = service
        .alarms
        .iter()
        .filter_map(|alarm| alarm.floor.as_ref());
    let unknown = floors
        .filter(|floor| !service.metrics.contains_key(&floor.metric.value))
        .map(|floor| {
            let word = &floor.metric.value;
            let message = format!("no metric of this file is called `{word}`");
            let diagnostic =
                Diagnostic::new(Code::UnknownMetric, message).at(floor.metric.place.clone());
            suggest(diagnostic, word, service.metrics.keys())
        });
    diagnostics.extend(unknown);
    diagnostics
}

fn tolerance_outside_the_value(alarm: &AlarmDefinition) -> Option<Diagnostic> {
    let metric = &alarm.tolerate.as_ref()?.metric;
    let used = alarm.value.value.ids();
    if used.contains(metric.value.as_str()) {
        return None;
    }
    let message = format!(
        "the value of alarm `{}` does not use `{}`",
        alarm.name, metric.value
    );
    let diagnostic = metric.diagnostic(Code::UnknownMetric, message);
    let used: Vec<String> = used.into_iter().map(str::to_owned).collect();
    Some(suggest(diagnostic, &metric.value, used.iter()))
}
