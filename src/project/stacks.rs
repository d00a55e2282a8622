//! `[stack]`, or `[[stack]]` more than once: what the system is made of, and what it is called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::{StackFrom, StackSource};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::limits::is_stack_name;
use crate::spanned::{Item, Shape, Spanned, Table};

/// The keys that say how a stack is read; one of them has to be there.
const WAYS: [&str; 5] = ["template", "deployed", "cdk", "terraform", "tags"];

/// A stack with the name that was written for it, if one was.
type Named = (Option<String>, StackSource);

/// The system's name and its stacks.
pub(super) fn system(table: &mut Table<'_>) -> Option<(String, Vec<StackSource>)> {
    let name = table
        .string("name")
        .and_then(|name| table.accept(stack_name(name)));
    let item = table.required("stack", Table::item)?;
    match item.shape() {
        Shape::List(items) => {
            let stacks: Vec<Option<Named>> =
                items.iter().filter_map(Item::table).map(stack).collect();
            let stacks: Vec<Named> = stacks.into_iter().collect::<Option<_>>()?;
            if stacks.is_empty() {
                return item.wrong_type("a table, or a list of them");
            }
            named(table, name, &item, stacks)
        }
        Shape::Table(inner) => named(table, name, &item, vec![stack(inner)?]),
        Shape::String(_) | Shape::Number(_) | Shape::Boolean(_) | Shape::Null | Shape::Date(_) => {
            item.wrong_type("a table, or a list of them")
        }
    }
}

/// A system of one stack is called like it; one of several has a name of its own.
fn named(
    table: &Table<'_>,
    name: Option<String>,
    item: &Item<'_>,
    stacks: Vec<Named>,
) -> Option<(String, Vec<StackSource>)> {
    let mut known = BTreeSet::new();
    if let Some((_, twice)) = stacks
        .iter()
        .find(|(_, stack)| !known.insert(stack.name.clone()))
    {
        let fault = Diagnostic::new(
            Code::StackTwice,
            format!("two stacks are called `{}`", twice.name),
        );
        table.report(fault.at(item.place()));
        return None;
    }
    let only = match stacks.as_slice() {
        [(written, _)] => written.clone(),
        _ => None,
    };
    let sources = stacks.into_iter().map(|(_, source)| source).collect();
    if let Some(name) = name.or(only) {
        return Some((name, sources));
    }
    let fault = Diagnostic::new(
        Code::MissingKey,
        "`name` is missing: what tracewatch makes for these stacks begins with it",
    );
    table.report(
        fault
            .at(item.place())
            .help("write `name = \"…\"` at the top of the file"),
    );
    None
}

fn stack(mut table: Table<'_>) -> Option<Named> {
    table.exclusive(&WAYS);
    for way in ["deployed", "cdk", "terraform", "tags"] {
        table.exclusive(&["parameters", way]);
    }
    table.exclusive(&["name", "deployed"]);
    let way = WAYS.into_iter().find(|way| table.contains(way));
    let from = from(&mut table, way.unwrap_or("template"));
    let parameters = parameters(&mut table);
    let name = match way {
        Some("deployed" | "cdk") => table.string("name"),
        Some(_) | None => table.required("name", Table::string),
    };
    let name = name.and_then(|name| table.accept(stack_name(name)));
    for unused in WAYS {
        table.item(unused);
    }
    table.finish();
    let (from, label) = from?;
    let written = if from == StackFrom::Deployed {
        Some(label.clone())
    } else {
        name
    };
    let is_nameless = matches!(from, StackFrom::Assembly(_));
    let source = StackSource {
        name: written.clone().or(is_nameless.then_some(label))?,
        from,
        parameters,
    };
    Some((written, source))
}

/// How the stack is read, and what to call it where nothing else does.
fn from(table: &mut Table<'_>, way: &'static str) -> Option<(StackFrom, String)> {
    let path = |text: String| (PathBuf::from(&text), text);
    match way {
        "deployed" => {
            let name = table
                .string(way)
                .and_then(|name| table.accept(stack_name(name)))?;
            Some((StackFrom::Deployed, name))
        }
        "tags" => {
            let tags: BTreeMap<String, String> = table
                .string_map(way)
                .into_iter()
                .map(|(key, value)| (key.value, value.value))
                .collect();
            if tags.is_empty() {
                table.report(
                    Diagnostic::new(Code::BadTag, "at least one tag has to be named")
                        .at(table.place()),
                );
                return None;
            }
            Some((StackFrom::Tagged(tags), String::new()))
        }
        "cdk" => table
            .string(way)
            .map(|folder| path(folder.value))
            .map(|(path, label)| (StackFrom::Assembly(path), label)),
        "terraform" => table
            .string(way)
            .map(|file| path(file.value))
            .map(|(path, label)| (StackFrom::Terraform(path), label)),
        _ => {
            let file = table.required("template", Table::string)?;
            let (path, label) = path(file.value);
            Some((StackFrom::Template(path), label))
        }
    }
}

fn stack_name(name: Spanned<String>) -> Result<String, Diagnostic> {
    let text = name.value.as_str();
    if is_stack_name(text) {
        return Ok(name.value);
    }
    let fault = name.fault(
        Code::BadStackName,
        format!("no stack can be called `{text}`"),
    );
    Err(fault.help("a letter, then letters, digits and hyphens; at most 128 characters"))
}

/// CloudFormation takes every parameter as a text; numbers and truth values may be written as such.
fn parameters(table: &mut Table<'_>) -> BTreeMap<String, String> {
    let entries = table
        .table("parameters")
        .map(Table::entries)
        .unwrap_or_default();
    let text = |(name, item): (Spanned<String>, Item<'_>)| match item.json().value {
        Value::String(text) => Some((name.value, text)),
        value @ (Value::Number(_) | Value::Bool(_)) => Some((name.value, value.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            item.wrong_type("a string, a number, true or false")
        }
    };
    entries.into_iter().filter_map(text).collect()
}
