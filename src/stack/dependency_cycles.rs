//! Finds resources that depend on each other in a cycle.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::TemplateScope;
use crate::diagnostic::{Code, Diagnostic};

/// Logical ids that a resource depends on, by its logical id.
type Dependencies<'a> = BTreeMap<&'a str, Box<[&'a str]>>;

/// One diagnostic for each cycle, of cycles with a common resource only for the first: their number can grow exponentially.
pub(crate) fn diagnostics(
    scope: &TemplateScope<'_>,
    dependencies: &Dependencies<'_>,
) -> Vec<Diagnostic> {
    cycles(dependencies)
        .iter()
        .map(|cycle| diagnostic(scope, cycle))
        .collect()
}

/// Cycles without common resources, found by a depth-first search. Iterative, because chains can be as long as the template.
fn cycles<'a>(dependencies: &Dependencies<'a>) -> Vec<Vec<&'a str>> {
    let mut cycles: Vec<Vec<&str>> = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut on_path: BTreeMap<&str, usize> = BTreeMap::new();
    let mut in_cycles: BTreeSet<&str> = BTreeSet::new();
    for start in dependencies.keys().copied() {
        if done.contains(start) {
            continue;
        }
        let mut path = vec![(start, successors(dependencies, start))];
        on_path.insert(start, 0);
        while let Some((current, rest)) = path.last_mut() {
            let Some(next) = rest.next().copied() else {
                done.insert(current);
                on_path.remove(current);
                path.pop();
                continue;
            };
            if let Some(first) = on_path.get(next) {
                let cycle = &path[*first..];
                // From the end, where a resource of an earlier cycle is likely.
                if !cycle.iter().rev().any(|(id, _)| in_cycles.contains(id)) {
                    let cycle: Vec<&str> = cycle.iter().map(|(id, _)| *id).collect();
                    in_cycles.extend(&cycle);
                    cycles.push(cycle);
                }
            } else if !done.contains(next) {
                on_path.insert(next, path.len());
                path.push((next, successors(dependencies, next)));
            }
        }
    }
    cycles
}

fn successors<'d, 'a>(
    dependencies: &'d Dependencies<'a>,
    of: &str,
) -> std::slice::Iter<'d, &'a str> {
    dependencies
        .get(of)
        .map(|next| next.iter())
        .unwrap_or_default()
}

fn diagnostic(scope: &TemplateScope<'_>, cycle: &[&str]) -> Diagnostic {
    let shown: Vec<String> = cycle
        .iter()
        .chain(cycle.first())
        .map(|id| format!("`{id}`"))
        .collect();
    let diagnostic = Diagnostic::new(
        Code::TemplateCycle,
        format!("resources depend on each other: {}", shown.join(" → ")),
    );
    match cycle.first().and_then(|id| scope.resources.get(id)) {
        Some(resource) => diagnostic.at(scope.place_of(resource)),
        None => diagnostic,
    }
}
