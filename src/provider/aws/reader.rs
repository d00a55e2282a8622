//! [`Reader`] for an AWS account.

use std::collections::{BTreeMap, BTreeSet};

use super::account::Account;
use super::calls::concurrently;
use crate::artifact::{ArtifactId, Kind, Scope, State};
use crate::inventory::Target;
use crate::provider::{AccountError, Actual, Owner, Reader};
use crate::stack::DeployedStack;

impl Reader for Account {
    async fn identity(&self) -> Result<Target, AccountError> {
        self.caller_identity().await.cloned()
    }

    async fn artifacts(&self, scope: &Scope) -> Result<Actual, AccountError> {
        let (topics, (groups, other_trace_groups), rules, events, alarms, dashboards) = tokio::try_join!(
            self.topics(scope.topics.iter()),
            self.trace_groups(&scope.group_prefix),
            self.sampling_rules(&scope.sampling_rule_prefix),
            self.event_rules(&scope.event_rule_prefix),
            self.alarms(&scope.alarm_prefix),
            self.dashboards(&scope.dashboard_prefix),
        )?;
        let state = [topics, groups, rules, events, alarms, dashboards]
            .into_iter()
            .flatten()
            .collect();
        Ok(Actual {
            state,
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

    async fn owners(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Owner>, AccountError> {
        let kinds = [
            Kind::Topic,
            Kind::TraceGroup,
            Kind::SamplingRule,
            Kind::EventRule,
            Kind::Alarm,
            Kind::CompositeAlarm,
            Kind::Dashboard,
        ];
        let owners = concurrently(kinds.into_iter().map(|kind| self.owners_of(kind, ids))).await?;
        Ok(owners.into_iter().flatten().collect())
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
    async fn owners_of(
        &self,
        kind: Kind,
        ids: &[ArtifactId],
    ) -> Result<Vec<(ArtifactId, Owner)>, AccountError> {
        let names: Vec<&str> = ids
            .iter()
            .filter(|id| id.kind == kind)
            .map(|id| id.name.as_str())
            .collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let owners = match kind {
            Kind::Topic => self.topic_owners(&names).await?,
            Kind::TraceGroup => self.trace_group_owners(&names).await?,
            Kind::SamplingRule => self.sampling_rule_owners(&names).await?,
            Kind::LogRetention => Vec::new(),
            Kind::EventRule => self.event_rule_owners(&names).await?,
            Kind::Alarm | Kind::CompositeAlarm => self.alarm_owners(&names).await?,
            Kind::Dashboard => self.dashboard_owners(&names).await?,
        };
        Ok(owners
            .into_iter()
            .map(|(name, owner)| (ArtifactId { kind, name }, owner))
            .collect())
    }
}
