//! The artifacts of one objective: for each burn rate an alarm on its long and one on its short window, and for each severity a composite
//! alarm that notifies while both windows of a rate are in ALARM.

use std::collections::BTreeMap;

use super::alarms::{AlarmBuilder, GeneratedAlarm, GeneratedComposite};
use super::burn_rate_math::{burn_rate, from_failures};
use super::inputs::{BurnAlarm, ObjectiveSeries, PlannedObjective};
use super::number::number_text;
use super::service_level_objectives::service_level_objective;
use crate::artifact::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, DefinitionKey, Missing, Origin,
    ServiceLevelObjective, Severity,
};
use crate::inventory::{Resource, Target};
use crate::objective::{BurnRate, Counting, Engine, Objective, budget_spent, window_text};
use crate::semantics::{composite, limits};

/// The table under which an objective's artifacts name their definition.
const FILE: &str = "slo";

/// The artifacts of one objective.
#[derive(Debug, Clone)]
pub(super) struct GeneratedObjective {
    pub(super) alarms: Vec<GeneratedAlarm>,
    pub(super) composites: Vec<GeneratedComposite>,
    /// With the engine Application Signals.
    pub(super) service_level_objective: Option<(Origin, ServiceLevelObjective)>,
    /// The account and Region of its metrics.
    pub(super) target: Target,
    pub(super) planned: PlannedObjective,
}

/// Makes the artifacts of one objective.
pub(super) struct ObjectiveMaker<'b> {
    pub(super) builder: &'b AlarmBuilder<'b>,
    pub(super) objective: &'b Objective,
    /// `None` for an objective over metrics of its own.
    pub(super) resource: Option<&'b Resource>,
    pub(super) target: Target,
    pub(super) series: ObjectiveSeries,
}

impl ObjectiveMaker<'_> {
    pub(super) fn make(self) -> GeneratedObjective {
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
            service_level_objective: self.service_level_objective(),
            planned: self.planned(burn_alarms),
            target: self.target,
        }
    }

    fn service_level_objective(&self) -> Option<(Origin, ServiceLevelObjective)> {
        if self.objective.engine == Engine::Alarms {
            return None;
        }
        let resource = self.resource.map(|resource| &resource.id);
        let name = self.builder.names.objective(resource, &self.objective.name);
        let description = format!(
            "{}: {}\nDashboard: {}",
            self.subject(),
            self.objective.name,
            self.builder.dashboard
        );
        let made = service_level_objective(self.objective, &self.series, name, &description);
        Some((self.origin("objective", None), made))
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
            fleet_description: None,
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
            fleet: Vec::new(),
            resource: self.resource.map(|resource| resource.id.clone()),
            definition: DefinitionKey::new(FILE, &self.objective.name),
            item: Some(item.into()),
            place: Some(self.objective.place.clone()),
            severity,
        }
    }
}
