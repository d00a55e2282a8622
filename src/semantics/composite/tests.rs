use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::*;
use crate::semantics::state::AlarmState;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// A rule, its printed form, and all its errors.
#[derive(Deserialize)]
struct Case {
    rule: String,
    printed: Option<String>,
    #[serde(default)]
    finds: Vec<String>,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("../../../tests/semantics/composites.toml"))
        .unwrap()
        .case
}

#[test]
fn every_case_has_its_errors_and_its_printed_form() {
    for case in cases() {
        let found: Vec<String> = check(&case.rule)
            .iter()
            .map(|error| error.line(&case.rule))
            .collect();
        assert_eq!(found, case.finds, "{}", case.rule);
        assert_eq!(
            parse(&case.rule).ok().map(|rule| rule.to_string()),
            case.printed,
            "{}",
            case.rule
        );
    }
}

#[test]
fn a_printed_rule_parses_to_the_same_rule() {
    for case in cases() {
        if let Ok(rule) = parse(&case.rule) {
            assert_eq!(parse(&rule.to_string()), Ok(rule.clone()), "{}", case.rule);
        }
    }
}

fn holds(text: &str, in_alarm: &[&str]) -> bool {
    let state = |name: &str| {
        if in_alarm.contains(&name) {
            AlarmState::Alarm
        } else {
            AlarmState::Ok
        }
    };
    parse(text).unwrap().holds(&state)
}

#[test]
fn a_rule_holds_by_the_states_of_its_children() {
    assert!(holds("ALARM(a) AND NOT ALARM(b)", &["a"]));
    assert!(!holds("ALARM(a) AND NOT ALARM(b)", &["a", "b"]));
    assert!(holds("ALARM(a) OR OK(b)", &[]));
    assert!(!holds("INSUFFICIENT_DATA(a)", &["a"]));
    assert!(!holds("FALSE", &[]) && holds("NOT FALSE", &[]));
}

#[test]
fn at_least_counts_and_rounds_a_percentage_up() {
    assert!(holds("AT_LEAST(2, ALARM, (a, b, c))", &["a", "c"]));
    assert!(!holds("AT_LEAST(2, ALARM, (a, b, c))", &["a"]));
    assert!(holds("AT_LEAST(2, NOT ALARM, (a, b, c))", &["a"]));
    assert!(
        !holds("AT_LEAST(50%, ALARM, (a, b, c))", &["a"]),
        "half of three is two"
    );
    assert!(holds("AT_LEAST(50%, ALARM, (a, b, c))", &["a", "b"]));
}

#[test]
fn a_reference_is_a_name_or_an_arn() {
    assert_eq!(
        name_of("arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a:b"),
        "a:b"
    );
    assert_eq!(
        name_of("arn:aws:sns:eu-west-1:123456789012:alarm:a"),
        "arn:aws:sns:eu-west-1:123456789012:alarm:a"
    );
    assert_eq!(name_of("stack.Fn.errors"), "stack.Fn.errors");
}

#[test]
fn cycles_are_found() {
    let rules = |pairs: &[(&str, &str)]| -> BTreeMap<String, AlarmRule> {
        pairs
            .iter()
            .map(|(name, rule)| ((*name).to_owned(), parse(rule).unwrap()))
            .collect()
    };
    let circle = rules(&[
        ("a", "ALARM(b) AND ALARM(metric)"),
        ("b", "OK(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:c)"),
        ("c", "ALARM(a)"),
        ("outside", "ALARM(a)"),
        ("own", "ALARM(own)"),
    ]);
    assert_eq!(
        cycles(&circle),
        [BTreeSet::from(["a", "b", "c"]), BTreeSet::from(["own"])]
    );
    assert!(
        cycles(&rules(&[
            ("a", "ALARM(b) OR ALARM(c)"),
            ("b", "ALARM(c)"),
            ("c", "TRUE")
        ]))
        .is_empty()
    );
}

#[test]
fn a_rule_keeps_to_its_limits() {
    let alarms = |count: usize| {
        (0..count)
            .map(|n| format!("ALARM(a{n})"))
            .collect::<Vec<_>>()
            .join(" OR ")
    };
    assert!(parse(&alarms(100)).is_ok());
    assert_eq!(
        parse(&alarms(101)).unwrap_err()[0].message,
        "the rule has 101 children; CloudWatch takes 100"
    );
    let same = vec!["ALARM(a)"; 501].join(" OR ");
    assert_eq!(
        parse(&same).unwrap_err()[0].message,
        "the rule has 501 elements; CloudWatch takes 500"
    );
    let long = format!("ALARM({})", "a".repeat(10_240));
    assert_eq!(
        parse(&long).unwrap_err()[0].message,
        "the rule has 10247 characters; CloudWatch takes 10240"
    );
    assert!(parse(&"(".repeat(10_000)).is_err());
    assert!(parse(&"NOT ".repeat(2_000)).is_err());
}
