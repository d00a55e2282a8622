//! Puts a template's resources together as an inventory. Knows neither where the template nor where the facts come from.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::conditions::Decision;
use super::cross_stack::Outputs;
use super::evaluate::{Evaluator, Scope};
use super::foreach::Loops;
use super::links::{self, NameIndex};
use super::node::Node;
use super::parameters::{self, Parameters};
use super::recorder::ReferenceRecorder;
use super::template::{self, Declared, Template};
use super::{ReadContext, UnknownNames, cdk, check, nested, sam};
use crate::diagnostic::{Diagnostic, Place, Source, WithDiagnostics};
use crate::inventory::{Inventory, Properties, Property, Resource, Resources, Types};

/// The resources of a template, transformed and resolved as far as they can be known.
pub fn read_template(source: &Arc<Source>, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    read(source, ctx).linked(ctx.types)
}

/// What was read of one template and those nested in it, before links are looked for: they may lead to other stacks.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub inventory: Inventory,
    /// What the resources are called, where something may name them by that.
    pub called: NameIndex,
    pub outputs: Outputs,
    pub diagnostics: Vec<Diagnostic>,
}

impl Read {
    pub(crate) fn linked(mut self, types: &dyn Types) -> WithDiagnostics<Inventory> {
        self.inventory
            .links
            .extend(links::links(&self.inventory.resources, types, &self.called));
        WithDiagnostics {
            value: self.inventory,
            diagnostics: self.diagnostics,
        }
    }

    /// Takes in another stack of the same system.
    pub(crate) fn join(&mut self, other: Read) {
        self.inventory.resources.extend(other.inventory.resources);
        self.inventory.links.extend(other.inventory.links);
        self.called.join(other.called);
        self.diagnostics.extend(other.diagnostics);
    }
}

pub(crate) fn read(source: &Arc<Source>, ctx: &ReadContext) -> Read {
    let mut diagnostics = Vec::new();
    let Some((template, parameters)) = prepare(source, ctx, &mut diagnostics) else {
        return Read {
            diagnostics,
            ..Read::default()
        };
    };
    let scope = Scope::new(source, ctx, &template, &parameters);
    if ctx.deployed.is_none() {
        diagnostics.extend(check::faults(&scope));
    }
    resolved(&scope, diagnostics)
}

/// The template with loops written out and the SAM transform done; `None` when it cannot be read at all.
fn prepare(
    source: &Arc<Source>,
    ctx: &ReadContext,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Template, Parameters)> {
    let (root, faults) = template::tree(source)
        .map_err(|fault| diagnostics.push(fault))
        .ok()?;
    diagnostics.extend(faults);
    let (sections, faults) = template::sections(source, &root);
    diagnostics.extend(faults);
    let (mut template, mut section) = sections?;
    let mut parameters = parameters::parameters(source, &template, ctx);
    diagnostics.append(&mut parameters.diagnostics);
    if source.text.contains("Fn::ForEach::") {
        let mut loops = Loops::new(source, ctx, &template, &parameters);
        section = loops.expand(&section);
        let (conditions, outputs) = (
            loops.expand(&template.conditions),
            loops.expand(&template.outputs),
        );
        diagnostics.append(&mut loops.diagnostics);
        (template.conditions, template.outputs) = (conditions, outputs);
    }
    let (resources, faults) = template::resources(source, &section);
    diagnostics.extend(faults);
    template.resources = resources;
    sam::transform(source, &mut template, &parameters, diagnostics);
    Some((template, parameters))
}

fn resolved(scope: &Scope<'_>, mut diagnostics: Vec<Diagnostic>) -> Read {
    let mut evaluator = Evaluator::new(scope);
    let present = present(&mut evaluator);
    let mut resources = Resources::new();
    for (declared, decision) in &present {
        let resource = resource(&mut evaluator, declared, *decision == Decision::Undecided);
        resources.insert(resource.id.clone(), Box::new(resource));
    }
    if scope.ctx.deployed.is_none() {
        diagnostics.extend(rings(&evaluator, &present, &resources));
    }
    let declared: Vec<&Declared> = present.iter().map(|(declared, _)| *declared).collect();
    for nested in declared
        .iter()
        .filter(|declared| &*declared.kind == nested::KIND)
    {
        evaluator.read_child(nested);
    }
    let has_neighbours = scope.ctx.around.has_neighbours() || !evaluator.children.is_empty();
    let called = if has_neighbours || links::name_others(&resources, scope.ctx.types) {
        NameIndex::all(&mut evaluator, &declared)
    } else {
        NameIndex::default()
    };
    let links = log_links(scope, &declared);
    let outputs = evaluator.outputs();
    diagnostics.append(&mut evaluator.diagnostics);
    let mut read = Read {
        inventory: Inventory { resources, links },
        called,
        outputs,
        diagnostics,
    };
    let mut children: Vec<(&str, Read)> = evaluator
        .children
        .into_iter()
        .filter_map(|(id, child)| Some((id, child?)))
        .collect();
    children.sort_by_key(|(id, _)| *id);
    for (_, child) in children {
        read.join(child);
    }
    read
}

/// The resources that exist, or may.
fn present<'a>(evaluator: &mut Evaluator<'a>) -> Vec<(&'a Declared, Decision)> {
    let mut found = Vec::new();
    for declared in &evaluator.scope.template.resources {
        let decision = match declared
            .condition()
            .map(|condition| evaluator.condition(condition))
        {
            None => Decision::True,
            // What the template leaves open, the deployment has decided.
            Some(Decision::Undecided) => evaluator
                .scope
                .ctx
                .deployed
                .map_or(Decision::Undecided, |stack| {
                    stack.resources.contains_key(&*declared.id).into()
                }),
            Some(decided) => decided,
        };
        if decision != Decision::False {
            found.push((declared, decision));
        }
    }
    found
}

fn resource<'a>(
    evaluator: &mut Evaluator<'a>,
    declared: &'a Declared,
    conditional: bool,
) -> Resource {
    let scope = evaluator.scope;
    let mut trail = ReferenceRecorder::default();
    let properties = declared
        .properties()
        .map(|node| evaluator.properties(node, &mut trail))
        .unwrap_or_default();
    let metadata = declared
        .body
        .get("Metadata")
        .map(|node| evaluator.properties(node, &mut ReferenceRecorder::default()))
        .unwrap_or_default();
    let named = evaluator.names_of(declared);
    let path = metadata.get("aws:cdk:path").and_then(Property::as_text);
    let deployment_only = cdk::is_helper(&declared.id, path);
    let (references, unresolved) = trail.into_parts();
    Resource {
        deployment_only,
        id: evaluator.id_of(declared),
        kind: Arc::clone(&declared.kind),
        title: title(&metadata, scope.ctx.stack).unwrap_or_else(|| Arc::clone(&declared.id)),
        physical_id: named.physical.clone(),
        name_source: named.source,
        properties,
        metadata,
        references,
        unresolved,
        conditional,
        terraform: None,
        place: Some(Place::new(scope.source, declared.span.range())),
    }
}

/// The construct path that the CDK leaves in the metadata, without the stack and the trailing `Resource`.
fn title(metadata: &Properties, stack: &str) -> Option<Arc<str>> {
    let path = metadata.get("aws:cdk:path")?.as_text()?;
    let staged = format!("{}/", stack.replace('-', "/"));
    let inside = path
        .strip_prefix(&staged)
        .or_else(|| Some(path.split_once('/')?.1))?;
    let title = inside.strip_suffix("/Resource").unwrap_or(inside);
    (!title.is_empty() && title != "Resource").then(|| title.into())
}

fn rings(
    evaluator: &Evaluator<'_>,
    present: &[(&Declared, Decision)],
    resources: &Resources,
) -> Vec<Diagnostic> {
    let waits = present.iter().map(|(declared, _)| {
        let references = resources
            .get(&evaluator.id_of(declared))
            .map(|resource| resource.references.as_slice());
        let mentioned = references
            .unwrap_or_default()
            .iter()
            .filter_map(|reference| match &reference.stack {
                None => Some(&*reference.to),
                // What a nested stack gives is there once the whole of it is.
                Some(stack) => stack
                    .strip_prefix(evaluator.scope.ctx.stack)?
                    .strip_prefix('/')?
                    .split('/')
                    .next(),
            });
        let mut next: Vec<&str> = mentioned
            .chain(declared.depends_on().filter_map(Node::as_text))
            .collect();
        next.sort_unstable();
        next.dedup();
        (&*declared.id, next.into())
    });
    check::cycles(evaluator.scope, &waits.collect())
}

/// Log groups are matched by names in which everything unknown has a stand-in: equal texts are equal names.
fn log_links(scope: &Scope<'_>, declared: &[&Declared]) -> BTreeSet<crate::inventory::Link> {
    let ctx = ReadContext {
        unknown_names: UnknownNames::UsePlaceholders,
        ..*scope.ctx
    };
    let parameters = scope.parameters.with_stand_ins();
    let stand_in = Scope::new(scope.source, &ctx, scope.template, &parameters);
    let declared: Vec<&Declared> = declared
        .iter()
        .filter_map(|declared| stand_in.resources.get(&*declared.id).copied())
        .collect();
    links::log_links(&mut Evaluator::new(&stand_in), &declared)
}
