//! Whether one alarm on a Metrics Insights query can watch all resources of a definition.

use super::definition::{AlarmDefinition, MetricDefinition, MetricSource, ServiceDefinition, When};
use super::published;
use crate::artifact::{AlarmScope, Missing};
use crate::semantics::math::ExprKind;
use crate::semantics::metrics_insights::{
    AggregateFunction, LONGEST_WINDOW, SHORTEST_PERIOD, is_writable,
};
use crate::semantics::statistics;

/// A series that a query no longer returns goes to OK, whatever `missing` says (CloudWatch user guide, "Configuring how CloudWatch alarms
/// treat missing data").
pub const NO_DATA_IS_OK: &str = "a resource without data leaves the result of the query and counts as OK, so that `missing = \"breaching\"` has no effect";

/// What a fleet alarm is made of.
pub struct FleetMetric<'d> {
    pub metric: &'d MetricDefinition,
    pub function: AggregateFunction,
}

/// The metric and the function of a fleet alarm.
///
/// # Errors
/// The reason why AWS has no such alarm, as the end of a sentence.
pub fn fleet_metric<'d>(
    service: &'d ServiceDefinition,
    alarm: &AlarmDefinition,
) -> Result<FleetMetric<'d>, String> {
    let ExprKind::Id(word) = &alarm.value.value.kind else {
        return Err("a query gives the series of one metric, and its value is metric math".into());
    };
    if alarm.floor.is_some() || alarm.tolerate.is_some() {
        return Err("`floor` and `tolerate` are metric math, which a query with several series does not allow".into());
    }
    if alarm.each.is_some() {
        return Err("`each` makes several alarms for a resource".into());
    }
    if matches!(alarm.when, When::Band { .. }) {
        return Err("a band belongs to one series".into());
    }
    let rule_of_it = service.composites.iter().find(|composite| {
        crate::semantics::composite::parse(&composite.rule.value)
            .is_ok_and(|rule| rule.children().contains(&alarm.name.as_str()))
    });
    if let Some(composite) = rule_of_it {
        let name = &composite.name;
        return Err(format!(
            "composite `{name}` needs its state for each resource"
        ));
    }
    let metric = service.metrics.get(word);
    let metric = metric.ok_or_else(|| format!("no metric of this file is called `{word}`"))?;
    is_of_a_service(metric)?;
    let function = statistics::parse(&metric.stat)
        .ok()
        .and_then(AggregateFunction::of);
    let function = function.ok_or_else(|| {
        let stat = &metric.stat;
        format!("a query has no `{stat}`: only Average, Maximum, Minimum, Sum and SampleCount")
    })?;
    if alarm.missing == Missing::Breaching {
        return Err(NO_DATA_IS_OK.into());
    }
    is_in_reach(alarm)?;
    Ok(FleetMetric { metric, function })
}

/// Queries select resources by their tags, which CloudWatch knows for the metrics of AWS's services.
fn is_of_a_service(metric: &MetricDefinition) -> Result<(), String> {
    let MetricSource::Published {
        namespace,
        name,
        dimensions,
    } = &metric.source
    else {
        return Err("its metric belongs to no resource with tags".into());
    };
    if !published::is_service(namespace) {
        return Err(format!(
            "CloudWatch knows no tags of resources for `{namespace}`"
        ));
    }
    if !dimensions.iter().any(|(_, text)| text.is_template()) {
        return Err("no dimension of its metric tells the resources apart".into());
    }
    let names = dimensions.iter().map(|(dimension, _)| dimension);
    match [namespace, name]
        .into_iter()
        .chain(names)
        .find(|text| !is_writable(text))
    {
        Some(text) => Err(format!("a query cannot name `{text}`")),
        None => Ok(()),
    }
}

fn is_in_reach(alarm: &AlarmDefinition) -> Result<(), String> {
    let Some(periods) = alarm.window.periods() else {
        return Err("its window is computed for each resource".into());
    };
    if periods.period < SHORTEST_PERIOD {
        return Err("a query has a point a minute".into());
    }
    if periods.length() > LONGEST_WINDOW {
        return Err("a query sees the last three hours, and its window is longer".into());
    }
    Ok(())
}

/// Whether the definition itself asks for one alarm over all resources.
pub fn is_fleet(alarm: &AlarmDefinition) -> bool {
    let scope = alarm.scope.as_ref().map(|scope| scope.value);
    scope == Some(AlarmScope::Fleet)
}
