//! The stages of synthesis, in their order.

use std::collections::{BTreeMap, BTreeSet};

use super::alarms::{AlarmBuilder, Generated, GeneratedAlarm};
use super::assigned_objectives::AssignedObjectives;
use super::awaited::awaited;
use super::chats;
use super::console::Console;
use super::dashboards::Boards;
use super::event_rules::EventRules;
use super::fleets::{FleetBuilder, has_fleet_alarms};
use super::grouping::AlarmGrouping;
use super::inputs::{Inputs, PlannedObjective, Synthesis, TraceEntry};
use super::links::links;
use super::log_metrics;
use super::maintenance::Maintenance;
use super::naming::Names;
use super::not_watched::Watched;
use super::objective_alarms::GeneratedObjective;
use super::objectives::ObjectiveBuilder;
use super::overrides::Overrides;
use super::parallel::on_all_cores;
use super::project_composites::ProjectComposites;
use super::region_limits;
use super::resource::{Builders, ResourceOutput};
use super::schedule_rate::schedule_rate;
use super::settings;
use super::subject::Subject;
use super::topics::{self, Topics};
use super::traces::{self, EntryGroups, EntryPoint, Groups};
use super::view::{Views, at_resource};
use crate::artifact::{Artifact, DefinitionKey, Kind, Origin, State};
use crate::catalog::definition::{ENTRY_POINT, ServiceDefinition};
use crate::catalog::{ServiceEntry, ServiceOrigin};
use crate::diagnostic::{Code, Diagnostic, WithDiagnostics, nearest};
use crate::inventory::{ACCOUNT, Resource, ResourceId, Target};
use crate::project::EVERY_ALARM;

/// Computes the desired state of a stack.
pub fn synthesise(inputs: &Inputs<'_>) -> WithDiagnostics<Synthesis> {
    let names = Names::new(&inputs.project.name, &inputs.identity.region);
    let views = Views::new(
        inputs.inventory,
        inputs.catalog,
        inputs.identity,
        inputs.project,
    );
    let mut synthesizer = Synthesizer {
        inputs,
        names: &names,
        views: &views,
        states: BTreeMap::from([(inputs.identity.clone(), State::default())]),
        has_alarms: BTreeMap::new(),
        objectives: Vec::new(),
        has_unsent_event: false,
        diagnostics: Vec::new(),
    };
    let topics = topics_by_target(inputs);
    let entries = synthesizer.entry_points();
    let groups = synthesizer.trace_groups(&entries);
    synthesizer.sampling(&entries);
    synthesizer.traffic(&entries);
    synthesizer.slow(&entries);
    synthesizer.alarms_and_dashboards(&entries, &groups, &topics);
    synthesizer.topics(&topics);
    synthesizer.chats();
    let retention = settings::log_retention(inputs.project, inputs.inventory, &views);
    synthesizer.add_all(inputs.identity, retention);
    synthesizer.finish(&entries, &groups)
}

/// The topics of the stack's own target and of each Region that the catalogue's definitions name.
pub(super) fn topics_by_target(inputs: &Inputs<'_>) -> BTreeMap<Target, Topics> {
    let (home, project) = (inputs.identity, inputs.project);
    let mut topics = BTreeMap::new();
    let mut regions = inputs.catalog.fixed_regions(home);
    regions.extend(project.objective_regions());
    regions.remove(home.region.as_str());
    for region in regions {
        let target = home.in_region(region);
        let names = Names::new(&project.name, region);
        let elsewhere = Topics::elsewhere(project, &names, &target);
        topics.insert(target, elsewhere);
    }
    let names = Names::new(&project.name, &home.region);
    topics.insert(home.clone(), Topics::new(project, &names, home));
    topics
}

/// The desired states while the stages fill them.
struct Synthesizer<'a> {
    inputs: &'a Inputs<'a>,
    names: &'a Names<'a>,
    views: &'a Views<'a>,
    states: BTreeMap<Target, State>,
    /// Whether each resource with definitions has an alarm or a diagnostic explaining its absence.
    has_alarms: BTreeMap<&'a ResourceId, bool>,
    objectives: Vec<PlannedObjective>,
    /// Whether an event applies whose severity has no topic.
    has_unsent_event: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Synthesizer<'a> {
    fn add_all(
        &mut self,
        target: &Target,
        artifacts: impl IntoIterator<Item = (Origin, Artifact)>,
    ) {
        for (origin, artifact) in artifacts {
            self.add(target, origin, artifact);
        }
    }

    fn add(&mut self, target: &Target, origin: Origin, artifact: Artifact) {
        let catalog = self.inputs.catalog;
        let state = self.states.entry(target.clone()).or_default();
        let earlier = state.origin(&artifact.id());
        let earlier = earlier.map(|earlier| earlier.definition.clone());
        let Some(earlier) = earlier else {
            state.insert_from(origin, artifact);
            return;
        };
        let later = origin.definition.clone();
        let (is_built_in, was_built_in) =
            (catalog.is_built_in(&later), catalog.is_built_in(&earlier));
        self.diagnostics.push(match (was_built_in, is_built_in) {
            (true, false) => replaced(&earlier, &later),
            (false, true) => replaced(&later, &earlier),
            (true, true) | (false, false) => made_twice(&artifact),
        });
        if was_built_in {
            state.insert_from(origin, artifact);
        }
    }

    /// Adds the chat configurations, once all topics are there.
    fn chats(&mut self) {
        let (home, project) = (self.inputs.identity, self.inputs.project);
        self.diagnostics
            .extend(chats::not_in_partition(project, home));
        let configurations = chats::configurations(project, self.names, &self.states);
        self.add_all(home, configurations);
    }

    /// Adds the topics: those of the stack's own target always, those of another target where it
    /// has alarms.
    fn topics(&mut self, topics: &BTreeMap<Target, Topics>) {
        let (home, project) = (self.inputs.identity, self.inputs.project);
        self.diagnostics
            .extend(topics::not_in_region(project, home));
        self.diagnostics
            .extend(topics::actions_not_in_region(project, home));
        let is_watched = self.has_unsent_event || self.states.values().any(has_alarm);
        if topics[home].is_empty() && is_watched {
            self.diagnostics.push(nobody_is_told());
        }
        let targets: Vec<Target> = self.states.keys().cloned().collect();
        for target in targets {
            let names = Names::new(&project.name, &target.region);
            self.add_all(&target, topics::topics(project, &names, &target));
            let left_out = topics.get(&target).map(Topics::left_out);
            let left_out = left_out.unwrap_or_default().iter();
            self.diagnostics
                .extend(left_out.map(|arn| topic_elsewhere(arn, &target)));
        }
    }

    fn entry_points(&mut self) -> Vec<EntryPoint<'a>> {
        if !self.inputs.project.tracing.enabled {
            return Vec::new();
        }
        let (entries, diagnostics) =
            traces::entry_points(self.inputs.inventory, self.inputs.catalog, self.views);
        let is_explained = diagnostics
            .iter()
            .any(|diagnostic| diagnostic.code == Code::TraceNameNotFilterable);
        self.diagnostics.extend(diagnostics);
        if entries.is_empty() && !is_explained {
            self.diagnostics.push(no_traces());
        }
        entries
    }

    fn trace_groups(&mut self, entries: &[EntryPoint<'a>]) -> Groups<'a> {
        let project = self.inputs.project;
        let mut groups = if project.tracing.enabled {
            traces::groups(project, self.inputs.catalog, self.names, entries)
        } else {
            Groups::default()
        };
        self.diagnostics.append(&mut groups.diagnostics);
        for planned in groups.all() {
            let group = Artifact::TraceGroup(planned.group.clone());
            self.add(self.inputs.identity, planned.origin.clone(), group);
        }
        groups
    }

    fn sampling(&mut self, entries: &[EntryPoint<'a>]) {
        let (rules, diagnostics) = traces::sampling(self.inputs.project, self.names, entries);
        self.add_all(self.inputs.identity, rules);
        self.diagnostics.extend(diagnostics);
    }

    /// Reports traffic of something that is no entry point.
    fn traffic(&mut self, entries: &[EntryPoint<'a>]) {
        let project = self.inputs.project;
        let known: Vec<String> = entries
            .iter()
            .map(|entry| entry.view.resource.id.logical_id.to_string())
            .collect();
        let unknown = project.cost.traffic.iter();
        let unknown = unknown.filter(|(name, _)| !known.contains(name));
        for (name, rate) in unknown {
            let diagnostic = not_an_entry_point(name, &known).at(rate.place.clone());
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports a limit of slow traces for something that is no entry point.
    fn slow(&mut self, entries: &[EntryPoint<'a>]) {
        let project = self.inputs.project;
        let ids: Vec<&ResourceId> = entries
            .iter()
            .map(|entry| &entry.view.resource.id)
            .collect();
        for (name, overrides) in &project.resources {
            let over = overrides.get(EVERY_ALARM);
            let Some(place) = over.and_then(|over| over.places.get("slow")) else {
                continue;
            };
            let is_named =
                |id: &&ResourceId| *id.logical_id == **name || id.within(&project.name) == *name;
            if ids.iter().any(is_named) {
                continue;
            }
            let known: Vec<String> = ids
                .iter()
                .map(|id| id.within(&project.name).into_owned())
                .collect();
            let diagnostic = not_an_entry_point(name, &known).at(place.clone());
            self.diagnostics.push(diagnostic);
        }
    }

    /// The alarms of every definition file, and the dashboards that show their metrics.
    fn alarms_and_dashboards(
        &mut self,
        entries: &[EntryPoint<'a>],
        groups: &Groups<'a>,
        topics: &BTreeMap<Target, Topics>,
    ) {
        let inputs = self.inputs;
        let (overrides, diagnostics) =
            Overrides::new(inputs.project, inputs.catalog, inputs.inventory);
        self.diagnostics.extend(diagnostics);
        let (objectives, diagnostics) = AssignedObjectives::new(inputs, &entry_ids(entries));
        self.diagnostics.extend(diagnostics);
        let builder = AlarmBuilder::new(inputs, self.views, self.names, topics, &overrides);
        let builders = Builders {
            alarms: &builder,
            objectives: &ObjectiveBuilder {
                alarms: &builder,
                assigned: &objectives,
            },
        };
        let mut boards = Boards::new(inputs);
        for service in inputs.catalog.services() {
            if service.kind == ENTRY_POINT {
                self.entry_point_alarms(service, entries, groups, builders, &mut boards);
            } else {
                self.resource_alarms(service, builders, &mut boards);
            }
        }
        for objective in builders.objectives.over_own_metrics() {
            match objective {
                Ok(objective) => self.add_objective(objective),
                Err(diagnostic) => self.diagnostics.push(diagnostic),
            }
        }
        self.diagnostics
            .extend(region_limits::exceeded(&self.states));
        self.diagnostics
            .extend(log_metrics::too_many(&self.states[inputs.identity]));
        self.without_alarms();
        self.project_composites(topics, &builder.dashboard);
        self.notifications(groups, topics, &builder.dashboard);
        if boards.is_empty() {
            // A resource with an error may be all that there is to watch.
            if !self.diagnostics.iter().any(Diagnostic::is_error) {
                self.diagnostics.push(nothing_to_watch());
            }
            if groups.own.is_empty() {
                return;
            }
        }
        let alarms = self.alarm_names();
        let (dashboards, diagnostics) =
            boards.finish(self.names, &alarms, groups, &self.objectives);
        self.add_all(inputs.identity, dashboards);
        self.diagnostics.extend(diagnostics);
    }

    /// Adds the composite alarms of the project file, over the alarms of the stack's own target.
    fn project_composites(&mut self, topics: &BTreeMap<Target, Topics>, dashboard: &str) {
        let home = self.inputs.identity;
        let composites = ProjectComposites {
            inputs: self.inputs,
            names: self.names,
            state: &self.states[home],
            topics: &topics[home],
            dashboard,
        };
        let (composites, diagnostics) = composites.make();
        self.add_all(home, composites);
        self.diagnostics.extend(diagnostics);
    }

    /// Joins the alarms of each target into groups that notify, and adds the event rules that send to its topics.
    fn notifications(
        &mut self,
        groups: &Groups<'a>,
        topics: &BTreeMap<Target, Topics>,
        dashboard: &str,
    ) {
        let (home, project) = (self.inputs.identity, self.inputs.project);
        let awaited = awaited(self.inputs.inventory, self.inputs.catalog);
        for (target, topics) in topics {
            let Some(state) = self.states.get_mut(target) else {
                continue;
            };
            let names = &Names::new(&project.name, &target.region);
            let grouping = AlarmGrouping {
                project,
                names,
                target,
                dashboard,
                awaited: &awaited,
            };
            let composites = grouping.apply(state, topics);
            self.add_all(target, composites);
            let rules = EventRules {
                project,
                names,
                topics,
                dashboard,
            };
            let recoveries = rules.recoveries(&self.states[target]);
            self.add_all(target, recoveries);
            if target == home {
                self.add_all(target, rules.insights(&traces::insights_groups(groups)));
            }
            let alarms = rules.delivery_alarms(&self.states[target]);
            self.add_all(target, alarms);
        }
        self.maintenance();
    }

    /// Adds the mute rules of maintenance windows, once all alarms are there.
    fn maintenance(&mut self) {
        let Inputs {
            inventory,
            project,
            now,
            ..
        } = *self.inputs;
        let maintenance = Maintenance::of(project, inventory, &self.states, now);
        let rules = maintenance.rules();
        self.diagnostics
            .extend(maintenance.diagnostics(&self.states));
        for (target, origin, rule) in rules {
            self.add(&target, origin, rule);
        }
    }

    fn entry_point_alarms(
        &mut self,
        service: &'a ServiceEntry,
        entries: &[EntryPoint<'a>],
        groups: &Groups<'a>,
        builders: Builders<'_>,
        boards: &mut Boards<'a>,
    ) {
        let watched: Vec<_> = entries.iter().zip(&groups.of_entries).collect();
        let Some(service) = self.begin(service, watched.len(), boards) else {
            return;
        };
        let shown = boards.shown();
        let resources: Vec<_> = entries.iter().map(|entry| entry.view.resource).collect();
        let outputs = watched.into_iter().map(|(entry, groups)| {
            let subject = at_entry_point(service, entry, groups);
            ResourceOutput::of(builders, subject, &shown)
        });
        self.take_joined(builders, service, &resources, outputs.collect(), boards);
    }

    fn resource_alarms(
        &mut self,
        service: &'a ServiceEntry,
        builders: Builders<'_>,
        boards: &mut Boards<'a>,
    ) {
        let mut resources: Vec<_> = self.views.watched_as(&service.kind).collect();
        let of_type = resources.clone();
        if !resources.is_empty() {
            self.keep_watched(&mut resources, service.definition());
        }
        let Some(service) = self.begin(service, resources.len(), boards) else {
            return;
        };
        let (views, shown) = (self.views, boards.shown());
        let generate = |resource: &&'a Resource| {
            let subject = Subject {
                service,
                view: views.view_for(resource, service)?,
                groups: BTreeMap::new(),
            };
            Ok(ResourceOutput::of(builders, subject, &shown))
        };
        // A fleet alarm needs the outputs of all resources at once. There is at least one: `begin` leaves services without resources.
        let has_fleets = has_fleet_alarms(self.inputs.project, service);
        let batch_size = if has_fleets { resources.len() } else { BATCH };
        for batch in resources.chunks(batch_size) {
            let mut outputs = Vec::with_capacity(batch.len());
            for output in on_all_cores(batch, &generate) {
                match output {
                    Ok(output) => outputs.push(output),
                    Err(diagnostic) => self.diagnostics.push(diagnostic),
                }
            }
            self.take_joined(builders, service, &of_type, outputs, boards);
        }
    }

    /// Takes the outputs of a service's resources, with fleet alarms in place of the alarms that they join. `of_type` are all resources
    /// that the service could watch.
    fn take_joined(
        &mut self,
        builders: Builders<'_>,
        service: &ServiceDefinition,
        of_type: &[&Resource],
        mut outputs: Vec<ResourceOutput<'a>>,
        boards: &mut Boards<'a>,
    ) {
        let fleets = FleetBuilder {
            alarms: builders.alarms,
            service,
            of_type,
        };
        let (joined, diagnostics) = fleets.join(&mut outputs);
        for output in outputs {
            self.take(output, boards);
        }
        self.diagnostics.extend(diagnostics);
        for fleet in joined {
            self.add(&fleet.target, fleet.origin, fleet.alarm.into());
        }
    }

    /// Removes the resources that a file does not watch by its `where`.
    fn keep_watched(&mut self, resources: &mut Vec<&'a Resource>, service: &ServiceDefinition) {
        let Some(applies) = &service.applies else {
            return;
        };
        let what = format!("`where` of `{}`", service.file);
        resources.retain(|resource| {
            let view = self.views.view_for(resource, service);
            let watched = view.and_then(|view| {
                view.condition_needs_known(applies, &what)?;
                applies.holds(view.variables())
            });
            watched.unwrap_or_else(|diagnostic| {
                self.diagnostics.push(diagnostic);
                false
            })
        });
    }

    /// Begins the section of a service. A service without resources has none, and its definition is
    /// not parsed.
    fn begin(
        &mut self,
        service: &'a ServiceEntry,
        subjects: usize,
        boards: &mut Boards<'a>,
    ) -> Option<&'a ServiceDefinition> {
        if subjects == 0 {
            if service.origin == ServiceOrigin::Project {
                let diagnostic = self.matches_nothing(service.definition());
                self.diagnostics.push(diagnostic);
            }
            return None;
        }
        let definition = service.definition();
        boards.section(definition, subjects);
        Some(definition)
    }

    /// Adds one resource's alarms, event rules and metric filters to states, and its metrics to dashboards.
    fn take(&mut self, output: ResourceOutput<'a>, boards: &mut Boards<'a>) {
        let ResourceOutput {
            resource,
            values,
            metrics,
            generated,
            events,
            filters,
            objectives,
        } = output;
        let Generated {
            alarms,
            joined,
            composites,
            diagnostics,
        } = generated;
        let has_events =
            !events.rules.is_empty() || events.is_unsent || !events.diagnostics.is_empty();
        let shown: Vec<&GeneratedAlarm> = alarms.iter().chain(&joined).collect();
        let has_alarms = !shown.is_empty() || !objectives.is_empty() || !diagnostics.is_empty();
        *self.has_alarms.entry(&resource.id).or_default() |= has_alarms || has_events;
        boards.resource(values, &metrics, &shown);
        self.diagnostics.extend(diagnostics);
        for generated in alarms {
            let alarm = generated.alarm.into();
            self.add(&generated.target, generated.origin, alarm);
        }
        for generated in composites {
            let alarm = generated.alarm.into();
            self.add(&generated.target, generated.origin, alarm);
        }
        for objective in objectives {
            self.add_objective(objective);
        }
        self.has_unsent_event |= events.is_unsent;
        self.diagnostics.extend(events.diagnostics);
        for (origin, rule) in events.rules {
            self.add(self.inputs.identity, origin, Artifact::EventRule(rule));
        }
        for (origin, filter) in filters {
            self.add(self.inputs.identity, origin, Artifact::MetricFilter(filter));
        }
    }

    fn add_objective(&mut self, objective: GeneratedObjective) {
        for generated in objective.alarms {
            let alarm = generated.alarm.into();
            self.add(&generated.target, generated.origin, alarm);
        }
        for generated in objective.composites {
            let alarm = generated.alarm.into();
            self.add(&generated.target, generated.origin, alarm);
        }
        if let Some((origin, made)) = objective.service_level_objective {
            let made = Artifact::ServiceLevelObjective(Box::new(made));
            self.add(&objective.target, origin, made);
        }
        self.objectives.push(objective.planned);
    }

    /// Alarm and composite names with their targets.
    fn alarm_names(&self) -> BTreeSet<(String, Target)> {
        let mut names = BTreeSet::new();
        for (target, state) in &self.states {
            for kind in [Kind::Alarm, Kind::CompositeAlarm] {
                let of_kind = state.names(kind).into_iter();
                names.extend(of_kind.map(|name| (name, target.clone())));
            }
        }
        names
    }

    fn without_alarms(&mut self) {
        let without = self
            .has_alarms
            .iter()
            .filter(|(_, has_alarms)| !**has_alarms);
        let resources = without.filter_map(|(id, _)| self.inputs.inventory.resources.get(*id));
        let watched = self.watched();
        let resources = resources.filter(|resource| watched.is_watched(resource));
        let diagnostics: Vec<_> = resources
            .map(|resource| resource_without_alarms(resource))
            .collect();
        self.diagnostics.extend(diagnostics);
    }

    fn watched(&self) -> Watched<'_> {
        let made = self
            .has_alarms
            .iter()
            .filter(|(_, has_alarms)| **has_alarms);
        Watched {
            inputs: self.inputs,
            views: self.views,
            made: made.map(|(id, _)| *id).collect(),
        }
    }

    fn matches_nothing(&self, service: &ServiceDefinition) -> Diagnostic {
        let file = &service.file;
        if service.kind == ACCOUNT {
            let message = format!(
                "the definitions in `{file}` match nothing: the project does not watch the account"
            );
            return Diagnostic::new(Code::DefinitionMatchesNothing, message)
                .at(service.place.clone())
                .help("write `[account] watch = true` into the project that does");
        }
        let has_type = self.views.watched_as(&service.kind).next().is_some();
        if let (true, Some(applies)) = (has_type, &service.applies) {
            let message = format!(
                "the definitions in `{file}` match nothing: no `{}` of the stack fits `where`",
                service.kind
            );
            return Diagnostic::new(Code::DefinitionMatchesNothing, message)
                .at(applies.place.clone());
        }
        let message = format!(
            "the definitions in `{file}` match nothing: the stack has no `{}`",
            service.kind
        );
        let diagnostic =
            Diagnostic::new(Code::DefinitionMatchesNothing, message).at(service.place.clone());
        let resources = self.inputs.inventory.resources.values();
        let kinds: BTreeSet<&str> = resources.map(|resource| &*resource.kind).collect();
        match nearest(&service.kind, kinds) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic,
        }
    }

    fn finish(
        mut self,
        entries: &[EntryPoint<'_>],
        groups: &Groups<'_>,
    ) -> WithDiagnostics<Synthesis> {
        let console = Console::new(self.inputs.identity);
        let home = &self.states[self.inputs.identity];
        let links = links(home, &console, groups, &self.names.alarm_prefix());
        let entries = entries.iter().map(|entry| TraceEntry {
            node: entry.node.clone(),
            resource: entry.view.resource.id.clone(),
            sampling: entry.sampling,
            starts_per_second: schedule_rate(self.views, &entry.view.resource.id),
        });
        self.diagnostics.dedup();
        self.diagnostics.extend(self.watched().not_watched());
        // A diagnostic without a place may have been found for several resources.
        let mut messages = BTreeSet::new();
        self.diagnostics.retain(|diagnostic| {
            !diagnostic.places.is_empty() || messages.insert(diagnostic.message.clone())
        });
        let synthesis = Synthesis {
            states: self.states,
            entries: entries.collect(),
            objectives: self.objectives,
            links,
        };
        WithDiagnostics {
            value: synthesis,
            diagnostics: self.diagnostics,
        }
    }
}

/// Resources whose alarms are generated before they are added: it bounds the memory of the values
/// that boards show.
const BATCH: usize = 256;

fn entry_ids<'e>(entries: &'e [EntryPoint<'_>]) -> BTreeSet<&'e ResourceId> {
    let entries = entries.iter();
    entries.map(|entry| &entry.view.resource.id).collect()
}

fn has_alarm(state: &State) -> bool {
    state.iter().any(|(id, _)| id.kind == Kind::Alarm)
}

fn not_an_entry_point(name: &str, known: &[String]) -> Diagnostic {
    let message = format!("no entry point of traces is called `{name}`");
    let help = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "nothing in this stack begins a trace".to_owned(),
        None => format!("one of: {}", known.join(", ")),
    };
    Diagnostic::new(Code::UnknownResource, message).help(help)
}

fn nobody_is_told() -> Diagnostic {
    let message = "no alarm tells anybody: the project names no receivers";
    let help = "add `[notify.critical]` with `email = [\"…\"]` to tracewatch.toml";
    Diagnostic::new(Code::NobodyIsTold, message).help(help)
}

fn topic_elsewhere(arn: &str, target: &Target) -> Diagnostic {
    let region = &target.region;
    let message = format!(
        "the alarms in {region} do not notify `{arn}`: an alarm notifies only topics of its own Region"
    );
    let help = format!(
        "write `email = [\"…\"]` instead of `topic`: tracewatch then makes a topic in {region} too"
    );
    Diagnostic::new(Code::TopicInAnotherRegion, message).help(help)
}

fn no_traces() -> Diagnostic {
    let message = "nothing in this stack begins a trace: it gets no trace alarms, no sampling rules, and no groups but the project's own";
    let help = "switch tracing on (`Tracing: Active` for functions, `TracingEnabled: true` for an API), or set `tracing.enabled = false`";
    Diagnostic::new(Code::NoTraces, message).help(help)
}

fn nothing_to_watch() -> Diagnostic {
    let message = "no definition watches anything of this stack";
    let help = "`tracewatch inventory` lists its resources; definitions for their types belong in `alarms/` beside the project file";
    Diagnostic::new(Code::NothingToWatch, message).help(help)
}

/// The project's definition has the name of a built-in one: of the two, the project's is made.
fn replaced(built_in: &DefinitionKey, own: &DefinitionKey) -> Diagnostic {
    let message = format!("`{own}` of the project replaces the built-in `{built_in}`");
    Diagnostic::new(Code::BuiltInReplaced, message).help(format!(
        "to have both, give `{own}` another name; to change the built-in one, name the file `alarms/{}.toml`",
        built_in.file
    ))
}

fn made_twice(artifact: &Artifact) -> Diagnostic {
    let (kind, name) = (artifact.kind(), artifact.name());
    let message = format!("two definitions make the {kind} `{name}`");
    Diagnostic::new(Code::DuplicateArtifact, message).help("rename one of them")
}

fn resource_without_alarms(resource: &Resource) -> Diagnostic {
    let message = format!(
        "`{}` has no alarms: every definition for it is switched off or does not apply",
        resource.id.logical_id
    );
    at_resource(
        Diagnostic::new(Code::ResourceWithoutAlarms, message),
        resource,
    )
}

fn at_entry_point<'a>(
    service: &'a ServiceDefinition,
    entry: &EntryPoint<'a>,
    groups: &EntryGroups<'a>,
) -> Subject<'a> {
    let groups = groups.iter();
    Subject {
        service,
        view: entry.view.again(),
        groups: groups
            .map(|(word, planned)| (*word, planned.group.name.clone()))
            .collect(),
    }
}
