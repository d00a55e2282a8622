//! Checks that no alarm evaluates a metric more often than AWS publishes it.

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::{
    AlarmDefinition, MetricDefinition, MetricSource, ServiceDefinition,
};
use crate::catalog::published;
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::SparseMetric],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let alarms = service.alarms.iter();
    alarms
        .flat_map(|alarm| {
            let mut words = alarm.value.value.ids();
            words.extend(
                alarm
                    .floor
                    .as_ref()
                    .map(|floor| floor.metric.value.as_str()),
            );
            let metrics = words
                .into_iter()
                .filter_map(|word| service.metrics.get(word));
            metrics
                .filter_map(|metric| too_often(alarm, metric))
                .collect::<Vec<_>>()
        })
        .collect()
}

fn too_often(alarm: &AlarmDefinition, metric: &MetricDefinition) -> Option<Diagnostic> {
    const HOUR: u32 = 60 * 60;
    let MetricSource::Published {
        namespace, name, ..
    } = &metric.source
    else {
        return None;
    };
    let interval = published::interval(namespace, name)?;
    if alarm.window.periods()?.period >= interval {
        return None;
    }
    let often = match interval / HOUR {
        24 => "once a day".to_owned(),
        hours => format!("every {hours} hours"),
    };
    let message = format!(
        "AWS publishes `{namespace} {name}` {often}: most periods of alarm `{}` have no point",
        alarm.name
    );
    let diagnostic = Diagnostic::new(Code::SparseMetric, message).at(alarm.place.clone());
    Some(diagnostic.help(format!("write `period = \"{}h\"`", interval / HOUR)))
}
