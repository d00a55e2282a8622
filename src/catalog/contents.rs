//! The catalogue: an index of services and types. Built-in definitions and facts are parsed on first use.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::board::{BoardTemplates, OVERVIEW};
use super::builtin::{self, BuiltInFile, BuiltInService, BuiltInType, preset_file};
use super::definition::{ENTRY_POINT, Enabled, ServiceDefinition, TypeEntry};
use super::lazy::Lazy;
use super::metric_conditions;
use super::overlay;
use super::preset;
use super::properties::UsedProperties;
use super::read::{FileRole, built_in_service, built_in_type};
use super::text::Texts;
use crate::artifact::DefinitionKey;
use crate::inventory::{Target, TypeFacts, Types};
use crate::objective::Objective;
use crate::project::Preset;
use crate::semantics::limits;

/// Definitions, facts about types, and boards.
#[derive(Debug, Default)]
pub struct Catalog {
    services: Vec<ServiceEntry>,
    types: BTreeMap<Cow<'static, str>, Lazy<TypeEntry>>,
    /// The patterns of URIs in the facts of the project's files.
    arn_uris: BTreeSet<String>,
    /// The preset whose definitions are on in place of the built-in ones.
    pub preset: Option<Preset>,
    pub texts: Texts,
    pub boards: BoardTemplates,
}

/// One definition file in the index.
#[derive(Debug)]
pub struct ServiceEntry {
    /// The file's name without its ending.
    pub file: Cow<'static, str>,
    /// A CloudFormation type or [`ENTRY_POINT`].
    pub kind: Cow<'static, str>,
    pub order: i64,
    /// Names of its alarms, without composites.
    pub alarms: Vec<Cow<'static, str>>,
    /// Names of its composite alarms. Built-in files have none.
    pub composites: Vec<String>,
    /// Names of its events.
    pub events: Vec<Cow<'static, str>>,
    /// The Regions that the file, its metrics or its alarms name.
    pub regions: Vec<Cow<'static, str>>,
    pub origin: ServiceOrigin,
    /// Whether a preset switches off all of its definitions.
    pub is_off: bool,
    definition: Lazy<ServiceDefinition>,
}

/// Which files a service comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceOrigin {
    BuiltIn,
    /// A built-in file and a project's file of the same name.
    Extended,
    Project,
}

impl ServiceEntry {
    fn new(definition: ServiceDefinition, origin: ServiceOrigin) -> Self {
        let is_off = definition
            .named()
            .all(|named| matches!(named.enabled, Enabled::NotInPreset(_)));
        Self {
            file: definition.file.clone().into(),
            kind: definition.kind.clone().into(),
            order: definition.order,
            alarms: definition
                .alarms
                .iter()
                .map(|alarm| alarm.name.clone().into())
                .collect(),
            composites: definition
                .composites
                .iter()
                .map(|composite| composite.name.clone())
                .collect(),
            events: definition
                .events
                .iter()
                .map(|event| event.name.clone().into())
                .collect(),
            regions: definition
                .regions()
                .map(|region| region.to_owned().into())
                .collect(),
            origin,
            is_off,
            definition: Lazy::ready(definition),
        }
    }

    fn built_in(
        file: &'static BuiltInFile,
        service: &'static BuiltInService,
        preset: Option<Preset>,
    ) -> Self {
        let added = preset.and_then(|preset| preset_file(preset, file.stem));
        let added_alarms = added.map_or(&[][..], |added| added.alarms);
        let added_regions = added.map_or(&[][..], |added| added.regions);
        let alarms = service.alarms.iter().chain(added_alarms);
        let regions: BTreeSet<&str> = service
            .regions
            .iter()
            .chain(added_regions)
            .copied()
            .collect();
        Self {
            file: file.stem.into(),
            kind: service.kind.into(),
            order: service.order,
            alarms: alarms.map(|name| (*name).into()).collect(),
            composites: Vec::new(),
            events: service.events.iter().map(|name| (*name).into()).collect(),
            regions: regions.into_iter().map(Cow::from).collect(),
            origin: ServiceOrigin::BuiltIn,
            is_off: preset.is_some() && added.is_none(),
            definition: Lazy::new(move || {
                let source = file.source(&file.service_text(service));
                let definition = built_in_service(&source, file.stem, FileRole::BuiltIn);
                let mut definition = definition.expect("a test reads every built-in file");
                if let Some(preset) = preset {
                    preset::apply(preset, &mut definition);
                }
                definition
            }),
        }
    }

    /// Its objectives. Built-in files have none, so that none of them is parsed for the answer.
    pub fn objectives(&self) -> &[Objective] {
        match self.origin {
            ServiceOrigin::BuiltIn => &[],
            ServiceOrigin::Extended | ServiceOrigin::Project => &self.definition().objectives,
        }
    }

    /// Names of its alarms, composite alarms and events: a project overrides each by its name.
    pub fn alarm_names(&self) -> impl Iterator<Item = &str> {
        let alarms = self.alarms.iter().map(|name| &**name);
        let composites = self.composites.iter().map(String::as_str);
        let events = self.events.iter().map(|name| &**name);
        alarms.chain(composites).chain(events)
    }

    /// The properties in the conditions for its metrics. Built-in metrics are not checked, so that nothing is read for them.
    fn properties_of_metric_conditions(&self, kinds: &BTreeSet<&str>) -> UsedProperties {
        let mut used = UsedProperties::default();
        if self.origin != ServiceOrigin::BuiltIn {
            for kind in kinds {
                used.extend(&metric_conditions::used_properties(self.definition(), kind));
            }
        }
        used
    }

    /// The definition; a built-in one is parsed on first use.
    pub fn definition(&self) -> &ServiceDefinition {
        &self.definition
    }
}

impl Catalog {
    /// A catalogue without files.
    pub(super) fn with_preset(preset: Option<Preset>) -> Self {
        Self {
            preset,
            ..Self::default()
        }
    }

    /// The services in the order of their dashboard sections.
    pub fn services(&self) -> &[ServiceEntry] {
        &self.services
    }

    /// The services for a CloudFormation type or [`ENTRY_POINT`].
    pub fn services_for(&self, kind: &str) -> impl Iterator<Item = &ServiceEntry> {
        self.services
            .iter()
            .filter(move |service| service.kind == kind)
    }

    /// Keeps the definitions of one file alone.
    pub fn keep_file(&mut self, stem: &str) {
        self.services.retain(|service| service.file == stem);
    }

    /// Whether a definition is built in or of a preset, without changes of the project.
    pub fn is_built_in(&self, key: &DefinitionKey) -> bool {
        let mut services = self.services.iter();
        services
            .any(|service| *service.file == *key.file && service.origin == ServiceOrigin::BuiltIn)
    }

    /// All definitions, parsed: for tests of definitions and checks of the whole catalogue.
    pub fn definitions(&self) -> impl Iterator<Item = &ServiceDefinition> {
        self.services.iter().map(ServiceEntry::definition)
    }

    /// Additional Regions for alarms, besides the stack's Region: Regions named by definitions, and Regions of services
    /// that publish to a fixed Region. Excludes Regions of other partitions.
    pub fn fixed_regions(&self, home: &Target) -> BTreeSet<&str> {
        let mut regions = BTreeSet::new();
        for service in &self.services {
            regions.extend(service.regions.iter().map(|region| &**region));
        }
        for region in builtin::fixed_regions() {
            regions.insert(region);
        }
        regions.remove(home.region.as_str());
        regions.retain(|region| limits::partition(region) == home.partition);
        regions
    }

    /// All facts about a type; built-in ones are parsed on first use.
    pub fn type_entry(&self, kind: &str) -> Option<&TypeEntry> {
        self.types.get(kind).map(|entry| &**entry)
    }

    /// The properties that texts, expressions and boards read of resources of these types.
    pub fn used_properties(&self, kinds: &BTreeSet<&str>) -> UsedProperties {
        let mut used = UsedProperties::default();
        let mut has_traces = false;
        for entry in kinds.iter().filter_map(|kind| self.type_entry(kind)) {
            used.extend(&entry.used_properties);
            has_traces |= entry.trace.is_some();
        }
        let watched: BTreeSet<&str> = kinds.iter().map(|kind| self.watched_as(kind)).collect();
        let mut boards = vec![OVERVIEW.to_owned()];
        for service in &self.services {
            let is_used =
                watched.contains(&*service.kind) || has_traces && service.kind == ENTRY_POINT;
            if is_used {
                used.extend(&service.definition().used_properties);
                used.extend(&service.properties_of_metric_conditions(kinds));
                boards.push(self.boards.of_file(&service.file).to_owned());
                boards.extend(self.boards.on_overview(&service.file));
            }
        }
        for board in boards {
            used.register(&self.boards.property_paths(&board));
        }
        used
    }

    pub(super) fn add_built_in(&mut self, file: &'static BuiltInFile) {
        if let Some(service) = &file.service {
            self.services
                .push(ServiceEntry::built_in(file, service, self.preset));
        }
        for BuiltInType { kind, part } in file.types {
            let entry = Lazy::new(|| built_in_type(&file.source(file.text), part.clone()));
            self.types.insert((*kind).into(), entry);
        }
    }

    /// Adds a parsed definition. One of a project extends the built-in one of the same name.
    pub(super) fn add_service(&mut self, definition: ServiceDefinition) {
        let base = self
            .services
            .iter_mut()
            .find(|service| service.file == definition.file);
        match base {
            Some(base) => {
                let mut extended = base.definition().clone();
                overlay::service(&mut extended, definition);
                *base = ServiceEntry::new(extended, ServiceOrigin::Extended);
            }
            None if definition.built_in => self
                .services
                .push(ServiceEntry::new(definition, ServiceOrigin::BuiltIn)),
            None => self
                .services
                .push(ServiceEntry::new(definition, ServiceOrigin::Project)),
        }
    }

    /// Adds parsed facts about a type to those of earlier files.
    pub(super) fn add_type(&mut self, kind: String, entry: TypeEntry) {
        self.arn_uris.extend(entry.facts.arn_uri.clone());
        let mut extended = self.type_entry(&kind).cloned().unwrap_or_default();
        overlay::type_entry(&mut extended, entry);
        self.types.insert(kind.into(), Lazy::ready(extended));
    }

    pub(super) fn sort(&mut self) {
        self.services
            .sort_by(|left, right| (left.order, &left.file).cmp(&(right.order, &right.file)));
    }
}

impl Types for Catalog {
    fn get(&self, kind: &str) -> Option<&TypeFacts> {
        self.type_entry(kind).map(|entry| &entry.facts)
    }

    /// ARN URIs of all types. An index has the URIs of built-in types, to avoid parsing their facts.
    fn arn_uris(&self) -> BTreeSet<String> {
        let built_in = builtin::arn_uris().iter().map(|uri| (*uri).to_owned());
        built_in.chain(self.arn_uris.iter().cloned()).collect()
    }

    fn kinds(&self) -> Vec<&str> {
        self.types.keys().map(|kind| &**kind).collect()
    }
}
