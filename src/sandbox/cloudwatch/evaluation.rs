//! Evaluates metric alarms over published samples: the evaluations that are due, and the data that one of them sees.

use serde_json::{Value, json};

use super::alarm_data::{self, PublishedSamples};
use crate::sandbox::data::{Region, StoredAlarm, StoredState};
use crate::semantics::evaluation::DatapointSource;
use crate::semantics::evaluation::{
    Criterion, Datapoint, EvaluationSettings, Window, evaluate, reason,
};
use crate::semantics::state::AlarmState;

/// The longest time in seconds over which evaluations are caught up on. Older samples have no effect.
const LONGEST_CATCH_UP: i64 = 86_400;

/// The shortest time between evaluations, in seconds.
const SHORTEST_INTERVAL: i64 = 10;

/// The result of the due evaluations of one alarm.
#[derive(Default)]
pub(super) struct EvaluationRun {
    /// In order of time.
    pub(super) states: Vec<NewState>,
    pub(super) evaluations: usize,
}

/// A state that an alarm enters.
pub(super) struct NewState {
    pub(super) at: i64,
    value: AlarmState,
    reason: String,
    reason_data: Value,
}

impl NewState {
    pub(super) fn stored(self, instant: String) -> StoredState {
        StoredState {
            reason_data: Some(self.reason_data.to_string()),
            ..StoredState::entered(self.value, self.reason, instant)
        }
    }
}

/// Runs the due evaluations of all metric alarms.
pub(super) fn runs(region: &Region, now: i64) -> Vec<(String, EvaluationRun)> {
    let due: Vec<(&StoredAlarm, EvaluationSettings)> = region
        .alarms
        .values()
        .filter(|alarm| alarm.is_metric_alarm() && may_be_due(alarm, now))
        .filter_map(|alarm| Some((alarm, alarm_data::rule(alarm)?)))
        .filter(|(alarm, rule)| is_due(alarm, rule, now))
        .collect();
    if due.is_empty() {
        return Vec::new();
    }
    let published = alarm_data::published(&region.metrics);
    due.into_iter()
        .map(|(alarm, rule)| {
            let run = run(alarm, &rule, &published, now);
            (alarm.name().to_owned(), run)
        })
        .collect()
}

/// A cheap check that needs no rule. Reading the rules of hundreds of alarms at every call is slow.
fn may_be_due(alarm: &StoredAlarm, now: i64) -> bool {
    alarm.evaluated.is_none_or(|evaluated| {
        evaluated.div_euclid(SHORTEST_INTERVAL) < now.div_euclid(SHORTEST_INTERVAL)
    })
}

fn is_due(alarm: &StoredAlarm, rule: &EvaluationSettings, now: i64) -> bool {
    alarm
        .evaluated
        .is_none_or(|evaluated| next_evaluation(evaluated, rule) <= now)
}

/// The first evaluation after a time.
pub(super) fn next_evaluation(time: i64, rule: &EvaluationSettings) -> i64 {
    let interval = i64::from(rule.evaluation_interval());
    (time.div_euclid(interval) + 1).saturating_mul(interval)
}

fn run(
    alarm: &StoredAlarm,
    rule: &EvaluationSettings,
    published: &PublishedSamples<'_>,
    now: i64,
) -> EvaluationRun {
    let mut run = EvaluationRun::default();
    let times = alarm_data::times(&alarm_data::keys(alarm), published);
    let mut due = match warm_up_end(alarm, rule) {
        Some(end) if alarm.evaluated.is_none_or(|evaluated| evaluated < end) => {
            Some(next_evaluation(end - 1, rule))
        }
        _ => first_due(alarm.evaluated, times.first().copied(), rule, now),
    };
    if due.is_none() {
        return run;
    }
    let Some(data) = alarm_data::data(alarm, rule, published) else {
        return run;
    };
    let mut state = alarm.state.value;
    while let Some(at) = due.filter(|at| *at <= now) {
        let visible = VisibleData::at(at, rule, &*data);
        run.evaluations += 1;
        if let Some(new) = visible.new_state(alarm, state) {
            state = new.value;
            run.states.push(new);
        }
        due = if visible.is_final() {
            next_after_silence(at, &times, rule)
        } else {
            Some(next_evaluation(at, rule))
        };
    }
    run
}

/// The time before which an alarm is not evaluated.
fn warm_up_end(alarm: &StoredAlarm, rule: &EvaluationSettings) -> Option<i64> {
    let minutes = rule.warm_up?.minutes;
    Some(alarm.created.saturating_add(60 * i64::from(minutes)))
}

/// A new alarm is evaluated at once, with or without data. An evaluated alarm without data needs no further evaluation: AWS would
/// come to the same state every minute, and would reset a state from SetAlarmState before a test could read it. An alarm that
/// ever had data loses such a state to the next evaluation, as in AWS.
fn first_due(
    evaluated: Option<i64>,
    first_data: Option<i64>,
    rule: &EvaluationSettings,
    now: i64,
) -> Option<i64> {
    match evaluated {
        None => Some(now),
        Some(evaluated) => {
            let earliest = now.saturating_sub(LONGEST_CATCH_UP);
            let after = evaluated.max(first_data?).max(earliest);
            Some(next_evaluation(after, rule))
        }
    }
}

/// The first evaluation that sees the next sample after a time; `None` without such a sample.
fn next_after_silence(time: i64, times: &[i64], rule: &EvaluationSettings) -> Option<i64> {
    let sample = times.get(times.partition_point(|at| *at < time))?;
    Some(next_evaluation(*sample, rule))
}

/// The datapoints that an evaluation sees.
struct VisibleData<'a> {
    at: i64,
    rule: &'a EvaluationSettings,
    starts: Vec<i64>,
    points: Vec<Option<Datapoint>>,
}

impl<'a> VisibleData<'a> {
    fn at(at: i64, rule: &'a EvaluationSettings, data: &dyn DatapointSource) -> Self {
        let starts = rule.periods_at(at);
        let points = data.points(&starts, rule.period);
        Self {
            at,
            rule,
            starts,
            points,
        }
    }

    /// Whether all later evaluations have the same result until the next sample: no datapoint is visible. On a wall-clock window,
    /// the latest datapoints become visible only at the end of their period.
    fn is_final(&self) -> bool {
        self.rule.window == Window::Sliding && self.points.iter().all(Option::is_none)
    }

    fn new_state(&self, alarm: &StoredAlarm, from: AlarmState) -> Option<NewState> {
        let evaluation = evaluate(&self.points, self.rule, from);
        let reason = reason(&evaluation, &self.points, &self.starts, self.rule)?;
        (evaluation.state != from).then(|| NewState {
            at: self.at,
            value: evaluation.state,
            reason,
            reason_data: self.reason_data(alarm),
        })
    }

    /// The newest existing datapoints with the starts of their periods, newest first.
    fn newest(&self) -> Vec<(i64, Datapoint)> {
        let points = self.starts.iter().zip(&self.points).rev();
        points
            .filter_map(|(start, point)| Some((*start, (*point)?)))
            .take(self.rule.evaluation_periods)
            .collect()
    }

    /// Uses the format of published events.
    fn reason_data(&self, alarm: &StoredAlarm) -> Value {
        let newest = self.newest();
        let values: Vec<f64> = newest.iter().map(|(_, point)| point.value).collect();
        let evaluated: Vec<Value> = newest
            .iter()
            .map(|(start, point)| evaluated_datapoint(*start, point))
            .collect();
        let mut data = json!({
            "version": "1.0",
            "queryDate": instant(self.at),
            "period": self.rule.period,
            "recentDatapoints": values,
            "evaluatedDatapoints": evaluated,
        });
        if let Some((start, _)) = newest.last() {
            data["startDate"] = json!(instant(*start));
        }
        let members = &alarm.configuration;
        if let Some(statistic) = members
            .get("Statistic")
            .or(members.get("ExtendedStatistic"))
        {
            data["statistic"] = statistic.clone();
        }
        match self.rule.criterion {
            Criterion::Threshold(_, threshold) => data["threshold"] = json!(threshold),
            Criterion::Band(_) => add_thresholds(&mut data, &newest),
        }
        data
    }
}

/// Adds both edges of the band at each datapoint.
fn add_thresholds(data: &mut Value, points: &[(i64, Datapoint)]) {
    let bands = points.iter().map(|(_, point)| point.band);
    let (lower, upper): (Vec<Option<f64>>, Vec<Option<f64>>) = bands
        .map(|band| (band.map(|band| band.0), band.map(|band| band.1)))
        .unzip();
    data["recentLowerThresholds"] = json!(lower);
    data["recentUpperThresholds"] = json!(upper);
}

fn evaluated_datapoint(start: i64, point: &Datapoint) -> Value {
    let mut evaluated = json!({ "timestamp": instant(start), "value": point.value });
    if let Some(samples) = point.samples {
        evaluated["sampleCount"] = json!(samples);
    }
    evaluated
}

/// `2025-07-03T08:29:00.000+0000`
fn instant(seconds: i64) -> String {
    let instant = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}
