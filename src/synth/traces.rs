//! Where traces enter a stack, and what watches them there: X-Ray groups within a budget, sampling rules, and what would be inert.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::naming::Names;
use super::view::{View, Views};
use crate::artifact::{Artifact, SamplingRule, TraceGroup};
use crate::catalog::Catalog;
use crate::catalog::definition::{ENTRY_POINT, SamplingMode, TraceFacts, TraceNode};
use crate::diagnostic::Diagnostic;
use crate::inventory::{Inventory, Resource};
use crate::project::{PathSampling, Project, UserGroup};
use crate::semantics::{filter, limits};
use crate::catalog::read::in_text;

/// A resource at which traces begin.
pub struct EntryPoint<'a> {
    pub view: View<'a>,
    /// The name of its node in X-Ray (`api/stage`).
    pub node: String,
    pub sampling: SamplingMode,
}

/// Finds the entry points: traced resources that nothing else in the stack hands a trace to. Where all are handed one (a stack of
/// consumers), those behind a bus, rule or topic stand in.
pub fn entry_points<'a>(inventory: &'a Inventory, catalog: &'a Catalog, views: &Views<'a>) -> (Vec<EntryPoint<'a>>, Vec<Diagnostic>) {
    let mut found = Traced::default();
    for resource in inventory.resources.values() {
        found.look_at(resource, catalog, views);
    }
    let Traced { roots, mut behind, mut diagnostics } = found;
    let mut entries = if roots.is_empty() { std::mem::take(&mut behind) } else { roots };
    entries.sort_by_key(|entry| (entry.sampling == SamplingMode::Fixed, entry.view.resource.id.clone()));
    diagnostics.sort_by(|left, right| left.message.cmp(&right.message));
    (entries, diagnostics)
}

#[derive(Default)]
struct Traced<'a> {
    roots: Vec<EntryPoint<'a>>,
    /// Traced resources that only get their trace from what passes one on.
    behind: Vec<EntryPoint<'a>>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Traced<'a> {
    fn look_at(&mut self, resource: &'a Resource, catalog: &'a Catalog, views: &Views<'a>) {
        let Some(TraceFacts { node: Some(node), .. }) = views.entry(&resource.kind).and_then(|entry| entry.trace.as_ref()) else { return };
        match entry_point(resource, node, catalog, views) {
            Ok(None) => {}
            Ok(Some(entry)) => match upstream(resource, views) {
                Upstream::Nothing => self.roots.push(entry),
                Upstream::Passed => self.behind.push(entry),
                Upstream::Traced => {}
            },
            Err(fault) => self.diagnostics.push(fault),
        }
    }
}

/// Who hands a resource its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Upstream {
    Nothing,
    Passed,
    Traced,
}

fn entry_point<'a>(
    resource: &'a Resource,
    node: &TraceNode,
    catalog: &Catalog,
    views: &Views<'a>,
) -> Result<Option<EntryPoint<'a>>, Diagnostic> {
    let view = views.view(resource)?;
    view.cel_needs_known(&node.active, "tracing")?;
    if !node.active.holds(view.variables())? {
        return Ok(None);
    }
    let name = catalog.texts.render(&node.name, &view.values)?;
    let view = view.with("trace", json!({ "name": name, "type": node.kind })).with("name", Value::from(name.clone()));
    Ok(Some(EntryPoint { view, node: name, sampling: node.sampling }))
}

fn upstream(resource: &Resource, views: &Views<'_>) -> Upstream {
    let callers = views.callers(&resource.id).iter();
    callers.map(|caller| hands_on(caller, views)).max().unwrap_or(Upstream::Nothing)
}

/// What a caller does with traces: has nodes of its own, passes on what it was given, or neither.
fn hands_on(caller: &Resource, views: &Views<'_>) -> Upstream {
    let parts = std::iter::once(caller).chain(views.parts(caller));
    parts
        .filter_map(|part| {
            let facts = views.entry(&part.kind)?.trace.as_ref()?;
            let view = views.view(part).ok()?;
            let holds = |cel: &crate::catalog::condition::Cel| cel.holds(view.variables()).unwrap_or(false);
            if facts.node.as_ref().is_some_and(|node| holds(&node.active)) {
                return Some(Upstream::Traced);
            }
            facts.passes.as_ref().is_some_and(holds).then_some(Upstream::Passed)
        })
        .max()
        .unwrap_or(Upstream::Nothing)
}
