//! Alarms on error budgets: for each burn rate of an objective an alarm on its long and one on its short window, and for each severity
//! a composite alarm that notifies while both windows of a rate are in ALARM.

use std::collections::{BTreeMap, BTreeSet};

use super::alarms::{AlarmBuilder, GeneratedAlarm, GeneratedComposite, Subject};
use super::assigned_objectives::AssignedObjectives;
use super::burn_rate_math::{burn_rate, from_failures};
use super::inputs::{BurnAlarm, ObjectiveSeries, PlannedObjective};
use super::number::number_text;
use crate::artifact::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, DefinitionKey, Metric, Missing, Origin,
    Severity,
};
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Level};
use crate::inventory::{Resource, Target};
use crate::objective::{BurnRate, Counting, Indicator, Objective, Threshold, budget_spent};
use crate::semantics::math::{self, BinaryOperator, Expr};
use crate::semantics::{composite, limits};

/// The table under which an objective's artifacts name their definition.
const FILE: &str = "slo";

/// The alarms of one objective.
#[derive(Debug, Clone)]
pub(super) struct GeneratedObjective {
    pub(super) alarms: Vec<GeneratedAlarm>,
    pub(super) composites: Vec<GeneratedComposite>,
    pub(super) planned: PlannedObjective,
}

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

    fn of_resource(
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

    fn over_own(&self, objective: &Objective) -> Result<GeneratedObjective, Diagnostic> {
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

/// Makes the artifacts of one objective.
struct ObjectiveMaker<'b> {
    builder: &'b AlarmBuilder<'b>,
    objective: &'b Objective,
    /// `None` for an objective over metrics of its own.
    resource: Option<&'b Resource>,
    target: Target,
    series: ObjectiveSeries,
}

impl ObjectiveMaker<'_> {
    fn make(self) -> GeneratedObjective {
        let mut alarms = Vec::new();
        let mut rules: BTreeMap<Severity, Vec<(&BurnRate, String)>> = BTreeMap::new();
        let mut burn_alarms = Vec::new();
        for burn in &self.objective.burn_rates {
            let long = self.long(burn);
            let short = self.short(burn);
            let names = [&long, &short].map(|window| &window.alarm.name);
            let rule = format!("(ALARM(\"{}\") AND ALARM(\"{}\"))", names[0], names[1]);
            rules.entry(burn.severity).or_default().push((burn, rule));
            burn_alarms.push(BurnAlarm {
                burn: burn.clone(),
                notifies: self.name(burn.severity.word()),
            });
            alarms.extend([long, short]);
        }
        let composites = rules
            .into_iter()
            .map(|(severity, rules)| self.composite(severity, &rules))
            .collect();
        GeneratedObjective {
            alarms,
            composites,
            planned: self.planned(burn_alarms),
        }
    }

    fn planned(&self, burn_alarms: Vec<BurnAlarm>) -> PlannedObjective {
        PlannedObjective {
            name: self.objective.name.clone(),
            subject: self.subject(),
            percent: self.objective.percent,
            days: self.objective.days,
            min_failures: self.objective.min_failures,
            target: self.target.clone(),
            series: self.series.clone(),
            burn_alarms,
        }
    }

    fn long(&self, burn: &BurnRate) -> GeneratedAlarm {
        let item = window_text(burn.long);
        let min_failures = Some(self.objective.min_failures);
        self.generated(
            &item,
            self.window_alarm(&item, burn, burn.long, min_failures),
        )
    }

    fn short(&self, burn: &BurnRate) -> GeneratedAlarm {
        let item = format!("{}-of-{}", window_text(burn.short), window_text(burn.long));
        self.generated(&item, self.window_alarm(&item, burn, burn.short, None))
    }

    fn generated(&self, item: &str, alarm: Alarm) -> GeneratedAlarm {
        GeneratedAlarm {
            target: self.target.clone(),
            graph: alarm.query.clone(),
            alarm,
            origin: self.origin(item, None),
        }
    }

    /// The alarm on one window. It notifies nobody by itself.
    fn window_alarm(
        &self,
        item: &str,
        burn: &BurnRate,
        window: u32,
        min_failures: Option<f64>,
    ) -> Alarm {
        let budget = self.objective.budget();
        // The reader keeps only windows that CloudWatch evaluates.
        let periods = self.objective.counting().periods(window);
        let (period, evaluation_periods) = periods.unwrap_or((window, 1));
        let (query, condition, datapoints_to_alarm) = match &self.series {
            ObjectiveSeries::Requests {
                bad,
                total,
                metrics,
            } => {
                let rate = burn_rate(bad, total, budget);
                let rate = match min_failures {
                    Some(min) => from_failures(bad, min, rate),
                    None => rate,
                };
                let query = AlarmQuery::Math {
                    expression: rate.to_string(),
                    label: "burn rate".to_owned(),
                    metrics: metrics.clone(),
                };
                (query, Condition::Above(burn.rate), evaluation_periods)
            }
            ObjectiveSeries::Minutes { metric, bad_from } => (
                AlarmQuery::Metric(metric.clone()),
                Condition::AtLeast(*bad_from),
                burn.bad_minutes(budget, evaluation_periods),
            ),
        };
        Alarm {
            name: self.name(item),
            description: self.window_description(burn, window),
            query,
            condition,
            period,
            datapoints_to_alarm,
            evaluation_periods,
            missing: Missing::NotBreaching,
            warm_up_minutes: None,
            evaluate_low_samples: true,
            actions: Actions::none(),
        }
    }

    fn window_description(&self, burn: &BurnRate, window: u32) -> String {
        format!(
            "{} spent the error budget of `{}` at more than {} × the allowed rate for {}. This alarm notifies nobody: `{}` does, while both windows of the rate are in ALARM.\nDashboard: {}",
            self.subject(),
            self.objective.name,
            number_text(burn.rate),
            window_text(window),
            self.name(burn.severity.word()),
            self.builder.dashboard
        )
    }

    fn composite(&self, severity: Severity, rules: &[(&BurnRate, String)]) -> GeneratedComposite {
        let rule = rules.iter().map(|(_, rule)| rule.as_str());
        let rule = rule.collect::<Vec<_>>().join(" OR ");
        let rule = composite::parse(&rule).map_or(rule, |parsed| parsed.to_string());
        let burns: Vec<&BurnRate> = rules.iter().map(|(burn, _)| *burn).collect();
        let alarm = CompositeAlarm {
            name: self.name(severity.word()),
            description: self.description(severity, &burns),
            rule,
            actions: self.builder.actions(&self.target, severity),
            suppressor: None,
        };
        GeneratedComposite {
            target: self.target.clone(),
            alarm,
            origin: self.origin(severity.word(), Some(severity)),
        }
    }

    fn description(&self, severity: Severity, burns: &[&BurnRate]) -> String {
        let Objective {
            percent,
            days,
            name,
            ..
        } = self.objective;
        let rates: Vec<String> = burns
            .iter()
            .map(|burn| {
                let spent = 100.0 * budget_spent(burn.rate, burn.long, *days);
                format!(
                    "{} × the allowed rate for {} (about {spent:.0} % of the budget)",
                    number_text(burn.rate),
                    window_text(burn.long)
                )
            })
            .collect();
        let good = match self.objective.counting() {
            Counting::Requests => "requests",
            Counting::Minutes => "minutes",
        };
        let notify = self.builder.inputs.project.notify.get(&severity);
        let of_severity = notify.and_then(|notify| notify.runbook.as_ref());
        let runbook = self.objective.runbook.as_ref().or(of_severity);
        let runbook = runbook.map(|url| format!("\nRunbook: {url}"));
        let text = format!(
            "{} spends the error budget of `{name}` too fast: {}. The objective is {} % good {good} in {days} d.{}\nDashboard: {}",
            self.subject(),
            rates.join(", or "),
            number_text(*percent),
            runbook.unwrap_or_default(),
            self.builder.dashboard
        );
        text.chars().take(limits::ALARM_DESCRIPTION).collect()
    }

    /// The resource as people call it, or the stack.
    fn subject(&self) -> String {
        match self.resource {
            Some(resource) => resource.title.to_string(),
            None => self.builder.inputs.project.name.clone(),
        }
    }

    /// `{stack}.{resource}.{objective}.{item}`, as for a definition that is repeated.
    fn name(&self, item: &str) -> String {
        let name = format!("{}.{item}", self.objective.name);
        let resource = self.resource.map(|resource| &resource.id);
        self.builder.names.group(resource, &name)
    }

    fn origin(&self, item: &str, severity: Option<Severity>) -> Origin {
        Origin {
            resource: self.resource.map(|resource| resource.id.clone()),
            definition: DefinitionKey::new(FILE, &self.objective.name),
            item: Some(item.into()),
            place: Some(self.objective.place.clone()),
            severity,
        }
    }
}

/// A window in its largest whole unit: `5m`, `6h`, `3d`.
pub(super) fn window_text(seconds: u32) -> String {
    const UNITS: [(u32, char); 3] = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    let unit = UNITS.iter().find(|(size, _)| seconds.is_multiple_of(*size));
    match unit {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}
