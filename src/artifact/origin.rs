//! Provenance: what an artifact of the desired state comes from.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::severity::Severity;
use crate::diagnostic::Place;
use crate::inventory::ResourceId;

/// What an artifact of the desired state comes from. Artifacts that were read from an account have
/// no origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Origin {
    /// The resource that the artifact watches. `None` for an artifact of the stack as a whole.
    pub resource: Option<ResourceId>,
    /// The resources that an alarm with the scope `fleet` watches together; empty for everything else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fleet: Vec<ResourceId>,
    pub definition: DefinitionKey,
    /// The item of the definition's `each`.
    pub item: Option<Arc<str>>,
    /// Place of the definition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Severity (alarms and topics only).
    pub severity: Option<Severity>,
}

/// The key under which a project changes a definition: `lambda.error-rate` in
/// `[alarms.lambda.error-rate]`, `notify.critical`, `cost.log_retention`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DefinitionKey {
    /// The stem of the definition file, or a table of the project file.
    pub file: Arc<str>,
    pub name: Arc<str>,
}

impl Origin {
    /// The composite alarms that notify for a group of a severity's alarms.
    pub fn of_grouping(resource: Option<&ResourceId>, severity: Severity) -> Self {
        Self {
            resource: resource.cloned(),
            ..Self::of_stack("notify", "grouping").with_severity(severity)
        }
    }

    /// Whether the artifact is a composite alarm that notifies for a group.
    pub fn is_grouping(&self) -> bool {
        self.definition == DefinitionKey::new("notify", "grouping")
    }

    /// Creates a stack-level artifact's origin.
    pub fn of_stack(file: &str, name: &str) -> Self {
        Self {
            resource: None,
            fleet: Vec::new(),
            definition: DefinitionKey::new(file, name),
            item: None,
            place: None,
            severity: None,
        }
    }

    /// The resources that the artifact watches.
    pub fn resources(&self) -> impl Iterator<Item = &ResourceId> {
        self.resource.iter().chain(&self.fleet)
    }

    #[must_use]
    pub fn with_severity(self, severity: Severity) -> Self {
        Self {
            severity: Some(severity),
            ..self
        }
    }

    #[must_use]
    pub fn with_resource(self, resource: &ResourceId) -> Self {
        Self {
            resource: Some(resource.clone()),
            ..self
        }
    }

    /// The name of the definition, with the item of a repeated one: `error-rate`,
    /// `index-read-throttles.by-date`.
    pub fn name(&self) -> String {
        match &self.item {
            Some(item) => format!("{}.{item}", self.definition.name),
            None => self.definition.name.to_string(),
        }
    }
}

impl DefinitionKey {
    pub fn new(file: &str, name: &str) -> Self {
        Self {
            file: file.into(),
            name: name.into(),
        }
    }
}

impl fmt::Display for DefinitionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.file, self.name)
    }
}

impl Serialize for DefinitionKey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
