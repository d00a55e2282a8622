//! Facts about resource types, read from catalogue files.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::link::LinkKind;

/// Facts about a resource type: CloudFormation naming and links to other resources.
/// Patterns are texts with `{id}` (what metrics call the resource), `{partition}`, `{region}`, `{account}`, `{url_suffix}` (`AWS::URLSuffix`) and `{Property}`
/// (a property of the resource, for example `{EventBusName}`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypeFacts {
    /// Another type whose definitions watch resources of this one.
    pub same_as: Option<String>,
    /// The property that holds the name, if a template can give one.
    pub name_property: Option<String>,
    /// What `Ref` returns and `ListStackResources` lists; several patterns where it depends on the resource, the first whose
    /// properties are known builds an id; any matching pattern reads one. Empty: the id itself.
    pub physical_id: Vec<String>,
    /// The form of a placeholder for the id, as patterns; the first whose properties are written counts. Empty: a name like
    /// CloudFormation's.
    pub placeholder: Vec<String>,
    /// A resource of another type that AWS makes with it.
    pub makes: Option<MadeResource>,
    /// What the Resource Groups Tagging API calls it, in several patterns where that depends on the resource. Empty: tags cannot find it,
    /// or its ARN lacks the metric id.
    pub arn: Vec<String>,
    /// Further names by which other resources name it, as patterns.
    pub other_names: Vec<String>,
    /// What `Fn::GetAtt` returns, by attribute.
    pub attributes: BTreeMap<String, String>,
    /// Log groups that the service makes by itself, as a pattern.
    pub log_group: Option<String>,
    /// Whether resources of the type are log groups.
    pub is_log_group: bool,
    /// A URI that contains the ARN as `{arn}`, as a pattern.
    pub arn_uri: Option<String>,
    /// Whether names have only lower-case letters: those that CloudFormation generates, and those of a template, which AWS writes so.
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
    /// Property naming the target resource; `None` when it is the resource itself.
    pub to: Option<String>,
    /// The type of the acting side where it is not a resource of the stacks; the first whose tests hold counts.
    pub outside: Vec<OutsideType>,
}

/// A type of resources outside the stacks, and what the properties of the naming resource are then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideType {
    pub kind: String,
    pub tests: BTreeMap<String, PropertyTest>,
}

/// A test of one property.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertyTest {
    /// Whether the property is written.
    Written(bool),
    /// A pattern of its text.
    Matches(String),
}

/// A resource that AWS makes with another one, and that no template declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeResource {
    pub kind: String,
    /// The property of the maker with the name; without it, AWS makes nothing.
    pub name: String,
    /// The property of the maker that names what the made resource is a part of.
    pub part_of: String,
    /// The property with which a declared resource of the type names its maker; such a maker's own one is a leftover.
    pub declared_by: String,
    /// The properties of the made resource, and where the maker has them.
    pub properties: BTreeMap<String, String>,
}

/// Facts by CloudFormation type. Names of other types are not known from a template.
pub trait Types: fmt::Debug + Sync {
    fn get(&self, kind: &str) -> Option<&TypeFacts>;

    /// The type whose definitions watch resources of a type: by default the type itself.
    fn watched_as<'k>(&'k self, kind: &'k str) -> &'k str {
        let same_as = self.get(kind).and_then(|facts| facts.same_as.as_deref());
        same_as.unwrap_or(kind)
    }

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
