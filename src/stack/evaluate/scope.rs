//! The parts of a template that functions refer to.

use std::collections::HashMap;
use std::sync::Arc;

use super::nested::NestedTemplate;
use crate::diagnostic::{Place, Source};
use crate::stack::context::ReadContext;
use crate::stack::node::{Entry, Node};
use crate::stack::parameters::Parameters;
use crate::stack::reading::StackReading;
use crate::stack::template::{Declared, Template};

/// Reads the template of a nested stack. Passed in, because reading a template evaluates it.
pub(crate) type ReadNested = fn(&NestedTemplate<'_>, &ReadContext<'_>) -> StackReading;

/// One template with its context; evaluation does not change it.
pub(crate) struct TemplateScope<'a> {
    pub source: &'a Arc<Source>,
    pub ctx: &'a ReadContext<'a>,
    pub template: &'a Template,
    pub parameters: &'a Parameters,
    pub resources: HashMap<&'a str, &'a Declared>,
    pub conditions: HashMap<&'a str, &'a Entry>,
    pub read_nested: ReadNested,
}

impl<'a> TemplateScope<'a> {
    pub(crate) fn new(
        source: &'a Arc<Source>,
        ctx: &'a ReadContext,
        template: &'a Template,
        parameters: &'a Parameters,
        read_nested: ReadNested,
    ) -> Self {
        let resources = template
            .resources
            .iter()
            .map(|resource| (&*resource.id, resource))
            .collect();
        // Reversed, so that of equal names the first is kept.
        let conditions = template
            .conditions
            .entries()
            .iter()
            .rev()
            .map(|entry| (&*entry.key, entry))
            .collect();
        Self {
            source,
            ctx,
            template,
            parameters,
            resources,
            conditions,
            read_nested,
        }
    }

    pub(crate) fn place(&self, node: &Node) -> Place {
        Place::new(self.source, node.span.range())
    }

    pub(crate) fn place_of(&self, resource: &Declared) -> Place {
        Place::new(self.source, resource.span.range())
    }
}
