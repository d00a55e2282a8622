//! Composite alarms that notify in place of the alarms that they join, so that one incident sends one notification.
//!
//! The critical alarms of a stack have two groups: requests (an entry point for which somebody waits, and everything that it
//! invokes) and work (all others). Warnings have one group. It is silent while a critical group is in ALARM, because a
//! warning is then usually a cause or an effect of the same incident.

use std::collections::{BTreeMap, BTreeSet};

use super::console::Console;
use super::naming::{Names, numbered};
use super::topics::Topics;
use crate::artifact::{
    Actions, Artifact, ArtifactId, CompositeAlarm, Kind, Origin, Severity, State, Suppressor,
};
use crate::catalog::Catalog;
use crate::inventory::{Inventory, LinkKind, ResourceId, Target};
use crate::project::{Grouping, Project};
use crate::semantics::composite::AlarmRule;
use crate::semantics::limits;
use crate::semantics::state::AlarmState;

/// Seconds for which a warning waits for a critical alarm of the same incident: the critical alarms on shares need up to ten minutes at
/// little traffic.
const WAIT: u32 = 600;

/// Seconds for which warnings stay silent after the critical alarms are over: longer than the hour for which alarms on lost events stay on.
const EXTENSION: u32 = 3900;

/// What the alarms of a group mean together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// All alarms of a severity.
    All,
    /// Critical alarms of resources for whose answers somebody waits.
    Requests,
    /// All other critical alarms.
    Work,
}

/// Alarms that share a notification.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct GroupKey {
    /// The resource of the alarms; `None` for a group of the whole stack.
    resource: Option<ResourceId>,
    severity: Severity,
    subject: Subject,
}

/// The names of the alarms of each group.
type Groups = BTreeMap<GroupKey, Vec<String>>;

/// Makes the composite alarms of one target.
pub(super) struct AlarmGrouping<'a> {
    pub(super) project: &'a Project,
    pub(super) names: &'a Names<'a>,
    pub(super) target: &'a Target,
    /// The link that every description ends with.
    pub(super) dashboard: &'a str,
    /// The resources of the group of requests.
    pub(super) awaited: &'a BTreeSet<&'a ResourceId>,
}

impl AlarmGrouping<'_> {
    /// Removes the actions of the alarms of a state, and returns the composite alarms that notify in their place.
    pub(super) fn apply(&self, state: &mut State, topics: &Topics) -> Vec<(Origin, Artifact)> {
        if self.project.grouping == Grouping::None {
            return Vec::new();
        }
        let mut groups = Groups::new();
        for id in notifying(state, topics) {
            let key = self.key(state.origin(&id));
            groups.entry(key).or_default().push(id.name.clone());
            if let Some(artifact) = state.get_mut(&id) {
                remove_actions(artifact);
            }
        }
        join_single_subjects(&mut groups);
        let scopes: BTreeSet<Option<ResourceId>> =
            groups.keys().map(|key| key.resource.clone()).collect();
        let scopes = scopes.into_iter();
        scopes
            .flat_map(|scope| self.of_scope(scope.as_ref(), &groups, topics))
            .collect()
    }

    fn key(&self, origin: Option<&Origin>) -> GroupKey {
        let severity = origin.and_then(|origin| origin.severity);
        let severity = severity.unwrap_or(Severity::Warning);
        let resource = origin.and_then(|origin| origin.resource.as_ref());
        let is_awaited = resource.is_some_and(|resource| self.awaited.contains(resource));
        let subject = match (self.project.grouping, severity) {
            (Grouping::Stack, Severity::Critical) if is_awaited => Subject::Requests,
            (Grouping::Stack, Severity::Critical) => Subject::Work,
            _ => Subject::All,
        };
        let by_resource = self.project.grouping == Grouping::Resource;
        GroupKey {
            resource: resource.filter(|_| by_resource).cloned(),
            severity,
            subject,
        }
    }

    /// The composite alarms of the stack, or of one resource.
    fn of_scope(
        &self,
        scope: Option<&ResourceId>,
        groups: &Groups,
        topics: &Topics,
    ) -> Vec<(Origin, Artifact)> {
        let of_scope = groups
            .iter()
            .filter(|(key, _)| key.resource.as_ref() == scope);
        let (critical, others): (Vec<_>, Vec<_>) =
            of_scope.partition(|(key, _)| key.severity == Severity::Critical);
        let mut composites = Vec::new();
        let mut names = Vec::new();
        for (key, alarms) in critical {
            let group = self.group(key, topics.actions(key.severity), None);
            names.push(group.name.clone());
            composites.extend(joined(group, alarms.clone()));
        }
        let suppressor = match names.as_slice() {
            [] => None,
            [name] => Some(name.clone()),
            _ if others.is_empty() => None,
            _ => {
                let group = self.all_critical(scope);
                let name = group.name.clone();
                composites.extend(joined(group, names));
                Some(name)
            }
        };
        let mut found = with_origins(composites, scope, Severity::Critical);
        for (key, alarms) in others {
            let suppressor = suppressor.as_ref().map(|alarm| Suppressor {
                alarm: alarm.clone(),
                wait: WAIT,
                extension: EXTENSION,
            });
            let group = self.group(key, topics.actions(key.severity), suppressor);
            let composites = joined(group, alarms.clone());
            found.extend(with_origins(composites, scope, key.severity));
        }
        found
    }

    /// A composite alarm that still needs its rule.
    fn group(
        &self,
        key: &GroupKey,
        actions: Actions,
        suppressor: Option<Suppressor>,
    ) -> CompositeAlarm {
        let severity = key.severity.word();
        let word = match key.subject {
            Subject::All => severity.to_owned(),
            Subject::Requests => format!("{severity}-requests"),
            Subject::Work => format!("{severity}-work"),
        };
        let meaning = match key.subject {
            Subject::All => format!(
                "At least one {severity} alarm of {} is on.",
                self.scope(key)
            ),
            Subject::Requests => format!(
                "Requests to {} fail or are slow: a critical alarm of an entry point, or of something that it calls, is on.",
                self.project.name
            ),
            Subject::Work => format!(
                "Work of {} fails or is lost: a critical alarm of something that runs in the background is on.",
                self.project.name
            ),
        };
        let notify = self.project.notify.get(&key.severity);
        let runbook = notify.and_then(|notify| notify.runbook.as_deref());
        CompositeAlarm {
            name: self.names.group(key.resource.as_ref(), &word),
            description: self.description(&meaning, runbook),
            rule: String::new(),
            actions,
            suppressor,
        }
    }

    /// The alarm on all critical groups. It notifies nobody: it silences the warnings.
    fn all_critical(&self, scope: Option<&ResourceId>) -> CompositeAlarm {
        let meaning = "A critical group is on. This alarm notifies nobody: while it is on, warnings notify nobody either.";
        CompositeAlarm {
            name: self.names.group(scope, Severity::Critical.word()),
            description: self.description(meaning, None),
            rule: String::new(),
            actions: Actions {
                enabled: true,
                ..Actions::default()
            },
            suppressor: None,
        }
    }

    fn scope(&self, key: &GroupKey) -> String {
        match &key.resource {
            Some(resource) => resource.logical_id.to_string(),
            None => self.project.name.clone(),
        }
    }

    fn description(&self, meaning: &str, runbook: Option<&str>) -> String {
        let alarms = Console::new(self.target).alarms(&self.names.alarm_prefix());
        let runbook = runbook.map(|url| format!("\nRunbook: {url}"));
        format!(
            "{meaning} The alarms that are on are its triggering children; the description of each has its meaning and first step.{}\nAlarms: {alarms}\nDashboard: {}",
            runbook.unwrap_or_default(),
            self.dashboard
        )
    }
}

/// The alarms and composite alarms of a state that notify a topic.
fn notifying(state: &State, topics: &Topics) -> Vec<ArtifactId> {
    let alarms = state
        .iter()
        .filter(|(id, _)| matches!(id.kind, Kind::Alarm | Kind::CompositeAlarm));
    let with_topic = alarms.filter(|(id, _)| {
        let severity = state.origin(id).and_then(|origin| origin.severity);
        severity.is_some_and(|severity| topics.arn(severity).is_some())
    });
    with_topic.map(|(id, _)| id.clone()).collect()
}

fn remove_actions(artifact: &mut Artifact) {
    let actions = match artifact {
        Artifact::Alarm(alarm) => &mut alarm.actions,
        Artifact::CompositeAlarm(alarm) => &mut alarm.actions,
        Artifact::Topic(_)
        | Artifact::TraceGroup(_)
        | Artifact::SamplingRule(_)
        | Artifact::LogRetention(_)
        | Artifact::EventRule(_)
        | Artifact::Dashboard(_) => return,
    };
    *actions = Actions {
        enabled: true,
        ..Actions::default()
    };
}

/// A stack with critical alarms of one subject only has one critical group.
fn join_single_subjects(groups: &mut Groups) {
    let critical: Vec<GroupKey> = groups
        .keys()
        .filter(|key| key.resource.is_none() && key.severity == Severity::Critical)
        .cloned()
        .collect();
    let [only] = critical.as_slice() else { return };
    if let Some(alarms) = groups.remove(only) {
        let key = GroupKey {
            subject: Subject::All,
            ..only.clone()
        };
        groups.insert(key, alarms);
    }
}

/// The group over its alarms. Where one rule cannot name all of them, parts of the group without actions come first.
fn joined(group: CompositeAlarm, alarms: Vec<String>) -> Vec<CompositeAlarm> {
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
                actions: Actions {
                    enabled: true,
                    ..Actions::default()
                },
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

fn with_origins(
    composites: Vec<CompositeAlarm>,
    resource: Option<&ResourceId>,
    severity: Severity,
) -> Vec<(Origin, Artifact)> {
    let origin = Origin::of_grouping(resource, severity);
    let composites = composites.into_iter();
    composites
        .map(|composite| (origin.clone(), composite.into()))
        .collect()
}

/// The resources for whose answers somebody waits, and everything that those invoke. Parts belong to their whole: a stage to
/// its API, an alias to its function.
pub(super) fn awaited<'a>(inventory: &'a Inventory, catalog: &Catalog) -> BTreeSet<&'a ResourceId> {
    let mut next: BTreeMap<&ResourceId, Vec<&ResourceId>> = BTreeMap::new();
    for link in &inventory.links {
        match link.kind {
            LinkKind::Invokes => next.entry(&link.from).or_default().push(&link.to),
            LinkKind::PartOf => {
                next.entry(&link.from).or_default().push(&link.to);
                next.entry(&link.to).or_default().push(&link.from);
            }
            LinkKind::DeadLetter | LinkKind::LogsTo => {}
        }
    }
    let begins = inventory.resources.values().filter(|resource| {
        let entry = catalog.type_entry(&resource.kind);
        entry.is_some_and(|entry| entry.awaited)
    });
    let mut waiting: Vec<&ResourceId> = begins.map(|resource| &resource.id).collect();
    let mut awaited = BTreeSet::new();
    while let Some(id) = waiting.pop() {
        if awaited.insert(id) {
            waiting.extend(next.get(id).into_iter().flatten());
        }
    }
    awaited
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> CompositeAlarm {
        CompositeAlarm {
            name: "shop.warning".to_owned(),
            description: String::new(),
            rule: String::new(),
            actions: Actions {
                enabled: true,
                alarm: BTreeSet::from(["arn:aws:sns:us-east-1:123456789012:shop_warning".into()]),
                ..Actions::default()
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
        let rule = crate::semantics::composite::parse(&alarm.rule).unwrap();
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
