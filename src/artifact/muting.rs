//! The effect of mute rules on alarms and composite alarms.

use std::collections::{BTreeMap, BTreeSet};

use super::alarm::Actions;
use super::id::{ArtifactId, Kind};
use super::state::State;
use crate::semantics::composite::{self, name_of};

/// The effect of muting some alarms.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Muting {
    /// The alarms that a mute rule has to name: those that run actions, and the composite alarms that notify in place of the others.
    pub named: BTreeSet<String>,
    /// Other alarms that notify by these composite alarms alone, and so do not notify either.
    pub others: BTreeSet<String>,
}

impl Muting {
    /// The effect of muting the alarms of a state that `is_wanted` selects.
    pub fn of(state: &State, is_wanted: impl Fn(&ArtifactId) -> bool) -> Self {
        let alarms = state.iter().map(|(id, _)| id).filter(|id| is_alarm(id));
        let wanted: BTreeSet<&str> = alarms
            .filter(|id| is_wanted(id))
            .map(|id| id.name.as_str())
            .collect();
        let children = children(state);
        let mut reached = wanted.clone();
        while let Some(parent) = unreached_parent(&children, &reached) {
            reached.insert(parent);
        }
        let named: BTreeSet<&str> = reached
            .into_iter()
            .filter(|name| notifies(state, name))
            .collect();
        let below = below(&children, &named);
        let others = below.into_iter().filter(|name| {
            !wanted.contains(name) && !children.contains_key(name) && !notifies(state, name)
        });
        Self {
            others: others.map(str::to_owned).collect(),
            named: named.into_iter().map(str::to_owned).collect(),
        }
    }
}

fn is_alarm(id: &ArtifactId) -> bool {
    matches!(id.kind, Kind::Alarm | Kind::CompositeAlarm)
}

/// The names in the rule of each composite alarm.
fn children(state: &State) -> BTreeMap<&str, BTreeSet<String>> {
    let composites = state
        .iter()
        .filter_map(|(_, artifact)| artifact.as_composite_alarm());
    composites
        .filter_map(|alarm| {
            let rule = composite::parse(&alarm.rule).ok()?;
            let children = rule.children().into_iter();
            let names = children.map(|child| name_of(child).to_owned());
            Some((alarm.name.as_str(), names.collect()))
        })
        .collect()
}

/// A composite alarm over a reached alarm that is not reached itself.
fn unreached_parent<'s>(
    children: &BTreeMap<&'s str, BTreeSet<String>>,
    reached: &BTreeSet<&str>,
) -> Option<&'s str> {
    children
        .iter()
        .filter(|(parent, _)| !reached.contains(*parent))
        .find(|(_, below)| below.iter().any(|child| reached.contains(child.as_str())))
        .map(|(parent, _)| *parent)
}

/// All alarms below some composite alarms.
fn below<'c>(
    children: &'c BTreeMap<&str, BTreeSet<String>>,
    composites: &BTreeSet<&'c str>,
) -> BTreeSet<&'c str> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&str> = composites.iter().copied().collect();
    while let Some(name) = waiting.pop() {
        for child in children.get(name).into_iter().flatten() {
            if found.insert(child.as_str()) {
                waiting.push(child);
            }
        }
    }
    found
}

fn notifies(state: &State, name: &str) -> bool {
    [Kind::Alarm, Kind::CompositeAlarm]
        .into_iter()
        .filter_map(|kind| {
            let name = name.to_owned();
            state.get(&ArtifactId { kind, name })?.actions()
        })
        .any(Actions::run)
}
