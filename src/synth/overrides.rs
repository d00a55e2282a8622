//! Overrides of definitions: per type and per resource in the project file, per resource in metadata.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::unmatched_overrides::{unmatched, unmatched_resources, unmatched_types};
use crate::artifact::{AlarmScope, Missing, Severity};
use crate::catalog::Catalog;
use crate::catalog::definition::{
    AlarmDefinition, CompositeDefinition, Enabled, NamedDefinition, Periods, ServiceDefinition,
    When, Window, check_window,
};
use crate::catalog::event::EventDefinition;
use crate::catalog::fleet::is_fleet;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::inventory::{Inventory, Resource, ResourceId};
use crate::project::{AlarmOverride, EVERY_ALARM, Preset, Project, metadata_overrides};
use crate::spanned::Spanned;

pub(super) struct Overrides<'a> {
    project: &'a Project,
    metadata: BTreeMap<&'a ResourceId, MetadataOverrides>,
}

/// Overrides in one resource's metadata, by alarm name.
pub(super) type MetadataOverrides = BTreeMap<String, AlarmOverride>;

/// A definition with everything that overrides it.
pub(super) struct Effective<'d> {
    pub definition: &'d AlarmDefinition,
    pub enabled: bool,
    pub severity: Severity,
    pub when: Cow<'d, When>,
    /// The floor's metric and minimum.
    pub floor: Option<(&'d str, f64)>,
    /// The metric whose first events of a period do not count, and their number.
    pub tolerate: Option<(&'d str, f64)>,
    /// Seconds, if a project says so.
    pub period: Option<u32>,
    /// M of N, if a project says so.
    pub datapoints: Option<(u32, u32)>,
    /// Where a project says so.
    pub window_place: Option<Place>,
    pub missing: Missing,
    pub runbook: Option<String>,
}

/// A definition without a metric (a composite or an event) with everything that overrides it.
pub(super) struct EffectiveNotice {
    pub enabled: bool,
    pub severity: Severity,
    pub runbook: Option<String>,
}

/// Where an alarm is switched off.
#[derive(Debug, Clone, PartialEq)]
pub struct SwitchedOff {
    pub level: OverrideLevel,
    pub place: Option<Place>,
}

/// Where the settings of an alarm are written, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverrideLevel {
    /// `[resources]` of the project file.
    Resource,
    /// The resource's metadata.
    Metadata,
    /// `[alarms]` of the project file.
    Alarms,
    /// `preset` of the project file.
    Preset(Preset),
    /// The definition itself.
    Definition,
}

/// The keys of an override that fit a composite alarm or an event.
const OF_NOTICES: [&str; 3] = ["enabled", "severity", "runbook"];

/// The keys of an override that belong to an alarm on a metric.
const NOT_OF_NOTICES: [&str; 7] = [
    "when",
    "floor",
    "tolerate",
    "period",
    "datapoints",
    "missing",
    "scope",
];

impl<'a> Overrides<'a> {
    /// Collects a project's overrides; unmatched overrides become diagnostics.
    pub(super) fn new(
        project: &'a Project,
        catalog: &Catalog,
        inventory: &'a Inventory,
    ) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = unmatched_types(project, catalog);
        diagnostics.extend(unmatched_resources(project, catalog, inventory));
        let mut metadata = BTreeMap::new();
        for (id, resource) in &inventory.resources {
            let found = metadata_overrides(resource);
            diagnostics.extend(found.diagnostics);
            diagnostics.extend(
                found
                    .value
                    .iter()
                    .filter_map(|(name, over)| unmatched(resource, name, over, project, catalog)),
            );
            metadata.insert(id, found.value);
        }
        (Self { project, metadata }, diagnostics)
    }

    /// Seconds without traffic that are an outage of a resource, if an author says so.
    pub(super) fn expect_traffic(&self, file: &str, resource: &Resource) -> Option<u32> {
        let none = MetadataOverrides::new();
        let own = self.metadata.get(&resource.id).unwrap_or(&none);
        let over = self
            .project
            .override_of(file, EVERY_ALARM, &resource.id, own);
        over.expect_traffic
    }

    /// The place where an author expects traffic of this very resource.
    pub(super) fn expected_traffic_place(&self, resource: &Resource) -> Option<&Place> {
        let own = self.project.resource_overrides(&resource.id);
        let levels = [own, self.metadata.get(&resource.id)];
        levels
            .into_iter()
            .flatten()
            .find_map(|level| level.get(EVERY_ALARM)?.places.get("expect_traffic"))
    }

    /// The tables that change one definition for one resource, the strongest first.
    fn tables<'t>(
        &'t self,
        file: &str,
        name: &'t str,
        resource: &Resource,
    ) -> impl Iterator<Item = (OverrideLevel, &'t AlarmOverride)> {
        let levels = [
            (
                OverrideLevel::Resource,
                self.project.resource_overrides(&resource.id),
            ),
            (OverrideLevel::Metadata, self.metadata.get(&resource.id)),
            (OverrideLevel::Alarms, self.project.alarms.get(file)),
        ];
        levels.into_iter().flat_map(move |(level, overrides)| {
            let tables = [name, EVERY_ALARM];
            let tables = tables
                .into_iter()
                .filter_map(move |name| overrides?.get(name));
            tables.map(move |table| (level, table))
        })
    }

    /// Where the changed keys of a definition are written, for one resource. `file` and `name` are those of the definition.
    pub(super) fn written(
        &self,
        file: &str,
        name: &str,
        resource: &Resource,
    ) -> BTreeMap<&'static str, (OverrideLevel, Place)> {
        let mut written = BTreeMap::new();
        for (level, table) in self.tables(file, name, resource) {
            for (key, place) in &table.places {
                written
                    .entry(*key)
                    .or_insert_with(|| (level, place.clone()));
            }
        }
        written
    }

    /// Where a resource's alarm is switched off; `None` if it is on.
    pub(super) fn switched_off(
        &self,
        file: &str,
        definition: &NamedDefinition<'_>,
        resource: &Resource,
    ) -> Option<SwitchedOff> {
        for (level, table) in self.tables(file, definition.name, resource) {
            match table.enabled {
                Some(true) => return None,
                Some(false) => {
                    let place = table.places.get("enabled").or(table.place.as_ref());
                    return Some(SwitchedOff {
                        level,
                        place: place.cloned(),
                    });
                }
                None => {}
            }
        }
        match definition.enabled {
            Enabled::Yes => None,
            Enabled::No => Some(SwitchedOff {
                level: OverrideLevel::Definition,
                place: Some(definition.place.clone()),
            }),
            Enabled::NotInPreset(preset) => Some(SwitchedOff {
                level: OverrideLevel::Preset(preset),
                place: self.preset_place().cloned(),
            }),
        }
    }

    fn preset_place(&self) -> Option<&Place> {
        self.project.preset.as_ref().map(|preset| &preset.place)
    }

    /// A composite definition as it is in force for one resource.
    pub(super) fn effective_composite(
        &self,
        service: &ServiceDefinition,
        definition: &CompositeDefinition,
        resource: &Resource,
    ) -> Result<EffectiveNotice, Diagnostic> {
        let over = self.of_notice(&service.file, &definition.name, resource, "composite alarm")?;
        Ok(EffectiveNotice {
            enabled: over.enabled.unwrap_or(definition.enabled.is_on()),
            severity: over.severity.unwrap_or(definition.severity),
            runbook: over.runbook.or_else(|| definition.runbook.clone()),
        })
    }

    /// An event as it is in force for one resource.
    pub(super) fn effective_event(
        &self,
        service: &ServiceDefinition,
        definition: &EventDefinition,
        resource: &Resource,
    ) -> Result<EffectiveNotice, Diagnostic> {
        let over = self.of_notice(&service.file, &definition.name, resource, "event")?;
        Ok(EffectiveNotice {
            enabled: over.enabled.unwrap_or(definition.enabled.is_on()),
            severity: over.severity.unwrap_or(definition.severity),
            runbook: over.runbook.or_else(|| definition.runbook.clone()),
        })
    }

    /// The override of a definition without a metric. `what` is its kind.
    fn of_notice(
        &self,
        file: &str,
        name: &str,
        resource: &Resource,
        what: &str,
    ) -> Result<AlarmOverride, Diagnostic> {
        let none = MetadataOverrides::new();
        let own = self.metadata.get(&resource.id).unwrap_or(&none);
        let over = self.project.override_of(file, name, &resource.id, own);
        let mut keys = over.places.iter();
        let unfit = keys.find(|(key, _)| NOT_OF_NOTICES.contains(key));
        let Some((key, place)) = unfit else {
            return Ok(over);
        };
        let message = format!("{what} `{name}` has no `{key}`");
        let help = format!("keys that fit: {}", OF_NOTICES.join(", "));
        Err(Diagnostic::new(Code::UnknownKey, message)
            .at(place.clone())
            .help(help))
    }

    /// A definition as it is in force for one resource.
    pub(super) fn effective<'d>(
        &self,
        service: &ServiceDefinition,
        definition: &'d AlarmDefinition,
        resource: &Resource,
    ) -> Result<Effective<'d>, Diagnostic> {
        let none = MetadataOverrides::new();
        let own = self.metadata.get(&resource.id).unwrap_or(&none);
        let over = self
            .project
            .override_of(&service.file, &definition.name, &resource.id, own);
        check_limits(definition, &over)?;
        let when = match (&over.when, over.places.get("when")) {
            (Some(text), Some(place)) => Cow::Owned(When::parse(&Spanned {
                value: text.clone(),
                place: place.clone(),
            })?),
            _ => Cow::Borrowed(&definition.when),
        };
        let effective = Effective {
            definition,
            enabled: over.enabled.unwrap_or(definition.enabled.is_on()),
            severity: over.severity.unwrap_or(definition.severity),
            when,
            floor: definition
                .floor
                .as_ref()
                .map(|floor| (floor.metric.value.as_str(), over.floor.unwrap_or(floor.min))),
            tolerate: definition.tolerate.as_ref().map(|tolerance| {
                let count = over.tolerate.unwrap_or(tolerance.count);
                (tolerance.metric.value.as_str(), count)
            }),
            period: over.period,
            datapoints: over.datapoints,
            window_place: over
                .places
                .get("datapoints")
                .or(over.places.get("period"))
                .cloned(),
            missing: over.missing.unwrap_or(definition.missing),
            runbook: over.runbook.or_else(|| definition.runbook.clone()),
        };
        if let Window::Fixed(periods) = definition.window {
            effective.overridden(periods)?;
        }
        Ok(effective)
    }
}

/// What a fleet alarm is named after: the stack, or the project where `[fleet] tags` select the resources of all its stacks.
pub(super) fn fleet_name<'s>(project: &'s Project, stack: &'s str) -> &'s str {
    if project.fleet_tags.is_empty() {
        stack
    } else {
        &project.name
    }
}

/// Whether a project, or else the definition, asks for one alarm over all resources of a stack. The place says who asks.
pub(super) fn fleet_place<'s>(
    project: &'s Project,
    service: &str,
    definition: &'s AlarmDefinition,
) -> Option<&'s Place> {
    let overrides = project.alarms.get(service);
    let over = overrides.and_then(|alarms| alarms.get(&definition.name));
    match over.and_then(|over| Some((over.scope?, over.places.get("scope")?))) {
        Some((AlarmScope::Fleet, place)) => Some(place),
        Some((AlarmScope::Resource, _)) => None,
        None => {
            let written = definition.scope.as_ref().filter(|_| is_fleet(definition));
            written.map(|scope| &scope.place)
        }
    }
}

impl Effective<'_> {
    /// The definition's periods with the project's changes.
    pub(super) fn overridden(&self, defined: Periods) -> Result<Periods, Diagnostic> {
        let periods = Periods {
            period: self.period.unwrap_or(defined.period),
            datapoints: self.datapoints.unwrap_or(defined.datapoints),
        };
        let Some(place) = &self.window_place else {
            return Ok(periods);
        };
        let place = place.clone();
        let datapoints = Spanned {
            value: periods.datapoints,
            place: place.clone(),
        };
        let period = Spanned {
            value: periods.period,
            place,
        };
        check_window(&period, &datapoints).map(|()| periods)
    }
}

/// Refuses another floor or tolerance for an alarm that has none.
fn check_limits(definition: &AlarmDefinition, over: &AlarmOverride) -> Result<(), Diagnostic> {
    let name = &definition.name;
    if let (Some(place), None) = (over.places.get("floor"), &definition.floor) {
        let message = format!("alarm `{name}` has no `floor` to override");
        let diagnostic = Diagnostic::new(Code::NoFloor, message).at(place.clone());
        return Err(match &definition.tolerate {
            Some(tolerance) => diagnostic.help(format!(
                "the first {} `{}` of a period do not count; `tolerate = 10` changes the number",
                tolerance.count, tolerance.metric.value
            )),
            None => diagnostic,
        });
    }
    if let (Some(place), None) = (over.places.get("tolerate"), &definition.tolerate) {
        let message = format!("alarm `{name}` has no `tolerate` to override");
        return Err(Diagnostic::new(Code::NoFloor, message).at(place.clone()));
    }
    Ok(())
}
