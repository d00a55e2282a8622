//! What a project changes of the definitions: for a whole type, for one resource in the project file, and in the resource's metadata.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::artifact::Missing;
use crate::catalog::Catalog;
use crate::catalog::definition::{AlarmDefinition, Watch, When};
use crate::catalog::read::check_window;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::inventory::{Inventory, Resource};
use crate::project::{self, Override, Project, Severity};
use crate::written::Written;

/// The key in a resource's `Metadata` that says the same as `[resources.X]`.
pub const METADATA_KEY: &str = "tracewatch";

pub struct Overrides<'a> {
    project: &'a Project,
    /// `when`s that were written in overrides, parsed once.
    thresholds: BTreeMap<&'a str, When>,
}

/// The overrides of one resource from its metadata.
#[derive(Debug, Default)]
pub struct OfResource<'a> {
    in_project: Option<&'a BTreeMap<String, Override>>,
    in_metadata: BTreeMap<String, Override>,
    pub diagnostics: Vec<Diagnostic>,
}

/// A definition with everything that overrides it.
pub struct Effective<'d> {
    pub definition: &'d AlarmDefinition,
    pub enabled: bool,
    pub severity: Severity,
    pub when: Cow<'d, When>,
    /// The floor's metric and minimum.
    pub floor: Option<(&'d str, f64)>,
    /// Seconds.
    pub period: u32,
    pub datapoints: (u32, u32),
    pub missing: Missing,
}

impl<'a> Overrides<'a> {
    /// Reads the overrides of a project; those that match nothing or cannot be read are faults.
    pub fn new(project: &'a Project, catalog: &Catalog, inventory: &Inventory) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = unmatched_types(project, catalog);
        diagnostics.extend(unmatched_resources(project, catalog, inventory));
        let all = project.alarms.values().chain(project.resources.values()).flat_map(BTreeMap::values);
        let mut thresholds = BTreeMap::new();
        for (text, place) in all.filter_map(|over| Some((over.when.as_deref()?, over.places.get("when").or(over.place.as_ref())?))) {
            match When::parse(&Written { value: text.to_owned(), place: place.clone() }) {
                Ok(when) => {
                    thresholds.insert(text, when);
                }
                Err(fault) => diagnostics.push(fault),
            }
        }
        (Self { project, thresholds }, diagnostics)
    }

    /// What overrides definitions for one resource only.
    pub fn of_resource(&self, resource: &Resource) -> OfResource<'a> {
        let mut found = OfResource { in_project: self.project.resources.get(&resource.id.logical_id), ..OfResource::default() };
        if let Some(metadata) = resource.metadata.get(METADATA_KEY) {
            let place = resource.place.clone().unwrap_or_else(|| Place::new(&crate::diagnostic::Source::new("template", ""), 0..0));
            let read = project::overrides_in_metadata(metadata, &place);
            found.in_metadata = read.value;
            found.diagnostics = read.diagnostics;
        }
        found
    }

    pub fn effective<'d>(&'d self, watch: &Watch, definition: &'d AlarmDefinition, own: &OfResource<'_>) -> Effective<'d> {
        let mut effective = Effective {
            definition,
            enabled: definition.enabled,
            severity: definition.severity,
            when: Cow::Borrowed(&definition.when),
            floor: definition.floor.as_ref().map(|floor| (floor.metric.value.as_str(), floor.min)),
            period: definition.period,
            datapoints: definition.datapoints,
            missing: definition.missing,
        };
        let of_type = self.project.alarms.get(&watch.file).and_then(|alarms| alarms.get(&definition.name));
        let of_project = own.in_project.and_then(|alarms| alarms.get(&definition.name));
        for over in [of_type, own.in_metadata.get(&definition.name), of_project].into_iter().flatten() {
            self.lay_over(&mut effective, over);
        }
        effective
    }

    fn lay_over<'d>(&'d self, effective: &mut Effective<'d>, over: &Override) {
        effective.enabled = over.enabled.unwrap_or(effective.enabled);
        effective.severity = over.severity.unwrap_or(effective.severity);
        effective.period = over.period.unwrap_or(effective.period);
        effective.datapoints = over.datapoints.unwrap_or(effective.datapoints);
        effective.missing = over.missing.unwrap_or(effective.missing);
        if let (Some((_, min)), Some(floor)) = (&mut effective.floor, over.floor) {
            *min = floor;
        }
        if let Some(text) = over.when.as_deref() {
            if let Some(when) = self.thresholds.get(text) {
                effective.when = Cow::Borrowed(when);
            } else if let Some(place) = &over.place
                && let Ok(when) = When::parse(&Written { value: text.to_owned(), place: place.clone() })
            {
                effective.when = Cow::Owned(when);
            }
        }
    }
}

impl Effective<'_> {
    /// The fault of a period and M of N that do not go together once overridden.
    pub fn check_window(&self, place: &Place) -> Result<(), Diagnostic> {
        check_window(&Written { value: self.period, place: place.clone() }, &Written { value: self.datapoints, place: place.clone() })
    }
}

fn unmatched_types(project: &Project, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (file, alarms) in &project.alarms {
        let known: Vec<&Watch> = catalog.watches.iter().filter(|watch| &watch.file == file).collect();
        for (name, over) in alarms {
            if known.is_empty() {
                let fault = Diagnostic::error("unknown-definitions", format!("there is no definition file `{file}`"));
                found.push(suggest(fault, file, catalog.watches.iter().map(|watch| watch.file.as_str()), over));
            } else if !known.iter().any(|watch| watch.alarms.iter().any(|alarm| &alarm.name == name)) {
                let fault = Diagnostic::error("unknown-alarm", format!("`{file}` defines no alarm `{name}`"));
                let names = known.iter().flat_map(|watch| watch.alarms.iter().map(|alarm| alarm.name.as_str()));
                found.push(suggest(fault, name, names, over));
            }
        }
    }
    found
}

fn unmatched_resources(project: &Project, catalog: &Catalog, inventory: &Inventory) -> Vec<Diagnostic> {
    let ids: Vec<&str> = inventory.resources.keys().map(|id| id.logical_id.as_str()).collect();
    let alarms = || catalog.watches.iter().flat_map(|watch| watch.alarms.iter().map(|alarm| alarm.name.as_str()));
    let mut found = Vec::new();
    for (id, overrides) in &project.resources {
        for (name, over) in overrides {
            if !ids.contains(&id.as_str()) {
                let fault = Diagnostic::error("unknown-resource", format!("the stack has no resource `{id}`"));
                found.push(suggest(fault, id, ids.iter().copied(), over));
            } else if !alarms().any(|alarm| alarm == name) {
                let fault = Diagnostic::error("unknown-alarm", format!("no definition is called `{name}`"));
                found.push(suggest(fault, name, alarms(), over));
            }
        }
    }
    found
}

fn suggest<'s>(fault: Diagnostic, word: &str, known: impl Iterator<Item = &'s str>, over: &Override) -> Diagnostic {
    let fault = match &over.place {
        Some(place) => fault.at(place.clone()),
        None => fault,
    };
    match nearest(word, known) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault,
    }
}
