//! Configurations of channels: creates, updates, deletes and lists them.

use serde_json::{Value, json};

use super::not_found;
use super::subscriptions::subscribe_topics;
use super::tags::read;
use crate::sandbox::account::Account;
use crate::sandbox::data::StoredChat;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::limits::CHAT_CONFIGURATIONS_PER_PAGE;
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::{ACCOUNT_ID, OperationInput, Request};

pub(super) const OPERATIONS: Operations = &[
    ("CreateSlackChannelConfiguration", |account, request| {
        create(account, request, &SLACK)
    }),
    ("UpdateSlackChannelConfiguration", update),
    ("DeleteSlackChannelConfiguration", delete),
    ("DescribeSlackChannelConfigurations", |account, request| {
        list(account, request, &SLACK)
    }),
    (
        "CreateMicrosoftTeamsChannelConfiguration",
        |account, request| create(account, request, &TEAMS),
    ),
    ("UpdateMicrosoftTeamsChannelConfiguration", update),
    ("DeleteMicrosoftTeamsChannelConfiguration", delete),
    (
        "ListMicrosoftTeamsChannelConfigurations",
        |account, request| list(account, request, &TEAMS),
    ),
];

/// The words of one chat application.
struct Application {
    /// The kind of resource in ARNs.
    resource: &'static str,
    workspace: &'static str,
    channel: &'static str,
    /// The list of configurations in answers.
    listed: &'static str,
    /// Members of answers that name what the ids name, with the member of the id.
    names: &'static [(&'static str, &'static str)],
}

const SLACK: Application = Application {
    resource: "slack-channel",
    workspace: "SlackTeamId",
    channel: "SlackChannelId",
    listed: "SlackChannelConfigurations",
    names: &[
        ("SlackTeamName", "SlackTeamId"),
        ("SlackChannelName", "SlackChannelId"),
    ],
};

const TEAMS: Application = Application {
    resource: "microsoft-teams-channel",
    workspace: "TeamId",
    channel: "ChannelId",
    listed: "TeamChannelConfigurations",
    names: &[("TeamName", "TeamId"), ("ChannelName", "ChannelId")],
};

impl Application {
    fn arn(&self, name: &str) -> String {
        let resource = self.resource;
        format!("arn:aws:chatbot::{ACCOUNT_ID}:chat-configuration/{resource}/{name}")
    }

    fn has(&self, arn: &str) -> bool {
        arn.contains(&format!(":chat-configuration/{}/", self.resource))
    }

    /// The message was observed.
    fn taken(&self, input: &OperationInput) -> AwsError {
        let (channel, workspace) = (input.required(self.channel), input.required(self.workspace));
        let message = format!(
            "Invalid request provided: Slack channel with ID {channel} in Slack team {workspace} has already been configured for AWS account {ACCOUNT_ID}."
        );
        AwsError::new("InvalidRequestException", message)
    }
}

fn create(account: &mut Account, request: &Request, application: &Application) -> OperationResult {
    let input = &request.input;
    let tags = read(input.list("Tags"))?;
    let chats = account.chats();
    let workspace = input.required(application.workspace);
    if !chats.slack_workspaces.contains(workspace) && !chats.teams.contains_key(workspace) {
        return Err(AwsError::new(
            "InvalidRequestException",
            format!(
                "Invalid request provided: {workspace} is not authorized for AWS account {ACCOUNT_ID}."
            ),
        ));
    }
    let arn = application.arn(input.required("ConfigurationName"));
    if chats.configurations.contains_key(&arn) {
        return Err(AwsError::new(
            "ConflictException",
            format!("The configuration {arn} already exists"),
        ));
    }
    let channel = input.required(application.channel);
    let mut others = chats.configurations.values();
    if others.any(|other| other.configuration.get(application.channel) == Some(&json!(channel))) {
        return Err(application.taken(input));
    }
    let mut configuration = input.0.clone();
    configuration.remove("Tags");
    configuration.insert("ChatConfigurationArn".to_owned(), json!(arn));
    configuration
        .entry("SnsTopicArns")
        .or_insert_with(|| json!([]));
    for (name, id) in application.names {
        let id = json!(input.required(id));
        configuration.entry(*name).or_insert(id);
    }
    let stored = StoredChat {
        configuration,
        tags,
    };
    let answer = described(&stored);
    chats.configurations.insert(arn, stored);
    subscribe_topics(account);
    Ok(json!({ "ChannelConfiguration": answer }))
}

/// Replaces the members that are given.
fn update(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("ChatConfigurationArn");
    let stored = account.chats().configurations.get_mut(arn);
    let stored = stored.ok_or_else(|| not_found(arn))?;
    stored.configuration.extend(request.input.0.clone());
    let answer = described(stored);
    subscribe_topics(account);
    Ok(json!({ "ChannelConfiguration": answer }))
}

fn delete(account: &mut Account, request: &Request) -> OperationResult {
    let arn = request.input.required("ChatConfigurationArn");
    let removed = account.chats().configurations.remove(arn);
    removed.ok_or_else(|| not_found(arn))?;
    subscribe_topics(account);
    Ok(json!({}))
}

fn list(account: &mut Account, request: &Request, application: &Application) -> OperationResult {
    let input = &request.input;
    let stored = account.chats().configurations.iter();
    let wanted =
        stored.filter(|(arn, _)| application.has(arn) && input.allows("ChatConfigurationArn", arn));
    let items = wanted.map(|(arn, chat)| (arn.as_str(), described(chat)));
    let size = input.page_size("MaxResults", CHAT_CONFIGURATIONS_PER_PAGE);
    let page = page(items, input.text("NextToken"), size)
        .ok_or_else(|| AwsError::new("InvalidParameterException", "NextToken is not valid"))?;
    Ok(json!({ application.listed: page.items, "NextToken": page.next }))
}

fn described(chat: &StoredChat) -> Value {
    let mut members = chat.configuration.clone();
    members.insert("Tags".to_owned(), super::tags::list(&chat.tags));
    Value::Object(members)
}
