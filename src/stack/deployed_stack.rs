//! A deployed stack, as `provider` fetched it.

use std::collections::BTreeMap;

/// The listing and the template of a deployed stack.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedStack {
    pub name: String,
    /// CloudFormation's status word (`CREATE_COMPLETE`, `UPDATE_IN_PROGRESS`, …).
    pub status: String,
    /// The template after transforms, as text (`GetTemplate` with `TemplateStage=Processed`).
    pub template: String,
    /// Parameter values that the stack was deployed with.
    pub parameters: BTreeMap<String, String>,
    /// Resources by logical id.
    pub resources: BTreeMap<String, DeployedResource>,
    /// Nested stacks by their logical id in this stack.
    pub nested: BTreeMap<String, DeployedStack>,
}

/// A resource of the listing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedResource {
    pub kind: String,
    /// `None` until CloudFormation has created the resource.
    pub physical_id: Option<String>,
}
