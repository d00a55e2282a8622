//! The trials of a catalogue with the alarms that they run.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{AlarmModel, cannot_run};
use super::run::Subject;
use crate::catalog::Catalog;
use crate::catalog::definition::{CompositeDefinition, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::objective::Objective;
use crate::semantics::composite;
use crate::semantics::math::ExprKind;
use crate::simulate::sample_alarm::{self, GIVEN_HELP};
use crate::synth::sample_resource::{self, SampleObjective};
use crate::trial::Trial;

/// What names the trials of the project file, in place of a definition file.
const PROJECT: &str = "tracewatch";

/// A trial, with its alarm or the reason why it cannot run.
pub(super) struct Prepared<'a> {
    pub file: &'a str,
    pub alarm: &'a str,
    pub trial: &'a Trial,
    pub subject: Result<Subject, Diagnostic>,
    pub seed: u64,
}

impl Prepared<'_> {
    /// `lambda.error-rate`
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", self.file, self.alarm)
    }
}

/// The trials of the catalogue and of a project's objectives whose full name contains `filter`.
pub(super) fn all<'a>(
    catalog: &'a Catalog,
    objectives: &'a [Objective],
    filter: &str,
) -> Vec<Prepared<'a>> {
    let mut prepared = Vec::new();
    for service in catalog.definitions() {
        for alarm in &service.alarms {
            for trial in &alarm.trials {
                let make = || of_alarm(catalog, service, &alarm.name, trial).map(Subject::Alarm);
                prepared.extend(matching(filter, &service.file, &alarm.name, trial, make));
            }
        }
        for composite in &service.composites {
            for trial in &composite.trials {
                let make = || of_composite(catalog, service, composite, trial);
                prepared.extend(matching(
                    filter,
                    &service.file,
                    &composite.name,
                    trial,
                    make,
                ));
            }
        }
        for objective in &service.objectives {
            for trial in &objective.trials {
                let make = || {
                    let sample =
                        sample_resource::objective(catalog, service, objective, &trial.given)?;
                    of_objective(&sample, trial)
                };
                prepared.extend(matching(
                    filter,
                    &service.file,
                    &objective.name,
                    trial,
                    make,
                ));
            }
        }
    }
    for objective in objectives {
        for trial in &objective.trials {
            let make = || of_objective(&sample_of_project(catalog, objective, trial)?, trial);
            prepared.extend(matching(filter, PROJECT, &objective.name, trial, make));
        }
    }
    prepared
}

fn matching<'a>(
    filter: &str,
    file: &'a str,
    alarm: &'a str,
    trial: &'a Trial,
    make: impl FnOnce() -> Result<Subject, Diagnostic>,
) -> Option<Prepared<'a>> {
    let name = format!("{file}.{alarm}: {}", trial.name.value);
    name.contains(filter).then(|| Prepared {
        file,
        alarm,
        trial,
        subject: make().and_then(|subject| without_unused_words(subject, trial)),
        seed: seed(&name),
    })
}

/// A number that depends on the trial's name alone: another trial before it changes nothing. FNV-1a.
pub(super) fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

pub(super) fn of_alarm(
    catalog: &Catalog,
    service: &ServiceDefinition,
    name: &str,
    trial: &Trial,
) -> Result<AlarmModel, Diagnostic> {
    let definition = service.alarms.iter().find(|alarm| alarm.name == name);
    let definition =
        definition.ok_or_else(|| cannot_run(trial, &format!("there is no alarm `{name}`")))?;
    let alarm = sample_alarm::alarm(catalog, service, definition, &trial.given)?;
    let alarm = alarm.ok_or_else(|| {
        cannot_run(trial, "the alarm does not apply to the trial's resource").help(GIVEN_HELP)
    })?;
    let word = match &definition.value.value.kind {
        ExprKind::Id(word) => Some(word.as_str()),
        _ => None,
    };
    AlarmModel::new(&alarm, word, trial)
}

fn of_composite(
    catalog: &Catalog,
    service: &ServiceDefinition,
    definition: &CompositeDefinition,
    trial: &Trial,
) -> Result<Subject, Diagnostic> {
    let rule = composite::parse(&definition.rule.value)
        .map_err(|_| cannot_run(trial, "its rule cannot be read"))?;
    let children = rule.children().into_iter().map(|child| {
        let model = of_alarm(catalog, service, child, trial)?;
        Ok((child.to_owned(), model))
    });
    let children = children.collect::<Result<BTreeMap<_, _>, Diagnostic>>()?;
    Ok(Subject::Composite { rule, children })
}

/// An objective notifies while one of its composite alarms is in ALARM.
fn of_objective(sample: &SampleObjective, trial: &Trial) -> Result<Subject, Diagnostic> {
    if sample.composites.is_empty() {
        return Err(cannot_run(trial, "the objective has no alarm"));
    }
    let rules = sample.composites.iter();
    let rules: Vec<String> = rules
        .map(|composite| format!("({})", composite.rule))
        .collect();
    let rule = composite::parse(&rules.join(" OR "))
        .map_err(|_| cannot_run(trial, "its rule cannot be read"))?;
    let children = sample.alarms.iter().map(|alarm| {
        let model = AlarmModel::new(alarm, sample.word.as_deref(), trial)?;
        Ok((alarm.name.clone(), model))
    });
    let children = children.collect::<Result<_, Diagnostic>>()?;
    Ok(Subject::Composite { rule, children })
}

/// The alarms of an objective of the project. A test reads no stack, so that the objective has to name its definition file.
fn sample_of_project(
    catalog: &Catalog,
    objective: &Objective,
    trial: &Trial,
) -> Result<SampleObjective, Diagnostic> {
    if !objective.metrics.is_empty() {
        return sample_resource::objective_over_own_metrics(catalog, objective);
    }
    let Some(written) = &objective.definitions else {
        let why = "a test reads no stack, and the objective does not name its definition file";
        let help = "write it into the objective: `definitions = \"lambda\"`";
        return Err(cannot_run(trial, why).help(help));
    };
    let named = catalog
        .definitions()
        .find(|service| service.file == written.value);
    let Some(service) = named else {
        let message = format!("there is no definition file `{}`", written.value);
        let diagnostic = written.diagnostic(Code::UnknownDefinitions, message);
        let known = catalog.definitions().map(|service| service.file.as_str());
        return Err(match nearest(&written.value, known) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        });
    };
    sample_resource::objective(catalog, service, objective, &trial.given)
}

/// Refuses a share, a latency or a level of a metric that the alarm does not use.
fn without_unused_words(subject: Subject, trial: &Trial) -> Result<Subject, Diagnostic> {
    let used: BTreeSet<&str> = subject.words().map(String::as_str).collect();
    let during = trial.incident.as_ref().map(|incident| &incident.behaviour);
    let behaviours = std::iter::once(&trial.normal).chain(during);
    for behaviour in behaviours {
        let shares = behaviour
            .shares
            .iter()
            .map(|(word, share)| (word, &share.place));
        let latencies = behaviour
            .latencies
            .iter()
            .map(|(word, latency)| (word, &latency.place));
        let levels = behaviour
            .levels
            .iter()
            .map(|(word, level)| (word, &level.place));
        for (word, place) in shares.chain(latencies).chain(levels) {
            if used.contains(word.as_str()) {
                continue;
            }
            let message = format!("the alarm does not look at `{word}`");
            let diagnostic = Diagnostic::new(Code::TestUnknownMetric, message).at(place.clone());
            let help = nearest(word, used.iter().copied()).map_or_else(
                || {
                    let used: Vec<&str> = used.iter().copied().collect();
                    format!("it looks at {}", used.join(", "))
                },
                |near| format!("did you mean `{near}`?"),
            );
            return Err(diagnostic.help(help));
        }
    }
    Ok(subject)
}
