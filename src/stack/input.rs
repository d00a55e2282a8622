//! The stacks of a system, as the program fetched them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::deployed_stack::DeployedStack;
use crate::diagnostic::Source;
use crate::files::ProjectFolder;

/// One stack of a system.
#[derive(Debug, Clone)]
pub struct Input {
    /// The stack's name, which is part of its resources' ids in the inventory.
    pub name: String,
    pub from: InputFrom,
}

#[derive(Debug, Clone)]
pub enum InputFrom {
    Template {
        source: Arc<Source>,
        /// The folder that the paths of nested templates start from.
        folder: PathBuf,
        /// The folder whose files may be shown.
        project: ProjectFolder,
        parameters: BTreeMap<String, String>,
        /// The deployed stack, for names missing from the template.
        deployed: Option<DeployedStack>,
    },
    Deployed(DeployedStack),
    /// A state or a plan of Terraform, as `terraform show -json` prints it.
    Terraform(Arc<Source>),
    /// ARNs of the resources that have the system's tags.
    Tagged(BTreeSet<String>),
}
