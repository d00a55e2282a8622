//! [`Reader`] for an AWS account.

use std::collections::{BTreeMap, BTreeSet};

use super::account::Account;
use super::calls::concurrently;
use crate::artifact::{
    Artifact, ArtifactId, ChatConfiguration, ChatWorkspace, Kind, Scope, State, Tags,
};
use crate::inventory::Target;
use crate::provider::{AccountError, Actual, Reader, TagIndex};
use crate::stack::DeployedStack;

impl Reader for Account {
    async fn identity(&self) -> Result<Target, AccountError> {
        self.caller_identity().await.cloned()
    }

    async fn artifacts(&self, scope: &Scope) -> Result<Actual, AccountError> {
        let (
            (topics, chats),
            (groups, other_trace_groups),
            rules,
            events,
            filters,
            alarms,
            account_alarms,
            mute_rules,
            objectives,
            dashboards,
        ) = tokio::try_join!(
            Box::pin(self.topics_and_chats(scope)),
            self.trace_groups(&scope.group_prefix),
            self.sampling_rules(&scope.sampling_rule_prefix),
            self.event_rules(&scope.event_rule_prefix),
            Box::pin(self.metric_filters(&scope.metric_filter_prefix)),
            self.alarms(&scope.alarm_prefix),
            Box::pin(self.alarms(&scope.account_alarm_prefix)),
            self.mute_rules(&scope.mute_rule_prefix),
            self.service_level_objectives(&scope.objective_prefix),
            self.dashboards(&scope.dashboard_prefix),
        )?;
        let alarms: Vec<_> = alarms.into_iter().chain(account_alarms).collect();
        let times = alarms.iter().map(|(alarm, time)| (alarm.id(), *time));
        let configured = times.collect();
        let alarms = alarms.into_iter().map(|(alarm, _)| alarm).collect();
        let statuses = mute_rules.iter().map(|(rule, status)| (rule.id(), *status));
        let mute_status = statuses.collect();
        let mute_rules = mute_rules.into_iter().map(|(rule, _)| rule).collect();
        let (own_chats, other_chats): (Vec<_>, Vec<_>) = chats
            .into_iter()
            .partition(|chat: &ChatConfiguration| chat.name.starts_with(&scope.chat_prefix));
        let chats = own_chats
            .into_iter()
            .map(Artifact::ChatConfiguration)
            .collect();
        let state = [
            topics, chats, groups, rules, events, filters, alarms, mute_rules, objectives,
            dashboards,
        ]
        .into_iter()
        .flatten()
        .collect();
        Ok(Actual {
            state,
            configured,
            mute_status,
            other_chats,
            other_trace_groups,
        })
    }

    async fn settings(&self, ids: &BTreeSet<ArtifactId>) -> Result<State, AccountError> {
        let log_groups = ids
            .iter()
            .filter(|id| id.kind == Kind::LogRetention)
            .map(|id| id.name.as_str())
            .collect();
        let settings = self.log_retentions(&log_groups).await?;
        Ok(settings.into_iter().collect())
    }

    async fn tags(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Option<Tags>>, AccountError> {
        let kinds = [
            Kind::Topic,
            Kind::ChatConfiguration,
            Kind::TraceGroup,
            Kind::SamplingRule,
            Kind::EventRule,
            Kind::MetricFilter,
            Kind::Alarm,
            Kind::CompositeAlarm,
            Kind::MuteRule,
            Kind::ServiceLevelObjective,
            Kind::Dashboard,
        ];
        let tags = concurrently(kinds.into_iter().map(|kind| self.tags_of(kind, ids))).await?;
        Ok(tags.into_iter().flatten().collect())
    }

    async fn tag_index(&self) -> Result<TagIndex, AccountError> {
        self.index_of_tags().await
    }

    async fn chat_workspaces(&self) -> Result<BTreeSet<ChatWorkspace>, AccountError> {
        self.read_chat_workspaces().await
    }

    async fn telemetry_tags(&self) -> Result<bool, AccountError> {
        self.has_telemetry_tags().await
    }

    async fn deployed(&self, stack: &str) -> Result<Option<DeployedStack>, AccountError> {
        self.deployed_stack(stack).await
    }

    async fn tagged(
        &self,
        tags: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>, AccountError> {
        self.tagged_resources(tags).await
    }
}

impl Account {
    async fn topics_and_chats(
        &self,
        scope: &Scope,
    ) -> Result<(Vec<Artifact>, Vec<ChatConfiguration>), AccountError> {
        let topics = self.topics(scope.topics.iter()).await?;
        if scope.chat_prefix.is_empty() {
            return Ok((topics, Vec::new()));
        }
        let chats = self.chats(scope.has_chats, &topics).await?;
        Ok((topics, chats))
    }

    async fn tags_of(
        &self,
        kind: Kind,
        ids: &[ArtifactId],
    ) -> Result<Vec<(ArtifactId, Option<Tags>)>, AccountError> {
        let names: Vec<&str> = ids
            .iter()
            .filter(|id| id.kind == kind)
            .map(|id| id.name.as_str())
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let tags = match kind {
            Kind::Topic => self.read_topic_tags(&names).await?,
            Kind::ChatConfiguration => self.read_chat_tags(&names).await?,
            Kind::TraceGroup => self.read_trace_group_tags(&names).await?,
            Kind::SamplingRule => self.read_sampling_rule_tags(&names).await?,
            Kind::LogRetention => Vec::new(),
            Kind::EventRule => self.read_event_rule_tags(&names).await?,
            Kind::MetricFilter => self.read_metric_filter_owners(&names).await?,
            Kind::Alarm | Kind::CompositeAlarm => self.read_alarm_tags(&names).await?,
            Kind::MuteRule => self.read_mute_rule_tags(&names).await?,
            Kind::ServiceLevelObjective => self.read_service_level_objective_tags(&names).await?,
            Kind::Dashboard => self.read_dashboard_tags(&names).await?,
        };
        Ok(tags
            .into_iter()
            .map(|(name, tags)| (ArtifactId { kind, name }, tags))
            .collect())
    }
}
