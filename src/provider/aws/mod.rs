//! The one adapter: AWS itself, and whatever speaks AWS's protocols. `aws_sdk_*` types appear only under here; at this border they
//! become artifacts in their canonical form, with AWS's defaults filled in.

mod alarm;
mod cloudformation;
mod cloudwatch;
mod connection;
mod events;
mod fault;
mod logs;
mod rate_limit;
mod sns;
mod tagging;
mod xray;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use aws_config::SdkConfig;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::sync::OnceCell;

use self::fault::fault;
use self::rate_limit::Quotas;
use super::{AccountError, Actual, Owner, Reader, Writer};
use crate::artifact::{Artifact, ArtifactId, Kind, OWNER_TAG, Scope, State};
use crate::inventory::Identity;
use crate::plan::Change;
use crate::stack::DeployedStack;

pub use self::connection::Settings;
pub use self::rate_limit::RateLimit;

/// Calls of one kind that are under way at once.
const ABREAST: usize = 16;

const TAGGED: &str = "a tag has a key and a value";

/// An account, as seen with some credentials in one Region. A service is connected to when it is first called.
#[derive(Debug)]
pub struct Account {
    config: SdkConfig,
    /// Tags of everything that is made, the owner tag among them.
    tags: BTreeMap<String, String>,
    rate_limit: RateLimit,
    quotas: Quotas,
    identity: OnceCell<Identity>,
    cloudformation: OnceLock<aws_sdk_cloudformation::Client>,
    cloudwatch: OnceLock<aws_sdk_cloudwatch::Client>,
    events: OnceLock<aws_sdk_eventbridge::Client>,
    logs: OnceLock<aws_sdk_cloudwatchlogs::Client>,
    sns: OnceLock<aws_sdk_sns::Client>,
    tagging: OnceLock<aws_sdk_resourcegroupstagging::Client>,
    xray: OnceLock<aws_sdk_xray::Client>,
}

/// The account that `settings` name. What is made in it carries `tags`, and is marked as `stack`'s.
pub async fn connect(
    settings: &Settings,
    stack: &str,
    tags: &BTreeMap<String, String>,
) -> Result<Account, AccountError> {
    let config = connection::configuration(settings).await?;
    let rate_limit = if config.endpoint_url().is_some() {
        RateLimit::Unlimited
    } else {
        settings.rate_limit
    };
    let mut tags = tags.clone();
    tags.insert(OWNER_TAG.to_owned(), stack.to_owned());
    Ok(Account {
        config,
        tags,
        rate_limit,
        quotas: Quotas::new(rate_limit),
        identity: OnceCell::new(),
        cloudformation: OnceLock::new(),
        cloudwatch: OnceLock::new(),
        events: OnceLock::new(),
        logs: OnceLock::new(),
        sns: OnceLock::new(),
        tagging: OnceLock::new(),
        xray: OnceLock::new(),
    })
}

/// Tags go with what is new; on what exists, AWS ignores or refuses them.
#[derive(Debug, Clone, Copy)]
enum Writing {
    Create,
    Update,
}

impl Account {
    fn cloudformation(&self) -> &aws_sdk_cloudformation::Client {
        self.cloudformation
            .get_or_init(|| cloudformation::client(&self.config))
    }

    fn cloudwatch(&self) -> &aws_sdk_cloudwatch::Client {
        self.cloudwatch
            .get_or_init(|| cloudwatch::client(&self.config))
    }

    fn events(&self) -> &aws_sdk_eventbridge::Client {
        self.events.get_or_init(|| events::client(&self.config))
    }

    fn logs(&self) -> &aws_sdk_cloudwatchlogs::Client {
        self.logs.get_or_init(|| logs::client(&self.config))
    }

    fn sns(&self) -> &aws_sdk_sns::Client {
        self.sns.get_or_init(|| sns::client(&self.config))
    }

    fn tagging(&self) -> &aws_sdk_resourcegroupstagging::Client {
        self.tagging.get_or_init(|| tagging::client(&self.config))
    }

    fn xray(&self) -> &aws_sdk_xray::Client {
        self.xray.get_or_init(|| xray::client(&self.config))
    }

    /// The same account in another Region of `home`'s partition. Each Region has quotas of its own.
    #[must_use]
    pub fn in_region(&self, home: &Identity, region: &str) -> Self {
        let region_name = aws_config::Region::new(region.to_owned());
        let config = self.config.to_builder().region(region_name).build();
        Self {
            config,
            tags: self.tags.clone(),
            rate_limit: self.rate_limit,
            quotas: Quotas::new(self.rate_limit),
            identity: OnceCell::new_with(Some(home.in_region(region))),
            cloudformation: OnceLock::new(),
            cloudwatch: OnceLock::new(),
            events: OnceLock::new(),
            logs: OnceLock::new(),
            sns: OnceLock::new(),
            tagging: OnceLock::new(),
            xray: OnceLock::new(),
        }
    }

    /// Asked once: credentials do not change during a run.
    async fn who(&self) -> Result<&Identity, AccountError> {
        self.identity.get_or_try_init(|| self.ask_who()).await
    }

    async fn ask_who(&self) -> Result<Identity, AccountError> {
        const OPERATION: &str = "GetCallerIdentity";
        let answer = aws_sdk_sts::Client::new(&self.config)
            .get_caller_identity()
            .send()
            .await
            .map_err(fault(OPERATION))?;
        let partition = answer.arn().and_then(|arn| arn.split(':').nth(1));
        let region = self.config.region().map(ToString::to_string);
        match (partition, region, answer.account()) {
            (Some(partition), Some(region), Some(account)) => Ok(Identity {
                partition: partition.to_owned(),
                region,
                account: account.to_owned(),
            }),
            _ => Err(AccountError::Other {
                operation: OPERATION,
                message: "an answer without account or ARN".to_owned(),
            }),
        }
    }

    fn tags<T>(&self, writing: Writing, tag: impl Fn(&String, &String) -> T) -> Option<Vec<T>> {
        match writing {
            Writing::Create => Some(
                self.tags
                    .iter()
                    .map(|(key, value)| tag(key, value))
                    .collect(),
            ),
            Writing::Update => None,
        }
    }

    async fn write_one(&self, change: &Change) -> Result<(), AccountError> {
        match change {
            Change::Create { new } => match self.create(new).await {
                Ok(()) => Ok(()),
                Err(error) => self.unless_made(new, error).await,
            },
            Change::Update { new, .. } => self.update(new).await,
            Change::Adopt { old, new } => {
                self.mark(new).await?;
                if old == new {
                    Ok(())
                } else {
                    self.update(new).await
                }
            }
            Change::Delete { old } => self.delete(old).await,
        }
    }

    async fn create(&self, new: &Artifact) -> Result<(), AccountError> {
        match new {
            Artifact::Topic(topic) => self.put_topic(topic, Writing::Create).await,
            Artifact::TraceGroup(group) => self.create_group(group).await,
            Artifact::SamplingRule(rule) => self.create_sampling_rule(rule).await,
            Artifact::LogRetention(setting) => self.put_log_retention(setting).await,
            Artifact::EventRule(rule) => self.put_event_rule(rule, Writing::Create).await,
            Artifact::Alarm(alarm) => self.put_alarm(alarm, Writing::Create).await,
            Artifact::CompositeAlarm(alarm) => {
                self.put_composite_alarm(alarm, Writing::Create).await
            }
            Artifact::Dashboard(dashboard) => self.put_dashboard(dashboard, Writing::Create).await,
        }
    }

    async fn update(&self, new: &Artifact) -> Result<(), AccountError> {
        match new {
            Artifact::Topic(topic) => self.put_topic(topic, Writing::Update).await,
            Artifact::TraceGroup(group) => self.update_group(group).await,
            Artifact::SamplingRule(rule) => self.update_sampling_rule(rule).await,
            Artifact::LogRetention(setting) => self.put_log_retention(setting).await,
            Artifact::EventRule(rule) => self.put_event_rule(rule, Writing::Update).await,
            Artifact::Alarm(alarm) => self.put_alarm(alarm, Writing::Update).await,
            Artifact::CompositeAlarm(alarm) => {
                self.put_composite_alarm(alarm, Writing::Update).await
            }
            Artifact::Dashboard(dashboard) => self.put_dashboard(dashboard, Writing::Update).await,
        }
    }

    /// What is gone already counts as deleted. A setting stays as it is.
    async fn delete(&self, old: &Artifact) -> Result<(), AccountError> {
        match old {
            Artifact::Topic(topic) => self.delete_topic(&topic.name).await,
            Artifact::TraceGroup(group) => self.delete_group(&group.name).await,
            Artifact::SamplingRule(rule) => self.delete_sampling_rule(&rule.name).await,
            Artifact::LogRetention(_) => Ok(()),
            Artifact::EventRule(rule) => self.delete_event_rule(&rule.name).await,
            Artifact::Alarm(_) | Artifact::CompositeAlarm(_) => self
                .delete_alarms(&[old.name()])
                .await
                .into_iter()
                .collect(),
            Artifact::Dashboard(_) => self
                .delete_dashboards(&[old.name()])
                .await
                .into_iter()
                .collect(),
        }
    }

    /// Puts our tags on what exists without them.
    async fn mark(&self, artifact: &Artifact) -> Result<(), AccountError> {
        match artifact {
            Artifact::Topic(topic) => self.mark_topic(&topic.name).await,
            Artifact::TraceGroup(group) => self.mark_group(&group.name).await,
            Artifact::SamplingRule(rule) => self.mark_sampling_rule(&rule.name).await,
            Artifact::LogRetention(_) => Ok(()),
            Artifact::EventRule(rule) => self.mark_event_rule(&rule.name).await,
            Artifact::Alarm(_) | Artifact::CompositeAlarm(_) => {
                self.mark_alarm(artifact.name()).await
            }
            Artifact::Dashboard(dashboard) => self.mark_dashboard(&dashboard.name).await,
        }
    }

    /// When the answer to a first try was lost, X-Ray answers the second that the name exists. So what has our mark counts as
    /// made, and becomes what it was to be.
    async fn unless_made(&self, new: &Artifact, error: AccountError) -> Result<(), AccountError> {
        match &error {
            AccountError::Conflict { .. }
            | AccountError::NoAnswer { .. }
            | AccountError::Other { .. } => {}
            AccountError::NotFound { .. }
            | AccountError::Denied { .. }
            | AccountError::Throttled { .. }
            | AccountError::Limit { .. }
            | AccountError::NoCredentials { .. } => return Err(error),
        }
        let id = new.id();
        let ours = self.tags.get(OWNER_TAG).cloned().map(Owner::Stack);
        match self.owners(std::slice::from_ref(&id)).await {
            Ok(owners) if owners.get(&id) == ours.as_ref() => self.update(new).await,
            Ok(_) | Err(_) => Err(error),
        }
    }

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

impl Reader for Account {
    async fn identity(&self) -> Result<Identity, AccountError> {
        self.who().await.cloned()
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
        let groups = ids.iter().filter(|id| id.kind == Kind::LogRetention);
        let groups = groups.map(|id| id.name.clone()).collect();
        Ok(self.log_retentions(&groups).await?.into_iter().collect())
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

impl Writer for Account {
    async fn write(&self, changes: &[Change]) -> Vec<Result<(), AccountError>> {
        if let Some(names) = deleted(changes, Kind::Alarm) {
            return self.delete_alarms(&names).await;
        }
        if let Some(names) = deleted(changes, Kind::Dashboard) {
            return self.delete_dashboards(&names).await;
        }
        let mut results = Vec::with_capacity(changes.len());
        for change in changes {
            results.push(self.write_one(change).await);
        }
        results
    }
}

/// The owner that the tags of something name.
fn owner<'a>(mut tags: impl Iterator<Item = (&'a str, &'a str)>) -> Owner {
    tags.find(|(key, _)| *key == OWNER_TAG)
        .map_or(Owner::Unmarked, |(_, stack)| Owner::Stack(stack.to_owned()))
}

/// Names at the end of a description those parameters that are other than we write them and that an artifact has no word for. So it
/// equals none that we write, and a plan shows why.
fn note<'a>(description: &mut String, parameters: impl IntoIterator<Item = (&'a str, bool)>) {
    let other: Vec<&str> = parameters
        .into_iter()
        .filter_map(|(name, is_other)| is_other.then_some(name))
        .collect();
    if !other.is_empty() {
        let gap = if description.is_empty() { "" } else { " " };
        *description = format!("{description}{gap}[with other {}]", other.join(", "));
    }
}

/// The names, when every change is the deletion of such an artifact.
fn deleted(changes: &[Change], kind: Kind) -> Option<Vec<&str>> {
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

/// Runs calls, several at a time; the first error ends them.
async fn concurrently<T, F>(calls: impl Iterator<Item = F>) -> Result<Vec<T>, AccountError>
where
    F: Future<Output = Result<T, AccountError>>,
{
    stream::iter(calls)
        .buffer_unordered(ABREAST)
        .try_collect()
        .await
}

/// The result of a call that did several things, for each of them.
fn each_result(
    result: Result<(), AccountError>,
    count: usize,
) -> impl Iterator<Item = Result<(), AccountError>> {
    std::iter::repeat_n(result, count)
}
