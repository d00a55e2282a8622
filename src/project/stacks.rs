//! `[stack]` or several `[[stack]]`: the system's name and its stacks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::model::{StackFrom, StackSource};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::limits::is_stack_name;
use crate::spanned::{Item, ItemValue, Spanned, Table};

/// Keys for the source of a stack; exactly one is required.
const WAYS: [&str; 5] = ["template", "deployed", "cdk", "terraform", "tags"];

/// A stack with its explicit name, if any.
type NamedStack = (Option<String>, StackSource);

/// The system's name and its stacks.
pub(super) fn system(table: &mut Table<'_>) -> Option<(String, Vec<StackSource>)> {
    let name = table
        .string("name")
        .and_then(|name| table.accept(stack_name(name)));
    let item = table.required("stack", Table::item)?;
    match item.value() {
        ItemValue::List(items) => {
            let stacks: Vec<Option<NamedStack>> =
                items.iter().filter_map(Item::table).map(stack).collect();
            let stacks: Vec<NamedStack> = stacks.into_iter().collect::<Option<_>>()?;
            if stacks.is_empty() {
                return item.wrong_type("a table, or a list of them");
            }
            named(table, name, &item, stacks)
        }
        ItemValue::Table(inner) => named(table, name, &item, vec![stack(inner)?]),
        ItemValue::String(_)
        | ItemValue::Number(_)
        | ItemValue::Boolean(_)
        | ItemValue::Null
        | ItemValue::Date(_) => item.wrong_type("a table, or a list of them"),
    }
}

/// A system of one stack has the stack's name by default; a system of several needs its own name.
fn named(
    table: &Table<'_>,
    name: Option<String>,
    item: &Item<'_>,
    stacks: Vec<NamedStack>,
) -> Option<(String, Vec<StackSource>)> {
    let mut known = BTreeSet::new();
    if let Some((_, twice)) = stacks
        .iter()
        .find(|(_, stack)| !known.insert(stack.name.clone()))
    {
        let diagnostic = Diagnostic::new(
            Code::StackTwice,
            format!("two stacks are called `{}`", twice.name),
        );
        table.report(diagnostic.at(item.place()));
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
    let diagnostic = Diagnostic::new(
        Code::MissingKey,
        "`name` is missing: all names that tracewatch generates for these stacks begin with it",
    );
    table.report(
        diagnostic
            .at(item.place())
            .help("write `name = \"…\"` at the top of the file"),
    );
    None
}

fn stack(mut table: Table<'_>) -> Option<NamedStack> {
    table.exclusive(&WAYS);
    for way in ["deployed", "terraform", "tags"] {
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

/// The stack's source, and the default for its name.
fn from(table: &mut Table<'_>, way: &'static str) -> Option<(StackFrom, String)> {
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
                    Diagnostic::new(Code::BadTag, "`tags` needs at least one tag")
                        .at(table.place()),
                );
                return None;
            }
            Some((StackFrom::Tagged(tags), String::new()))
        }
        "cdk" => {
            let folder = table.string(way)?.value;
            Some((StackFrom::Assembly(PathBuf::from(&folder)), folder))
        }
        "terraform" => {
            let file = table.string(way)?.value;
            Some((StackFrom::Terraform(PathBuf::from(&file)), file))
        }
        _ => {
            let file = table.required("template", Table::string)?.value;
            Some((StackFrom::Template(PathBuf::from(&file)), file))
        }
    }
}

fn stack_name(name: Spanned<String>) -> Result<String, Diagnostic> {
    let text = name.value.as_str();
    if is_stack_name(text) {
        return Ok(name.value);
    }
    let diagnostic = name.diagnostic(
        Code::BadStackName,
        format!("`{text}` is not a valid stack name"),
    );
    Err(diagnostic.help("a letter, then letters, digits and hyphens; at most 128 characters"))
}

/// CloudFormation parameters are strings; authors may also write numbers and booleans.
fn parameters(table: &mut Table<'_>) -> BTreeMap<String, String> {
    let entries = table
        .table("parameters")
        .map(Table::entries)
        .unwrap_or_default();
    entries
        .into_iter()
        .filter_map(|(name, item)| Some((name.value, parameter(&item)?)))
        .collect()
}

fn parameter(item: &Item<'_>) -> Option<String> {
    let value = match item.json().value {
        Value::String(text) => text,
        value @ (Value::Number(_) | Value::Bool(_)) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => {
            return item.wrong_type("a string, a number, true or false");
        }
    };
    hide(&item.place());
    Some(value)
}

/// Hides a value from the excerpts of diagnostics, because only the template knows whether the parameter is secret. A variable is shown.
fn hide(place: &Place) {
    let written = place.source.text.get(place.span.clone());
    if written.is_some_and(|written| !written.contains("${")) {
        place.source.hide(place.span.clone());
    }
}
