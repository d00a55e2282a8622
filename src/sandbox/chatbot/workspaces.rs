//! Workspaces of Slack and teams of Microsoft Teams that somebody authorised. On AWS that takes a browser.

use serde_json::{Value, json};

use crate::sandbox::account::Account;
use crate::sandbox::error::OperationResult;
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;

pub(super) const OPERATIONS: Operations = &[
    ("DescribeSlackWorkspaces", describe_slack_workspaces),
    ("ListMicrosoftTeamsConfiguredTeams", list_teams),
];

/// One page has all: an account has few.
#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn describe_slack_workspaces(account: &mut Account, _: &Request) -> OperationResult {
    let ids = account.chats().slack_workspaces.iter();
    let workspaces: Value = ids
        .map(|id| json!({ "SlackTeamId": id, "SlackTeamName": id }))
        .collect();
    Ok(json!({ "SlackWorkspaces": workspaces }))
}

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn list_teams(account: &mut Account, _: &Request) -> OperationResult {
    let teams = account.chats().teams.iter();
    let teams: Value = teams
        .map(|(team, tenant)| json!({ "TeamId": team, "TenantId": tenant }))
        .collect();
    Ok(json!({ "ConfiguredTeams": teams }))
}
