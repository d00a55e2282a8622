//! Resource views: metric id, linked resources, variables for texts and conditions.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::log_class::{CLASS_PROPERTY, only_delivers};
use crate::catalog::Catalog;
use crate::catalog::condition::{Cel, LINKED, Variables};
use crate::catalog::definition::{ENTRY_POINT, EXPECT_TRAFFIC, ServiceDefinition, TypeEntry};
use crate::catalog::text::{TextTemplate, Values};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{
    Inventory, Link, LinkKind, OutsideLink, Property, Resource, ResourceId, Target, Types as _,
    Unresolved, unknown_names_in,
};
use crate::project::{AlarmOverride, EVERY_ALARM, Project, metadata_overrides};
use crate::stack::{maps_property, pattern};

/// Inventory resources with links in both directions.
pub(super) struct Views<'a> {
    inventory: &'a Inventory,
    catalog: &'a Catalog,
    identity: &'a Target,
    project: &'a Project,
    callers: BTreeMap<&'a ResourceId, Vec<&'a Resource>>,
    /// What each resource, or a part of it, invokes.
    invoked: BTreeMap<&'a ResourceId, Vec<&'a Resource>>,
    /// The types of callers outside the stacks.
    outside_callers: BTreeMap<&'a ResourceId, BTreeSet<&'a str>>,
    parts: BTreeMap<&'a ResourceId, Vec<&'a Resource>>,
    dead_letter_queues: BTreeSet<&'a ResourceId>,
    log_groups: BTreeMap<&'a ResourceId, &'a Resource>,
    /// Names of log groups that the stacks do not have; `None` where the name is not known.
    outside_log_groups: BTreeMap<&'a ResourceId, Option<&'a str>>,
    metric_ids: BTreeMap<&'a ResourceId, String>,
    /// The classes of the log groups that the stacks or their services make, as far as a template names them.
    stack_log_groups: OnceLock<BTreeMap<String, Option<String>>>,
}

/// The log group that a resource writes to.
pub(super) enum WrittenLogGroup {
    OfStack(String),
    /// `None` where the name is not known.
    Elsewhere(Option<String>),
    None,
}

/// One resource, ready to be watched.
pub(super) struct View<'a> {
    pub resource: &'a Resource,
    /// What metrics call it.
    pub id: String,
    pub values: Values,
    variables: OnceCell<Variables>,
}

impl<'a> Views<'a> {
    pub(super) fn new(
        inventory: &'a Inventory,
        catalog: &'a Catalog,
        identity: &'a Target,
        project: &'a Project,
    ) -> Self {
        let mut views = Self {
            inventory,
            catalog,
            identity,
            project,
            callers: BTreeMap::new(),
            invoked: BTreeMap::new(),
            outside_callers: BTreeMap::new(),
            parts: BTreeMap::new(),
            dead_letter_queues: BTreeSet::new(),
            log_groups: BTreeMap::new(),
            outside_log_groups: BTreeMap::new(),
            metric_ids: BTreeMap::new(),
            stack_log_groups: OnceLock::new(),
        };
        views.metric_ids = inventory
            .resources
            .iter()
            .filter_map(|(id, resource)| Some((id, views.metric_id(resource)?)))
            .collect();
        for link in &inventory.links {
            let (Some((from, caller)), Some((to, target))) = (
                inventory.resources.get_key_value(&link.from),
                inventory.resources.get_key_value(&link.to),
            ) else {
                continue;
            };
            match link.kind {
                LinkKind::Invokes => {
                    let (from, to) = (views.whole(from), views.whole(to));
                    views.callers.entry(to).or_default().push(caller);
                    views.invoked.entry(from).or_default().push(target);
                }
                LinkKind::DeadLetter => {
                    views.dead_letter_queues.insert(to);
                }
                LinkKind::LogsTo => {
                    views.log_groups.insert(from, target);
                }
                LinkKind::PartOf => views.parts.entry(to).or_default().push(caller),
                LinkKind::RoutesTo => {}
            }
        }
        for link in &inventory.outside {
            views.add_outside(link);
        }
        views
    }

    fn add_outside(&mut self, link: &'a OutsideLink) {
        match link.kind {
            LinkKind::Invokes => {
                let whole = self.whole(&link.resource);
                let callers = self.outside_callers.entry(whole).or_default();
                callers.extend(link.other.kind.as_deref());
            }
            LinkKind::LogsTo => {
                self.outside_log_groups
                    .insert(&link.resource, link.other.id.as_deref());
            }
            LinkKind::DeadLetter => {
                self.dead_letter_queues.insert(&link.resource);
            }
            LinkKind::RoutesTo | LinkKind::PartOf => {}
        }
    }

    /// Seconds beyond which a trace that enters at a resource is slow, if the project says so.
    pub(super) fn slow_seconds(&self, resource: &Resource) -> Option<f64> {
        let of_type = self
            .catalog
            .services_for(self.catalog.watched_as(&resource.kind));
        let files = of_type.chain(self.catalog.services_for(ENTRY_POINT));
        let mut limits = files.map(|service| self.of_resource(&service.file, resource).slow);
        let written = limits.find(Option::is_some).flatten();
        written.or(self.project.tracing.slow_seconds)
    }

    /// What the project says about all alarms of a resource in a definition file.
    fn of_resource(&self, file: &str, resource: &Resource) -> AlarmOverride {
        let metadata = metadata_overrides(resource).value;
        self.project
            .override_of(file, EVERY_ALARM, &resource.id, &metadata)
    }

    /// The resources that definitions for a type watch.
    pub(super) fn watched_as(&self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        let catalog = self.catalog;
        let resources = self.inventory.resources.values().map(Box::as_ref);
        resources.filter(move |resource| {
            !resource.deployment_only && catalog.watched_as(&resource.kind) == kind
        })
    }

    /// What calls, triggers or feeds a resource, or a part of it (an alias).
    pub(super) fn callers(&self, id: &ResourceId) -> &[&'a Resource] {
        self.callers.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether something outside the stacks invokes a resource.
    pub(super) fn has_outside_callers(&self, id: &ResourceId) -> bool {
        self.outside_callers.contains_key(id)
    }

    /// Parts of a resource (an API's stages).
    pub(super) fn parts(&self, id: &ResourceId) -> &[&'a Resource] {
        self.parts.get(id).map_or(&[], Vec::as_slice)
    }

    /// What the resource is a part of (a stage's API), if that is in the stack.
    pub(super) fn parent(&self, id: &'a ResourceId) -> Option<&'a Resource> {
        self.inventory.linked(id, LinkKind::PartOf).next()
    }

    /// Id of the outermost parent, else the resource's own id.
    pub(super) fn whole(&self, id: &'a ResourceId) -> &'a ResourceId {
        const DEEPEST: usize = 4;
        (0..DEEPEST).fold(id, |id, _| self.parent(id).map_or(id, |parent| &parent.id))
    }

    pub(super) fn entry(&self, kind: &str) -> Option<&'a TypeEntry> {
        self.catalog.type_entry(kind)
    }

    /// The name of the log group that a resource writes to, if that can be queried.
    pub(super) fn log_group(&self, resource: &'a Resource) -> Option<String> {
        if let Some(name) = self.outside_log_groups.get(&resource.id) {
            return name.map(str::to_owned);
        }
        let group = self.log_groups.get(&resource.id);
        if group.is_some_and(|group| only_delivers(group)) {
            return None;
        }
        self.own_log_group(resource)
    }

    /// The log group of a resource in the stacks: the one it is linked to, or the one that its service makes.
    pub(super) fn own_log_group(&self, resource: &Resource) -> Option<String> {
        if self.outside_log_groups.contains_key(&resource.id) {
            return None;
        }
        if let Some(group) = self.log_groups.get(&resource.id) {
            return self.metric_ids.get(&group.id).cloned();
        }
        let log_group_pattern = self.entry(&resource.kind)?.facts.log_group.as_deref()?;
        let id = self.metric_ids.get(&resource.id)?;
        pattern::fill(log_group_pattern, |name| (name == "id").then(|| id.clone()))
    }

    /// The log group that a resource writes to, or is.
    pub(super) fn written_log_group(&self, resource: &Resource) -> WrittenLogGroup {
        if let Some(name) = self.outside_log_groups.get(&resource.id) {
            return WrittenLogGroup::Elsewhere(name.map(str::to_owned));
        }
        let entry = self.entry(&resource.kind);
        let group = if entry.is_some_and(|entry| entry.facts.is_log_group) {
            self.metric_ids.get(&resource.id).cloned()
        } else {
            self.own_log_group(resource)
        };
        group.map_or(WrittenLogGroup::None, WrittenLogGroup::OfStack)
    }

    /// The log groups that the stacks or their services make, with their classes as far as a template names them.
    pub(super) fn log_groups(&self) -> &BTreeMap<String, Option<String>> {
        self.stack_log_groups.get_or_init(|| {
            let resources = self.inventory.resources.values();
            let (groups, others): (Vec<_>, Vec<_>) = resources.partition(|resource| {
                let entry = self.entry(&resource.kind);
                entry.is_some_and(|entry| entry.facts.is_log_group)
            });
            let implicit = others
                .into_iter()
                .filter_map(|resource| self.own_log_group(resource));
            let mut found: BTreeMap<_, _> = implicit.map(|name| (name, None)).collect();
            found.extend(groups.into_iter().filter_map(|group| {
                let class = group
                    .properties
                    .get(CLASS_PROPERTY)
                    .and_then(Property::as_text);
                let name = self.metric_ids.get(&group.id)?.clone();
                Some((name, class.map(str::to_owned)))
            }));
            found
        })
    }

    /// Returns a resource's view, or a diagnostic if its name is unknown.
    pub(super) fn view(&self, resource: &'a Resource) -> Result<View<'a>, Diagnostic> {
        let Some(id) = self.metric_ids.get(&resource.id) else {
            return Err(self.id_unknown(resource));
        };
        let values = self.labelled(resource, self.values(resource, id))?;
        Ok(View {
            resource,
            id: id.clone(),
            values,
            variables: OnceCell::new(),
        })
    }

    fn id_unknown(&self, resource: &Resource) -> Diagnostic {
        let entry = self.entry(&resource.kind);
        let text = entry.and_then(|entry| entry.metric_id.as_ref());
        let read = text.into_iter().flat_map(TextTemplate::properties);
        let missing: Vec<&str> = read
            .filter(|path| {
                let first = path.split('.').next().unwrap_or(path);
                !resource.properties.contains_key(first)
            })
            .collect();
        if missing.is_empty() {
            name_unknown(resource)
        } else {
            metric_id_unknown(resource, &missing)
        }
    }

    /// The values of a resource, with the label of its type as the name.
    fn labelled(&self, resource: &Resource, values: Value) -> Result<Values, Diagnostic> {
        let mut values = Values::new(values);
        let entry = self.entry(&resource.kind);
        if let Some(label) = entry.and_then(|entry| entry.label.as_ref()) {
            let label = self.catalog.texts.render(label, &values)?;
            values.set("name", Value::from(label));
        }
        Ok(values)
    }

    /// The view of a resource, with its links if a definition file reads them.
    pub(super) fn view_for(
        &self,
        resource: &'a Resource,
        service: &ServiceDefinition,
    ) -> Result<View<'a>, Diagnostic> {
        let view = self.view(resource)?;
        Ok(if service.reads_links() {
            view.with(LINKED, self.linked(&resource.id))
        } else {
            view
        })
    }

    fn values(&self, resource: &'a Resource, id: &str) -> Value {
        let mut invoked_by: BTreeSet<&str> = self
            .callers(&resource.id)
            .iter()
            .map(|caller| &*caller.kind)
            .collect();
        invoked_by.extend(self.outside_callers.get(&resource.id).into_iter().flatten());
        let mut values = Map::new();
        let mut set = |key: &str, value: Value| values.insert(key.to_owned(), value);
        set("id", id.into());
        set("name", display_name(resource, id).into());
        set("title", (&*resource.title).into());
        set("logical_id", (&*resource.id.logical_id).into());
        set("stack", self.project.name.as_str().into());
        set("partition", self.identity.partition.as_str().into());
        set("region", self.identity.region.as_str().into());
        set("account", self.identity.account.as_str().into());
        set("arn", self.arn(resource, id).into());
        set("attribute", self.attributes(resource, id));
        set("resource", self.properties(resource));
        set(
            "is_dead_letter",
            self.dead_letter_queues.contains(&resource.id).into(),
        );
        set("invoked_by", invoked_by.into_iter().collect());
        let invoked = self.invoked.get(&resource.id).into_iter().flatten();
        let invokes: BTreeSet<&str> = invoked.map(|target| &*target.kind).collect();
        set("invokes", invokes.into_iter().collect());
        let log_group_declared = self.log_groups.contains_key(&resource.id);
        set("log_group_declared", log_group_declared.into());
        set("log_group", self.log_group(resource).into());
        set(EXPECT_TRAFFIC, 0.into());
        let parent = self.parent(&resource.id);
        set(
            "parent",
            parent.map_or_else(|| json!({}), |parent| self.parent_values(parent)),
        );
        Value::Object(values)
    }

    fn parent_values(&self, parent: &Resource) -> Value {
        let id = self.metric_ids.get(&parent.id);
        json!({
            "id": id,
            "name": id,
            "logical_id": parent.id.logical_id,
            "resource": self.properties(parent),
        })
    }

    /// The resource's ARN, by the first of its type's patterns whose properties are known.
    fn arn(&self, resource: &Resource, id: &str) -> Option<String> {
        let mut patterns = self.entry(&resource.kind)?.facts.arn.iter();
        patterns.find_map(|pattern| self.filled(pattern, resource, id))
    }

    /// The values of `Fn::GetAtt`, as far as they are known.
    fn attributes(&self, resource: &Resource, id: &str) -> Value {
        let Some(entry) = self.entry(&resource.kind) else {
            return json!({});
        };
        let attributes = entry.facts.attributes.iter();
        let known = attributes.filter_map(|(name, pattern)| {
            Some((name.clone(), self.filled(pattern, resource, id)?.into()))
        });
        Value::Object(known.collect())
    }

    fn filled(&self, pattern: &str, resource: &Resource, id: &str) -> Option<String> {
        pattern::fill(pattern, |placeholder| {
            if pattern::is_general(placeholder) {
                return pattern::general_value(Some(self.identity), id, placeholder);
            }
            match resource.properties.get(placeholder)? {
                Property::Text(text) => Some(text.to_string()),
                _ => None,
            }
        })
    }

    /// The resources that one is linked with in either direction, by kind of link and type. A link of a part counts as its whole's.
    pub(super) fn linked(&self, id: &'a ResourceId) -> Value {
        let mut found: BTreeMap<&str, BTreeMap<&str, Vec<Value>>> = BTreeMap::new();
        for (word, kind) in LinkKind::WORDS {
            let links = self.inventory.links.iter().filter(|link| link.kind == kind);
            let others: BTreeSet<&ResourceId> = links
                .filter_map(|link| self.other_end(link, id))
                .filter(|other| *other != id)
                .collect();
            for other in others {
                if let Some((kind, value)) = self.linked_resource(other) {
                    let of_kind = found.entry(word).or_default();
                    of_kind.entry(kind).or_default().push(value);
                }
            }
        }
        json!(found)
    }

    /// The other end of a resource's link. An end that is a part counts as its whole, but not between a part and its whole.
    fn other_end(&self, link: &'a Link, id: &ResourceId) -> Option<&'a ResourceId> {
        let [from, to] = [&link.from, &link.to].map(|end| match link.kind {
            LinkKind::PartOf => end,
            _ => self.whole(end),
        });
        if from == id || link.from == *id {
            Some(to)
        } else if to == id || link.to == *id {
            Some(from)
        } else {
            None
        }
    }

    /// A linked resource's type, and what expressions and texts read of it. `None` if its name is unknown.
    fn linked_resource(&self, id: &ResourceId) -> Option<(&'a str, Value)> {
        let resource = self.inventory.resource(id)?;
        let metric_id = self.metric_ids.get(id)?;
        let value = json!({
            "id": metric_id,
            "name": display_name(resource, metric_id),
            "title": &*resource.title,
            "logical_id": id.logical_id,
            "arn": self.arn(resource, metric_id),
            "attribute": self.attributes(resource, metric_id),
            "resource": self.properties(resource),
        });
        let value = self.labelled(resource, value).ok()?.into_value();
        Some((&resource.kind, value))
    }

    /// Whether everything that an expression reads of a resource, and of those that it is linked with, is known.
    pub(super) fn are_known(&self, resource: &Resource, cel: &Cel) -> bool {
        let mut own = cel.properties();
        let of_others: BTreeSet<&str> = cel.properties_of_others().collect();
        let mut others = self.inventory.links.iter().filter_map(|link| {
            let other = self.other_end(link, &resource.id)?;
            self.inventory.resource(other)
        });
        own.all(|property| is_known(resource, property))
            && (of_others.is_empty()
                || others.all(|other| {
                    let mut of_others = of_others.iter();
                    of_others.all(|property| is_known(other, property))
                }))
    }

    fn properties(&self, resource: &Resource) -> Value {
        let written = resource.properties.iter();
        let mut properties: Map<String, Value> = written
            .map(|(key, value)| (key.to_string(), value.to_json()))
            .collect();
        let entry = self.entry(&resource.kind);
        for (path, default) in entry.into_iter().flat_map(|entry| &entry.defaults) {
            set_default(&mut properties, path, default);
        }
        Value::Object(properties)
    }

    /// What metrics call a resource: the catalogue's metric id, else one read from its physical id.
    fn metric_id(&self, resource: &Resource) -> Option<String> {
        let entry = self.entry(&resource.kind);
        if let Some(text) = entry.and_then(|entry| entry.metric_id.as_ref()) {
            let values = Values::new(json!({
                "resource": resource.properties,
                "logical_id": resource.id.logical_id,
                "physical_id": resource.physical_id,
            }));
            return self
                .catalog
                .texts
                .render(text, &values)
                .ok()
                .filter(|id| !id.is_empty());
        }
        let physical_id = resource.physical_id.as_deref()?;
        let patterns = entry.map_or(&[] as &[String], |entry| entry.facts.physical_id.as_slice());
        let read = patterns.iter().find_map(|shape| {
            pattern::read(shape, physical_id)?
                .get("id")
                .map(ToString::to_string)
        });
        Some(read.unwrap_or_else(|| physical_id.to_owned()))
    }
}

/// The name of a resource for people: its id in metrics, or its title where CloudFormation made the id or only a deployment gives it.
fn display_name<'t>(resource: &'t Resource, id: &'t str) -> &'t str {
    let is_known = unknown_names_in(id).is_empty();
    if is_known && !is_generated(id, &resource.id.logical_id) {
        id
    } else {
        &resource.title
    }
}

/// Whether an id has the form of CloudFormation's names: `{stack}-{logical id}-{random characters}`, which some services write in small letters.
fn is_generated(id: &str, logical_id: &str) -> bool {
    let Some((rest, random)) = id.rsplit_once('-') else {
        return false;
    };
    let is_random = random.len() >= RANDOM_CHARACTERS
        && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let logical = rest.len().checked_sub(logical_id.len());
    let parts = logical.and_then(|at| rest.split_at_checked(at));
    is_random
        && parts.is_some_and(|(stack, written)| {
            stack.ends_with('-') && written.eq_ignore_ascii_case(logical_id)
        })
}

/// The fewest random characters that CloudFormation ends a name with (observed: 8 to 13).
const RANDOM_CHARACTERS: usize = 8;

impl<'a> View<'a> {
    /// Copies the view for another definition file.
    #[must_use]
    pub(super) fn again(&self) -> View<'a> {
        View {
            resource: self.resource,
            id: self.id.clone(),
            values: self.values.clone(),
            variables: OnceCell::new(),
        }
    }
}

impl<'a> View<'a> {
    /// Adds one variable for texts and conditions.
    #[must_use]
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.values.set(key, value);
        self.variables = OnceCell::new();
        self
    }

    pub(super) fn variables(&self) -> &Variables {
        self.variables
            .get_or_init(|| Variables::new(self.values.get()))
    }

    /// Returns a diagnostic if an expression or text needs an unknown property.
    pub(super) fn needs_known<'t>(
        &self,
        properties: impl Iterator<Item = &'t str>,
        what: &str,
    ) -> Result<(), Diagnostic> {
        let Some((property, unknown)) = self.unknown(properties) else {
            return Ok(());
        };
        let Resource { id, kind, .. } = self.resource;
        if unknown.path.is_empty() {
            // An empty path concerns every resource of the type.
            let message = format!(
                "{what} of `{kind}` is left out: it needs `{property}`, and {}",
                unknown.reason
            );
            return Err(Diagnostic::new(Code::PropertyNotRead, message));
        }
        let message = format!(
            "{what} of `{}` needs `{}`: {}",
            id.logical_id, unknown.path, unknown.reason
        );
        let diagnostic = Diagnostic::new(Code::PropertyUnknown, message);
        Err(at_resource(diagnostic, self.resource)
            .help("deploy the stack first, give the parameter, or override the definition for this resource"))
    }

    /// Returns a warning if an expression that decides whether something applies needs an unknown property: then it is left out.
    pub(super) fn condition_needs_known(&self, cel: &Cel, what: &str) -> Result<(), Diagnostic> {
        let unknown = self.unknown(cel.properties());
        let Some((_, unknown)) = unknown.filter(|(_, unknown)| !unknown.path.is_empty()) else {
            return self.cel_needs_known(cel, what);
        };
        let message = format!(
            "{what} of `{}` is left out: whether it applies depends on `{}`, and {}",
            self.resource.id.logical_id, unknown.path, unknown.reason
        );
        let diagnostic = Diagnostic::new(Code::ConditionUnknown, message);
        Err(at_resource(diagnostic, self.resource).help(
            "give the parameter; or set `enabled = false` for this resource, and this goes away",
        ))
    }

    /// The first property whose value is unknown, by the first name of its path.
    fn unknown<'t>(
        &self,
        mut properties: impl Iterator<Item = &'t str>,
    ) -> Option<(&'t str, &'a Unresolved)> {
        properties.find_map(|property| {
            let first = property.split('.').next().unwrap_or(property);
            Some((first, unresolved(self.resource, property)?))
        })
    }

    pub(super) fn cel_needs_known(&self, cel: &Cel, what: &str) -> Result<(), Diagnostic> {
        self.needs_known(cel.properties(), what)
    }

    pub(super) fn text_needs_known(
        &self,
        text: &TextTemplate,
        what: &str,
    ) -> Result<(), Diagnostic> {
        self.needs_known(text.properties(), what)
    }
}

/// Why the value of a property is unknown.
fn unresolved<'r>(resource: &'r Resource, property: &str) -> Option<&'r Unresolved> {
    let first = property.split('.').next().unwrap_or(property);
    let mut unresolved = resource.unresolved.iter();
    unresolved.find(|unresolved| {
        is_within(property, &unresolved.path)
            && (!unresolved.path.is_empty() || !resource.properties.contains_key(first))
    })
}

/// Whether the value of a property, and of everything inside it, is known. A property that Terraform's table does not map is not.
fn is_known(resource: &Resource, property: &str) -> bool {
    let mut unresolved = resource.unresolved.iter();
    let is_unresolved = unresolved.any(|unresolved| {
        let path = unresolved.path.as_str();
        is_within(property, path) || is_within(path, property)
    });
    let terraform = resource.terraform.as_ref();
    !is_unresolved && terraform.is_none_or(|origin| maps_property(&origin.kind, property))
}

/// Whether a mention like `EventPattern.source.all` names the property at `path` or one inside it; an empty path contains every property.
fn is_within(mention: &str, path: &str) -> bool {
    path.is_empty()
        || mention
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Sets the value at a path of properties (`EBSOptions.VolumeSize`), unless the resource has one.
fn set_default(properties: &mut Map<String, Value>, path: &str, default: &Value) {
    match path.split_once('.') {
        None => {
            properties.entry(path).or_insert_with(|| default.clone());
        }
        Some((first, rest)) => {
            let inner = properties.entry(first).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                set_default(inner, rest, default);
            }
        }
    }
}

/// The id of a resource in metrics is not known, because its type's `metric_id` reads properties that it does not have.
fn metric_id_unknown(resource: &Resource, properties: &[&str]) -> Diagnostic {
    let properties = properties.join("`, `");
    let message = format!(
        "the id of `{}` in metrics is not known: `metric_id` of `{}` reads `{properties}`, which it does not have",
        resource.id.logical_id, resource.kind
    );
    let help = "give the resource the property, in a test of a definition by `resource = { … }`; or allow the role to read the stack (cloudformation:DescribeStacks, cloudformation:ListStackResources)";
    at_resource(Diagnostic::new(Code::NameUnknown, message), resource).help(help)
}

fn name_unknown(resource: &Resource) -> Diagnostic {
    let message = format!(
        "the name that AWS gives `{}` is not in the template, and the deployed stack could not be read",
        resource.id.logical_id
    );
    let help = "allow the role to read the stack (cloudformation:DescribeStacks, cloudformation:ListStackResources), or give the resource a name in the template";
    at_resource(Diagnostic::new(Code::NameUnknown, message), resource).help(help)
}

pub(super) fn at_resource(diagnostic: Diagnostic, resource: &Resource) -> Diagnostic {
    match &resource.place {
        Some(place) => diagnostic.at(place.clone()),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_at_a_path_keeps_what_is_written() {
        for (path, expected) in [
            ("Size", json!({ "Size": 2, "Options": { "Type": "gp3" } })),
            (
                "Options",
                json!({ "Size": 2, "Options": { "Type": "gp3" } }),
            ),
            (
                "Options.Type",
                json!({ "Size": 2, "Options": { "Type": "gp3" } }),
            ),
            (
                "Options.Iops",
                json!({ "Size": 2, "Options": { "Type": "gp3", "Iops": 1 } }),
            ),
            (
                "Size.Inner",
                json!({ "Size": 2, "Options": { "Type": "gp3" } }),
            ),
            (
                "New.Inner.Part",
                json!({ "Size": 2, "Options": { "Type": "gp3" }, "New": { "Inner": { "Part": 1 } } }),
            ),
        ] {
            let written = json!({ "Size": 2, "Options": { "Type": "gp3" } });
            let Value::Object(mut properties) = written else {
                unreachable!("an object is written above")
            };
            set_default(&mut properties, path, &json!(1));
            assert_eq!(Value::Object(properties), expected, "{path}");
        }
    }
}
