//! What a plan's configuration says about which resource mentions which, where the values are known only after apply.

use std::collections::{BTreeMap, BTreeSet};

use super::address::{self, Address};
use super::table::{Path, Step};
use crate::stack::node::Node;

/// Mentions that are followed through variables and outputs for one attribute; a configuration is far below.
const MAX_FOLLOWED: usize = 1000;

/// How resources are written, by module; keys of instances are no part of it.
#[derive(Debug, Default)]
pub(super) struct Configuration<'a> {
    /// A module's configuration, by the names of the calls that lead to it, joined by dots.
    modules: BTreeMap<String, &'a Node>,
    /// The expressions of a resource, by its module and `type.name`.
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

    /// How a resource is written.
    pub(super) fn expressions(&self, address: &Address) -> Option<&'a Node> {
        self.resources
            .get(&(address.calls.join("."), address.resource.as_str()))
            .copied()
    }

    /// The expressions with which a module is called.
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

/// What an expression refers to, the parts of other references left out: `aws_sqs_queue.q` beside `aws_sqs_queue.q.arn` says nothing more.
pub(super) fn mentions<'a>(expressions: &'a Node, path: &Path) -> Vec<&'a str> {
    let mut nodes = vec![expressions];
    for step in &path.0 {
        nodes = nodes
            .into_iter()
            .flat_map(|node| inside(node, step))
            .collect();
    }
    own_mentions(&nodes)
}

fn own_mentions<'a>(nodes: &[&'a Node]) -> Vec<&'a str> {
    let all: Vec<&str> = nodes
        .iter()
        .filter_map(|node| node.get("references"))
        .flat_map(Node::items)
        .filter_map(Node::as_text)
        .collect();
    let goes_on = |longer: &str, part: &str| {
        longer
            .strip_prefix(part)
            .is_some_and(|rest| rest.starts_with(['.', '[']))
    };
    all.iter()
        .copied()
        .filter(|part| !all.iter().any(|longer| goes_on(longer, part)))
        .collect()
}

/// One step into expressions: a block is a list of maps of expressions, an attribute is one expression however deep its value is.
fn inside<'a>(node: &'a Node, step: &Step) -> Vec<&'a Node> {
    if node
        .get("references")
        .is_some_and(|references| references.as_list().is_some())
    {
        return vec![node];
    }
    match step {
        Step::Key(key) => node.get(key).into_iter().collect(),
        Step::At(_) | Step::Each => node
            .as_list()
            .map_or_else(|| vec![node], |items| items.iter().collect()),
    }
}

/// The key of an instance, and its address.
type Keyed<'a> = (Option<&'a str>, &'a str);

/// The instances of resources and of modules, by the names that references use.
#[derive(Debug, Default)]
pub(super) struct Instances<'a> {
    /// Of resources, by their module's instance and `type.name`.
    resources: BTreeMap<(&'a str, &'a str), Vec<Keyed<'a>>>,
    /// Of modules, by the instance of the module that calls them and the call's name.
    modules: BTreeMap<(&'a str, &'a str), BTreeSet<Keyed<'a>>>,
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

/// A reference, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mention {
    /// The address of the module's instance.
    module: String,
    calls: Vec<String>,
    /// The key that `each.key` or `count.index` stands for there.
    key: Option<String>,
    text: String,
}

/// The resources that a reference leads to, each with the attribute that is asked for.
pub(super) fn resolve(
    reference: &str,
    from: &Address,
    configuration: &Configuration<'_>,
    instances: &Instances<'_>,
) -> BTreeSet<(String, String)> {
    let (module, calls, key) = (from.module.clone(), from.calls.clone(), from.key.clone());
    let mut waiting = vec![Mention {
        module,
        calls,
        key,
        text: reference.to_owned(),
    }];
    let mut seen: BTreeSet<Mention> = BTreeSet::new();
    let mut found = BTreeSet::new();
    while let Some(mention) = waiting.pop() {
        if seen.len() >= MAX_FOLLOWED || !seen.insert(mention.clone()) {
            continue;
        }
        let steps = address::steps(&mention.text);
        match steps.as_slice() {
            [variable, name, ..] if variable.word == "var" => {
                waiting.extend(given(&mention, name.word, configuration));
            }
            [module, call, output, ..] if module.word == "module" => {
                waiting.extend(put_out(
                    &mention,
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
                    .get(&(mention.module.as_str(), resource.as_str()));
                let attribute = rest.first().map_or("Ref", |step| step.word);
                let chosen = chosen(
                    all.into_iter().flatten().copied(),
                    name.key,
                    mention.key.as_deref(),
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

/// What the caller of a module gives for a variable.
fn given(mention: &Mention, variable: &str, configuration: &Configuration<'_>) -> Vec<Mention> {
    let Some(expression) = configuration
        .call(&mention.calls)
        .and_then(|call| call.get(variable))
    else {
        return Vec::new();
    };
    let own = address::modules(&mention.module);
    let Some((outer, _, key, _)) = own.last() else {
        return Vec::new();
    };
    let mut calls = mention.calls.clone();
    calls.pop();
    let text = own_mentions(&[expression]).into_iter();
    text.map(|text| Mention {
        module: (*outer).to_owned(),
        calls: calls.clone(),
        key: key.map(str::to_owned),
        text: text.to_owned(),
    })
    .collect()
}

/// What a module's output stands for, in each instance of the module that is meant.
fn put_out(
    mention: &Mention,
    call: &address::Step<'_>,
    output: &str,
    configuration: &Configuration<'_>,
    instances: &Instances<'_>,
) -> Vec<Mention> {
    let mut calls = mention.calls.clone();
    calls.push(call.word.to_owned());
    let Some(expression) = configuration.output(&calls, output) else {
        return Vec::new();
    };
    let all = instances.modules.get(&(mention.module.as_str(), call.word));
    let modules = chosen(
        all.into_iter().flatten().copied(),
        call.key,
        mention.key.as_deref(),
    );
    let texts = own_mentions(&[expression]);
    let inner = |module: &str, text: &str| Mention {
        module: module.to_owned(),
        calls: calls.clone(),
        key: mention.key.clone(),
        text: text.to_owned(),
    };
    modules
        .iter()
        .flat_map(|module| {
            texts
                .iter()
                .map(|text| inner(module, text))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The instance with the key that is written; else the one whose key is that of the one which asks; else all.
fn chosen<'i>(
    all: impl Iterator<Item = Keyed<'i>>,
    written: Option<&str>,
    own: Option<&str>,
) -> Vec<&'i str> {
    let all: Vec<Keyed<'_>> = all.collect();
    let agrees = |key: &str| all.iter().any(|(other, _)| *other == Some(key));
    let key = written.or_else(|| own.filter(|own| agrees(own)));
    all.iter()
        .filter(|(other, _)| key.is_none() || *other == key)
        .map(|(_, address)| *address)
        .collect()
}
