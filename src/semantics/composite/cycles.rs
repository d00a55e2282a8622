//! Cycles between composite alarms.

use std::collections::{BTreeMap, BTreeSet};

use super::reference::name_of;
use super::rule::AlarmRule;

/// Cycles of composite alarms that depend on each other, by name. CloudWatch stops evaluating all alarms of a cycle.
pub fn cycles(rules: &BTreeMap<String, AlarmRule>) -> Vec<BTreeSet<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = rules
        .keys()
        .map(|name| (name.as_str(), reachable(name, rules)))
        .collect();
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for (name, from_here) in reached
        .iter()
        .filter(|(name, from_here)| from_here.contains(*name))
    {
        if found.iter().all(|cycle| !cycle.contains(name)) {
            found.push(
                from_here
                    .iter()
                    .copied()
                    .filter(|other| reached.get(other).is_some_and(|back| back.contains(name)))
                    .collect(),
            );
        }
    }
    found
}

/// All composite alarms that a composite depends on, directly or indirectly. It includes itself only if it is in a cycle.
fn reachable<'a>(name: &'a str, rules: &'a BTreeMap<String, AlarmRule>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![name];
    while let Some(rule) = open.pop().and_then(|name| rules.get(name)) {
        let known = rule
            .children()
            .into_iter()
            .filter_map(|child| rules.get_key_value(name_of(child)));
        open.extend(
            known
                .map(|(name, _)| name.as_str())
                .filter(|name| seen.insert(*name)),
        );
    }
    seen
}
