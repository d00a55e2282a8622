//! Whether one alarm on a Metrics Insights query can watch all resources of a definition.

use super::definition::{
    AlarmDefinition, MetricDefinition, MetricSource, Periods, ServiceDefinition, When,
};
use crate::artifact::{AlarmScope, DefinitionKey, Missing};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::composite;
use crate::semantics::limits::{LONGEST_QUERIED_WINDOW, SHORTEST_QUERIED_PERIOD};
use crate::semantics::math::ExprKind;
use crate::semantics::metrics_insights::{AggregateFunction, is_writable};
use crate::semantics::statistics;

/// The metric and the aggregate function of a fleet alarm's query.
pub struct FleetMetric<'d> {
    pub metric: &'d MetricDefinition,
    pub function: AggregateFunction,
}

/// The metric and the function of a fleet alarm.
///
/// # Errors
/// AWS's rule that the definition breaks, as the end of a sentence ("… cannot watch a fleet: a query has no `p99`").
pub fn fleet_metric<'d>(
    service: &'d ServiceDefinition,
    alarm: &AlarmDefinition,
) -> Result<FleetMetric<'d>, String> {
    let ExprKind::Id(word) = &alarm.value.value.kind else {
        return Err("a query gives the series of one metric, and its value is metric math".into());
    };
    check_form(service, alarm)?;
    let metric = service.metrics.get(word);
    let metric = metric.ok_or_else(|| format!("no metric of this file is called `{word}`"))?;
    check_metric(metric)?;
    let statistic = statistics::parse(&metric.stat).ok();
    let function = statistic.and_then(AggregateFunction::of);
    let function = function.ok_or_else(|| {
        let stat = &metric.stat;
        format!("a query has no `{stat}`: only Average, Maximum, Minimum, Sum and SampleCount")
    })?;
    check_missing(alarm.missing)?;
    let periods = alarm.window.periods();
    check_periods(periods.ok_or("its window is computed for each resource")?)?;
    Ok(FleetMetric { metric, function })
}

/// # Errors
/// For `floor`, `tolerate`, `each`, a band, and an alarm in the rule of a composite: each needs one series per alarm.
fn check_form(service: &ServiceDefinition, alarm: &AlarmDefinition) -> Result<(), String> {
    if alarm.floor.is_some() || alarm.tolerate.is_some() {
        return Err("`floor` and `tolerate` are metric math, which a query with several series does not allow".into());
    }
    if alarm.each.is_some() {
        return Err("`each` makes several alarms for a resource".into());
    }
    if matches!(alarm.when, When::Band { .. }) {
        return Err("a band belongs to one series".into());
    }
    let over_it = service.composites.iter().find(|composite| {
        composite::parse(&composite.rule.value)
            .is_ok_and(|rule| rule.children().contains(&alarm.name.as_str()))
    });
    match over_it {
        Some(composite) => Err(format!(
            "composite `{}` needs its state for each resource",
            composite.name
        )),
        None => Ok(()),
    }
}

/// # Errors
/// For a trace group or log metric, a metric without a dimension per resource, the metric of a log group, and names with quotation marks.
fn check_metric(metric: &MetricDefinition) -> Result<(), String> {
    let MetricSource::Published {
        namespace,
        name,
        dimensions,
    } = &metric.source
    else {
        return Err("its metric belongs to no resource with tags".into());
    };
    if !dimensions.iter().any(|(_, text)| text.is_template()) {
        return Err("no dimension of its metric tells the resources apart".into());
    }
    let of_log_group = dimensions
        .iter()
        .find(|(_, text)| text.source().contains("log_group"));
    if let Some((dimension, _)) = of_log_group {
        return Err(format!(
            "`{dimension}` is the log group of the resource, which has tags of its own"
        ));
    }
    let names = dimensions.iter().map(|(dimension, _)| dimension.as_str());
    let mut written = [namespace.as_str(), name].into_iter().chain(names);
    match written.find(|text| !is_writable(text)) {
        Some(text) => Err(format!("a query cannot name `{text}`")),
        None => Ok(()),
    }
}

/// A series that a query no longer returns goes to OK, whatever `missing` says (CloudWatch user guide, "Configuring how CloudWatch alarms
/// treat missing data").
///
/// # Errors
/// For `breaching` and `ignore`, which would have no effect.
pub fn check_missing(missing: Missing) -> Result<(), String> {
    match missing {
        Missing::Missing | Missing::NotBreaching => Ok(()),
        Missing::Breaching | Missing::Ignore => Err(
            "a resource without data leaves the result of the query and counts as OK, so that `missing = \"breaching\"` and `\"ignore\"` have no effect".into(),
        ),
    }
}

/// # Errors
/// For a period below a minute and a window over three hours.
pub fn check_periods(periods: Periods) -> Result<(), String> {
    if periods.period < SHORTEST_QUERIED_PERIOD {
        return Err("a query has a point a minute, and its period is shorter".into());
    }
    if periods.length() > LONGEST_QUERIED_WINDOW {
        return Err("a query sees the last three hours, and its window is longer".into());
    }
    Ok(())
}

/// Whether the definition itself asks for one alarm over all resources.
pub fn is_fleet(alarm: &AlarmDefinition) -> bool {
    let scope = alarm.scope.as_ref().map(|scope| scope.value);
    scope == Some(AlarmScope::Fleet)
}

/// The diagnostic about a definition that cannot be a fleet alarm. `place` asks for one.
pub fn impossible(definition: &DefinitionKey, why: &str, place: &Place) -> Diagnostic {
    let message = format!("alarm `{definition}` cannot watch a fleet: {why}");
    let diagnostic = Diagnostic::new(Code::FleetImpossible, message).at(place.clone());
    diagnostic.help("leave out `scope`: each resource then has an alarm")
}
