//! The result of reading one stack.

use std::collections::BTreeSet;

use super::context::UnknownNames;
use super::cross_stack::OutputValues;
use super::links;
use super::made;
use super::name_index::NameIndex;
use super::outside;
use crate::diagnostic::{Diagnostic, WithDiagnostics};
use crate::inventory::{Inventory, Types};

/// A stack with those nested in it, before its properties are searched for links: they may lead to stacks that are read later.
#[derive(Debug, Default)]
pub(crate) struct StackReading {
    pub inventory: Inventory,
    /// The names of the resources; empty where nothing refers to a resource by its name.
    pub names: NameIndex,
    pub outputs: OutputValues,
    pub diagnostics: Vec<Diagnostic>,
    /// The template's own parameters whose values CloudFormation masks.
    pub secret_parameters: BTreeSet<String>,
}

impl StackReading {
    /// The inventory with links between resources.
    pub(crate) fn linked(
        mut self,
        types: &dyn Types,
        unknown_names: UnknownNames,
    ) -> WithDiagnostics<Inventory> {
        let Inventory {
            resources,
            links,
            outside,
        } = &mut self.inventory;
        made::add_made(resources, types, unknown_names);
        links.extend(links::links(resources, types, &self.names));
        outside.extend(outside::outside_links(resources, types, &self.names));
        WithDiagnostics {
            value: self.inventory,
            diagnostics: self.diagnostics,
        }
    }

    /// Adds another stack of the same system.
    pub(crate) fn join(&mut self, other: StackReading) {
        self.inventory.resources.extend(other.inventory.resources);
        self.inventory.links.extend(other.inventory.links);
        self.inventory.outside.extend(other.inventory.outside);
        self.names.join(other.names);
        self.diagnostics.extend(other.diagnostics);
    }
}
