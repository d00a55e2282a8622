//! Composite alarms and mute rules without the alarms that are missing: one alarm that cannot be made must not silence all others of its
//! group, nor let them notify in a maintenance window.

use std::collections::BTreeSet;

use super::change::Change;
use super::depends::alarm_ids;
use crate::artifact::{Artifact, ArtifactId, CompositeAlarm, MuteRule};
use crate::semantics::composite::{self, AlarmRule};

impl Change {
    /// The same change. A new composite alarm whose rule is a list of alternatives has none that names a missing alarm, and a mute rule
    /// names no missing alarm; they keep all of them where no other is left.
    #[must_use]
    pub fn without_alternatives(self, missing: &BTreeSet<ArtifactId>) -> Self {
        if missing.is_empty() {
            return self;
        }
        self.map_new(|artifact| without_alternatives(artifact, missing))
    }
}

fn without_alternatives(artifact: Artifact, missing: &BTreeSet<ArtifactId>) -> Artifact {
    let alarm = match &artifact {
        Artifact::CompositeAlarm(alarm) => alarm,
        Artifact::MuteRule(rule) => return Artifact::MuteRule(without_alarms(rule, missing)),
        Artifact::Topic(_)
        | Artifact::ChatConfiguration(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::MetricFilter(_)
        | Artifact::Alarm(_)
        | Artifact::ServiceLevelObjective(_)
        | Artifact::Dashboard(_) => return artifact,
    };
    let Ok(AlarmRule::Any(alternatives)) = composite::parse(&alarm.rule) else {
        return artifact;
    };
    let (left, removed): (Vec<_>, Vec<_>) = alternatives
        .into_iter()
        .partition(|alternative| !names_missing(alternative, missing));
    if left.is_empty() || removed.is_empty() {
        return artifact;
    }
    CompositeAlarm {
        rule: AlarmRule::Any(left).to_string(),
        ..(**alarm).clone()
    }
    .into()
}

fn without_alarms(rule: &MuteRule, missing: &BTreeSet<ArtifactId>) -> MuteRule {
    let mut left = rule.clone();
    left.alarms.retain(|name| !is_missing(name, missing));
    if left.alarms.is_empty() {
        rule.clone()
    } else {
        left
    }
}

fn names_missing(rule: &AlarmRule, missing: &BTreeSet<ArtifactId>) -> bool {
    let mut references = rule.children().into_iter();
    references.any(|reference| is_missing(composite::name_of(reference), missing))
}

fn is_missing(alarm: &str, missing: &BTreeSet<ArtifactId>) -> bool {
    alarm_ids(alarm).iter().any(|id| missing.contains(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::Kind;
    use crate::plan::tests::{composite, mute_rule};

    fn rule_without(rule: &str, missing: &[&str]) -> String {
        let missing = missing.iter().map(|name| ArtifactId {
            kind: Kind::Alarm,
            name: (*name).to_owned(),
        });
        let change = Change::Create {
            new: composite("shop.critical", rule),
        };
        let change = change.without_alternatives(&missing.collect());
        match change.artifact() {
            Artifact::CompositeAlarm(alarm) => alarm.rule.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mute_rule_names_no_missing_alarm_unless_no_other_is_left() {
        let missing = BTreeSet::from([ArtifactId {
            kind: Kind::CompositeAlarm,
            name: "b".to_owned(),
        }]);
        for (alarms, left) in [(&["a", "b"][..], "a"), (&["b"], "b")] {
            let new = mute_rule("shop_nightly", alarms);
            let change = Change::Create { new }.without_alternatives(&missing);
            assert_eq!(*change.artifact(), mute_rule("shop_nightly", &[left]));
        }
    }

    #[test]
    fn only_lists_of_alternatives_lose_missing_alarms() {
        let list = r#"ALARM("a") OR ALARM("b") OR ALARM("c")"#;
        assert_eq!(rule_without(list, &["b"]), r#"ALARM("a") OR ALARM("c")"#);
        assert_eq!(rule_without(list, &["a", "b", "c"]), list);
        assert_eq!(rule_without(list, &[]), list);
        let both = r#"ALARM("a") AND ALARM("b")"#;
        assert_eq!(rule_without(both, &["b"]), both);
    }
}
