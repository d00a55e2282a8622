//! Composite alarms that notify in place of the alarms that they join, so that one incident sends one notification.
//!
//! The critical alarms of a stack have two groups: requests (an entry point for which somebody waits, and everything that it
//! invokes) and work (all others). Warnings have one group. It is silent while a critical group is in ALARM, because a
//! warning is then usually a cause or an effect of the same incident.

use std::collections::{BTreeMap, BTreeSet};

use super::console::Console;
use super::group_rules::joined;
use super::naming::Names;
use super::topics::Topics;
use crate::artifact::{
    Actions, Artifact, ArtifactId, CompositeAlarm, Kind, Origin, Severity, State, Suppressor,
};
use crate::inventory::{ResourceId, Target};
use crate::project::{Grouping, Project};

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
            let actions = state.get_mut(&id).and_then(Artifact::actions_mut);
            if let Some(actions) = actions {
                *actions = Actions::none();
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
        let is_awaited = origin
            .into_iter()
            .flat_map(Origin::resources)
            .any(|resource| self.awaited.contains(resource));
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
                "At least one {severity} alarm of {} is in ALARM.",
                self.scope(key)
            ),
            Subject::Requests => format!(
                "Requests to {} fail or are slow: a critical alarm of an entry point, or of something that it calls, is in ALARM.",
                self.project.name
            ),
            Subject::Work => format!(
                "Background work of {} fails or is lost: one of its critical alarms is in ALARM.",
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
        let meaning =
            "A critical group is in ALARM. This alarm notifies nobody: it silences the warnings.";
        CompositeAlarm {
            name: self.names.group(scope, Severity::Critical.word()),
            description: self.description(meaning, None),
            rule: String::new(),
            actions: Actions::none(),
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
            "{meaning} The triggering children are the alarms to look at: the description of each says what to do first.{}\nAlarms: {alarms}\nDashboard: {}",
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
    // A composite alarm with a suppressor of its own notifies by itself: its group would not know when it is suppressed.
    let groupable = with_topic.filter(|(_, artifact)| !is_suppressed(artifact));
    groupable.map(|(id, _)| id.clone()).collect()
}

fn is_suppressed(artifact: &Artifact) -> bool {
    matches!(artifact, Artifact::CompositeAlarm(alarm) if alarm.suppressor.is_some())
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
