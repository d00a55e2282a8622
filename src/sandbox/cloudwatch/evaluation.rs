//! Evaluates the alarms over what was published. No time passes by itself here: whoever asks about alarms, or changes them, first brings
//! them forward to the present, with the evaluations that AWS would have made in between.
//!
//! Points may be published for the past. They are then evaluated as if they had been there in time, also for the time before the alarm
//! was put, so that a test need not wait. What alarms did and told before stays as it is.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::semantics::evaluation::{
    Criterion, Datapoint, DatapointSource, EvaluationSettings, Window, evaluate, reason,
};
use crate::semantics::state::AlarmState;

use super::super::account::{Account, Region};
use super::super::request::{Input, Request};
use super::alarms::{Alarm, AlarmKind, Condition, enter};
use super::metrics::MetricKey;
use super::suppression;
use super::watched::{self, Published};

/// Seconds that are made up for: alarms that nobody asked about for longer begin there, as they do for points that are older.
const MOST_MADE_UP: i64 = 86_400;

/// The shortest time between evaluations, in seconds.
const SHORTEST_INTERVAL: i64 = 10;

/// Brings all alarms of a Region forward to the present. Returns how many evaluations that took: none for the alarms that were evaluated in
/// this minute, nor for those whose metrics never had data and that were evaluated once.
pub fn bring_forward(account: &mut Account, region_name: &str, now: Timestamp) -> usize {
    let region = account.region(region_name);
    region.unseen_since = None;
    let courses = courses(region, now.as_second());
    for alarm in metric_alarms(region) {
        alarm.evaluated = Some(now.as_second());
    }
    let evaluations = courses.iter().map(|(_, course)| course.evaluations).sum();
    let changes = courses.into_iter().flat_map(|(name, course)| {
        course
            .changes
            .into_iter()
            .map(move |change| (name.clone(), change))
    });
    let mut changes: Vec<(String, Change)> = changes.collect();
    changes.sort_by_key(|(_, change)| change.at);
    let is_moved = !changes.is_empty();
    for (name, change) in changes {
        change.happen(account, region_name, &name);
    }
    let is_settled = suppression::settle(account.region(region_name), region_name, now);
    if is_moved || is_settled {
        account.mark_changed();
    }
    evaluations
}

fn metric_alarms(region: &mut Region) -> impl Iterator<Item = &mut Alarm> {
    region
        .alarms
        .values_mut()
        .filter(|alarm| alarm.kind == AlarmKind::MetricAlarm)
}

/// Lets alarms be evaluated anew from the time on for which something was published late: metrics, and the earliest new point of each.
pub fn rewind(region: &mut Region, published: &[(MetricKey, i64)], now: Timestamp) {
    for alarm in metric_alarms(region) {
        let keys = watched::keys(alarm);
        let earliest = published
            .iter()
            .filter(|(key, _)| keys.contains(key))
            .map(|(_, at)| *at)
            .min();
        let Some((at, rule)) = earliest.zip(watched::rule(alarm)) else {
            continue;
        };
        if next(at, &rule) <= alarm.evaluated.unwrap_or(now.as_second()) {
            // The evaluation at this very time does not see the point yet.
            alarm.evaluated = Some(at);
        }
    }
}

/// What becomes of an alarm.
#[derive(Default)]
struct Course {
    changes: Vec<Change>,
    evaluations: usize,
}

/// An alarm comes into another state.
struct Change {
    at: i64,
    value: AlarmState,
    reason: String,
    data: Value,
}

impl Change {
    fn happen(self, account: &mut Account, region: &str, name: &str) {
        let now = Timestamp::from_second(self.at).unwrap_or_default();
        let request = Request {
            region: region.to_owned(),
            now,
            input: Input::default(),
        };
        let (updated, transitioned) = (request.instant(), request.instant());
        let reason_data = Some(self.data.to_string());
        enter(
            account,
            &request,
            name,
            Condition {
                value: self.value,
                reason: self.reason,
                reason_data,
                updated,
                transitioned,
            },
        );
    }
}

/// The courses of all alarms that are due.
fn courses(region: &Region, now: i64) -> Vec<(String, Course)> {
    // Cheaper than to read the rules of hundreds of alarms again for every call.
    let may_be_due = |evaluated: i64| {
        evaluated.div_euclid(SHORTEST_INTERVAL) < now.div_euclid(SHORTEST_INTERVAL)
    };
    let due: Vec<(&Alarm, EvaluationSettings)> = region
        .alarms
        .values()
        .filter(|alarm| {
            alarm.kind == AlarmKind::MetricAlarm && alarm.evaluated.is_none_or(may_be_due)
        })
        .filter_map(|alarm| Some((alarm, watched::rule(alarm)?)))
        .filter(|(alarm, rule)| {
            alarm
                .evaluated
                .is_none_or(|evaluated| next(evaluated, rule) <= now)
        })
        .collect();
    let published = if due.is_empty() {
        Published::new()
    } else {
        watched::published(&region.metrics)
    };
    due.into_iter()
        .map(|(alarm, rule)| {
            (
                alarm.name().to_owned(),
                course(alarm, &rule, &published, now),
            )
        })
        .collect()
}

/// The first evaluation after a time.
fn next(time: i64, rule: &EvaluationSettings) -> i64 {
    let interval = i64::from(rule.evaluation_interval());
    (time.div_euclid(interval) + 1).saturating_mul(interval)
}

fn course(alarm: &Alarm, rule: &EvaluationSettings, published: &Published<'_>, now: i64) -> Course {
    let times = watched::times(&watched::keys(alarm), published);
    let mut due = first_due(alarm.evaluated, times.first().copied(), rule, now);
    let mut course = Course::default();
    if due.is_none() {
        return course;
    }
    let Some(data) = watched::data(alarm, rule, published) else {
        return course;
    };
    let mut state = alarm.state.value;
    while let Some(at) = due.filter(|at| *at <= now) {
        let look = Look::at(at, rule, &*data);
        course.evaluations += 1;
        course.changes.extend(look.change(alarm, state));
        state = course.changes.last().map_or(state, |change| change.value);
        due = if look.is_final() {
            next_after_silence(at, &times, rule)
        } else {
            Some(next(at, rule))
        };
    }
    course
}

/// A new alarm is evaluated at once, with data or without. From then on only data have it evaluated again: without any, AWS would come to
/// the same state every minute, and a state that was set by hand would be gone before anybody saw it. An alarm that ever had data loses
/// such a state to the next evaluation, as it does with AWS.
fn first_due(
    evaluated: Option<i64>,
    first_data: Option<i64>,
    rule: &EvaluationSettings,
    now: i64,
) -> Option<i64> {
    match evaluated {
        None => Some(now),
        Some(evaluated) => Some(next(
            evaluated
                .max(first_data?)
                .max(now.saturating_sub(MOST_MADE_UP)),
            rule,
        )),
    }
}

/// The first evaluation that sees the next point that was published after a time; none if nothing was.
fn next_after_silence(time: i64, times: &[i64], rule: &EvaluationSettings) -> Option<i64> {
    let point = times.get(times.partition_point(|at| *at < time))?;
    Some(next(*point, rule))
}

/// What an evaluation at a time looks at.
struct Look<'a> {
    at: i64,
    rule: &'a EvaluationSettings,
    starts: Vec<i64>,
    points: Vec<Option<Datapoint>>,
}

impl<'a> Look<'a> {
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

    /// Whether all later evaluations come to the same until something is published: there is nothing in sight. On a clock the latest
    /// points come into sight only with the end of their period.
    fn is_final(&self) -> bool {
        self.rule.window == Window::Sliding && self.points.iter().all(Option::is_none)
    }

    fn change(&self, alarm: &Alarm, from: AlarmState) -> Option<Change> {
        let evaluation = evaluate(&self.points, self.rule, from);
        let reason = reason(&evaluation, &self.points, &self.starts, self.rule)?;
        (evaluation.state != from).then(|| Change {
            at: self.at,
            value: evaluation.state,
            reason,
            data: self.reason_data(alarm),
        })
    }

    /// In the form of published events; newest points first.
    fn reason_data(&self, alarm: &Alarm) -> Value {
        let real = self
            .starts
            .iter()
            .zip(&self.points)
            .rev()
            .filter_map(|(start, point)| Some((*start, (*point)?)));
        let newest: Vec<(i64, Datapoint)> = real.take(self.rule.evaluation_periods).collect();
        let mut data = json!({
            "version": "1.0",
            "queryDate": instant(self.at),
            "period": self.rule.period,
            "recentDatapoints": newest.iter().map(|(_, point)| point.value).collect::<Vec<_>>(),
            "evaluatedDatapoints": newest.iter().map(|(start, point)| evaluated(*start, point)).collect::<Vec<_>>(),
        });
        if let Some((start, _)) = newest.last() {
            data["startDate"] = json!(instant(*start));
        }
        if let Some(statistic) = alarm
            .configuration
            .get("Statistic")
            .or(alarm.configuration.get("ExtendedStatistic"))
        {
            data["statistic"] = statistic.clone();
        }
        match self.rule.criterion {
            Criterion::Threshold(_, threshold) => data["threshold"] = json!(threshold),
            Criterion::Band(_) => {
                let edges = |edge: fn((f64, f64)) -> f64| {
                    newest
                        .iter()
                        .map(|(_, point)| point.band.map(edge))
                        .collect::<Vec<_>>()
                };
                data["recentLowerThresholds"] = json!(edges(|band| band.0));
                data["recentUpperThresholds"] = json!(edges(|band| band.1));
            }
        }
        data
    }
}

fn evaluated(start: i64, point: &Datapoint) -> Value {
    let mut evaluated = json!({ "timestamp": instant(start), "value": point.value });
    if let Some(samples) = point.samples {
        evaluated["sampleCount"] = json!(samples);
    }
    evaluated
}

/// `2025-07-03T08:29:00.000+0000`
fn instant(seconds: i64) -> String {
    let instant = Timestamp::from_second(seconds).unwrap_or_default();
    instant.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::sandbox::cloudwatch::alarms;

    const REGION: &str = "eu-west-1";

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 / 60 * 60 + minutes * 60).unwrap()
    }

    fn call(account: &mut Account, now: Timestamp, operation: &str, input: &Value) {
        let mut operations = alarms::OPERATIONS
            .iter()
            .chain(super::super::metrics::OPERATIONS);
        let (_, handler) = operations.find(|(name, _)| *name == operation).unwrap();
        let input = Input(input.as_object().unwrap().clone());
        handler(
            account,
            &Request {
                region: REGION.to_owned(),
                now,
                input,
            },
        )
        .unwrap();
    }

    fn put(account: &mut Account, name: &str) {
        let alarm = json!({
            "AlarmName": name, "Namespace": "n", "MetricName": name, "Statistic": "Sum", "Period": 60,
            "EvaluationPeriods": 1, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold",
            "TreatMissingData": "notBreaching",
        });
        call(account, at(0), "PutMetricAlarm", &alarm);
    }

    fn publish(account: &mut Account, now: Timestamp, name: &str, value: f64) {
        let data =
            json!({ "Namespace": "n", "MetricData": [{ "MetricName": name, "Value": value }] });
        call(account, now, "PutMetricData", &data);
    }

    fn states(account: &mut Account) -> Vec<AlarmState> {
        account
            .region(REGION)
            .alarms
            .values()
            .map(|alarm| alarm.state.value)
            .collect()
    }

    #[test]
    fn alarms_without_data_cost_one_evaluation() {
        let mut account = Account::in_memory();
        for number in 0..200 {
            put(&mut account, &format!("a{number}"));
        }
        let evaluated: Vec<usize> = [0, 0, 1, 600]
            .into_iter()
            .map(|minute| bring_forward(&mut account, REGION, at(minute)))
            .collect();
        // Each is put after those before it were evaluated.
        assert_eq!(evaluated, [1, 0, 0, 0]);
        assert!(
            states(&mut account)
                .iter()
                .all(|state| *state == AlarmState::Ok)
        );
    }

    #[test]
    fn only_what_has_data_is_evaluated_and_only_while_it_is_in_sight() {
        let mut account = Account::in_memory();
        for name in ["busy", "quiet"] {
            put(&mut account, name);
        }
        bring_forward(&mut account, REGION, at(0));
        publish(&mut account, at(100), "busy", 1.0);
        assert_eq!(
            bring_forward(&mut account, REGION, at(100)),
            0,
            "the minute is not over"
        );
        assert_eq!(bring_forward(&mut account, REGION, at(101)), 1);
        assert_eq!(states(&mut account), [AlarmState::Alarm, AlarmState::Ok]);
        assert_eq!(bring_forward(&mut account, REGION, at(101)), 0);
        // Five periods look back at the point, the sixth at nothing.
        assert_eq!(bring_forward(&mut account, REGION, at(1000)), 5);
        assert_eq!(states(&mut account), [AlarmState::Ok, AlarmState::Ok]);
    }

    #[test]
    fn not_more_than_a_day_is_made_up_for() {
        let mut account = Account::in_memory();
        put(&mut account, "a");
        for minute in 0..3 * 24 * 60 {
            account.region(REGION).unseen_since = None;
            publish(&mut account, at(minute), "a", 1.0);
        }
        assert_eq!(
            bring_forward(&mut account, REGION, at(3 * 24 * 60)),
            1,
            "a new alarm looks at the present"
        );
        account
            .region(REGION)
            .alarms
            .get_mut("a")
            .unwrap()
            .evaluated = Some(at(0).as_second());
        assert_eq!(
            bring_forward(&mut account, REGION, at(3 * 24 * 60)),
            24 * 60
        );
    }

    #[test]
    fn a_clock_that_was_set_back_stops_nothing() {
        let mut account = Account::in_memory();
        put(&mut account, "a");
        bring_forward(&mut account, REGION, at(600));
        bring_forward(&mut account, REGION, at(1));
        publish(&mut account, at(1), "a", 1.0);
        bring_forward(&mut account, REGION, at(2));
        assert_eq!(states(&mut account), [AlarmState::Alarm]);
    }
}
