//! What each objective counts: the metrics of its resource, of its definition file, or of its own.

use std::collections::BTreeSet;

use super::alarms::AlarmBuilder;
use super::assigned_objectives::AssignedObjectives;
use super::burn_rate_math::burn_rate;
use super::inputs::ObjectiveSeries;
use super::number::number_text;
use super::objective_alarms::{GeneratedObjective, ObjectiveMaker};
use super::subject::Subject;
use crate::artifact::Metric;
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::inventory::Target;
use crate::objective::{Indicator, Objective, Threshold};
use crate::semantics::math::{self, BinaryOperator, Expr};

/// Makes the alarms of objectives.
pub(super) struct ObjectiveBuilder<'m> {
    pub(super) alarms: &'m AlarmBuilder<'m>,
    pub(super) assigned: &'m AssignedObjectives<'m>,
}

impl ObjectiveBuilder<'_> {
    /// The objectives of one resource under one definition file.
    pub(super) fn of(&self, subject: &Subject<'_>) -> (Vec<GeneratedObjective>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        let mut diagnostics = Vec::new();
        let resource = &subject.view.resource.id;
        for objective in self.assigned.of(resource, subject.service) {
            match self.of_resource(objective, subject) {
                Ok(objective) => found.push(objective),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
        (found, diagnostics)
    }

    pub(super) fn of_resource(
        &self,
        objective: &Objective,
        subject: &Subject<'_>,
    ) -> Result<GeneratedObjective, Diagnostic> {
        let series = self.series(objective, subject)?;
        check(objective, &series)?;
        let maker = ObjectiveMaker {
            builder: self.alarms,
            objective,
            resource: Some(subject.view.resource),
            series,
            target: self.target_of(objective, subject)?,
        };
        Ok(maker.make())
    }

    /// The objectives over metrics of their own.
    pub(super) fn over_own_metrics(
        &self,
    ) -> impl Iterator<Item = Result<GeneratedObjective, Diagnostic>> {
        let own = self.assigned.own.iter();
        own.map(|objective| self.over_own(objective))
    }

    pub(super) fn over_own(&self, objective: &Objective) -> Result<GeneratedObjective, Diagnostic> {
        let regions = objective.metrics.values();
        let regions = regions.map(|own| own.region.as_ref().map(|region| region.value.as_str()));
        let metrics = objective.metrics.iter();
        let metrics = metrics.map(|(word, own)| (word.clone(), own.metric.clone()));
        let Indicator::Ratio(ratio) = &objective.indicator else {
            let message = "an objective with metrics of its own needs `total`, and `good` or `bad`";
            let diagnostic = Diagnostic::new(Code::MissingKey, message);
            return Err(diagnostic.at(objective.place.clone()));
        };
        let series = ObjectiveSeries::Requests {
            bad: ratio.bad.value.clone(),
            total: ratio.total.value.clone(),
            metrics: metrics.collect(),
        };
        check(objective, &series)?;
        let maker = ObjectiveMaker {
            builder: self.alarms,
            objective,
            resource: None,
            target: self.one_region(objective, regions)?,
            series,
        };
        Ok(maker.make())
    }

    /// The account and Region of an objective's metrics: CloudWatch evaluates an alarm in one.
    fn target_of(
        &self,
        objective: &Objective,
        subject: &Subject<'_>,
    ) -> Result<Target, Diagnostic> {
        let words = words(objective, subject.service);
        let metrics = words
            .iter()
            .filter_map(|word| subject.service.metrics.get(word));
        let regions =
            metrics.map(|metric| metric.region.as_ref().map(|region| region.value.as_str()));
        self.one_region(objective, regions)
    }

    fn one_region<'r>(
        &self,
        objective: &Objective,
        regions: impl Iterator<Item = Option<&'r str>>,
    ) -> Result<Target, Diagnostic> {
        let home = self.alarms.inputs.identity;
        let regions: BTreeSet<&str> = regions
            .map(|region| region.unwrap_or(&home.region))
            .collect();
        match Vec::from_iter(regions).as_slice() {
            [] => Ok(home.clone()),
            [region] => Ok(home.in_region(region)),
            several => {
                let message = format!(
                    "objective `{}` uses metrics of several Regions ({}): CloudWatch evaluates an alarm in one",
                    objective.name,
                    several.join(", ")
                );
                let diagnostic = Diagnostic::new(Code::RegionsDiffer, message);
                Err(diagnostic
                    .at(objective.place.clone())
                    .help("write one objective for each Region"))
            }
        }
    }

    /// What an objective counts, as metrics of the resource.
    fn series(
        &self,
        objective: &Objective,
        subject: &Subject<'_>,
    ) -> Result<ObjectiveSeries, Diagnostic> {
        let measures = &subject.service.measures;
        match &objective.indicator {
            Indicator::Ratio(ratio) => self.ratio(subject, &ratio.bad.value, &ratio.total.value),
            Indicator::Availability => match (&measures.bad, &measures.total) {
                (Some(bad), Some(total)) => self.ratio(subject, &bad.value, &total.value),
                _ => Err(lost_measure(objective)),
            },
            Indicator::LatencyBelow(seconds) => {
                let (metric, bound) =
                    self.compared(objective, subject, measures.latency.as_ref(), *seconds)?;
                Ok(below(&metric, bound))
            }
            Indicator::AgeBelow(seconds) => {
                let (metric, bad_from) =
                    self.compared(objective, subject, measures.age.as_ref(), *seconds)?;
                Ok(ObjectiveSeries::Minutes { metric, bad_from })
            }
        }
    }

    fn ratio(
        &self,
        subject: &Subject<'_>,
        bad: &Expr,
        total: &Expr,
    ) -> Result<ObjectiveSeries, Diagnostic> {
        let words: BTreeSet<&str> = bad.ids().union(&total.ids()).copied().collect();
        let known = words
            .into_iter()
            .filter_map(|word| Some((word, subject.service.metrics.get(word)?)));
        let metrics = known.map(|(word, metric)| {
            let metric = self.alarms.metric_of(subject, metric)?;
            Ok((word.to_owned(), metric))
        });
        Ok(ObjectiveSeries::Requests {
            bad: bad.clone(),
            total: total.clone(),
            metrics: metrics.collect::<Result<_, Diagnostic>>()?,
        })
    }

    /// A metric, and a duration in its unit.
    fn compared(
        &self,
        objective: &Objective,
        subject: &Subject<'_>,
        threshold: Option<&Threshold>,
        seconds: f64,
    ) -> Result<(Metric, f64), Diagnostic> {
        let measured = threshold.and_then(|threshold| {
            let metric = subject.service.metrics.get(&threshold.metric.value)?;
            Some((metric, threshold.unit.of_seconds(seconds)))
        });
        let (metric, bound) = measured.ok_or_else(|| lost_measure(objective))?;
        Ok((self.alarms.metric_of(subject, metric)?, bound))
    }
}

/// Refuses a ratio that no alarm can watch: of unknown metrics, of constants, or with a function that alarms do not allow.
fn check(objective: &Objective, series: &ObjectiveSeries) -> Result<(), Diagnostic> {
    let ObjectiveSeries::Requests {
        bad,
        total,
        metrics,
    } = series
    else {
        return Ok(());
    };
    let rate = burn_rate(bad, total, objective.budget());
    let words: Vec<&str> = metrics.keys().map(String::as_str).collect();
    let mut errors = math::check_alarm(&rate, &words).into_iter();
    match errors.find(|error| error.severity == Level::Error) {
        None => Ok(()),
        Some(error) => {
            let message = format!("objective `{}`: {}", objective.name, error.message);
            let diagnostic = Diagnostic::new(Code::BadExpression, message);
            let diagnostic = diagnostic.at(objective.place.clone());
            Err(match error.help {
                Some(help) => diagnostic.help(help),
                None => diagnostic,
            })
        }
    }
}

/// The words of the metrics that an objective measures.
fn words(objective: &Objective, service: &ServiceDefinition) -> BTreeSet<String> {
    let measures = &service.measures;
    let exprs: Vec<&Expr> = match &objective.indicator {
        Indicator::Ratio(ratio) => vec![&ratio.bad.value, &ratio.total.value],
        Indicator::Availability => [&measures.bad, &measures.total]
            .into_iter()
            .flatten()
            .map(|expr| &expr.value)
            .collect(),
        Indicator::LatencyBelow(_) => return metric_of_threshold(measures.latency.as_ref()),
        Indicator::AgeBelow(_) => return metric_of_threshold(measures.age.as_ref()),
    };
    let ids = exprs.into_iter().flat_map(Expr::ids);
    ids.map(str::to_owned).collect()
}

fn metric_of_threshold(threshold: Option<&Threshold>) -> BTreeSet<String> {
    let metric = threshold.map(|threshold| threshold.metric.value.clone());
    metric.into_iter().collect()
}

/// A definition file whose `[sli]` lacks what its own `[[slo]]` measures, or names a metric that the file does not have.
fn lost_measure(objective: &Objective) -> Diagnostic {
    let message = format!(
        "`[sli]` of the definition file does not say what objective `{}` measures",
        objective.name
    );
    Diagnostic::new(Code::ObjectiveNotMeasured, message)
        .at(objective.place.clone())
        .help("`total`, `bad`, `latency` and `age` name metrics of the file")
}

/// All requests, and those that take at most `bound`: CloudWatch counts them with the statistic `TC` (trimmed count).
fn below(metric: &Metric, bound: f64) -> ObjectiveSeries {
    let with_stat = |stat: String| Metric {
        stat,
        ..metric.clone()
    };
    let metrics = [
        ("all".to_owned(), with_stat("SampleCount".to_owned())),
        (
            "fast".to_owned(),
            with_stat(format!("TC(:{})", number_text(bound))),
        ),
    ];
    let all = Expr::id("all");
    ObjectiveSeries::Requests {
        bad: all
            .clone()
            .joined(BinaryOperator::Subtract, Expr::id("fast")),
        total: all,
        metrics: metrics.into_iter().collect(),
    }
}
