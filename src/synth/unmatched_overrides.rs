//! Finds overrides that name no definition or resource, or that have no effect.

use crate::catalog::definition::{AlarmDefinition, ENTRY_POINT, Enabled};
use crate::catalog::{Catalog, ServiceEntry};
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::inventory::{Inventory, Resource, Types as _};
use crate::project::{AlarmOverride, EVERY_ALARM, Project};

/// Of `[alarms]`.
pub(super) fn unmatched_types(project: &Project, catalog: &Catalog) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (file, alarms) in &project.alarms {
        let known: Vec<&ServiceEntry> = catalog
            .services()
            .iter()
            .filter(|service| service.file == *file)
            .collect();
        for (name, over) in alarms {
            if known.is_empty() {
                let diagnostic = Diagnostic::new(
                    Code::UnknownDefinitions,
                    format!("there is no definition file `{file}`"),
                );
                found.push(suggest(
                    diagnostic,
                    file,
                    catalog.services().iter().map(|service| &*service.file),
                    over,
                ));
            } else if name == EVERY_ALARM {
                let services = known.iter().copied();
                found.extend(without_traffic_alarm(
                    over,
                    services,
                    &format!("`{file}`"),
                    project,
                ));
            } else if !known
                .iter()
                .any(|service| service.alarm_names().any(|alarm| alarm == name))
            {
                let diagnostic = Diagnostic::new(
                    Code::UnknownAlarm,
                    format!("`{file}` defines no alarm `{name}`"),
                );
                let names = known.iter().flat_map(|service| service.alarm_names());
                found.push(suggest(diagnostic, name, names, over));
            } else {
                found.extend(without_effect(project, &known, name, over));
            }
        }
    }
    found
}

/// Reports changes of an alarm that a preset switches off and nobody switches on.
fn without_effect(
    project: &Project,
    services: &[&ServiceEntry],
    name: &str,
    over: &AlarmOverride,
) -> Option<Diagnostic> {
    let preset = project.preset.as_ref()?.value.name();
    let mut changes = over.places.iter().filter(|(key, _)| **key != "enabled");
    let (_, place) = changes.next()?;
    let service = services.first()?;
    let mut alarms = service.definition().alarms.iter();
    let alarm = alarms.find(|alarm| alarm.name == name)?;
    if can_be_on(project, &service.file, alarm) {
        return None;
    }
    let message = format!(
        "the preset `{preset}` switches `{}.{name}` off: its override has no effect",
        service.file
    );
    let help =
        "`enabled = true` beside it switches the alarm on; or override the preset's own alarm";
    let diagnostic = Diagnostic::new(Code::OverrideWithoutEffect, message).at(place.clone());
    Some(diagnostic.help(help))
}

/// Of `[resources]`.
pub(super) fn unmatched_resources(
    project: &Project,
    catalog: &Catalog,
    inventory: &Inventory,
) -> Vec<Diagnostic> {
    let ids: Vec<String> = inventory
        .resources
        .keys()
        .map(|id| id.within(&project.name).into_owned())
        .collect();
    let mut found = Vec::new();
    for (id, overrides) in &project.resources {
        let is_meant = |resource: &Resource| {
            *resource.id.logical_id == **id || resource.id.within(&project.name) == *id
        };
        let resource = inventory
            .resources
            .values()
            .find(|resource| is_meant(resource));
        for (name, over) in overrides {
            if let Some(resource) = resource {
                found.extend(unmatched(resource, name, over, project, catalog));
            } else {
                let diagnostic = Diagnostic::new(
                    Code::UnknownResource,
                    format!("the stack has no resource `{id}`"),
                );
                let named = inventory
                    .resources
                    .values()
                    .find(|resource| resource.physical_id.as_deref() == Some(id));
                found.push(match named {
                    Some(named) => {
                        let logical_id = named.id.within(&project.name);
                        at_override(diagnostic, over).help(format!(
                            "`{id}` is the name that `{logical_id}` has in AWS: write `[resources.{logical_id}]`"
                        ))
                    }
                    None => suggest(diagnostic, id, ids.iter().map(String::as_str), over),
                });
            }
        }
    }
    found
}

/// Reports an override whose alarm no definition of the resource type has.
pub(super) fn unmatched(
    resource: &Resource,
    name: &str,
    over: &AlarmOverride,
    project: &Project,
    catalog: &Catalog,
) -> Option<Diagnostic> {
    let watched_as = catalog.watched_as(&resource.kind);
    let services = catalog
        .services()
        .iter()
        .filter(|service| service.kind == watched_as || service.kind == ENTRY_POINT);
    let names: Vec<&str> = services.flat_map(ServiceEntry::alarm_names).collect();
    if name == EVERY_ALARM {
        let watched = catalog.services_for(watched_as);
        return without_traffic_alarm(
            over,
            watched,
            &format!("`{}` (a `{}`)", resource.id.logical_id, resource.kind),
            project,
        );
    }
    if names.contains(&name) {
        return None;
    }
    let diagnostic = Diagnostic::new(
        Code::UnknownAlarm,
        format!(
            "no alarm of `{}` (a `{}`) is called `{name}`",
            resource.id.logical_id, resource.kind
        ),
    );
    Some(suggest(diagnostic, name, names.into_iter(), over))
}

/// Reports expected traffic where no definition has an alarm for it.
fn without_traffic_alarm<'c>(
    over: &AlarmOverride,
    services: impl Iterator<Item = &'c ServiceEntry>,
    what: &str,
    project: &Project,
) -> Option<Diagnostic> {
    let place = over.places.get("expect_traffic")?;
    let alarms: Vec<(&ServiceEntry, &AlarmDefinition)> = services
        .flat_map(|service| {
            service
                .definition()
                .traffic_alarms()
                .map(move |alarm| (service, alarm))
        })
        .collect();
    if alarms
        .iter()
        .any(|(service, alarm)| can_be_on(project, &service.file, alarm))
    {
        return None;
    }
    let message =
        format!("{what} has no alarm on missing traffic, so that `expect_traffic` has no effect");
    let diagnostic = Diagnostic::new(Code::TrafficNotWatched, message).at(place.clone());
    Some(match alarms.first() {
        Some((service, alarm)) => diagnostic.help(format!(
            "the preset switches `{file}.{name}` off; `[alarms.{file}.{name}] enabled = true` switches it on",
            file = service.file,
            name = alarm.name
        )),
        None => diagnostic,
    })
}

/// Whether an alarm is on without the project, or the project switches it on somewhere.
fn can_be_on(project: &Project, file: &str, alarm: &AlarmDefinition) -> bool {
    let of_resources = project.resources.values();
    let mut tables = of_resources.chain(project.alarms.get(file));
    !matches!(alarm.enabled, Enabled::NotInPreset(_))
        || tables.any(|table| {
            let names = [alarm.name.as_str(), EVERY_ALARM];
            let mut overrides = names.iter().filter_map(|name| table.get(*name));
            overrides.any(|over| over.enabled == Some(true))
        })
}

fn at_override(diagnostic: Diagnostic, over: &AlarmOverride) -> Diagnostic {
    match &over.place {
        Some(place) => diagnostic.at(place.clone()),
        None => diagnostic,
    }
}

fn suggest<'s>(
    diagnostic: Diagnostic,
    word: &str,
    known: impl Iterator<Item = &'s str>,
    over: &AlarmOverride,
) -> Diagnostic {
    let diagnostic = at_override(diagnostic, over);
    match nearest(word, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
