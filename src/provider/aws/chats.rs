//! Amazon Q Developer in chat applications (the service `chatbot`): configurations of channels, and authorised workspaces.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::calls::{pages, send};
use super::errors::not_found;
use crate::artifact::{
    Artifact, ChatChannel, ChatConfiguration, ChatWorkspace, Subscription, Tags, Topic,
};
use crate::provider::AccountError;
use crate::semantics::chat::is_subscription;

/// The operations and members of one chat application.
struct Application {
    list: &'static str,
    /// The list in the answer.
    listed: &'static str,
    create: &'static str,
    update: &'static str,
    delete: &'static str,
    channel: &'static str,
}

const SLACK: Application = Application {
    list: "DescribeSlackChannelConfigurations",
    listed: "SlackChannelConfigurations",
    create: "CreateSlackChannelConfiguration",
    update: "UpdateSlackChannelConfiguration",
    delete: "DeleteSlackChannelConfiguration",
    channel: "SlackChannelId",
};

const TEAMS: Application = Application {
    list: "ListMicrosoftTeamsChannelConfigurations",
    listed: "TeamChannelConfigurations",
    create: "CreateMicrosoftTeamsChannelConfiguration",
    update: "UpdateMicrosoftTeamsChannelConfiguration",
    delete: "DeleteMicrosoftTeamsChannelConfiguration",
    channel: "ChannelId",
};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    chat_configuration_arn: String,
    configuration_name: Option<String>,
    iam_role_arn: String,
    #[serde(default)]
    sns_topic_arns: BTreeSet<String>,
    slack_team_id: Option<String>,
    slack_channel_id: Option<String>,
    tenant_id: Option<String>,
    team_id: Option<String>,
    channel_id: Option<String>,
    #[serde(default)]
    tags: Vec<ListedTag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedTag {
    tag_key: String,
    tag_value: String,
}

/// A configuration with its ARN and tags.
struct Found {
    arn: String,
    configuration: ChatConfiguration,
    tags: Tags,
}

impl Account {
    /// The configurations of the account. They are listed where the project wants some, or a topic has the subscription that a
    /// configuration makes; an account that denies the listing has none for a project that wants none.
    pub(super) async fn chats(
        &self,
        is_wanted: bool,
        topics: &[Artifact],
    ) -> Result<Vec<ChatConfiguration>, AccountError> {
        let mut topics = topics.iter().filter_map(Artifact::as_topic);
        if !is_wanted && !topics.any(has_chat) {
            return Ok(Vec::new());
        }
        match self.all_chats().await {
            Ok(found) => Ok(found.into_iter().map(|found| found.configuration).collect()),
            Err(AccountError::Denied { .. } | AccountError::Other { .. }) if !is_wanted => {
                Ok(Vec::new())
            }
            Err(error) => Err(error),
        }
    }

    async fn all_chats(&self) -> Result<Vec<Found>, AccountError> {
        let (slack, teams) = tokio::try_join!(self.chats_of(&SLACK), self.chats_of(&TEAMS))?;
        Ok(slack.into_iter().chain(teams).collect())
    }

    async fn chats_of(&self, application: &Application) -> Result<Vec<Found>, AccountError> {
        let pages: Vec<BTreeMap<String, Value>> =
            pages(self.chatbot(), application.list, json!({}), "NextToken").await?;
        let listed = pages
            .into_iter()
            .filter_map(|mut page| page.remove(application.listed))
            .filter_map(|listed| serde_json::from_value::<Vec<Listed>>(listed).ok());
        Ok(listed.flatten().filter_map(read).collect())
    }

    async fn chat_arn(
        &self,
        operation: &'static str,
        configuration: &ChatConfiguration,
    ) -> Result<String, AccountError> {
        let listed = self.chats_of(application(&configuration.channel)).await?;
        let mut found = listed.into_iter();
        found
            .find(|found| found.configuration.name == configuration.name)
            .map(|found| found.arn)
            .ok_or_else(|| not_found(operation, &configuration.name))
    }

    pub(super) async fn create_chat(
        &self,
        configuration: &ChatConfiguration,
    ) -> Result<(), AccountError> {
        let ChatConfiguration {
            name,
            channel,
            role,
            topics,
        } = configuration;
        let mut input = json!({
            "ConfigurationName": name,
            "IamRoleArn": role,
            "SnsTopicArns": topics,
            "Tags": self.chat_tags(),
        });
        match channel {
            ChatChannel::Slack { workspace, channel } => {
                input["SlackTeamId"] = json!(workspace);
                input["SlackChannelId"] = json!(channel);
            }
            ChatChannel::Teams {
                tenant,
                team,
                channel,
            } => {
                input["TenantId"] = json!(tenant);
                input["TeamId"] = json!(team);
                input["ChannelId"] = json!(channel);
            }
        }
        send(self.chatbot(), application(channel).create, input).await
    }

    pub(super) async fn update_chat(
        &self,
        configuration: &ChatConfiguration,
    ) -> Result<(), AccountError> {
        let ChatConfiguration {
            name: _,
            channel,
            role,
            topics,
        } = configuration;
        let application = application(channel);
        let (ChatChannel::Slack { channel, .. } | ChatChannel::Teams { channel, .. }) = channel;
        let arn = self.chat_arn(application.update, configuration).await?;
        let input = json!({
            "ChatConfigurationArn": arn,
            application.channel: channel,
            "IamRoleArn": role,
            "SnsTopicArns": topics,
        });
        send(self.chatbot(), application.update, input).await
    }

    pub(super) async fn delete_chat(
        &self,
        configuration: &ChatConfiguration,
    ) -> Result<(), AccountError> {
        let operation = application(&configuration.channel).delete;
        let deleted = match self.chat_arn(operation, configuration).await {
            Ok(arn) => {
                let input = json!({ "ChatConfigurationArn": arn });
                send(self.chatbot(), operation, input).await
            }
            Err(error) => Err(error),
        };
        super::errors::optional(deleted).map(|_| ())
    }

    /// The listing has the tags: no ARN has to be known.
    pub(super) async fn read_chat_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        let mut found: BTreeMap<String, Tags> = self
            .all_chats()
            .await?
            .into_iter()
            .map(|found| (found.configuration.name, found.tags))
            .collect();
        let tags = names.iter();
        Ok(tags
            .map(|name| ((*name).to_owned(), found.remove(*name)))
            .collect())
    }

    pub(super) async fn tag_chat(
        &self,
        configuration: &ChatConfiguration,
    ) -> Result<(), AccountError> {
        const OPERATION: &str = "TagResource";
        let arn = self.chat_arn(OPERATION, configuration).await?;
        let input = json!({ "ResourceARN": arn, "Tags": self.chat_tags() });
        send(self.chatbot(), OPERATION, input).await
    }

    fn chat_tags(&self) -> Vec<Value> {
        self.tags(|key, value| json!({ "TagKey": key, "TagValue": value }))
    }

    pub(super) async fn read_chat_workspaces(
        &self,
    ) -> Result<BTreeSet<ChatWorkspace>, AccountError> {
        let (slack, teams) = tokio::try_join!(
            self.workspaces("DescribeSlackWorkspaces", "SlackWorkspaces"),
            self.workspaces("ListMicrosoftTeamsConfiguredTeams", "ConfiguredTeams")
        )?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let slack = slack
            .iter()
            .map(|workspace| ChatWorkspace::Slack(text(&workspace["SlackTeamId"])));
        let teams = teams.iter().map(|team| ChatWorkspace::Team {
            tenant: text(&team["TenantId"]),
            team: text(&team["TeamId"]),
        });
        Ok(slack.chain(teams).collect())
    }

    async fn workspaces(
        &self,
        operation: &'static str,
        listed: &str,
    ) -> Result<Vec<Value>, AccountError> {
        let pages: Vec<BTreeMap<String, Value>> =
            pages(self.chatbot(), operation, json!({}), "NextToken").await?;
        let lists = pages.into_iter().filter_map(|mut page| page.remove(listed));
        Ok(lists
            .filter_map(|list| serde_json::from_value::<Vec<Value>>(list).ok())
            .flatten()
            .collect())
    }
}

fn application(channel: &ChatChannel) -> &'static Application {
    match channel {
        ChatChannel::Slack { .. } => &SLACK,
        ChatChannel::Teams { .. } => &TEAMS,
    }
}

fn has_chat(topic: &Topic) -> bool {
    let mut subscriptions = topic.subscriptions.iter();
    subscriptions.any(|Subscription { protocol, endpoint }| is_subscription(protocol, endpoint))
}

/// The name is the last part of the ARN where the answer has none.
fn read(listed: Listed) -> Option<Found> {
    let channel = match listed.slack_team_id {
        Some(workspace) => ChatChannel::Slack {
            workspace,
            channel: listed.slack_channel_id?,
        },
        None => ChatChannel::Teams {
            tenant: listed.tenant_id?,
            team: listed.team_id?,
            channel: listed.channel_id?,
        },
    };
    let arn = listed.chat_configuration_arn;
    let of_arn = arn.rsplit('/').next().map(str::to_owned);
    let tags = listed.tags.into_iter();
    Some(Found {
        configuration: ChatConfiguration {
            name: listed.configuration_name.or(of_arn)?,
            channel,
            role: listed.iam_role_arn,
            topics: listed.sns_topic_arns,
        },
        arn,
        tags: tags.map(|tag| (tag.tag_key, tag.tag_value)).collect(),
    })
}
