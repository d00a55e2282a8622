//! The context that every reader of a stack gets.

use std::collections::BTreeMap;

use super::cross_stack::CrossStackContext;
use super::deployed_stack::DeployedStack;
use crate::inventory::{Target, Types};

/// All inputs beside the template that decide the resources of a stack.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// Facts about resource types.
    pub types: &'a dyn Types,
    /// Values of the template's parameters, as the user gives them.
    pub parameters: &'a BTreeMap<String, String>,
    /// The account and Region; without them, pseudo parameters are unknown.
    pub identity: Option<&'a Target>,
    /// The deployed stack, for physical ids and parameters.
    pub deployed: Option<&'a DeployedStack>,
    pub unknown_names: UnknownNames,
    /// Other stacks, and nested ones.
    pub cross_stack: CrossStackContext<'a>,
}

/// The treatment of names known only after deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownNames {
    LeaveUnknown,
    /// A name like CloudFormation's, the same at every reading.
    UsePlaceholders,
    /// A text that says so (see `inventory::UnknownName`), so that a plan can be shown before the deployment.
    MarkUnknown,
}
