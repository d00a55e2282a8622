//! The alarm that a test or a trial runs: generated for a sample resource, with the settings of its evaluation.

use crate::artifact::{Alarm, AlarmQuery, Condition, Missing};
use crate::catalog::Catalog;
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::evaluation::{
    BandOperator, ComparisonOperator, Criterion, DynamoDbMissingData, EvaluationRange,
    EvaluationSettings, MissingData, WarmUp, WarmUpEnd, Window, missing_data_for,
};
use crate::semantics::{math, statistics};
use crate::synth::sample_resource;
use crate::trial::Given;

/// The help of a test or trial whose resource the alarm does not apply to.
pub(super) const GIVEN_HELP: &str = "say what it asks for: `resource = { … }`, `invoked_by = [\"…\"]`, `is_dead_letter = true`, `item = \"…\"`, `parent = { … }`, `links = [{ … }]`";

/// Generates the alarm for the given resource, for its item if there are several. `None` if the definition does not apply.
pub(super) fn alarm(
    catalog: &Catalog,
    service: &ServiceDefinition,
    definition: &AlarmDefinition,
    given: &Given,
) -> Result<Option<Alarm>, Diagnostic> {
    let item = given.item.as_deref();
    let alarms = sample_resource::alarms(catalog, service, definition, given)?;
    let chosen = alarms
        .into_iter()
        .find(|generated| item.is_none() || generated.origin.item.as_deref() == item);
    let Some(mut alarm) = chosen.map(|generated| generated.alarm) else {
        return Ok(None);
    };
    give_quotas(&mut alarm.query, definition, given)?;
    Ok(Some(alarm))
}

/// Puts the given service quotas into the expression of an alarm. Usage metrics of which it reads only the quota are no longer a part of it.
fn give_quotas(
    query: &mut AlarmQuery,
    definition: &AlarmDefinition,
    given: &Given,
) -> Result<(), Diagnostic> {
    let wanted = definition.value.value.service_quotas();
    let AlarmQuery::Math {
        expression,
        metrics,
        ..
    } = query
    else {
        return Ok(());
    };
    if let Some(word) = wanted
        .iter()
        .find(|word| !given.quotas.contains_key(**word))
    {
        let message = format!("alarm `{}` needs the quota of `{word}`", definition.name);
        let help = format!("give it a number: `quota = {{ {word} = 1000 }}`");
        return Err(Diagnostic::new(Code::TestCannotRun, message)
            .at(definition.place.clone())
            .help(help));
    }
    let Ok(parsed) = math::parse(expression) else {
        return Ok(());
    };
    let numbers = math::with_quotas(&parsed, &|word| given.quotas.get(word).copied());
    *metrics = metrics
        .iter()
        .filter(|(word, _)| numbers.ids().contains(word.as_str()))
        .map(|(word, metric)| (word.clone(), metric.clone()))
        .collect();
    *expression = numbers.to_string();
    Ok(())
}

/// The settings that decide the state of a generated alarm.
pub(super) fn settings(alarm: &Alarm) -> EvaluationSettings {
    let stat = match &alarm.query {
        AlarmQuery::Metric(metric) => Some(metric.stat.clone()),
        AlarmQuery::Math { .. } | AlarmQuery::Insights { .. } => None,
    };
    let needed = || statistics::parse(&stat?).ok()?.samples_needed();
    let namespace = match &alarm.query {
        AlarmQuery::Metric(metric) => metric.namespace.as_str(),
        AlarmQuery::Math { .. } | AlarmQuery::Insights { .. } => "",
    };
    EvaluationSettings {
        period: alarm.period,
        evaluation_periods: alarm.evaluation_periods as usize,
        datapoints_to_alarm: alarm.datapoints_to_alarm as usize,
        criterion: criterion(alarm.condition),
        missing: missing_data_for(
            namespace,
            Some(missing(alarm.missing)),
            DynamoDbMissingData::default(),
        ),
        samples_needed: if alarm.evaluate_low_samples {
            None
        } else {
            needed()
        },
        window: Window::Sliding,
        range: EvaluationRange::default(),
        warm_up: alarm.warm_up_minutes.map(|minutes| WarmUp {
            minutes,
            ends: WarmUpEnd::AfterItsMinutes,
        }),
    }
}

fn criterion(condition: Condition) -> Criterion {
    match condition {
        Condition::Above(threshold) => {
            Criterion::Threshold(ComparisonOperator::GreaterThan, threshold)
        }
        Condition::AtLeast(threshold) => {
            Criterion::Threshold(ComparisonOperator::GreaterThanOrEqualTo, threshold)
        }
        Condition::Below(threshold) => {
            Criterion::Threshold(ComparisonOperator::LessThan, threshold)
        }
        Condition::AtMost(threshold) => {
            Criterion::Threshold(ComparisonOperator::LessThanOrEqualTo, threshold)
        }
        Condition::OutsideBand(_) => Criterion::Band(BandOperator::Outside),
        Condition::AboveBand(_) => Criterion::Band(BandOperator::Above),
        Condition::BelowBand(_) => Criterion::Band(BandOperator::Below),
    }
}

fn missing(missing: Missing) -> MissingData {
    match missing {
        Missing::Missing => MissingData::Missing,
        Missing::NotBreaching => MissingData::NotBreaching,
        Missing::Breaching => MissingData::Breaching,
        Missing::Ignore => MissingData::Ignore,
    }
}
