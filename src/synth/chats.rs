//! The chat configurations of the project: one for each channel, with the topics of all severities that name it.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::Names;
use crate::artifact::{Artifact, ArtifactId, ChatConfiguration, Kind, Origin, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::project::{ChatReceiver, Project};
use crate::semantics::chat::PARTITION;

/// The configurations, which belong to the stack's own target. The topics of `states` are complete.
pub(super) fn configurations(
    project: &Project,
    names: &Names<'_>,
    states: &BTreeMap<Target, State>,
) -> Vec<(Origin, Artifact)> {
    let mut found: BTreeMap<String, (Origin, ChatConfiguration)> = BTreeMap::new();
    for (severity, notify) in &project.notify {
        let topics: BTreeSet<String> = states
            .iter()
            .filter_map(|(target, state)| topic_arn(&names.topic(*severity), target, state))
            .collect();
        for receiver in &notify.chats {
            let name = names.chat(&receiver.channel);
            let (_, configuration) = found.entry(name.clone()).or_insert_with(|| {
                let origin = Origin::of_stack("notify", severity.word());
                (origin, configuration(name, receiver))
            });
            configuration.topics.extend(topics.iter().cloned());
        }
    }
    found
        .into_values()
        .map(|(origin, configuration)| (origin, Artifact::ChatConfiguration(configuration)))
        .collect()
}

fn configuration(name: String, receiver: &ChatReceiver) -> ChatConfiguration {
    ChatConfiguration {
        name,
        channel: receiver.channel.clone(),
        role: receiver.role.clone(),
        topics: BTreeSet::new(),
    }
}

/// The ARN of a topic that the state has.
fn topic_arn(name: &str, target: &Target, state: &State) -> Option<String> {
    let id = ArtifactId {
        kind: Kind::Topic,
        name: name.to_owned(),
    };
    state.get(&id)?;
    let Target {
        partition,
        region,
        account,
    } = target;
    Some(format!("arn:{partition}:sns:{region}:{account}:{name}"))
}

/// The API of the chat service exists in one partition.
pub(super) fn not_in_partition(project: &Project, home: &Target) -> Vec<Diagnostic> {
    if home.partition == PARTITION {
        return Vec::new();
    }
    let chats = project.notify.values().flat_map(|notify| &notify.chats);
    chats
        .map(|receiver| {
            let message = format!(
                "`{}` cannot be configured in the partition `{}`: the API of Amazon Q Developer in chat applications takes ARNs of `{PARTITION}` only",
                receiver.channel, home.partition
            );
            let help = "use `email`, `https` or another receiver";
            Diagnostic::new(Code::BadReceiver, message)
                .at(receiver.place.clone())
                .help(help)
        })
        .collect()
}
