//! Reads several stacks as one system, with exported values and links between stacks.

use std::collections::BTreeMap;

use super::context::{ReadContext, UnknownNames};
use super::cross_stack::{CrossStackContext, NestedTemplates, SharedValues, TemplateFolder};
use super::input::{Input, InputFrom};
use super::language::NESTED_STACK;
use super::reading::StackReading;
use super::{read, tagged, terraform};
use crate::diagnostic::WithDiagnostics;
use crate::inventory::{Inventory, Target, Types};

/// Resources of all stacks, with their links.
pub fn read_system(
    inputs: &[Input],
    types: &dyn Types,
    identity: Option<&Target>,
    unknown_names: UnknownNames,
) -> WithDiagnostics<Inventory> {
    let no_parameters = BTreeMap::new();
    let mut exports = SharedValues::new();
    let mut readings: Vec<StackReading> = Vec::new();
    // Exports may depend on imports of further stacks: a chain through all stacks takes one round for each.
    for _ in inputs {
        let nested_templates = NestedTemplates::default();
        let cross_stack = CrossStackContext {
            nested_templates: Some(&nested_templates),
            exports: (inputs.len() > 1).then_some(&exports),
            ..CrossStackContext::default()
        };
        let ctx = ReadContext {
            stack: "",
            types,
            parameters: &no_parameters,
            identity,
            deployed: None,
            unknown_names,
            cross_stack,
        };
        readings = inputs.iter().map(|input| read_input(input, &ctx)).collect();
        let new_exports: SharedValues = readings
            .iter()
            .flat_map(|reading| reading.outputs.exports.clone())
            .collect();
        if new_exports == exports || !inputs.iter().any(has_imports) {
            break;
        }
        exports = new_exports;
    }
    let mut system = StackReading::default();
    for reading in readings {
        system.join(reading);
    }
    system.linked(types, unknown_names)
}

/// Reads one stack in the context of its system.
fn read_input(input: &Input, ctx: &ReadContext<'_>) -> StackReading {
    let ctx = ReadContext {
        stack: &input.name,
        ..*ctx
    };
    match &input.from {
        InputFrom::Template {
            source,
            folder,
            project,
            parameters,
            deployed,
        } => {
            let ctx = ReadContext {
                parameters,
                deployed: deployed.as_ref(),
                cross_stack: CrossStackContext {
                    folder: Some(TemplateFolder {
                        path: folder,
                        project,
                    }),
                    ..ctx.cross_stack
                },
                ..ctx
            };
            read::template_reading(source, &ctx)
        }
        InputFrom::Deployed(stack) => read::deployed_reading(stack, &ctx),
        InputFrom::Terraform(source) => terraform::terraform_reading(source, &ctx),
        InputFrom::Tagged(arns) => tagged::read(arns, &ctx),
    }
}

/// Whether a template, or one nested in it, may import values.
fn has_imports(input: &Input) -> bool {
    let template = match &input.from {
        InputFrom::Template { source, .. } => &source.text,
        InputFrom::Deployed(stack) => &stack.template,
        InputFrom::Terraform(_) | InputFrom::Tagged(_) => return false,
    };
    template.contains("ImportValue") || template.contains(NESTED_STACK)
}
