//! What a file imports: layers, and cycles.

use std::collections::{BTreeMap, BTreeSet};

use super::NARROW;
use super::source::{Breach, File};

/// The top-level modules that code imports or names, each with its line, whether by `crate::` or by enough `super`s.
fn imported(code: &str, depth: usize) -> Vec<(usize, String)> {
    let root = "super::".repeat(depth);
    let is_root = |at: usize| {
        code[..at]
            .chars()
            .next_back()
            .is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':')
    };
    let mut modules = Vec::new();
    for path in ["crate::", &root] {
        for (at, _) in code.match_indices(path).filter(|(at, _)| is_root(*at)) {
            let line = code[..at].lines().count().max(1);
            modules.extend(
                heads(&code[at + path.len()..])
                    .into_iter()
                    .map(|module| (line, module)),
            );
        }
    }
    modules
}

/// The first names of a path, or of each path in braces.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| {
        text.trim()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let Some(list) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let (mut depth, mut found) = (0, Vec::new());
    for part in list.split_inclusive(['{', '}', ',']) {
        if depth == 0 {
            found.push(name(part));
        }
        depth += i32::from(part.ends_with('{')) - i32::from(part.ends_with('}'));
        if depth < 0 {
            break;
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

pub(crate) fn wrong_imports(files: &[File], order: &[&str]) -> Vec<Breach> {
    let place: BTreeMap<&str, usize> = order
        .iter()
        .enumerate()
        .map(|(place, module)| (*module, place))
        .collect();
    let mut found = Vec::new();
    for file in files {
        let module = file.module();
        let Some(own) = place.get(module) else {
            continue;
        };
        let narrow = NARROW
            .iter()
            .find(|(name, _)| *name == module)
            .map(|(_, allowed)| *allowed);
        for (line, other) in imported(&file.code, file.depth()) {
            let Some(others) = place.get(other.as_str()) else {
                continue;
            };
            let is_allowed = other == module
                || narrow.map_or(others < own, |allowed| allowed.contains(&other.as_str()));
            if !is_allowed {
                found.push(Breach {
                    path: file.path.clone(),
                    line,
                    rule: format!("`{module}` must not know `{other}`"),
                });
            }
        }
    }
    found
}

/// The files by the module path that they define: `plan/mod.rs` is `plan`.
fn modules(files: &[File]) -> BTreeMap<Vec<String>, &File> {
    let module = |file: &File| -> Vec<String> {
        let path = file.path.trim_end_matches(".rs");
        let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
        if parts
            .last()
            .is_some_and(|last| last == "mod" || last == "lib" || last == "main")
        {
            parts.pop();
        }
        parts
    };
    files.iter().map(|file| (module(file), file)).collect()
}

/// Every path that code names, with its braces written out: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let mut found = Vec::new();
    for root in ["crate::", "super::", "self::"] {
        for (at, _) in code.match_indices(root) {
            let begins = code[..at].chars().next_back().is_none_or(|c| !is_path(c));
            if begins {
                found.extend(expanded(&code[at..]));
            }
        }
    }
    // `pub use child::Name` and `use child::Name` need no `self`.
    for (at, keyword) in code.match_indices("use ") {
        let begins = code[..at].chars().next_back().is_none_or(|c| !is_path(c));
        if begins {
            found.extend(expanded(&code[at + keyword.len()..]));
        }
    }
    found
}

/// The paths that a text begins with.
fn expanded(text: &str) -> Vec<Vec<String>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let text = text.trim_start();
    if let Some(list) = text.strip_prefix('{') {
        return items(list).into_iter().flat_map(expanded).collect();
    }
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if name.is_empty() {
        return Vec::new();
    }
    match rest.strip_prefix("::") {
        None => vec![vec![name.to_owned()]],
        Some(rest) => {
            let mut tails = expanded(rest);
            if tails.is_empty() {
                tails.push(Vec::new());
            }
            tails
                .into_iter()
                .map(|tail| std::iter::once(name.to_owned()).chain(tail).collect())
                .collect()
        }
    }
}

/// The items of a list in braces, up to its closing one.
fn items(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                items.push(&list[start..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                items.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items
}

/// The file that a path names, seen from a module: the longest part of it that is a module.
fn target(
    module: &[String],
    path: &[String],
    modules: &BTreeMap<Vec<String>, &File>,
) -> Option<Vec<String>> {
    let mut base = match path.first()?.as_str() {
        "crate" => Vec::new(),
        "super" | "self" => module.to_vec(),
        child if modules.contains_key(&[module, &[child.to_owned()]].concat()) => module.to_vec(),
        _ => return None,
    };
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        match first.as_str() {
            "crate" | "self" => {}
            "super" => drop(base.pop()),
            _ => break,
        }
        rest = tail;
    }
    for name in rest {
        let longer = [base.as_slice(), std::slice::from_ref(name)].concat();
        if !modules.contains_key(&longer) {
            break;
        }
        base = longer;
    }
    (base != module && modules.contains_key(&base)).then_some(base)
}

/// Groups of files that import each other, directly or through others.
pub(crate) fn cycles(files: &[File]) -> Vec<BTreeSet<String>> {
    let modules = modules(files);
    let imports: BTreeMap<&Vec<String>, BTreeSet<Vec<String>>> = modules
        .iter()
        .map(|(module, file)| {
            let paths = paths(&file.code);
            let targets = paths
                .iter()
                .filter_map(|path| target(module, path, &modules));
            (module, targets.collect())
        })
        .collect();
    let reached: BTreeMap<&Vec<String>, BTreeSet<&Vec<String>>> = imports
        .keys()
        .map(|module| (*module, reachable(module, &imports)))
        .collect();
    let mut cycles: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for module in modules
        .keys()
        .filter(|module| reached[module].contains(module))
    {
        let members = reached[module]
            .iter()
            .filter(|other| reached[*other].contains(module));
        cycles.insert(members.map(|other| modules[*other].path.clone()).collect());
    }
    cycles.into_iter().collect()
}

fn reachable<'m>(
    start: &Vec<String>,
    imports: &'m BTreeMap<&'m Vec<String>, BTreeSet<Vec<String>>>,
) -> BTreeSet<&'m Vec<String>> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&Vec<String>> = imports[start].iter().collect();
    while let Some(module) = next.pop() {
        if found.insert(module) {
            next.extend(&imports[module]);
        }
    }
    found
}
