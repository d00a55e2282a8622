//! Links to the console pages that show a stack's artifacts.

use super::console::Console;
use super::inputs::ConsoleLink;
use super::traces::Groups;
use crate::artifact::{ArtifactId, Kind, State};

/// The pages of the stack's own target. `alarm_prefix` is what the names of its alarms begin with.
pub(super) fn links(
    state: &State,
    console: &Console,
    groups: &Groups<'_>,
    alarm_prefix: &str,
) -> Vec<ConsoleLink> {
    let mut links = Vec::new();
    for name in state.names(Kind::Dashboard) {
        let url = console.dashboard(&name);
        links.push(artifact_link(Kind::Dashboard, name, url));
    }
    links.push(page_link("alarms", console.alarms(alarm_prefix)));
    let mut groups = groups.all().peekable();
    if groups.peek().is_none() {
        return links;
    }
    links.push(page_link("trace map", console.trace_map()));
    for planned in groups {
        let name = planned.group.name.clone();
        let url = console.trace_group(&name);
        links.push(artifact_link(Kind::TraceGroup, name, url));
    }
    links.push(page_link("X-Ray Insights", console.insights()));
    links
}

fn page_link(title: &str, url: String) -> ConsoleLink {
    ConsoleLink {
        artifact: None,
        title: title.to_owned(),
        url,
    }
}

fn artifact_link(kind: Kind, name: String, url: String) -> ConsoleLink {
    ConsoleLink {
        title: format!("{kind} {name}"),
        artifact: Some(ArtifactId { kind, name }),
        url,
    }
}
