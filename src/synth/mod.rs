//! Inventory × Catalog × Project → the desired State. Pure: it asks no account, no clock, no environment.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

mod alarms;
mod console;
mod dashboards;
mod layout;
mod used_properties;
pub mod naming;
mod overrides;
mod settings;
pub mod sample_resource;
mod topics;
mod traces;
mod view;
mod resource;

use alarms::{AlarmBuilder, Subject};
use console::Console;
use dashboards::Boards;
use naming::Names;
use overrides::Overrides;
use resource::{ResourceOutput, on_all_cores};
use topics::Topics;
use traces::{EntryGroups, EntryPoint, Groups};
pub use used_properties::retain_used_properties;
use view::{Views, at_resource};

use crate::artifact::{Artifact, ArtifactId, Kind, Scope, State};
use crate::catalog::definition::{ENTRY_POINT, SamplingMode, ServiceDefinition};
use crate::catalog::{Catalog, ServiceEntry, ServiceOrigin};
use crate::diagnostic::{Code, Diagnostic, WithDiagnostics};
use crate::inventory::{Identity, Inventory, Resource, ResourceId};
use crate::project::Project;

/// Everything that the desired state follows from.
pub struct Inputs<'a> {
    pub inventory: &'a Inventory,
    pub catalog: &'a Catalog,
    pub project: &'a Project,
    pub identity: &'a Identity,
}

/// The desired state, and what people may want to know of it.
#[derive(Debug)]
pub struct Synthesis {
    pub state: State,
    /// Log groups whose retention the project asks for.
    pub log_groups: BTreeSet<String>,
    pub entries: Vec<TraceEntry>,
    pub links: Vec<ConsoleLink>,
}

/// An entry point, for the estimate of what tracing costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceEntry {
    pub node: String,
    pub sampling: SamplingMode,
}

/// A page of the AWS console.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConsoleLink {
    /// What the page shows, where it shows one artifact.
    #[serde(skip)]
    pub artifact: Option<ArtifactId>,
    pub title: String,
    pub url: String,
}

/// Works out what a stack needs in order to be watched.
pub fn synthesise(inputs: &Inputs<'_>) -> WithDiagnostics<Synthesis> {
    let names = Names::new(&inputs.project.name, &inputs.identity.region);
    let views = Views::new(
        inputs.inventory,
        inputs.catalog,
        inputs.identity,
        inputs.project,
    );
    let mut made = Synthesizer {
        inputs,
        names: &names,
        views: &views,
        state: State::default(),
        has_alarms: BTreeMap::new(),
        diagnostics: Vec::new(),
    };
    let topics = Topics::new(inputs.project, &names, inputs.identity);
    made.add(topics::topics(inputs.project, &names, inputs.identity));
    let entries = made.entry_points();
    let kept: Vec<TraceEntry> = entries
        .iter()
        .map(|entry| TraceEntry {
            node: entry.node.clone(),
            sampling: entry.sampling,
        })
        .collect();
    let groups = made.trace_groups(&entries, &topics);
    made.sampling(&entries);
    made.alarms_and_dashboards(&entries, &groups, &topics);
    made.tell_nobody(&topics);
    made.add(settings::log_retention(
        inputs.project,
        inputs.inventory,
        &views,
    ));
    made.finish(kept, &groups)
}

/// Where to look for what a project may have made: known before the desired state is. Settings are looked for by name.
pub fn scope(project: &Project, identity: &Identity) -> Scope {
    Names::new(&project.name, &identity.region).scope()
}

/// What is being made.
struct Synthesizer<'a> {
    inputs: &'a Inputs<'a>,
    names: &'a Names<'a>,
    views: &'a Views<'a>,
    state: State,
    /// Of each resource that definitions look at: whether any of them makes an alarm, or says why it does not.
    has_alarms: BTreeMap<&'a ResourceId, bool>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Synthesizer<'a> {
    fn add(&mut self, artifacts: impl IntoIterator<Item = Artifact>) {
        for artifact in artifacts {
            if let Some(twice) = self.state.insert(artifact) {
                let message = format!(
                    "two definitions make the {} `{}`",
                    twice.kind(),
                    twice.name()
                );
                self.diagnostics.push(
                    Diagnostic::new(Code::DuplicateArtifact, message).help("rename one of them"),
                );
            }
        }
    }

    fn tell_nobody(&mut self, topics: &Topics) {
        let has_alarms = self.state.iter().any(|(id, _)| id.kind == Kind::Alarm);
        if topics.is_empty() && has_alarms {
            let fault = Diagnostic::new(
                Code::NobodyIsTold,
                "no alarm tells anybody: the project names no receivers",
            );
            self.diagnostics.push(
                fault.help("add `[notify.critical]` with `email = [\"…\"]` to tracewatch.toml"),
            );
        }
    }

    fn entry_points(&mut self) -> Vec<EntryPoint<'a>> {
        if !self.inputs.project.tracing.enabled {
            return Vec::new();
        }
        let (entries, faults) =
            traces::entry_points(self.inputs.inventory, self.inputs.catalog, self.views);
        self.diagnostics.extend(faults);
        if entries.is_empty() {
            let message = "nothing in this stack begins a trace: it gets no trace alarms, no sampling rules, and no groups but the project's own";
            let help = "switch tracing on (`Tracing: Active` for functions, `TracingEnabled: true` for an API), or set `tracing.enabled = false`";
            self.diagnostics
                .push(Diagnostic::new(Code::NoTraces, message).help(help));
        }
        entries
    }

    fn trace_groups(&mut self, entries: &[EntryPoint<'a>], topics: &Topics) -> Groups<'a> {
        let project = self.inputs.project;
        let mut groups = if project.tracing.enabled {
            traces::groups(project, self.inputs.catalog, self.names, entries)
        } else {
            Groups {
                own: Vec::new(),
                of_entries: Vec::new(),
                diagnostics: Vec::new(),
            }
        };
        self.diagnostics.append(&mut groups.diagnostics);
        let all = groups
            .own
            .iter()
            .chain(groups.of_entries.iter().flat_map(BTreeMap::values));
        self.add(all.cloned().map(Artifact::TraceGroup).collect::<Vec<_>>());
        self.add(topics::insights_rule(
            project,
            topics,
            self.names,
            &traces::insights_groups(&groups),
        ));
        groups
    }

    fn sampling(&mut self, entries: &[EntryPoint<'a>]) {
        let (rules, faults) = traces::sampling(self.inputs.project, self.names, entries);
        self.add(rules);
        self.diagnostics.extend(faults);
    }

    /// Alarms of every definition file, and the dashboards that show what they watch.
    fn alarms_and_dashboards(
        &mut self,
        entries: &[EntryPoint<'a>],
        groups: &Groups<'a>,
        topics: &Topics,
    ) {
        let (overrides, faults) = Overrides::new(
            self.inputs.project,
            self.inputs.catalog,
            self.inputs.inventory,
        );
        self.diagnostics.extend(faults);
        let maker = AlarmBuilder::new(self.inputs, self.names, topics, &overrides);
        let mut boards = Boards::new(self.inputs);
        let mut names = BTreeSet::new();
        for indexed in self.inputs.catalog.services() {
            if indexed.kind == ENTRY_POINT {
                let watched: Vec<_> = entries.iter().zip(&groups.of_entries).collect();
                let Some(service) = self.begin(indexed, watched.len(), &mut boards) else {
                    continue;
                };
                let shown = boards.shown();
                for (entry, groups) in watched {
                    names.extend(self.take(
                        ResourceOutput::of(&maker, at_entry_point(service, entry, groups), &shown),
                        &mut boards,
                    ));
                }
            } else {
                let resources: Vec<_> = self.views.of_kind(&indexed.kind).collect();
                let Some(service) = self.begin(indexed, resources.len(), &mut boards) else {
                    continue;
                };
                let (views, shown) = (self.views, boards.shown());
                let watched = |resource: &&'a Resource| {
                    let view = views.view(resource)?;
                    Ok(ResourceOutput::of(
                        &maker,
                        Subject {
                            service,
                            view,
                            groups: BTreeMap::new(),
                        },
                        &shown,
                    ))
                };
                for some in resources.chunks(AT_ONCE) {
                    for watched in on_all_cores(some, &watched) {
                        match watched {
                            Ok(watched) => names.extend(self.take(watched, &mut boards)),
                            Err(fault) => self.diagnostics.push(fault),
                        }
                    }
                }
            }
        }
        self.without_alarms();
        if boards.is_empty() {
            // What could not be looked at may be all that there is to watch.
            if !self.diagnostics.iter().any(Diagnostic::is_error) {
                self.diagnostics.push(nothing_to_watch());
            }
            if groups.own.is_empty() {
                return;
            }
        }
        let (dashboards, faults) = boards.finish(self.names, &names, groups);
        self.add(dashboards);
        self.diagnostics.extend(faults);
    }

    /// Begins the section of a service. A service without resources has no section, and its definition is not parsed.
    fn begin(
        &mut self,
        service: &'a ServiceEntry,
        subjects: usize,
        boards: &mut Boards<'a>,
    ) -> Option<&'a ServiceDefinition> {
        if subjects == 0 {
            if service.origin == ServiceOrigin::Project {
                self.diagnostics
                    .push(self.matches_nothing(service.definition()));
            }
            return None;
        }
        let definition = service.definition();
        boards.section(definition, subjects);
        Some(definition)
    }

    /// Takes in what was made for one subject; the names of its alarms come back.
    fn take(&mut self, watched: ResourceOutput<'a>, boards: &mut Boards<'a>) -> Vec<String> {
        let ResourceOutput {
            resource,
            values,
            metrics,
            made,
        } = watched;
        let told = !made.alarms.is_empty() || !made.diagnostics.is_empty();
        *self.has_alarms.entry(&resource.id).or_default() |= told;
        boards.resource(&resource.id, values, &metrics, &made.alarms);
        let composites = made.composites.iter().map(|alarm| alarm.name.clone());
        let names = composites
            .chain(made.alarms.iter().map(|alarm| alarm.name.clone()))
            .collect();
        self.diagnostics.extend(made.diagnostics);
        self.add(made.alarms.into_iter().map(Artifact::from));
        self.add(made.composites.into_iter().map(Artifact::from));
        names
    }

    fn without_alarms(&mut self) {
        let without = self
            .has_alarms
            .iter()
            .filter(|(_, has_alarms)| !**has_alarms);
        let resources = without.filter_map(|(id, _)| self.inputs.inventory.resources.get(*id));
        self.diagnostics.extend(resources.map(|resource| {
            let message = format!(
                "`{}` has no alarms: every definition for it is switched off or does not apply",
                resource.id.logical_id
            );
            at_resource(
                Diagnostic::new(Code::ResourceWithoutAlarms, message),
                resource,
            )
        }));
    }

    fn matches_nothing(&self, service: &ServiceDefinition) -> Diagnostic {
        let message = format!(
            "the definitions in `{}` match nothing: the stack has no `{}`",
            service.file, service.kind
        );
        let fault =
            Diagnostic::new(Code::DefinitionMatchesNothing, message).at(service.place.clone());
        let kinds: BTreeSet<&str> = self
            .inputs
            .inventory
            .resources
            .values()
            .map(|resource| &*resource.kind)
            .collect();
        match crate::diagnostic::nearest(&service.kind, kinds) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault,
        }
    }

    fn finish(
        mut self,
        entries: Vec<TraceEntry>,
        groups: &Groups<'_>,
    ) -> WithDiagnostics<Synthesis> {
        let log_groups = names_of(&self.state, Kind::LogRetention);
        let links = links(
            &self.state,
            &Console::new(self.inputs.identity),
            groups,
            &self.names.alarm_prefix(),
        );
        self.diagnostics.dedup();
        // What is said of no place in particular may be said for one resource after the other.
        let mut said = BTreeSet::new();
        self.diagnostics
            .retain(|found| !found.places.is_empty() || said.insert(found.message.clone()));
        WithDiagnostics {
            value: Synthesis {
                state: self.state,
                log_groups,
                entries,
                links,
            },
            diagnostics: self.diagnostics,
        }
    }
}

fn nothing_to_watch() -> Diagnostic {
    Diagnostic::new(Code::NothingToWatch, "no definition watches anything of this stack").help(
        "`tracewatch inventory` lists its resources; definitions for their types can stand in `alarms/` beside the project file",
    )
}

fn at_entry_point<'a>(
    service: &'a ServiceDefinition,
    entry: &EntryPoint<'a>,
    groups: &EntryGroups<'a>,
) -> Subject<'a> {
    Subject {
        service,
        view: entry.view.again(),
        groups: groups
            .iter()
            .map(|(word, group)| (*word, group.name.clone()))
            .collect(),
    }
}

/// Resources that are worked on before their alarms and graphs are taken in: each carries all that is known of its resource.
const AT_ONCE: usize = 256;

fn names_of(state: &State, kind: Kind) -> BTreeSet<String> {
    state
        .iter()
        .filter(|(id, _)| id.kind == kind)
        .map(|(id, _)| id.name.clone())
        .collect()
}

fn links(
    state: &State,
    console: &Console,
    groups: &Groups<'_>,
    alarm_prefix: &str,
) -> Vec<ConsoleLink> {
    let link = |title: &str, url: String| ConsoleLink {
        artifact: None,
        title: title.to_owned(),
        url,
    };
    let to = |kind: Kind, name: &str, url: String| {
        let artifact = Some(ArtifactId {
            kind,
            name: name.to_owned(),
        });
        ConsoleLink {
            artifact,
            title: format!("{kind} {name}"),
            url,
        }
    };
    let dashboards = names_of(state, Kind::Dashboard);
    let mut links: Vec<ConsoleLink> = dashboards
        .iter()
        .map(|name| to(Kind::Dashboard, name, console.dashboard(name)))
        .collect();
    links.push(link("alarms", console.alarms(alarm_prefix)));
    let all: Vec<_> = groups
        .own
        .iter()
        .chain(groups.of_entries.iter().flat_map(BTreeMap::values))
        .collect();
    if !all.is_empty() {
        links.push(link("trace map", console.trace_map()));
        links.extend(all.iter().map(|group| {
            to(
                Kind::TraceGroup,
                &group.name,
                console.trace_group(&group.name),
            )
        }));
        links.push(link("X-Ray Insights", console.insights()));
    }
    links
}
