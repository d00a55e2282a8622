//! Which definitions watch each resource, which do not, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::{Inputs, Synthesis};
use super::not_watched::Watched;
use super::overrides::{OverrideLevel, Overrides, SwitchedOff};
use super::traces;
use super::view::{View, Views};
use crate::artifact::{Artifact, DefinitionKey, Kind, Severity};
use crate::catalog::condition::Cel;
use crate::catalog::definition::{ENTRY_POINT, NamedDefinition, ServiceDefinition};
use crate::catalog::is_in_built_in_file;
use crate::diagnostic::{Diagnostic, Place};
use crate::inventory::{Resource, ResourceId, Types as _};

/// The kinds of artifacts that watch a resource.
const WATCHING: [Kind; 3] = [Kind::Alarm, Kind::CompositeAlarm, Kind::EventRule];

/// The definitions that watch each resource.
#[derive(Debug, Default)]
pub struct Watching {
    /// Only resources with an alarm, a composite alarm or an event rule.
    pub definitions: BTreeMap<ResourceId, BTreeSet<DefinitionKey>>,
    /// Resources that no definition file is for. Configuration is left out.
    pub without_definitions: BTreeSet<ResourceId>,
}

/// A definition, and what became of it for one resource.
#[derive(Debug)]
pub struct Explanation {
    pub definition: DefinitionKey,
    /// An alarm, a composite alarm, or the rule of an event.
    pub kind: Kind,
    /// The severity in force.
    pub severity: Option<Severity>,
    /// The place of the project's own definition; `None` for a built-in one.
    pub place: Option<Place>,
    pub outcome: Outcome,
}

#[derive(Debug)]
pub enum Outcome {
    Made {
        /// One for each item of an `each`.
        artifacts: Vec<Artifact>,
        /// What the project file or the resource's metadata changes.
        settings: Vec<Setting>,
    },
    SwitchedOff(SwitchedOff),
    /// The condition (`if`, or `where` of the file) that does not hold.
    DoesNotApply(String),
    /// The expression of `each` that gives no item.
    NoItems(String),
    /// The reason.
    NotKnown(String),
    /// A diagnostic of the plan says why.
    NotMade,
}

/// A key of a definition that the project changes.
#[derive(Debug)]
pub struct Setting {
    pub key: &'static str,
    pub level: OverrideLevel,
    pub place: Place,
}

/// The artifacts of a synthesis by the resource that they watch and by their definition.
type Made<'s> = BTreeMap<&'s ResourceId, BTreeMap<&'s DefinitionKey, Vec<Watcher<'s>>>>;

/// An artifact that watches a resource.
#[derive(Clone, Copy)]
struct Watcher<'s> {
    artifact: &'s Artifact,
    severity: Option<Severity>,
}

/// The artifacts of these kinds. Composite alarms that notify for a group watch no resource.
fn made<'s>(synthesis: &'s Synthesis, kinds: &[Kind]) -> Made<'s> {
    let mut made = Made::new();
    for state in synthesis.states.values() {
        for (id, artifact) in state.iter().filter(|(id, _)| kinds.contains(&id.kind)) {
            let origin = state.origin(id).filter(|origin| !origin.is_grouping());
            let Some(origin) = origin else {
                continue;
            };
            for resource in origin.resources() {
                let of_resource = made.entry(resource).or_default();
                let of_definition = of_resource.entry(&origin.definition).or_default();
                of_definition.push(Watcher {
                    artifact,
                    severity: origin.severity,
                });
            }
        }
    }
    made
}

/// The definitions of each resource's artifacts of these kinds.
pub(super) fn definitions_made(
    synthesis: &Synthesis,
    kinds: &[Kind],
) -> BTreeMap<ResourceId, BTreeSet<DefinitionKey>> {
    let made = made(synthesis, kinds).into_iter();
    made.map(|(resource, definitions)| {
        let definitions = definitions.into_keys().cloned().collect();
        (resource.clone(), definitions)
    })
    .collect()
}

/// The definitions that watch each resource of a synthesis.
pub fn watching(inputs: &Inputs<'_>, synthesis: &Synthesis) -> Watching {
    let views = views(inputs);
    let resources = inputs.inventory.resources.values().map(Box::as_ref);
    let definitions = definitions_made(synthesis, &WATCHING);
    let watched = Watched {
        inputs,
        views: &views,
        made: definitions.keys().collect(),
    };
    let without = resources.filter(|resource| !watched.covers(resource));
    Watching {
        without_definitions: without.map(|resource| resource.id.clone()).collect(),
        definitions,
    }
}

/// What became of each definition that is for a resource, in the order of the catalogue.
pub fn explanations(
    inputs: &Inputs<'_>,
    synthesis: &Synthesis,
    resource: &ResourceId,
) -> Vec<Explanation> {
    let Some(resource) = inputs.inventory.resources.get(resource) else {
        return Vec::new();
    };
    let views = views(inputs);
    let (overrides, _) = Overrides::new(inputs.project, inputs.catalog, inputs.inventory);
    let mut made = made(synthesis, &WATCHING);
    let mut explainer = Explainer {
        inputs,
        overrides: &overrides,
        resource,
        made: made.remove(&resource.id).unwrap_or_default(),
        explanations: Vec::new(),
    };
    if !resource.deployment_only {
        explainer.definitions(&views);
    }
    explainer.finish()
}

fn views<'a>(inputs: &Inputs<'a>) -> Views<'a> {
    Views::new(
        inputs.inventory,
        inputs.catalog,
        inputs.identity,
        inputs.project,
    )
}

struct Explainer<'e> {
    inputs: &'e Inputs<'e>,
    overrides: &'e Overrides<'e>,
    resource: &'e Resource,
    /// The artifacts that are not explained yet.
    made: BTreeMap<&'e DefinitionKey, Vec<Watcher<'e>>>,
    explanations: Vec<Explanation>,
}

impl<'e> Explainer<'e> {
    fn definitions(&mut self, views: &Views<'e>) {
        let Inputs {
            inventory, catalog, ..
        } = *self.inputs;
        let watched_as = catalog.watched_as(&self.resource.kind);
        for service in catalog.services_for(watched_as) {
            let service = service.definition();
            self.file(service, views.view_for(self.resource, service).as_ref());
        }
        let (entries, _) = traces::entry_points(inventory, catalog, views);
        let entry = entries
            .into_iter()
            .find(|entry| entry.view.resource.id == self.resource.id);
        let Some(entry) = entry else {
            return;
        };
        for service in catalog.services_for(ENTRY_POINT) {
            self.file(service.definition(), Ok(&entry.view));
        }
    }

    fn file(&mut self, service: &ServiceDefinition, view: Result<&View<'_>, &Diagnostic>) {
        for named in service.named() {
            let key = DefinitionKey::new(&service.file, named.name);
            let watchers = self.made.remove(&key).unwrap_or_default();
            let severity = watchers.iter().find_map(|watcher| watcher.severity);
            let outcome = match view {
                _ if !watchers.is_empty() => self.made_of(service, named.name, &watchers),
                Ok(view) => self.not_made(service, &named, view),
                Err(diagnostic) => Outcome::NotKnown(diagnostic.message.clone()),
            };
            let is_built_in = is_in_built_in_file(named.place);
            self.explanations.push(Explanation {
                definition: key,
                kind: named.kind,
                severity: severity.or(Some(named.severity)),
                place: (!is_built_in).then(|| named.place.clone()),
                outcome,
            });
        }
    }

    fn made_of(
        &self,
        service: &ServiceDefinition,
        name: &str,
        watchers: &[Watcher<'_>],
    ) -> Outcome {
        let alarm = service.alarms.iter().find(|alarm| alarm.name == name);
        let written = self.overrides.written(&service.file, name, self.resource);
        let written = written.into_iter().filter(|(key, _)| match alarm {
            Some(alarm) => !FACTS.contains(key) || alarm.reads_variable(key),
            None => !FACTS.contains(key),
        });
        Outcome::Made {
            artifacts: artifacts(watchers),
            settings: written
                .map(|(key, (level, place))| Setting { key, level, place })
                .collect(),
        }
    }

    fn not_made(
        &self,
        service: &ServiceDefinition,
        named: &NamedDefinition<'_>,
        view: &View<'_>,
    ) -> Outcome {
        let conditions = [service.applies.as_ref(), named.applies];
        for condition in conditions.into_iter().flatten() {
            match holds(view, condition) {
                Ok(true) => {}
                Ok(false) => return Outcome::DoesNotApply(condition.text.clone()),
                Err(diagnostic) => return Outcome::NotKnown(diagnostic.message),
            }
        }
        let file = &service.file;
        if let Some(off) = self.overrides.switched_off(file, named, self.resource) {
            return Outcome::SwitchedOff(off);
        }
        match named.each {
            Some(each) => no_items(view, each),
            None => Outcome::NotMade,
        }
    }

    /// Adds what no definition file makes: the alarms of objectives.
    fn finish(mut self) -> Vec<Explanation> {
        for (key, watchers) in &self.made {
            let Some(first) = watchers.first() else {
                continue;
            };
            self.explanations.push(Explanation {
                definition: (*key).clone(),
                kind: first.artifact.id().kind,
                severity: first.severity,
                place: None,
                outcome: Outcome::Made {
                    artifacts: artifacts(watchers),
                    settings: Vec::new(),
                },
            });
        }
        self.explanations
    }
}

fn artifacts(watchers: &[Watcher<'_>]) -> Vec<Artifact> {
    let artifacts = watchers.iter().map(|watcher| watcher.artifact);
    artifacts.cloned().collect()
}

/// Keys of overrides that are facts about a resource.
const FACTS: [&str; 2] = ["expect_traffic", "slow"];

fn holds(view: &View<'_>, condition: &Cel) -> Result<bool, Diagnostic> {
    view.cel_needs_known(condition, "a condition")?;
    condition.holds(view.variables())
}

fn no_items(view: &View<'_>, each: &Cel) -> Outcome {
    let items = view.cel_needs_known(each, "`each`");
    match items.and_then(|()| each.items(view.variables())) {
        Ok(items) if items.is_empty() => Outcome::NoItems(each.text.clone()),
        Ok(_) => Outcome::NotMade,
        Err(diagnostic) => Outcome::NotKnown(diagnostic.message),
    }
}
