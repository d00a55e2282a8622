//! [`Writer`] for an AWS account.

use super::account::{Account, Writing};
use super::alarm_actions::Start;
use crate::artifact::{Artifact, Kind};
use crate::plan::Change;
use crate::provider::{AccountError, Reader, Writer};

impl Writer for Account {
    async fn write(&self, changes: &[Change]) -> Vec<Result<(), AccountError>> {
        if let Some(names) = deletions(changes, Kind::Alarm) {
            return self.delete_alarms(&names).await;
        }
        if let Some(names) = deletions(changes, Kind::Dashboard) {
            return self.delete_dashboards(&names).await;
        }
        let mut results = Vec::with_capacity(changes.len());
        for change in changes {
            results.push(self.write_one(change).await);
        }
        results
    }
}

/// The names, if every change deletes an artifact of this kind.
fn deletions(changes: &[Change], kind: Kind) -> Option<Vec<&str>> {
    changes
        .iter()
        .map(|change| match change {
            Change::Delete { old } if old.kind() == kind => Some(old.name()),
            Change::Delete { .. }
            | Change::Create { .. }
            | Change::Update { .. }
            | Change::Adopt { .. } => None,
        })
        .collect()
}

impl Account {
    async fn write_one(&self, change: &Change) -> Result<(), AccountError> {
        match change {
            Change::Create { new } => match self.create(new).await {
                Ok(()) => Ok(()),
                Err(error) => self.complete_creation(new, error).await,
            },
            Change::Update { old, new, tags } => {
                self.update_differences(old, new).await?;
                if tags.is_empty() {
                    Ok(())
                } else {
                    self.add_tags(new).await
                }
            }
            Change::Adopt { old, new } => {
                self.add_tags(new).await?;
                self.update_differences(old, new).await
            }
            Change::Delete { old } => self.delete(old).await,
        }
    }

    async fn create(&self, new: &Artifact) -> Result<(), AccountError> {
        match new {
            Artifact::Topic(topic) => self.put_topic(topic, Writing::Create).await,
            Artifact::ChatConfiguration(chat) => self.create_chat(chat).await,
            Artifact::TraceGroup(group) => self.create_group(group).await,
            Artifact::SamplingRule(rule) => self.create_sampling_rule(rule).await,
            Artifact::LogRetention(setting) => self.put_log_retention(setting).await,
            Artifact::EventRule(rule) => self.put_event_rule(rule).await,
            Artifact::MetricFilter(filter) => self.put_metric_filter(filter).await,
            Artifact::Alarm(alarm) => {
                let start = Start::of(None, &alarm.actions);
                self.put_alarm(alarm, start).await
            }
            Artifact::CompositeAlarm(alarm) => {
                let start = Start::of(None, &alarm.actions);
                self.put_composite_alarm(alarm, start).await
            }
            Artifact::MuteRule(rule) => self.put_mute_rule(rule).await,
            Artifact::ServiceLevelObjective(objective) => {
                self.create_service_level_objective(objective).await
            }
            Artifact::Dashboard(dashboard) => self.put_dashboard(dashboard).await,
        }
    }

    async fn update_differences(&self, old: &Artifact, new: &Artifact) -> Result<(), AccountError> {
        if old == new {
            Ok(())
        } else {
            self.update(Some(old), new).await
        }
    }

    /// Without `old` the actual artifact is not known.
    async fn update(&self, old: Option<&Artifact>, new: &Artifact) -> Result<(), AccountError> {
        match new {
            Artifact::Topic(topic) => self.put_topic(topic, Writing::Update).await,
            Artifact::ChatConfiguration(chat) => self.update_chat(chat).await,
            Artifact::TraceGroup(group) => self.update_group(group).await,
            Artifact::SamplingRule(rule) => self.update_sampling_rule(rule).await,
            Artifact::LogRetention(setting) => self.put_log_retention(setting).await,
            Artifact::EventRule(rule) => self.put_event_rule(rule).await,
            Artifact::MetricFilter(filter) => self.update_metric_filter(old, filter).await,
            Artifact::Alarm(alarm) => {
                let start = Start::of(old.and_then(Artifact::actions), &alarm.actions);
                self.put_alarm(alarm, start).await
            }
            Artifact::CompositeAlarm(alarm) => {
                let start = Start::of(old.and_then(Artifact::actions), &alarm.actions);
                self.put_composite_alarm(alarm, start).await
            }
            Artifact::MuteRule(rule) => self.put_mute_rule(rule).await,
            Artifact::ServiceLevelObjective(objective) => {
                let old = old.and_then(Artifact::as_service_level_objective);
                self.update_service_level_objective(old, objective).await
            }
            Artifact::Dashboard(dashboard) => self.put_dashboard(dashboard).await,
        }
    }

    /// A missing artifact counts as deleted. A setting keeps its value.
    async fn delete(&self, old: &Artifact) -> Result<(), AccountError> {
        match old {
            Artifact::Topic(topic) => self.delete_topic(&topic.name).await,
            Artifact::ChatConfiguration(chat) => self.delete_chat(chat).await,
            Artifact::TraceGroup(group) => self.delete_group(&group.name).await,
            Artifact::SamplingRule(rule) => self.delete_sampling_rule(&rule.name).await,
            Artifact::LogRetention(_) => Ok(()),
            Artifact::EventRule(rule) => self.delete_event_rule(&rule.name).await,
            Artifact::MetricFilter(filter) => self.delete_metric_filter(filter).await,
            Artifact::Alarm(_) | Artifact::CompositeAlarm(_) => self
                .delete_alarms(&[old.name()])
                .await
                .into_iter()
                .collect(),
            Artifact::MuteRule(rule) => self.delete_mute_rule(&rule.name).await,
            Artifact::ServiceLevelObjective(objective) => {
                self.delete_service_level_objective(&objective.name).await
            }
            Artifact::Dashboard(_) => self
                .delete_dashboards(&[old.name()])
                .await
                .into_iter()
                .collect(),
        }
    }

    async fn add_tags(&self, artifact: &Artifact) -> Result<(), AccountError> {
        match artifact {
            Artifact::Topic(topic) => self.tag_topic(&topic.name).await,
            Artifact::ChatConfiguration(chat) => self.tag_chat(chat).await,
            Artifact::TraceGroup(group) => self.tag_group(&group.name).await,
            Artifact::SamplingRule(rule) => self.tag_sampling_rule(&rule.name).await,
            Artifact::LogRetention(_) | Artifact::MetricFilter(_) => Ok(()),
            Artifact::EventRule(rule) => self.tag_event_rule(&rule.name).await,
            Artifact::Alarm(_) | Artifact::CompositeAlarm(_) => {
                self.tag_alarm(artifact.name()).await
            }
            Artifact::MuteRule(rule) => self.tag_mute_rule(&rule.name).await,
            Artifact::ServiceLevelObjective(objective) => {
                self.tag_service_level_objective(&objective.name).await
            }
            Artifact::Dashboard(dashboard) => self.tag_dashboard(&dashboard.name).await,
        }
    }

    /// After a lost response the SDK creates again, and X-Ray refuses the existing name. So an artifact with our owner tag counts
    /// as created; an update gives it the wanted content.
    async fn complete_creation(
        &self,
        new: &Artifact,
        error: AccountError,
    ) -> Result<(), AccountError> {
        match &error {
            AccountError::Conflict { .. }
            | AccountError::NoAnswer { .. }
            | AccountError::Other { .. } => {}
            AccountError::NotFound { .. }
            | AccountError::Denied { .. }
            | AccountError::Throttled { .. }
            | AccountError::Limit { .. }
            | AccountError::Unreachable { .. }
            | AccountError::NoCredentials { .. } => return Err(error),
        }
        let id = new.id();
        match self.owners(std::slice::from_ref(&id)).await {
            Ok(owners) if owners.get(&id) == self.own_owner().as_ref() => {
                self.update(None, new).await
            }
            Ok(_) | Err(_) => Err(error),
        }
    }
}
