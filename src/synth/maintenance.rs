//! Maintenance windows: the mute rules of each target, and what a window does beside its purpose.

use std::collections::{BTreeMap, BTreeSet};

use super::naming::Names;
use crate::artifact::{Artifact, ArtifactId, Kind, MuteRule, Muting, Origin, Severity, State};
use crate::diagnostic::{Code, Diagnostic, counted, nearest};
use crate::inventory::{Inventory, Resource, ResourceId, Target};
use crate::project::{MaintenanceWindow, Project};
use crate::semantics::limits::MUTE_RULE_ALARMS;
use crate::semantics::mute_rule::{Overlap, utc_text};
use crate::semantics::wildcard::is_like;
use crate::spanned::Spanned;

/// The maintenance windows of a project, with what each mutes.
pub(super) struct Maintenance<'a> {
    project: &'a Project,
    inventory: &'a Inventory,
    windows: Vec<MutedWindow<'a>>,
    now: i64,
}

/// A window with what it mutes in each target.
struct MutedWindow<'a> {
    window: &'a MaintenanceWindow,
    muting: BTreeMap<Target, Muting>,
}

impl<'a> Maintenance<'a> {
    pub(super) fn of(
        project: &'a Project,
        inventory: &'a Inventory,
        states: &BTreeMap<Target, State>,
        now: i64,
    ) -> Self {
        let windows = project.maintenance.iter();
        let windows = windows.map(|window| MutedWindow {
            window,
            muting: states
                .iter()
                .map(|(target, state)| (target.clone(), muting(project, window, state)))
                .collect(),
        });
        Self {
            project,
            inventory,
            windows: windows.collect(),
            now,
        }
    }

    /// The mute rules of the windows that are not over.
    pub(super) fn rules(&self) -> Vec<(Target, Origin, Artifact)> {
        let left = self.windows.iter().filter(|muted| !self.is_over(muted));
        left.flat_map(|muted| {
            let targets = muted.muting.iter();
            targets.flat_map(|(target, muting)| self.rules_in(target, muted.window, muting))
        })
        .collect()
    }

    fn rules_in(
        &self,
        target: &Target,
        window: &MaintenanceWindow,
        muting: &Muting,
    ) -> Vec<(Target, Origin, Artifact)> {
        let names = Names::new(&self.project.name, &target.region);
        let alarms: Vec<&String> = muting.named.iter().collect();
        let parts = alarms.chunks(MUTE_RULE_ALARMS).enumerate();
        let name = &window.name.value;
        parts
            .map(|(part, alarms)| {
                let origin = Origin {
                    item: Some(name.as_str().into()),
                    place: Some(window.name.place.clone()),
                    ..Origin::of_stack("maintenance", "window")
                };
                let rule = MuteRule {
                    name: names.maintenance(name, part),
                    description: format!("Maintenance window {name} of {}", self.project.name),
                    schedule: window.schedule.value.clone(),
                    duration: window.windows.length,
                    timezone: window.timezone.clone(),
                    expires: window.windows.expires,
                    alarms: alarms.iter().map(|name| (*name).clone()).collect(),
                };
                (target.clone(), origin, Artifact::MuteRule(rule))
            })
            .collect()
    }

    fn is_over(&self, muted: &MutedWindow<'_>) -> bool {
        muted.window.windows.are_over(self.now)
    }

    pub(super) fn diagnostics(&self, states: &BTreeMap<Target, State>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (index, muted) in self.windows.iter().enumerate() {
            let unknown = self.unknown_resources(muted.window);
            if !unknown.is_empty() {
                found.extend(unknown);
                continue;
            }
            if self.is_over(muted) {
                found.push(over(muted.window));
                continue;
            }
            if muted.muting.values().all(|muting| muting.named.is_empty()) {
                found.push(mutes_nothing(muted.window));
                continue;
            }
            found.extend(self.mutes_more(muted, states));
            found.extend(self.mutes_fleets(muted, states));
            if muted.has_critical_alarms(states) && muted.window.recurs_without_end() {
                found.push(without_end(muted.window));
            }
            found.extend(self.overlaps_itself(muted.window));
            let earlier = self.windows[..index].iter();
            found.extend(earlier.filter_map(|earlier| self.overlap(earlier, muted)));
        }
        found
    }

    fn unknown_resources(&self, window: &MaintenanceWindow) -> Vec<Diagnostic> {
        let system = &self.project.name;
        let resources: Vec<&Resource> = self
            .inventory
            .resources
            .values()
            .map(|resource| &**resource)
            .collect();
        let unknown = window.resources.iter().filter(|pattern| {
            let mut ids = resources.iter().map(|resource| &resource.id);
            !ids.any(|id| is_meant(pattern, id, system))
        });
        unknown
            .map(|pattern| unknown_resource(pattern, &resources, system))
            .collect()
    }

    /// A window that names resources, and mutes alarms of others.
    fn mutes_more(
        &self,
        muted: &MutedWindow<'_>,
        states: &BTreeMap<Target, State>,
    ) -> Option<Diagnostic> {
        let mut alarms = 0;
        let mut resources = BTreeSet::new();
        for (target, muting) in &muted.muting {
            alarms += muting.others.len();
            let origins = muting.others.iter().flat_map(|name| {
                let state = states.get(target);
                let origin = state.and_then(|state| state.origin(&alarm(name)));
                origin.into_iter().flat_map(Origin::resources)
            });
            resources.extend(origins.map(|id| id.within(&self.project.name).into_owned()));
        }
        if alarms == 0 {
            return None;
        }
        let window = muted.window;
        let message = format!(
            "window `{}` also mutes {} of {}: composite alarms notify for them together",
            window.name.value,
            counted(alarms, "alarm", "alarms"),
            listed(&resources)
        );
        let help = "`grouping = \"resource\"` in `[notify]` lets each resource notify by itself; or name these resources, too";
        let diagnostic = window.name.diagnostic(Code::MaintenanceMutesMore, message);
        Some(diagnostic.help(help))
    }

    /// A window that names resources, and mutes a fleet alarm that watches others too.
    fn mutes_fleets(
        &self,
        muted: &MutedWindow<'_>,
        states: &BTreeMap<Target, State>,
    ) -> Option<Diagnostic> {
        let (window, system) = (muted.window, &self.project.name);
        if window.resources.is_empty() {
            return None;
        }
        let mut alarms = BTreeSet::new();
        let mut resources = BTreeSet::new();
        for (target, muting) in &muted.muting {
            for name in &muting.named {
                let state = states.get(target);
                let origin = state.and_then(|state| state.origin(&alarm(name)));
                let fleet = origin.into_iter().flat_map(|origin| &origin.fleet);
                for other in fleet.filter(|id| !is_named(window, id, system)) {
                    alarms.insert(name);
                    resources.insert(other.within(system).into_owned());
                }
            }
        }
        if alarms.is_empty() {
            return None;
        }
        let message = format!(
            "window `{}` also mutes {} for {}: one alarm watches them together",
            window.name.value,
            counted(alarms.len(), "fleet alarm", "fleet alarms"),
            listed(&resources)
        );
        let help = "leave out `scope = \"fleet\"` of its definition; or name these resources, too";
        let diagnostic = window.name.diagnostic(Code::MaintenanceMutesMore, message);
        Some(diagnostic.help(help))
    }

    fn overlaps_itself(&self, window: &MaintenanceWindow) -> Option<Diagnostic> {
        let Overlap::First(at) = window.windows.overlap_each_other(self.now)? else {
            return None;
        };
        let message = format!(
            "window `{}` begins again before it ends, first on {}",
            window.name.value,
            utc_text(at)
        );
        let diagnostic = window
            .schedule
            .diagnostic(Code::MaintenanceOverlap, message);
        Some(diagnostic.help("one time with a longer `for` says the same"))
    }

    fn overlap(&self, first: &MutedWindow<'_>, second: &MutedWindow<'_>) -> Option<Diagnostic> {
        let shared: usize = first
            .muting
            .iter()
            .filter_map(|(target, muting)| {
                let other = second.muting.get(target)?;
                Some(muting.named.intersection(&other.named).count())
            })
            .sum();
        if shared == 0 || self.is_over(first) {
            return None;
        }
        let (first, second) = (first.window, second.window);
        let at = second.windows.overlap_with(&first.windows, self.now)?;
        let message = format!(
            "windows `{}` and `{}` overlap, first on {}: both mute {}",
            first.name.value,
            second.name.value,
            utc_text(at),
            counted(shared, "alarm", "alarms")
        );
        let diagnostic = second
            .schedule
            .diagnostic(Code::MaintenanceOverlap, message);
        let place = first.schedule.place.clone();
        let help = "move one of them, or make one window of both";
        Some(diagnostic.at(place.labelled("the other one")).help(help))
    }
}

impl MutedWindow<'_> {
    fn has_critical_alarms(&self, states: &BTreeMap<Target, State>) -> bool {
        self.muting.iter().any(|(target, muting)| {
            let state = states.get(target);
            muting.named.iter().any(|name| {
                state.is_some_and(|state| state.severity(name) == Some(Severity::Critical))
            })
        })
    }
}

fn muting(project: &Project, window: &MaintenanceWindow, state: &State) -> Muting {
    Muting::of(state, |id| {
        let mut resources = state.origin(id).into_iter().flat_map(Origin::resources);
        window.resources.is_empty() || resources.any(|id| is_named(window, id, &project.name))
    })
}

fn is_named(window: &MaintenanceWindow, id: &ResourceId, system: &str) -> bool {
    let mut patterns = window.resources.iter();
    patterns.any(|pattern| is_meant(pattern, id, system))
}

/// Whether a pattern names a resource, by its logical id or as the system calls it.
fn is_meant(pattern: &Spanned<String>, id: &ResourceId, system: &str) -> bool {
    is_like(&id.logical_id, &pattern.value) || is_like(&id.within(system), &pattern.value)
}

fn alarm(name: &str) -> ArtifactId {
    ArtifactId {
        kind: Kind::Alarm,
        name: name.to_owned(),
    }
}

/// The first resources, and the number of the others.
fn listed(resources: &BTreeSet<String>) -> String {
    const SHOWN: usize = 5;
    let names: Vec<&str> = resources.iter().take(SHOWN).map(String::as_str).collect();
    match (names.is_empty(), resources.len().saturating_sub(SHOWN)) {
        (true, _) => "the stack as a whole".to_owned(),
        (false, 0) => names.join(", "),
        (false, others) => format!("{} and {others} more", names.join(", ")),
    }
}

fn unknown_resource(
    pattern: &Spanned<String>,
    resources: &[&Resource],
    system: &str,
) -> Diagnostic {
    let message = format!("the stack has no resource `{}`", pattern.value);
    let diagnostic = pattern.diagnostic(Code::UnknownResource, message);
    let named = resources
        .iter()
        .find(|resource| resource.physical_id.as_deref() == Some(pattern.value.as_str()));
    if let Some(named) = named {
        let logical_id = named.id.within(system);
        return diagnostic.help(format!(
            "this is the name that `{logical_id}` has in AWS: write `{logical_id}`"
        ));
    }
    let ids: Vec<String> = resources
        .iter()
        .map(|resource| resource.id.within(system).into_owned())
        .collect();
    match nearest(&pattern.value, ids.iter().map(String::as_str)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

fn over(window: &MaintenanceWindow) -> Diagnostic {
    let message = format!("maintenance window `{}` is over", window.name.value);
    let diagnostic = window.schedule.diagnostic(Code::MaintenanceOver, message);
    diagnostic.help("remove it, or give it a new date")
}

fn mutes_nothing(window: &MaintenanceWindow) -> Diagnostic {
    let message = format!(
        "maintenance window `{}` mutes nothing: none of its alarms notifies",
        window.name.value
    );
    let diagnostic = window
        .name
        .diagnostic(Code::MaintenanceMutesNothing, message);
    diagnostic.help("name other resources, or receivers under `[notify]`")
}

fn without_end(window: &MaintenanceWindow) -> Diagnostic {
    let message = format!(
        "window `{}` mutes critical alarms again and again, without an end",
        window.name.value
    );
    let diagnostic = window
        .schedule
        .diagnostic(Code::MaintenanceWithoutEnd, message);
    diagnostic.help("`until` sets its last day")
}
