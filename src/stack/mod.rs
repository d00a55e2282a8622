//! Readers of stacks; every one ends in an [`Inventory`](crate::inventory::Inventory). None talks to an account.

use std::collections::BTreeMap;

/// A listing and a template of a deployed stack, as `provider` fetched them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedStack {
    pub name: String,
    /// CloudFormation's status word (`CREATE_COMPLETE`, `UPDATE_IN_PROGRESS`, …).
    pub status: String,
    /// The template after transforms, as text (`GetTemplate` with `TemplateStage=Processed`).
    pub template: String,
    /// Parameter values that the stack was deployed with.
    pub parameters: BTreeMap<String, String>,
    /// Type and physical id by logical id; a resource that is not there yet has none.
    pub resources: BTreeMap<String, DeployedResource>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedResource {
    pub kind: String,
    pub physical_id: Option<String>,
}
