//! Chat channels that cannot be configured: the workspace is not authorised, or somebody else configured the channel.

use std::collections::{BTreeMap, BTreeSet};

use tracing::debug;

use super::session::Session;
use super::workspace::Workspace;
use crate::artifact::{Artifact, ChatChannel, ChatConfiguration, ChatWorkspace, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::project::Project;
use crate::provider::{AccountError, Actual, Reader};

/// Diagnostics about the configurations that a plan would create. The authorised workspaces are read only if there are such.
pub(super) async fn not_configurable(
    workspace: &Workspace,
    session: &Session,
    actual: &BTreeMap<Target, Actual>,
    desired: &BTreeMap<Target, State>,
) -> Result<Vec<Diagnostic>, AccountError> {
    let home = session.home();
    let Some(state) = desired.get(home) else {
        return Ok(Vec::new());
    };
    let nothing = Actual::default();
    let actual = actual.get(home).unwrap_or(&nothing);
    let new: Vec<&ChatConfiguration> = state
        .iter()
        .filter(|(id, _)| actual.state.get(id).is_none())
        .filter_map(|(_, artifact)| artifact.as_chat_configuration())
        .collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let known: Vec<&ChatConfiguration> = actual
        .state
        .iter()
        .filter_map(|(_, artifact): (_, &Artifact)| artifact.as_chat_configuration())
        .chain(&actual.other_chats)
        .collect();
    let authorised = match session.home_account().chat_workspaces().await {
        Ok(workspaces) => Some(workspaces),
        Err(error @ AccountError::Denied { .. }) => {
            debug!(%error, "the authorised workspaces are not known");
            None
        }
        Err(error) => return Err(error),
    };
    let project = &workspace.project;
    let diagnostics = new.into_iter().filter_map(|wanted| {
        let taken = known.iter().find(|chat| chat.channel == wanted.channel);
        match (taken, &authorised) {
            (Some(taken), _) => Some(channel_taken(project, taken)),
            (None, Some(authorised)) => not_authorised(project, &wanted.channel, authorised),
            (None, None) => None,
        }
    });
    Ok(diagnostics.collect())
}

/// The workspaces that the project names.
pub(super) fn workspaces(project: &Project) -> BTreeSet<ChatWorkspace> {
    let chats = project.notify.values().flat_map(|notify| &notify.chats);
    chats.map(|chat| chat.channel.workspace()).collect()
}

fn channel_taken(project: &Project, taken: &ChatConfiguration) -> Diagnostic {
    let ChatConfiguration { name, channel, .. } = taken;
    let message = format!(
        "`{channel}` has the configuration `{name}` already, which does not belong to this stack"
    );
    let help = "an account has one configuration of a channel: name another channel, or remove that configuration, or add the topics to it by hand and remove the channel here";
    let diagnostic = Diagnostic::new(Code::ChatChannelTaken, message).help(help);
    at_channel(project, channel, diagnostic)
}

fn not_authorised(
    project: &Project,
    channel: &ChatChannel,
    authorised: &BTreeSet<ChatWorkspace>,
) -> Option<Diagnostic> {
    let workspace = channel.workspace();
    if authorised.contains(&workspace) {
        return None;
    }
    let (client, invitation) = match &workspace {
        ChatWorkspace::Slack(_) => ("Slack", "; in a private channel, also `/invite @Amazon Q`"),
        ChatWorkspace::Team { .. } => (
            "Microsoft Teams",
            "; the team needs the app Amazon Q Developer",
        ),
    };
    let message = format!("{workspace} is not authorised for this account");
    let help = format!(
        "once, by hand: open Amazon Q Developer in chat applications in the AWS console, choose `Configure a chat client`, then {client}, and allow the access to the workspace{invitation}; then plan again"
    );
    let diagnostic = Diagnostic::new(Code::ChatNotAuthorised, message).help(help);
    Some(at_channel(project, channel, diagnostic))
}

fn at_channel(project: &Project, channel: &ChatChannel, diagnostic: Diagnostic) -> Diagnostic {
    let mut chats = project.notify.values().flat_map(|notify| &notify.chats);
    match chats.find(|chat| chat.channel == *channel) {
        Some(chat) => diagnostic.at(chat.place.clone()),
        None => diagnostic,
    }
}
