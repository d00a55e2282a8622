//! Evaluates one alarm throughout a definition test.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::evaluation::{Evaluation, time};
use super::sample_alarm::{self, GIVEN_HELP};
use crate::artifact::{Alarm as Artifact, AlarmQuery, Condition};
use crate::catalog::Catalog;
use crate::catalog::definition::ServiceDefinition;
use crate::catalog::testing::{DefinitionTest, Expect};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::files::limits::MAX_TEST_EVALUATIONS;
use crate::semantics::evaluation::band::Banded;
use crate::semantics::evaluation::data::{History, Math};
use crate::semantics::evaluation::timeline::EvaluatedAlarm;
use crate::semantics::evaluation::{Datapoint, DatapointSource, EvaluationSettings};
use crate::semantics::state::AlarmState;
use crate::semantics::{composite, math, statistics};

/// Time zero of every test: a Monday's midnight (UTC), so that periods begin where clocks do.
pub(super) const ZERO: i64 = 1_767_571_200;

/// Recorded evaluations of one alarm test.
pub(super) struct TestRun {
    /// The state at time zero.
    pub initial: AlarmState,
    pub evaluations: Vec<Evaluation>,
}

/// Runs one test of a named alarm.
pub(super) type RunTest =
    fn(&Catalog, &ServiceDefinition, &str, &DefinitionTest) -> Result<TestRun, Diagnostic>;

impl TestRun {
    pub(super) fn of_alarm(
        catalog: &Catalog,
        service: &ServiceDefinition,
        name: &str,
        test: &DefinitionTest,
    ) -> Result<Self, Diagnostic> {
        let simulated_alarm = SimulatedAlarm::new(
            catalog,
            service,
            name,
            test,
            test.step.as_ref().map(|step| step.value),
        )?;
        if let Some(diagnostic) = unused_words(test, &simulated_alarm.words) {
            return Err(diagnostic);
        }
        let mut alarm = EvaluatedAlarm::new(&simulated_alarm.rule, ZERO);
        alarm.evaluate(ZERO, &simulated_alarm.data);
        let initial = alarm.state();
        let times = evaluation_times(
            test,
            simulated_alarm
                .step
                .max(simulated_alarm.rule.evaluation_interval()),
            simulated_alarm.step,
        )?;
        let evaluations = times
            .into_iter()
            .map(|at| simulated_alarm.evaluation(&mut alarm, at));
        Ok(Self {
            initial,
            evaluations: evaluations.collect(),
        })
    }

    pub(super) fn of_composite(
        catalog: &Catalog,
        service: &ServiceDefinition,
        name: &str,
        test: &DefinitionTest,
    ) -> Result<Self, Diagnostic> {
        let Some(definition) = service
            .composites
            .iter()
            .find(|composite| composite.name == name)
        else {
            return Err(broken(test, "it is no composite"));
        };
        let rule = composite::parse(&definition.rule.value)
            .map_err(|_| broken(test, "its rule cannot be read"))?;
        let shortest = service
            .alarms
            .iter()
            .filter(|alarm| rule.children().contains(alarm.name.as_str()))
            .filter_map(|alarm| Some(alarm.window.periods()?.period))
            .min();
        let step = test
            .step
            .as_ref()
            .map(|step| step.value)
            .or(shortest)
            .unwrap_or(60);
        let children: Vec<SimulatedAlarm> = rule
            .children()
            .into_iter()
            .map(|child| SimulatedAlarm::new(catalog, service, child, test, Some(step)))
            .collect::<Result<_, _>>()?;
        if let Some(diagnostic) = unused_words(
            test,
            &children
                .iter()
                .flat_map(|child| child.words.clone())
                .collect(),
        ) {
            return Err(diagnostic);
        }
        let mut alarms: Vec<EvaluatedAlarm<'_>> = children
            .iter()
            .map(|child| EvaluatedAlarm::new(&child.rule, ZERO))
            .collect();
        let mut evaluate = |at: u32| {
            let evaluations: Vec<Evaluation> = children
                .iter()
                .zip(&mut alarms)
                .map(|(child, alarm)| child.evaluation(alarm, at))
                .collect();
            let named = children
                .iter()
                .map(|child| child.name.as_str())
                .zip(&evaluations)
                .map(|(child, evaluation)| (child, evaluation.state));
            of_children(at, &rule, &named.collect(), &evaluations)
        };
        let initial = evaluate(0).state;
        Ok(Self {
            initial,
            evaluations: evaluation_times(test, step.max(60), step)?
                .into_iter()
                .map(evaluate)
                .collect(),
        })
    }
}

/// Combines child evaluations into one composite evaluation.
fn of_children(
    at: u32,
    rule: &composite::AlarmRule,
    states: &BTreeMap<&str, AlarmState>,
    evaluations: &[Evaluation],
) -> Evaluation {
    let state_of = |child: &str| {
        states
            .get(child)
            .copied()
            .unwrap_or(AlarmState::InsufficientData)
    };
    let told: Vec<String> = states
        .iter()
        .map(|(child, state)| format!("{child} is {state}"))
        .collect();
    let inputs: BTreeMap<String, Option<f64>> = evaluations
        .iter()
        .flat_map(|evaluation| evaluation.inputs.clone())
        .collect();
    Evaluation {
        at,
        inputs: inputs.into_iter().collect(),
        value: None,
        breaches: None,
        state: if rule.holds(&state_of) {
            AlarmState::Alarm
        } else {
            AlarmState::Ok
        },
        reason: told.join(", "),
        expected: None,
    }
}

/// Evaluation times in seconds, up to the end of the series.
fn evaluation_times(
    test: &DefinitionTest,
    interval: u32,
    step: u32,
) -> Result<Vec<u32>, Diagnostic> {
    let longest = test
        .input
        .values()
        .map(|series| series.value.len())
        .max()
        .unwrap_or(0);
    let silent = match &test.expect {
        // Without data points, run until the last expected time.
        Expect::At(states) if longest == 0 => states.last().map_or(0, |(at, _, _)| *at),
        Expect::At(_) | Expect::Throughout(_) => 0,
    };
    let end = u32::try_from(longest)
        .unwrap_or(u32::MAX)
        .saturating_mul(step)
        .max(silent);
    if end < interval {
        return Err(broken(test, "its series are shorter than a period")
            .help("give a metric points: `input = { errors = \"0x10\" }`"));
    }
    if end / interval > MAX_TEST_EVALUATIONS {
        let why = format!("it has more than {MAX_TEST_EVALUATIONS} evaluations");
        return Err(
            broken(test, &why).help("shorten its series, its `step` or the times in `expect`")
        );
    }
    Ok((1..=end / interval).map(|turn| turn * interval).collect())
}

fn broken(test: &DefinitionTest, why: &str) -> Diagnostic {
    broken_at(&test.name.place, why)
}

fn broken_at(place: &Place, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::TestCannotRun,
        format!("this test cannot be run: {why}"),
    )
    .at(place.clone())
}

/// Place of `step`, else of the test name.
fn step_place(test: &DefinitionTest) -> &Place {
    test.step
        .as_ref()
        .map_or(&test.name.place, |step| &step.place)
}

/// One alarm with test data.
struct SimulatedAlarm {
    name: String,
    rule: EvaluationSettings,
    data: Shared,
    /// Each metric alone, to be shown.
    metrics: BTreeMap<String, Shared>,
    words: BTreeSet<String>,
    step: u32,
}

impl SimulatedAlarm {
    fn new(
        catalog: &Catalog,
        service: &ServiceDefinition,
        name: &str,
        test: &DefinitionTest,
        step: Option<u32>,
    ) -> Result<Self, Diagnostic> {
        let definition = service
            .alarms
            .iter()
            .find(|alarm| alarm.name == name)
            .ok_or_else(|| broken(test, &format!("there is no alarm `{name}`")))?;
        let alarm = sample_alarm::alarm(catalog, service, definition, &test.given)?;
        let alarm = alarm.ok_or_else(|| {
            broken(test, "the alarm does not apply to the test's resource").help(GIVEN_HELP)
        })?;
        let step = step.unwrap_or(alarm.period);
        if step > alarm.period || alarm.period % step != 0 {
            let why = format!(
                "a step of {} does not divide the alarm's period of {}",
                time(step),
                time(alarm.period)
            );
            return Err(broken_at(step_place(test), &why)
                .help("the period itself, or a part of it such as `1m`"));
        }
        let words: BTreeSet<String> = match &alarm.query {
            AlarmQuery::Metric(_) => definition
                .value
                .value
                .ids()
                .into_iter()
                .map(str::to_owned)
                .collect(),
            AlarmQuery::Math { metrics, .. } => metrics.keys().cloned().collect(),
            AlarmQuery::Insights { .. } => BTreeSet::new(),
        };
        let metric = |word: &String| {
            Ok((
                word.clone(),
                points_of(service, word, test, step, alarm.period)?,
            ))
        };
        let metrics = words
            .iter()
            .map(metric)
            .collect::<Result<BTreeMap<_, _>, Diagnostic>>()?;
        let data = value(&alarm, &metrics, test, step)?;
        Ok(Self {
            name: name.to_owned(),
            rule: sample_alarm::settings(&alarm),
            data,
            metrics,
            words,
            step,
        })
    }

    fn evaluation(&self, alarm: &mut EvaluatedAlarm<'_>, at: u32) -> Evaluation {
        let now = ZERO + i64::from(at);
        alarm.evaluate(now, &self.data);
        let newest = now - i64::from(self.rule.period);
        let point = |data: &Shared| {
            data.points(&[newest], self.rule.period)
                .first()
                .copied()
                .flatten()
        };
        let value = point(&self.data);
        Evaluation {
            at,
            inputs: self
                .metrics
                .iter()
                .map(|(word, data)| (word.clone(), point(data).map(|point| point.value)))
                .collect(),
            value: value.map(|point| point.value),
            breaches: value.and_then(|point| self.rule.criterion.breached_by(&point)),
            state: alarm.state(),
            reason: alarm.reason().to_owned(),
            expected: None,
        }
    }
}

/// The points of a word as its statistic gives them over the alarm's periods.
fn points_of(
    service: &ServiceDefinition,
    word: &str,
    test: &DefinitionTest,
    step: u32,
    period: u32,
) -> Result<Shared, Diagnostic> {
    let points = timed(word, test, step);
    if step == period {
        let by_start: BTreeMap<i64, f64> = points.into_iter().collect();
        return Ok(Shared::new(move |start: i64, _: u32| {
            by_start.get(&start).copied().map(Datapoint::from)
        }));
    }
    let stat = service
        .metrics
        .get(word)
        .map_or("Sum", |word| word.stat.as_str());
    let history = statistics::parse(stat)
        .ok()
        .and_then(|statistic| History::new(statistic, points));
    let why = || format!("points of `{stat}` cannot be put together to longer periods");
    let history =
        history.ok_or_else(|| broken_at(step_place(test), &why()).help("leave `step` out"))?;
    Ok(Shared::new(history))
}

/// Points with the starts of their steps: those before time zero end there, the others begin there.
fn timed(word: &str, test: &DefinitionTest, step: u32) -> Vec<(i64, f64)> {
    let (before, input) = (test.before.get(word), test.input.get(word));
    let points_before = before.map_or(0, |series| series.value.len());
    let step = i64::from(step);
    let first = ZERO - i64::try_from(points_before).unwrap_or(0) * step;
    let starts = (0_i64..).map(|turn| first + turn * step);
    let series = before.into_iter().chain(input);
    starts
        .zip(series.flat_map(|series| series.value.points()))
        .filter_map(|(start, point)| Some((start, point?)))
        .collect()
}

/// The value that the alarm watches.
fn value(
    alarm: &Artifact,
    metrics: &BTreeMap<String, Shared>,
    test: &DefinitionTest,
    step: u32,
) -> Result<Shared, Diagnostic> {
    match &alarm.query {
        AlarmQuery::Math { expression, .. } => {
            let parsed = math::parse(expression)
                .map_err(|_| broken(test, "its expression cannot be read"))?;
            let metrics = metrics
                .iter()
                .map(|(word, data)| {
                    (
                        word.clone(),
                        Box::new(data.clone()) as Box<dyn DatapointSource>,
                    )
                })
                .collect();
            Ok(Shared::new(
                Math::new(parsed, metrics).map_err(|problem| broken(test, &problem.message))?,
            ))
        }
        AlarmQuery::Insights { .. } => Err(broken(test, "only AWS can answer its query")),
        AlarmQuery::Metric(_) => {
            let (word, data) = metrics
                .first_key_value()
                .ok_or_else(|| broken(test, "it watches nothing"))?;
            Ok(match alarm.condition {
                Condition::OutsideBand(width)
                | Condition::AboveBand(width)
                | Condition::BelowBand(width) => {
                    Shared::new(Banded::new(data.clone(), timed(word, test, step), width))
                }
                Condition::Above(_)
                | Condition::AtLeast(_)
                | Condition::Below(_)
                | Condition::AtMost(_) => data.clone(),
            })
        }
    }
}

/// Data that an expression reads and a time line shows.
#[derive(Clone)]
struct Shared(Rc<dyn DatapointSource>);

impl Shared {
    fn new(data: impl DatapointSource + 'static) -> Self {
        Self(Rc::new(data))
    }
}

impl DatapointSource for Shared {
    fn points(&self, starts: &[i64], period: u32) -> Vec<Option<Datapoint>> {
        self.0.points(starts, period)
    }
}

/// Reports test data for a metric that the alarm does not use.
fn unused_words(test: &DefinitionTest, used: &BTreeSet<String>) -> Option<Diagnostic> {
    let (word, series) = test
        .input
        .iter()
        .chain(&test.before)
        .find(|(word, _)| !used.contains(*word))?;
    let diagnostic = Diagnostic::new(
        Code::TestUnknownMetric,
        format!("the alarm does not look at `{word}`"),
    )
    .at(series.place.clone());
    Some(match nearest(word, used.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!(
            "it looks at {}",
            used.iter().cloned().collect::<Vec<_>>().join(", ")
        )),
    })
}
