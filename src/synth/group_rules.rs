//! The rules of composite alarms that notify for a group: any of its alarms, within the limits of one rule.

use super::naming::numbered;
use crate::artifact::{Actions, CompositeAlarm};
use crate::semantics::composite::AlarmRule;
use crate::semantics::limits;
use crate::semantics::state::AlarmState;

/// The group over its alarms. Where one rule cannot name all of them, parts of the group without actions come first.
pub(super) fn joined(group: CompositeAlarm, alarms: Vec<String>) -> Vec<CompositeAlarm> {
    let mut composites = Vec::new();
    let mut alarms = alarms;
    while !fits_one_rule(&alarms) {
        let mut above = Vec::new();
        for part in rules(&alarms) {
            let name = numbered(&group.name, composites.len() + 1);
            above.push(name.clone());
            composites.push(CompositeAlarm {
                name,
                description: group.description.clone(),
                rule: any(&part),
                actions: Actions::none(),
                suppressor: None,
            });
        }
        alarms = above;
    }
    composites.push(CompositeAlarm {
        rule: any(&alarms),
        ..group
    });
    composites
}

fn fits_one_rule(alarms: &[String]) -> bool {
    alarms.len() <= limits::COMPOSITE_CHILDREN
        && any(alarms).chars().count() <= limits::COMPOSITE_RULE
}

/// The alarms in lists that fit one rule each.
fn rules(alarms: &[String]) -> Vec<Vec<String>> {
    let mut lists: Vec<Vec<String>> = Vec::new();
    let mut room = 0;
    for alarm in alarms {
        let length = any(std::slice::from_ref(alarm)).chars().count() + OR.len();
        match lists.last_mut() {
            Some(list) if list.len() < limits::COMPOSITE_CHILDREN && length <= room => {
                list.push(alarm.clone());
                room -= length;
            }
            _ => {
                lists.push(vec![alarm.clone()]);
                room = limits::COMPOSITE_RULE - length;
            }
        }
    }
    lists
}

const OR: &str = " OR ";

/// The rule that holds when any of the alarms is in ALARM.
fn any(alarms: &[String]) -> String {
    let children = alarms
        .iter()
        .map(|alarm| AlarmRule::In(AlarmState::Alarm, alarm.clone()));
    AlarmRule::Any(children.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::semantics::composite;

    fn group() -> CompositeAlarm {
        CompositeAlarm {
            name: "shop.warning".to_owned(),
            description: String::new(),
            rule: String::new(),
            actions: Actions {
                alarm: BTreeSet::from(["arn:aws:sns:us-east-1:123456789012:shop_warning".into()]),
                ..Actions::none()
            },
            suppressor: None,
        }
    }

    fn alarms(count: usize, length: usize) -> Vec<String> {
        let names = 0..count;
        names
            .map(|number| format!("shop.{number:0>length$}"))
            .collect()
    }

    fn children(alarm: &CompositeAlarm) -> BTreeSet<String> {
        let rule = composite::parse(&alarm.rule).unwrap();
        rule.children().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_hundred_alarms_fit_one_rule() {
        let composites = joined(group(), alarms(100, 20));
        let names: Vec<&str> = composites.iter().map(|alarm| &*alarm.name).collect();
        assert_eq!(names, ["shop.warning"]);
    }

    #[test]
    fn more_alarms_have_parts_that_notify_nobody() {
        for (count, length, parts) in [(101, 20, 2), (100, 200, 3), (250, 20, 3)] {
            let alarms = alarms(count, length);
            let composites = joined(group(), alarms.clone());
            let (top, below) = composites.split_last().unwrap();
            assert_eq!(below.len(), parts, "{count} alarms");
            let named: BTreeSet<String> = below.iter().flat_map(children).collect();
            assert_eq!(named, alarms.into_iter().collect());
            assert_eq!(
                children(top),
                below.iter().map(|part| part.name.clone()).collect()
            );
            assert!(below.iter().all(|part| part.actions.alarm.is_empty()));
            assert_eq!(top.actions, group().actions);
        }
    }

    #[test]
    fn every_rule_is_within_the_limits() {
        for composite in joined(group(), alarms(12_000, 200)) {
            assert!(composite.rule.chars().count() <= limits::COMPOSITE_RULE);
            assert!(children(&composite).len() <= limits::COMPOSITE_CHILDREN);
        }
    }
}
