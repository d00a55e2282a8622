//! Resolves references in a plan's configuration, for values that are known only after apply.

use std::collections::{BTreeMap, BTreeSet};

use super::address::{self, Address};
use super::table::{AttributePath, PathStep};
use crate::stack::node::Node;

/// The limit of references followed for one attribute; a real configuration stays far below.
const MAX_FOLLOWED: usize = 1000;

/// The configuration of modules and resources, without instance keys.
#[derive(Debug, Default)]
pub(super) struct Configuration<'a> {
    /// Modules by the names of their calls, joined by dots.
    modules: BTreeMap<String, &'a Node>,
    /// Expressions of resources by module and `type.name`.
    resources: BTreeMap<(String, &'a str), &'a Node>,
}

impl<'a> Configuration<'a> {
    pub(super) fn read(configuration: Option<&'a Node>) -> Self {
        let mut read = Self::default();
        let root = configuration.and_then(|configuration| configuration.get("root_module"));
        let mut waiting: Vec<(String, &'a Node)> =
            root.into_iter().map(|root| (String::new(), root)).collect();
        while let Some((path, module)) = waiting.pop() {
            for resource in module.get("resources").map(Node::items).unwrap_or_default() {
                if let (Some(address), Some(expressions)) =
                    (resource.text_at("address"), resource.get("expressions"))
                {
                    read.resources.insert((path.clone(), address), expressions);
                }
            }
            for call in module
                .get("module_calls")
                .map(Node::entries)
                .unwrap_or_default()
            {
                waiting.extend(
                    call.value
                        .get("module")
                        .map(|inner| (below(&path, &call.key), inner)),
                );
            }
            read.modules.insert(path, module);
        }
        read
    }

    /// The expressions of a resource.
    pub(super) fn expressions(&self, address: &Address) -> Option<&'a Node> {
        self.resources
            .get(&(address.calls.join("."), address.resource.as_str()))
            .copied()
    }

    /// The argument expressions of a module call.
    fn call(&self, calls: &[String]) -> Option<&'a Node> {
        let (call, outer) = calls.split_last()?;
        self.modules
            .get(&outer.join("."))?
            .get("module_calls")?
            .get(call)?
            .get("expressions")
    }

    /// The expression of a module's output.
    fn output(&self, calls: &[String], name: &str) -> Option<&'a Node> {
        self.modules
            .get(&calls.join("."))?
            .get("outputs")?
            .get(name)?
            .get("expression")
    }
}

fn below(path: &str, call: &str) -> String {
    if path.is_empty() {
        call.to_owned()
    } else {
        format!("{path}.{call}")
    }
}

/// The references of an expression, without prefixes of others: `aws_sqs_queue.q` beside `aws_sqs_queue.q.arn` is redundant.
pub(super) fn references_at<'a>(expressions: &'a Node, path: &AttributePath) -> Vec<&'a str> {
    let mut nodes = vec![expressions];
    for step in &path.0 {
        nodes = nodes
            .into_iter()
            .flat_map(|node| inside(node, step))
            .collect();
    }
    own_references(&nodes)
}

fn own_references<'a>(nodes: &[&'a Node]) -> Vec<&'a str> {
    let all: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node.get("references"))
        .flat_map(Node::items)
        .filter_map(Node::as_text)
        .collect();
    all.iter()
        .copied()
        .filter(|part| !all.iter().any(|longer| is_prefix(part, longer)))
        .collect()
}

/// Whether a reference is a proper prefix of another, in whole parts.
fn is_prefix(part: &str, longer: &str) -> bool {
    longer
        .strip_prefix(part)
        .is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// Follows one path step. A block is a list of expression maps; an attribute of any depth is one expression.
fn inside<'a>(node: &'a Node, step: &PathStep) -> Vec<&'a Node> {
    if node
        .get("references")
        .is_some_and(|references| references.as_list().is_some())
    {
        return vec![node];
    }
    match step {
        PathStep::Key(key) => node.get(key).into_iter().collect(),
        PathStep::At(_) | PathStep::Each => node
            .as_list()
            .map_or_else(|| vec![node], |items| items.iter().collect()),
    }
}

/// An instance key and an address.
type KeyedAddress<'a> = (Option<&'a str>, &'a str);

/// An index of resource and module instances by the names in references.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    /// Resource instances by module instance and `type.name`.
    resources: BTreeMap<(&'a str, &'a str), Vec<KeyedAddress<'a>>>,
    /// Module instances by calling module instance and call name.
    modules: BTreeMap<(&'a str, &'a str), BTreeSet<KeyedAddress<'a>>>,
}

impl<'a> Instances<'a> {
    pub(super) fn of(addresses: &'a [Address]) -> Self {
        let mut found = Self::default();
        for address in addresses {
            let own = (address.key.as_deref(), address.text.as_str());
            found
                .resources
                .entry((&address.module, &address.resource))
                .or_default()
                .push(own);
            for (outer, call, key, own) in address::modules(&address.text) {
                found
                    .modules
                    .entry((outer, call))
                    .or_default()
                    .insert((key, own));
            }
        }
        found
    }
}

/// A reference and its context.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct PendingReference {
    /// The address of the module's instance.
    module: String,
    calls: Vec<String>,
    /// The value of `each.key` or `count.index`.
    key: Option<String>,
    text: String,
}

/// Resolves a reference to resource addresses, each with an attribute.
pub(super) fn resolve(
    reference: &str,
    from: &Address,
    configuration: &Configuration<'_>,
    instances: &Instances<'_>,
) -> BTreeSet<(String, String)> {
    let (module, calls, key) = (from.module.clone(), from.calls.clone(), from.key.clone());
    let mut waiting = vec![PendingReference {
        module,
        calls,
        key,
        text: reference.to_owned(),
    }];
    let mut seen: BTreeSet<PendingReference> = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(pending) = waiting.pop() {
        if seen.len() >= MAX_FOLLOWED || !seen.insert(pending.clone()) {
            continue;
        }
        let parts = address::parts(&pending.text);
        match parts.as_slice() {
            [variable, name, ..] if variable.word == "var" => {
                waiting.extend(argument_references(&pending, name.word, configuration));
            }
            [module, call, output, ..] if module.word == "module" => {
                waiting.extend(output_references(
                    &pending,
                    call,
                    output.word,
                    configuration,
                    instances,
                ));
            }
            [kind, name, rest @ ..] => {
                let resource = format!("{}.{}", kind.word, name.word);
                let all = instances
                    .resources
                    .get(&(pending.module.as_str(), resource.as_str()));
                let attribute = rest.first().map_or("Ref", |step| step.word);
                let chosen = chosen(
                    all.into_iter().flatten().copied(),
                    name.key,
                    pending.key.as_deref(),
                );
                found.extend(
                    chosen
                        .into_iter()
                        .map(|address| (address.to_owned(), attribute.to_owned())),
                );
            }
            [_] | [] => {}
        }
    }
    found
}

/// The references in a module call's argument.
fn argument_references(
    pending: &PendingReference,
    variable: &str,
    configuration: &Configuration<'_>,
) -> Vec<PendingReference> {
    let Some(expression) = configuration
        .call(&pending.calls)
        .and_then(|call| call.get(variable))
    else {
        return Vec::new();
    };
    let own = address::modules(&pending.module);
    let Some((outer, _, key, _)) = own.last() else {
        return Vec::new();
    };
    let mut calls = pending.calls.clone();
    calls.pop();
    let text = own_references(&[expression]).into_iter();
    text.map(|text| PendingReference {
        module: (*outer).to_owned(),
        calls: calls.clone(),
        key: key.map(str::to_owned),
        text: text.to_owned(),
    })
    .collect()
}

/// The references in a module output, for each selected module instance.
fn output_references(
    pending: &PendingReference,
    call: &address::AddressPart<'_>,
    output: &str,
    configuration: &Configuration<'_>,
    instances: &Instances<'_>,
) -> Vec<PendingReference> {
    let mut calls = pending.calls.clone();
    calls.push(call.word.to_owned());
    let Some(expression) = configuration.output(&calls, output) else {
        return Vec::new();
    };
    let all = instances.modules.get(&(pending.module.as_str(), call.word));
    let modules = chosen(
        all.into_iter().flatten().copied(),
        call.key,
        pending.key.as_deref(),
    );
    let texts = own_references(&[expression]);
    let mut inner = Vec::new();
    for module in modules {
        for text in &texts {
            inner.push(PendingReference {
                module: module.to_owned(),
                calls: calls.clone(),
                key: pending.key.clone(),
                text: (*text).to_owned(),
            });
        }
    }
    inner
}

/// Selects instances by the written key, else by the key of the referring instance, else all.
fn chosen<'i>(
    all: impl Iterator<Item = KeyedAddress<'i>>,
    written: Option<&str>,
    own: Option<&str>,
) -> Vec<&'i str> {
    let all: Vec<KeyedAddress<'_>> = all.collect();
    let own = own.filter(|own| all.iter().any(|(key, _)| *key == Some(*own)));
    let key = written.or(own);
    all.iter()
        .filter(|(other, _)| key.is_none() || *other == key)
        .map(|(_, address)| *address)
        .collect()
}
