//! The number of evaluations that catching up takes.
#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use serde_json::{Value, json};

use super::catch_up;
use crate::sandbox::account::Account;
use crate::sandbox::dispatch::handler;
use crate::sandbox::request::{OperationInput, Request};
use crate::semantics::state::AlarmState;

const REGION: &str = "eu-west-1";

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 / 60 * 60 + minutes * 60).unwrap()
}

fn call(account: &mut Account, now: Timestamp, operation: &str, input: &Value) {
    let request = Request {
        region: REGION.to_owned(),
        now,
        input: OperationInput(input.as_object().unwrap().clone()),
    };
    handler("cloudwatch", operation).unwrap()(account, &request).unwrap();
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
    let data = json!({ "Namespace": "n", "MetricData": [{ "MetricName": name, "Value": value }] });
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
fn alarms_without_data_are_evaluated_once() {
    let mut account = Account::in_memory();
    for number in 0..200 {
        put(&mut account, &format!("a{number}"));
    }
    let evaluated: Vec<usize> = [0, 0, 1, 600]
        .into_iter()
        .map(|minute| catch_up(&mut account, REGION, at(minute)))
        .collect();
    // PutMetricAlarm catches up first, so that only the last alarm is not evaluated yet.
    assert_eq!(evaluated, [1, 0, 0, 0]);
    assert!(
        states(&mut account)
            .iter()
            .all(|state| *state == AlarmState::Ok)
    );
}

#[test]
fn alarms_are_evaluated_while_a_datapoint_is_visible() {
    let mut account = Account::in_memory();
    for name in ["busy", "quiet"] {
        put(&mut account, name);
    }
    catch_up(&mut account, REGION, at(0));
    publish(&mut account, at(100), "busy", 1.0);
    assert_eq!(
        catch_up(&mut account, REGION, at(100)),
        0,
        "the minute is not over"
    );
    assert_eq!(catch_up(&mut account, REGION, at(101)), 1);
    assert_eq!(states(&mut account), [AlarmState::Alarm, AlarmState::Ok]);
    assert_eq!(catch_up(&mut account, REGION, at(101)), 0);
    // The datapoint is visible to five evaluations.
    assert_eq!(catch_up(&mut account, REGION, at(1000)), 5);
    assert_eq!(states(&mut account), [AlarmState::Ok, AlarmState::Ok]);
}

#[test]
fn catching_up_covers_at_most_a_day() {
    let mut account = Account::in_memory();
    put(&mut account, "a");
    for minute in 0..3 * 24 * 60 {
        account.region(REGION).unseen_since = None;
        publish(&mut account, at(minute), "a", 1.0);
    }
    assert_eq!(
        catch_up(&mut account, REGION, at(3 * 24 * 60)),
        1,
        "a new alarm is evaluated once, at the present"
    );
    account
        .region(REGION)
        .alarms
        .get_mut("a")
        .unwrap()
        .evaluated = Some(at(0).as_second());
    assert_eq!(catch_up(&mut account, REGION, at(3 * 24 * 60)), 24 * 60);
}

#[test]
fn alarms_are_evaluated_after_the_clock_was_set_back() {
    let mut account = Account::in_memory();
    put(&mut account, "a");
    catch_up(&mut account, REGION, at(600));
    catch_up(&mut account, REGION, at(1));
    publish(&mut account, at(1), "a", 1.0);
    catch_up(&mut account, REGION, at(2));
    assert_eq!(states(&mut account), [AlarmState::Alarm]);
}
