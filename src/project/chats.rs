//! `slack` and `teams` of `[notify.…]`: channels of a chat.

use std::collections::BTreeMap;

use super::model::{ChatReceiver, Notify};
use crate::artifact::{ChatChannel, Severity};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::chat;
use crate::spanned::{Spanned, Table};

pub(super) const KEYS: [&str; 2] = ["slack", "teams"];

/// A key of a channel's table: the form of its value.
struct IdKey {
    name: &'static str,
    fits: fn(&str) -> bool,
    help: &'static str,
}

const WORKSPACE: IdKey = IdKey {
    name: "workspace",
    fits: chat::is_slack_workspace,
    help: "the id of the workspace, which the console of Amazon Q Developer shows: `T0123ABCD`",
};

const SLACK_CHANNEL: IdKey = IdKey {
    name: "channel",
    fits: chat::is_slack_channel,
    help: "the id of the channel, not its name; it ends the link to the channel: `C0123ABCD`",
};

const TENANT: IdKey = IdKey {
    name: "tenant",
    fits: chat::is_uuid,
    help: "the id of the tenant is in the link to the channel, behind `tenantId=`",
};

const TEAM: IdKey = IdKey {
    name: "team",
    fits: chat::is_uuid,
    help: "the id of the team is in the link to the channel, behind `groupId=`",
};

const TEAMS_CHANNEL: IdKey = IdKey {
    name: "channel",
    fits: chat::is_teams_channel,
    help: "as the link to the channel has it, behind `/channel/`: `19%3A…%40thread.tacv2`",
};

const ROLE: IdKey = IdKey {
    name: "role",
    fits: is_role,
    help: "the ARN of a role that `chatbot.amazonaws.com` may assume: `arn:aws:iam::123456789012:role/chat`",
};

/// The channels of one severity.
pub(super) fn chats(table: &mut Table<'_>) -> Vec<ChatReceiver> {
    let slack = table.table("slack").and_then(slack);
    let teams = table.table("teams").and_then(teams);
    slack.into_iter().chain(teams).collect()
}

fn slack(mut table: Table<'_>) -> Option<ChatReceiver> {
    let workspace = id(&mut table, &WORKSPACE);
    let channel = id(&mut table, &SLACK_CHANNEL);
    let role = id(&mut table, &ROLE);
    let place = table.place();
    table.finish();
    let channel = ChatChannel::Slack {
        workspace: workspace?.value,
        channel: channel?.value,
    };
    let role = role?.value;
    Some(ChatReceiver {
        channel,
        role,
        place,
    })
}

fn teams(mut table: Table<'_>) -> Option<ChatReceiver> {
    let tenant = id(&mut table, &TENANT);
    let team = id(&mut table, &TEAM);
    let channel = id(&mut table, &TEAMS_CHANNEL);
    let role = id(&mut table, &ROLE);
    let place = table.place();
    table.finish();
    let channel = ChatChannel::Teams {
        tenant: tenant?.value,
        team: team?.value,
        channel: channel?.value,
    };
    let role = role?.value;
    Some(ChatReceiver {
        channel,
        role,
        place,
    })
}

fn id(table: &mut Table<'_>, key: &IdKey) -> Option<Spanned<String>> {
    let written = table.required(key.name, Table::string)?;
    if (key.fits)(&written.value) {
        return Some(written);
    }
    let message = format!("`{}` is not a `{}` of a chat", written.value, key.name);
    let diagnostic = written.diagnostic(Code::BadReceiver, message);
    table.report(diagnostic.help(key.help));
    None
}

fn is_role(arn: &str) -> bool {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    matches!(parts[..], ["arn", "aws", "iam", "", account, role]
        if account.len() == 12 && role.strip_prefix("role/").is_some_and(|name| !name.is_empty()))
}

/// A channel has one configuration, and so one role.
pub(super) fn differing_roles(notify: &BTreeMap<Severity, Notify>) -> Vec<Diagnostic> {
    let mut known: BTreeMap<&ChatChannel, &str> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for receiver in notify.values().flat_map(|notify| &notify.chats) {
        let role = known.entry(&receiver.channel).or_insert(&receiver.role);
        if *role != receiver.role {
            let message = format!(
                "`{}` has two roles: an account has one configuration of a channel",
                receiver.channel
            );
            let diagnostic = Diagnostic::new(Code::BadReceiver, message).at(receiver.place.clone());
            diagnostics.push(diagnostic.help(format!("name `{role}` here, too")));
        }
    }
    diagnostics
}
