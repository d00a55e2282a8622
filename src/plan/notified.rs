//! The topics that an alarm notifies: through its own actions, and through the composite alarms that go into ALARM with it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::depends::needed_alarms;
use super::model::PlanPart;
use crate::artifact::{Actions, Artifact, CompositeAlarm};
use crate::semantics::composite::{self, AlarmRule, name_of};
use crate::semantics::state::AlarmState;

/// The composite alarms of a target, by the alarms in their rules.
pub(super) struct Notified<'p> {
    above: BTreeMap<String, Vec<Composite<'p>>>,
}

#[derive(Clone)]
struct Composite<'p> {
    alarm: &'p CompositeAlarm,
    rule: Rc<AlarmRule>,
}

impl<'p> Notified<'p> {
    /// As the account has the alarms now.
    pub(super) fn before(part: &'p PlanPart) -> Self {
        Self::of(part.before())
    }

    /// As the plan leaves the alarms.
    pub(super) fn after(part: &'p PlanPart) -> Self {
        Self::of(part.after())
    }

    fn of(artifacts: impl Iterator<Item = &'p Artifact>) -> Self {
        let mut above: BTreeMap<String, Vec<Composite<'p>>> = BTreeMap::new();
        for artifact in artifacts {
            let Artifact::CompositeAlarm(alarm) = artifact else {
                continue;
            };
            let Ok(rule) = composite::parse(&alarm.rule) else {
                continue;
            };
            let rule = Rc::new(rule);
            for child in rule.children() {
                let composite = Composite {
                    alarm,
                    rule: rule.clone(),
                };
                above
                    .entry(name_of(child).to_owned())
                    .or_default()
                    .push(composite);
            }
        }
        Self { above }
    }

    /// The ARNs of the topics that learn when the alarm goes into ALARM.
    pub(super) fn topics(&self, alarm: &'p Artifact) -> BTreeSet<&'p str> {
        let mut topics = BTreeSet::new();
        if let Some(actions) = alarm.actions() {
            add(&mut topics, actions);
        }
        for composite in self.composites_above(alarm.name()) {
            add(&mut topics, &composite.actions);
        }
        topics
    }

    /// The composite alarms that go into ALARM with this alarm.
    pub(super) fn composites_above(&self, alarm: &'p str) -> Vec<&'p CompositeAlarm> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::from([alarm]);
        let mut waiting = vec![alarm];
        while let Some(name) = waiting.pop() {
            for composite in self.above.get(name).into_iter().flatten() {
                let above = composite.alarm.name.as_str();
                if composite.follows(name) && seen.insert(above) {
                    found.push(composite.alarm);
                    waiting.push(above);
                }
            }
        }
        found
    }

    /// Whether an alarm in the rule of a composite alarm notifies on its own: the composite is not needed for its message.
    pub(super) fn has_notifying_child(&self, part: &'p PlanPart, alarm: &Artifact) -> bool {
        let Artifact::CompositeAlarm(composite) = alarm else {
            return false;
        };
        let children = needed_alarms(composite);
        part.after()
            .filter(|artifact| children.contains(artifact.name()))
            .any(|child| !self.topics(child).is_empty())
    }
}

impl Composite<'_> {
    /// Whether the composite goes into ALARM with this alarm alone.
    fn follows(&self, name: &str) -> bool {
        self.rule.holds(&|reference| {
            if name_of(reference) == name {
                AlarmState::Alarm
            } else {
                AlarmState::Ok
            }
        })
    }
}

fn add<'p>(topics: &mut BTreeSet<&'p str>, actions: &'p Actions) {
    if actions.enabled {
        topics.extend(actions.alarm.iter().map(String::as_str));
    }
}
