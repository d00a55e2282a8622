//! `SERVICE_QUOTA` takes a usage metric, of which AWS has a quota.

use std::collections::BTreeMap;

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::{AlarmDefinition, MetricSource, ServiceDefinition};
use crate::catalog::quotas::{DIMENSIONS, NAMESPACE, UsageMetric, without_quota};
use crate::catalog::text::TextTemplate;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::semantics::place::part;

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::NoServiceQuota, Code::UnknownServiceQuota],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let alarms = service.alarms.iter();
    alarms.flat_map(|alarm| of_alarm(service, alarm)).collect()
}

fn of_alarm(service: &ServiceDefinition, alarm: &AlarmDefinition) -> Vec<Diagnostic> {
    let words = alarm.value.value.service_quotas().into_iter();
    words
        .filter_map(|word| {
            let diagnostic = of_metric(word, &service.metrics.get(word)?.source)?;
            Some(diagnostic.at(part(&alarm.value.place, &format!("SERVICE_QUOTA({word})"))))
        })
        .collect()
}

fn of_metric(word: &str, source: &MetricSource) -> Option<Diagnostic> {
    let MetricSource::Published {
        namespace,
        name,
        dimensions,
    } = source
    else {
        return Some(no_usage(word, "the trace count of a group"));
    };
    if namespace != NAMESPACE {
        return Some(no_usage(word, &format!("`{namespace} {name}`")));
    }
    let dimensions: BTreeMap<&str, &TextTemplate> = dimensions
        .iter()
        .map(|(dimension, text)| (dimension.as_str(), text))
        .collect();
    if !dimensions.keys().eq(&DIMENSIONS) {
        let message =
            format!("`{word}` has no service quota: its dimensions do not name one usage metric");
        let help = format!(
            "a usage metric has the dimensions {}",
            DIMENSIONS.join(", ")
        );
        return Some(Diagnostic::new(Code::NoServiceQuota, message).help(help));
    }
    let literal = |dimension: &str| {
        let text = dimensions.get(dimension).copied();
        text.filter(|text| !text.is_template())
            .map(TextTemplate::source)
    };
    let help = without_quota(UsageMetric {
        metric: name,
        class: literal("Class"),
        resource: literal("Resource"),
        service: literal("Service"),
        kind: literal("Type"),
    })?;
    let message = format!("`{word}` is not known to have a service quota");
    Some(Diagnostic::new(Code::UnknownServiceQuota, message).help(help))
}

fn no_usage(word: &str, metric: &str) -> Diagnostic {
    let message = format!("`{word}` has no service quota: {metric} is no usage metric");
    let help = format!(
        "`SERVICE_QUOTA` takes a metric of `{NAMESPACE}` with the dimensions {}; compare with the quota of that: `100 * {word} / SERVICE_QUOTA(usage)`",
        DIMENSIONS.join(", ")
    );
    Diagnostic::new(Code::NoServiceQuota, message).help(help)
}
