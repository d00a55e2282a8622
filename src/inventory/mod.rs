//! What a stack is made of: its resources and the links between them, however they were read.
//! Also the facts about resource types that a reader needs; the facts themselves stand in the catalogue files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

mod properties;
mod sorted_map;

pub use properties::{Properties, Property};
pub use sorted_map::SortedMap;

use crate::diagnostic::Place;

/// Names a resource across all stacks of a project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ResourceId {
    pub stack: Arc<str>,
    pub logical_id: Arc<str>,
}

impl ResourceId {
    pub fn new(stack: impl Into<Arc<str>>, logical_id: impl Into<Arc<str>>) -> Self {
        Self {
            stack: stack.into(),
            logical_id: logical_id.into(),
        }
    }

    /// How the resource is called inside a system: by its logical id in the stack that bears the system's name, else with its stack before it.
    pub fn within(&self, system: &str) -> Cow<'_, str> {
        let Self { stack, logical_id } = self;
        match stack.strip_prefix(system) {
            Some("") => (&**logical_id).into(),
            Some(nested) if nested.starts_with('/') => {
                format!("{}/{logical_id}", &nested[1..]).into()
            }
            Some(_) | None => format!("{stack}/{logical_id}").into(),
        }
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.stack, self.logical_id)
    }
}

/// Where a physical id came from. Only the first two are what AWS calls the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NameSource {
    /// Written in the template.
    Template,
    /// Read from the deployed stack.
    Deployed,
    /// Made up deterministically because the account is a sandbox.
    #[serde(rename = "invented")]
    Placeholder,
    /// Not known.
    Unknown,
}

/// Something the stack owns. tracewatch only reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    pub id: ResourceId,
    /// The CloudFormation type, after the SAM transform.
    pub kind: Arc<str>,
    /// How people call it: the CDK construct path where there is one, else the logical id.
    pub title: Arc<str>,
    /// What CloudFormation calls its physical id (a queue's is its URL); not yet a metric dimension.
    pub physical_id: Option<String>,
    pub name_source: NameSource,
    /// Properties under CloudFormation's names, resolved; a value that could not be resolved is absent here and listed in `unresolved`.
    pub properties: Properties,
    /// The resource's `Metadata`, resolved like the properties.
    pub metadata: Properties,
    /// Every mention of another resource in the properties.
    pub references: Vec<Reference>,
    pub unresolved: Vec<Unresolved>,
    /// True when its condition could not be decided: it may not exist.
    pub conditional: bool,
    /// True when it works only while the stack is deployed (a provider of the CDK's custom resources): nobody watches it.
    pub deployment_only: bool,
    /// What Terraform calls it, for a resource that was read from Terraform.
    pub terraform: Option<Box<TerraformOrigin>>,
    /// Where it is written.
    pub place: Option<Place>,
}

/// A resource in Terraform's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TerraformOrigin {
    /// As Terraform spells it: `module.consumer["payment"].aws_lambda_function.this[0]`.
    pub address: String,
    /// Terraform's resource type (`aws_lambda_function`).
    pub kind: String,
}

impl Resource {
    /// A resource of which nothing is known but that it exists.
    pub fn new(id: ResourceId, kind: impl Into<Arc<str>>) -> Self {
        Self {
            title: Arc::clone(&id.logical_id),
            id,
            kind: kind.into(),
            physical_id: None,
            name_source: NameSource::Unknown,
            properties: Properties::default(),
            metadata: Properties::default(),
            references: Vec::new(),
            unresolved: Vec::new(),
            conditional: false,
            deployment_only: false,
            terraform: None,
            place: None,
        }
    }
}

/// A mention of another resource inside a property.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Reference {
    /// Property path with `.` between keys; list positions are left out (`Targets.Arn`).
    pub path: Arc<str>,
    /// The stack of what is mentioned, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stack: Option<Arc<str>>,
    /// Logical id.
    pub to: Arc<str>,
    /// `Ref`, or the attribute's name (`Arn`).
    pub attribute: Arc<str>,
}

/// A property whose value cannot be known from what was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unresolved {
    /// Property path, as in [`Reference::path`].
    pub path: String,
    /// Why, in words that name the missing fact.
    pub reason: String,
}

/// How two resources belong together. Links point from the one that acts to the one acted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkKind {
    /// `to` is the dead-letter queue of `from`.
    DeadLetter,
    /// `from` calls, triggers or feeds `to` (an API its function, a rule its target, a queue its consumer).
    Invokes,
    /// `to` is the log group of `from`.
    LogsTo,
    /// `from` is a part of `to` (a stage of its API, a rule of its bus, an alias of its function).
    PartOf,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Link {
    pub from: ResourceId,
    pub to: ResourceId,
    pub kind: LinkKind,
}

/// Resources by id, in boxes: of a map's own memory a good part is empty.
pub type Resources = BTreeMap<ResourceId, Box<Resource>>;

/// All resources of a stack and the links between them.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    pub resources: Resources,
    pub links: BTreeSet<Link>,
}

impl Inventory {
    pub fn resource(&self, id: &ResourceId) -> Option<&Resource> {
        self.resources.get(id).map(Box::as_ref)
    }

    pub fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Resource> {
        self.resources
            .values()
            .map(Box::as_ref)
            .filter(move |resource| &*resource.kind == kind)
    }

    /// Resources that `id` points at by links of one kind.
    pub fn linked<'a>(
        &'a self,
        id: &'a ResourceId,
        kind: LinkKind,
    ) -> impl Iterator<Item = &'a Resource> {
        let first = Link {
            from: id.clone(),
            to: ResourceId::new("", ""),
            kind,
        };
        self.links
            .range(first..)
            .take_while(move |link| &link.from == id)
            .filter(move |link| link.kind == kind)
            .filter_map(|link| self.resource(&link.to))
    }

    /// Resources that point at `id` by links of one kind. Reads every link: for a few questions, not for one per resource.
    pub fn linking<'a>(
        &'a self,
        id: &'a ResourceId,
        kind: LinkKind,
    ) -> impl Iterator<Item = &'a Resource> {
        self.links
            .iter()
            .filter(move |link| link.kind == kind && &link.to == id)
            .filter_map(|link| self.resource(&link.from))
    }
}

/// What is to be known of a resource type in order to read it: how CloudFormation names it and how it points at others.
/// Patterns are texts with `{id}` (what metrics call the resource), `{partition}`, `{region}`, `{account}`, `{url_suffix}` (`AWS::URLSuffix`) and `{Property}`
/// (a property of the resource, for example `{EventBusName}`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeFacts {
    /// The property that holds the name, if a template can give one.
    pub name_property: Option<String>,
    /// What `Ref` returns and `ListStackResources` lists; several patterns where it depends on the resource, the first whose
    /// properties are all known is used to make one, and any that fits to read one. Empty: the id itself.
    pub physical_id: Vec<String>,
    /// What the Resource Groups Tagging API calls it, in several patterns where that depends on the resource. Empty: it cannot be found by tags,
    /// or what metrics call it is not in its ARN.
    pub arn: Vec<String>,
    /// What `Fn::GetAtt` returns, by attribute.
    pub attributes: BTreeMap<String, String>,
    /// Log groups that the service makes by itself, as a pattern.
    pub log_group: Option<String>,
    /// Whether resources of the type are log groups.
    pub is_log_group: bool,
    /// A URI that contains the ARN as `{arn}`, as a pattern.
    pub arn_uri: Option<String>,
    /// Whether the names that CloudFormation generates have only lower-case letters.
    pub lowercase_name: bool,
    /// Whether a name may have slashes.
    pub slash_in_name: bool,
    pub links: Vec<LinkFact>,
}

/// A property path whose value names another resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkFact {
    pub kind: LinkKind,
    /// The property that names the acting side; `None` when it is the resource itself.
    pub from: Option<String>,
    /// The property that names the other side; `None` when it is the resource itself.
    pub to: Option<String>,
}

/// Facts by CloudFormation type. Names of other types are not known from a template.
pub trait Types: fmt::Debug + Sync {
    fn get(&self, kind: &str) -> Option<&TypeFacts>;

    /// All types with facts, sorted.
    fn kinds(&self) -> Vec<&str>;

    /// The patterns of URIs that contain an ARN, of all types.
    fn arn_uris(&self) -> BTreeSet<String> {
        let facts = self.kinds().into_iter().filter_map(|kind| self.get(kind));
        facts.filter_map(|facts| facts.arn_uri.clone()).collect()
    }
}

impl Types for BTreeMap<String, TypeFacts> {
    fn get(&self, kind: &str) -> Option<&TypeFacts> {
        BTreeMap::get(self, kind)
    }

    fn kinds(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// Whose account and which Region. Every part is known once an account was asked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Identity {
    pub partition: String,
    pub region: String,
    pub account: String,
}

impl Identity {
    /// The same account in another Region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self {
            region: region.to_owned(),
            ..self.clone()
        }
    }
}
