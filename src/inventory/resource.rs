//! Resources of a stack, their ids and references.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::properties::Properties;
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

    /// How the resource is called inside a system: its logical id in the system's own stack, else `stack/logical id`.
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
    /// A deployment will give it; until then the name says so.
    AfterDeployment,
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
    /// References to other resources inside properties.
    pub references: Vec<Reference>,
    pub unresolved: Vec<Unresolved>,
    /// Whether its condition is undecided, so it may not exist.
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
    /// Creates a resource with only id and type.
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
    /// Stack of the referenced resource, if different.
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
