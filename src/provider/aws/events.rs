//! EventBridge: rules of the default bus that send events to topics.

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::account::Account;
use super::calls::{call, concurrently, pages, send};
use super::errors::optional;
use super::other_settings::append_other_settings;
use crate::artifact::{Artifact, EventRule, InputTransformer, Tags};
use crate::provider::AccountError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RulePage {
    #[serde(default)]
    rules: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    name: String,
    description: Option<String>,
    event_pattern: Option<String>,
    state: Option<String>,
    schedule_expression: Option<String>,
}

/// Targets stay JSON: any member beside `Id` and `Arn` is a setting that an artifact has no field for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TargetPage {
    #[serde(default)]
    targets: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TargetChange {
    #[serde(default)]
    failed_entries: Vec<FailedEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FailedEntry {
    error_code: Option<String>,
    error_message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagList {
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

impl Account {
    pub(super) async fn event_rules(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let pages: Vec<RulePage> = pages(
            self.events(),
            "ListRules",
            json!({ "NamePrefix": prefix }),
            "NextToken",
        )
        .await?;
        let rules = pages
            .into_iter()
            .flat_map(|page| page.rules)
            .filter(|rule| rule.name.starts_with(prefix));
        concurrently(rules.map(|rule| self.event_rule(rule))).await
    }

    async fn event_rule(&self, rule: Rule) -> Result<Artifact, AccountError> {
        let targets = self.targets(&rule.name).await?;
        Ok(Artifact::EventRule(read_rule(rule, &targets)))
    }

    async fn targets(&self, rule: &str) -> Result<Vec<Value>, AccountError> {
        let pages: Vec<TargetPage> = pages(
            self.events(),
            "ListTargetsByRule",
            json!({ "Rule": rule }),
            "NextToken",
        )
        .await?;
        Ok(pages.into_iter().flat_map(|page| page.targets).collect())
    }

    pub(super) async fn put_event_rule(&self, rule: &EventRule) -> Result<(), AccountError> {
        let input = json!({
            "Name": rule.name,
            "Description": rule.description,
            "EventPattern": rule.pattern.to_string(),
            "State": "ENABLED",
            "Tags": self.event_tags(),
        });
        send(self.events(), "PutRule", input).await?;
        self.put_targets(rule).await?;
        let wanted: Vec<String> = rule.targets.iter().map(|arn| target_id(arn)).collect();
        let mut stale = ids(&self.targets(&rule.name).await?);
        stale.retain(|id| !wanted.contains(id));
        self.remove_targets(&rule.name, stale).await
    }

    async fn put_targets(&self, rule: &EventRule) -> Result<(), AccountError> {
        if rule.targets.is_empty() {
            return Ok(());
        }
        let targets: Vec<Value> = rule
            .targets
            .iter()
            .map(|arn| target(arn, rule.input.as_ref()))
            .collect();
        let input = json!({ "Rule": rule.name, "Targets": targets });
        self.change_targets("PutTargets", input).await
    }

    async fn remove_targets(&self, rule: &str, ids: Vec<String>) -> Result<(), AccountError> {
        if ids.is_empty() {
            return Ok(());
        }
        let input = json!({ "Rule": rule, "Ids": ids });
        self.change_targets("RemoveTargets", input).await
    }

    /// The first target that was refused is the error of the call.
    async fn change_targets(
        &self,
        operation: &'static str,
        input: Value,
    ) -> Result<(), AccountError> {
        let output: TargetChange = call(self.events(), operation, input).await?;
        match output.failed_entries.into_iter().next() {
            Some(failed) => Err(AccountError::Other {
                operation,
                message: failed
                    .error_message
                    .or(failed.error_code)
                    .unwrap_or_else(|| "a target was refused".to_owned()),
            }),
            None => Ok(()),
        }
    }

    /// A rule can be deleted only once it has no targets.
    pub(super) async fn delete_event_rule(&self, name: &str) -> Result<(), AccountError> {
        let Some(targets) = optional(self.targets(name).await)? else {
            return Ok(());
        };
        self.remove_targets(name, ids(&targets)).await?;
        let deleted = send(self.events(), "DeleteRule", json!({ "Name": name })).await;
        optional(deleted).map(drop)
    }

    pub(super) async fn read_event_rule_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        concurrently(names.iter().map(|name| self.read_tags_of_event_rule(name))).await
    }

    async fn read_tags_of_event_rule(
        &self,
        name: &str,
    ) -> Result<(String, Option<Tags>), AccountError> {
        let input = json!({ "ResourceARN": self.event_rule_arn(name).await? });
        let output = call::<TagList>(self.events(), "ListTagsForResource", input).await;
        let tags = optional(output)?.map(|found| {
            let tags = found.tags.into_iter();
            tags.map(|tag| (tag.key, tag.value)).collect()
        });
        Ok((name.to_owned(), tags))
    }

    pub(super) async fn tag_event_rule(&self, name: &str) -> Result<(), AccountError> {
        let input = json!({
            "ResourceARN": self.event_rule_arn(name).await?,
            "Tags": self.event_tags(),
        });
        send(self.events(), "TagResource", input).await
    }

    async fn event_rule_arn(&self, name: &str) -> Result<String, AccountError> {
        let identity = self.caller_identity().await?;
        Ok(format!(
            "arn:{}:events:{}:{}:rule/{name}",
            identity.partition, identity.region, identity.account
        ))
    }

    fn event_tags(&self) -> Vec<Value> {
        self.tags(|key, value| json!({ "Key": key, "Value": value }))
    }
}

fn read_rule(actual: Rule, targets: &[Value]) -> EventRule {
    let mut description = actual.description.unwrap_or_default();
    let arns = targets.iter().filter_map(|target| target["Arn"].as_str());
    let input = targets.iter().find_map(read_input);
    let has_other_targets = targets.iter().any(|actual| {
        *actual != target(actual["Arn"].as_str().unwrap_or_default(), input.as_ref())
    });
    let other_settings = [
        (
            "State",
            actual.state.is_some_and(|state| state != "ENABLED"),
        ),
        ("ScheduleExpression", actual.schedule_expression.is_some()),
        ("Targets", has_other_targets),
    ];
    append_other_settings(&mut description, other_settings);
    let pattern = actual.event_pattern.unwrap_or_default();
    EventRule {
        name: actual.name,
        description,
        pattern: serde_json::from_str(&pattern).unwrap_or(Value::String(pattern)),
        targets: arns.map(str::to_owned).collect(),
        input,
    }
}

fn read_input(target: &Value) -> Option<InputTransformer> {
    let transformer = target.get("InputTransformer")?;
    let paths = transformer["InputPathsMap"].as_object();
    let paths = paths.into_iter().flatten();
    Some(InputTransformer {
        paths: paths
            .filter_map(|(name, path)| Some((name.clone(), path.as_str()?.to_owned())))
            .collect(),
        template: transformer["InputTemplate"].as_str()?.to_owned(),
    })
}

fn ids(targets: &[Value]) -> Vec<String> {
    targets
        .iter()
        .filter_map(|target| target["Id"].as_str().map(str::to_owned))
        .collect()
}

fn target(arn: &str, input: Option<&InputTransformer>) -> Value {
    let id = target_id(arn);
    match input {
        None => json!({ "Id": id, "Arn": arn }),
        Some(InputTransformer { paths, template }) => {
            let transformer = json!({ "InputPathsMap": paths, "InputTemplate": template });
            json!({ "Id": id, "Arn": arn, "InputTransformer": transformer })
        }
    }
}

/// The same for the same ARN, so that putting a target again replaces it. A target's id has at most 64 characters.
fn target_id(arn: &str) -> String {
    let digest = Sha256::digest(arn.as_bytes());
    digest
        .iter()
        .take(8)
        .fold("topic-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}
