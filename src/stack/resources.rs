//! Evaluates the resources of a template.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde_json::Value as Json;

use super::context::{ReadContext, UnknownNames};
use super::evaluate::{Decision, Evaluated, Evaluator, ReferenceRecorder, TemplateScope};
use super::language::NESTED_STACK;
use super::name_index::NameIndex;
use super::node::Node;
use super::reading::StackReading;
use super::secret::{self, MASK};
use super::template::Declared;
use super::{cdk_helper, dependency_cycles, links};
use crate::diagnostic::Diagnostic;
use crate::inventory::{Inventory, Link, Properties, Property, Resource, Resources};

/// The property of a nested stack with the values of its parameters.
const PARAMETERS: &str = "Parameters";

/// The resources of a template and of the stacks nested in it; `diagnostics` are those of earlier steps.
pub(crate) fn evaluate(
    scope: &TemplateScope<'_>,
    mut diagnostics: Vec<Diagnostic>,
) -> StackReading {
    let mut evaluator = Evaluator::new(scope);
    let existing = existing(&mut evaluator);
    let mut resources = Resources::new();
    for (declared, decision) in &existing {
        let resource = resource(&mut evaluator, declared, *decision);
        resources.insert(resource.id.clone(), Box::new(resource));
    }
    let declared: Vec<&Declared> = existing.iter().map(|(declared, _)| *declared).collect();
    if scope.ctx.deployed.is_none() {
        let dependencies = dependencies(&evaluator, &declared, &resources);
        diagnostics.extend(dependency_cycles::diagnostics(scope, &dependencies));
    }
    for nested in declared
        .iter()
        .filter(|declared| &*declared.kind == NESTED_STACK)
    {
        evaluator.read_nested(nested);
        mask_secrets(&evaluator, nested, &mut resources);
    }
    let has_other_stacks = scope.ctx.cross_stack.has_other_stacks() || evaluator.has_nested();
    let names = if has_other_stacks || links::needs_names(&resources, scope.ctx.types) {
        name_index(&mut evaluator, &declared)
    } else {
        NameIndex::default()
    };
    let links = log_links(scope, &declared);
    let outputs = evaluator.outputs();
    diagnostics.append(&mut evaluator.diagnostics);
    let mut reading = StackReading {
        inventory: Inventory {
            resources,
            links,
            ..Inventory::default()
        },
        names,
        outputs,
        diagnostics,
        secret_parameters: secret::names(&scope.template.parameters),
    };
    for nested in evaluator.into_nested().into_values() {
        reading.join(nested);
    }
    reading
}

/// The resources whose condition is not false.
fn existing<'a>(evaluator: &mut Evaluator<'a>) -> Vec<(&'a Declared, Decision)> {
    let scope = evaluator.scope;
    let mut existing = Vec::new();
    for declared in &scope.template.resources {
        let decision = match declared
            .condition()
            .map(|condition| evaluator.condition(condition))
        {
            None => Decision::True,
            // The listing of the deployed stack decides an undecided condition.
            Some(Decision::Undecided) => scope.ctx.deployed.map_or(Decision::Undecided, |stack| {
                stack.resources.contains_key(&*declared.id).into()
            }),
            Some(decided) => decided,
        };
        if decision != Decision::False {
            existing.push((declared, decision));
        }
    }
    existing
}

fn resource<'a>(
    evaluator: &mut Evaluator<'a>,
    declared: &'a Declared,
    decision: Decision,
) -> Resource {
    let scope = evaluator.scope;
    let mut recorder = ReferenceRecorder::default();
    let properties = declared
        .properties()
        .map(|node| evaluator.properties(node, &mut recorder))
        .unwrap_or_default();
    let metadata = declared
        .body
        .get("Metadata")
        .map(|node| evaluator.properties(node, &mut ReferenceRecorder::default()))
        .unwrap_or_default();
    let names = evaluator.names_of(declared);
    let path = metadata.get("aws:cdk:path").and_then(Property::as_text);
    let deployment_only = cdk_helper::is_helper(&declared.id, path);
    let (references, unresolved) = recorder.into_parts();
    Resource {
        deployment_only,
        id: evaluator.id_of(declared),
        kind: Arc::clone(&declared.kind),
        title: title(&metadata, scope.ctx.stack).unwrap_or_else(|| Arc::clone(&declared.id)),
        physical_id: names.physical.clone(),
        name_source: names.source,
        properties,
        metadata,
        references,
        unresolved,
        conditional: decision == Decision::Undecided,
        terraform: None,
        place: Some(scope.place_of(declared)),
    }
}

/// Masks the values that the template passes to secret parameters of a nested stack.
fn mask_secrets(evaluator: &Evaluator<'_>, nested: &Declared, resources: &mut Resources) {
    let written = nested
        .properties()
        .and_then(|properties| properties.get(PARAMETERS));
    for entry in written.map(Node::entries).unwrap_or_default() {
        if evaluator.is_secret_in(nested, &entry.key) {
            evaluator.scope.source.hide(entry.value.span.range());
        }
    }
    let Some(resource) = resources.get_mut(&evaluator.id_of(nested)) else {
        return;
    };
    let Some(Property::Map(passed)) = resource.properties.get(PARAMETERS) else {
        return;
    };
    let masked = passed.iter().map(|(name, value)| {
        let value = if evaluator.is_secret_in(nested, name) {
            Property::Text(MASK.into())
        } else {
            value.clone()
        };
        (Arc::clone(name), value)
    });
    let masked = Property::Map(masked.collect());
    let others = resource.properties.iter().map(|(name, value)| {
        let is_passed = &**name == PARAMETERS;
        let value = if is_passed { &masked } else { value };
        (Arc::clone(name), value.clone())
    });
    resource.properties = others.collect();
}

/// The construct path in the CDK's metadata, without the stack and the trailing `Resource`.
fn title(metadata: &Properties, stack: &str) -> Option<Arc<str>> {
    let path = metadata.get("aws:cdk:path")?.as_text()?;
    let staged = format!("{}/", stack.replace('-', "/"));
    let inside = path
        .strip_prefix(&staged)
        .or_else(|| Some(path.split_once('/')?.1))?;
    let title = inside.strip_suffix("/Resource").unwrap_or(inside);
    (!title.is_empty() && title != "Resource").then(|| title.into())
}

/// The logical ids that each resource depends on, by reference or `DependsOn`.
fn dependencies<'r>(
    evaluator: &Evaluator<'r>,
    declared: &[&'r Declared],
    resources: &'r Resources,
) -> BTreeMap<&'r str, Box<[&'r str]>> {
    let mut dependencies = BTreeMap::new();
    for declared in declared.iter().copied() {
        let references = resources
            .get(&evaluator.id_of(declared))
            .map(|resource| resource.references.as_slice());
        let referenced = references
            .unwrap_or_default()
            .iter()
            .filter_map(|reference| match &reference.stack {
                None => Some(&*reference.to),
                Some(stack) => nested_in(stack, evaluator.scope.ctx.stack),
            });
        let mut ids: Vec<&str> = referenced
            .chain(declared.depends_on().filter_map(Node::as_text))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        dependencies.insert(&*declared.id, ids.into());
    }
    dependencies
}

/// The logical id of the nested stack that holds a stack: a resource of a nested stack exists once all of that stack does.
fn nested_in<'s>(stack: &'s str, parent: &str) -> Option<&'s str> {
    stack
        .strip_prefix(parent)?
        .strip_prefix('/')?
        .split('/')
        .next()
}

/// The ids, names and attributes of the resources.
fn name_index<'a>(evaluator: &mut Evaluator<'a>, declared: &[&'a Declared]) -> NameIndex {
    let types = evaluator.scope.ctx.types;
    let mut index = NameIndex::new(types);
    for declared in declared.iter().copied() {
        let id = evaluator.id_of(declared);
        let names = evaluator.names_of(declared);
        for name in names.id.iter().chain(&names.physical) {
            index.add(name, &id, &declared.kind);
        }
        for name in evaluator.other_names(declared) {
            index.add(&name, &id, &declared.kind);
        }
        let facts = types.get(&declared.kind);
        for attribute in facts.into_iter().flat_map(|facts| facts.attributes.keys()) {
            if let Evaluated::Known(Json::String(value)) =
                evaluator.attribute_of(declared, attribute)
            {
                index.add(&value, &id, &declared.kind);
            }
        }
    }
    index
}

/// Links to the log groups of the stack that have the name of the group which a service creates for a resource. Unknown parts of names
/// get placeholders, so that names with the same unknown part are equal.
fn log_links(scope: &TemplateScope<'_>, declared: &[&Declared]) -> BTreeSet<Link> {
    let ctx = ReadContext {
        unknown_names: UnknownNames::UsePlaceholders,
        ..*scope.ctx
    };
    let parameters = scope.parameters.with_placeholders();
    let scope = TemplateScope::new(
        scope.source,
        &ctx,
        scope.template,
        &parameters,
        scope.read_nested,
    );
    let mut evaluator = Evaluator::new(&scope);
    let mut groups = HashMap::new();
    let mut writers = Vec::new();
    for declared in declared {
        let Some(declared) = scope.resources.get(&*declared.id).copied() else {
            continue;
        };
        let id = evaluator.id_of(declared);
        if links::is_log_group(ctx.types, &declared.kind)
            && let Some(name) = &evaluator.names_of(declared).id
        {
            groups.insert(name.clone(), id.clone());
        }
        if let Some(group) = evaluator.log_group(declared) {
            writers.push((id, group));
        }
    }
    links::logs_to(&groups, writers.into_iter())
}
