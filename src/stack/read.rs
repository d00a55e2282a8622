//! Reads a template, or a deployed stack, as an inventory.

use std::sync::Arc;

use super::context::ReadContext;
use super::deployed_stack::DeployedStack;
use super::evaluate::{NestedTemplate, TemplateScope};
use super::foreach::Loops;
use super::language::LOOP_PREFIX;
use super::parameters::{self, Parameters};
use super::reading::StackReading;
use super::template::{self, Template};
use super::{check, deployed, resources, sam};
use crate::diagnostic::{Diagnostic, Source, WithDiagnostics};
use crate::files;
use crate::inventory::Inventory;

/// The resources of a template, transformed and evaluated as far as possible.
pub fn read_template(source: &Arc<Source>, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    template_reading(source, ctx).linked(ctx.types, ctx.unknown_names)
}

/// The resources of a deployed stack: those of its listing.
pub fn read_deployed(stack: &DeployedStack, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    let ctx = ReadContext {
        stack: &stack.name,
        ..*ctx
    };
    deployed_reading(stack, &ctx).linked(ctx.types, ctx.unknown_names)
}

pub(crate) fn template_reading(source: &Arc<Source>, ctx: &ReadContext) -> StackReading {
    let mut diagnostics = files::notes(source);
    let Some((template, parameters)) = prepare(source, ctx, &mut diagnostics) else {
        return StackReading {
            diagnostics,
            ..StackReading::default()
        };
    };
    let scope = TemplateScope::new(source, ctx, &template, &parameters, nested_reading);
    if ctx.deployed.is_none() {
        diagnostics.extend(check::check(&scope));
    }
    resources::evaluate(&scope, diagnostics)
}

pub(crate) fn deployed_reading(stack: &DeployedStack, ctx: &ReadContext) -> StackReading {
    let source = Source::new(
        format!("the deployed template of {}", stack.name),
        stack.template.as_str(),
    );
    let ctx = ReadContext {
        deployed: Some(stack),
        ..*ctx
    };
    let mut reading = template_reading(&source, &ctx);
    deployed::apply_listing(&mut reading, stack, ctx.stack);
    reading
}

fn nested_reading(template: &NestedTemplate<'_>, ctx: &ReadContext<'_>) -> StackReading {
    match template {
        NestedTemplate::Local { source, .. } => template_reading(source, ctx),
        NestedTemplate::Deployed(stack) => deployed_reading(stack, ctx),
    }
}

/// The template after loops and the SAM transform; `None` when it cannot be read at all.
fn prepare(
    source: &Arc<Source>,
    ctx: &ReadContext,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Template, Parameters)> {
    let root = match template::tree(source) {
        Ok((root, more)) => {
            diagnostics.extend(more);
            root
        }
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            return None;
        }
    };
    let (sections, more) = template::sections(source, &root);
    diagnostics.extend(more);
    let (mut template, mut section) = sections?;
    let mut parameters = parameters::parameters(source, &template, ctx);
    diagnostics.append(&mut parameters.diagnostics);
    if source.text.contains(LOOP_PREFIX) {
        let mut loops = Loops::new(source, ctx, &template, &parameters, nested_reading);
        section = loops.expand(&section);
        let conditions = loops.expand(&template.conditions);
        let outputs = loops.expand(&template.outputs);
        diagnostics.append(&mut loops.diagnostics);
        (template.conditions, template.outputs) = (conditions, outputs);
    }
    let (resources, more) = template::resources(source, &section);
    diagnostics.extend(more);
    template.resources = resources;
    let scope = TemplateScope::new(source, ctx, &template, &parameters, nested_reading);
    if let Some(resources) = sam::with_chosen_events(&scope) {
        template.resources = resources;
    }
    sam::transform(source, &mut template, &parameters, diagnostics);
    Some((template, parameters))
}
