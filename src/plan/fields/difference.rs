//! Differences between the fields of two artifacts. Lists are compared as sets.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::field::{Field, FieldValue, json_text, listed};

/// A changed field. A side is `None` where the field is absent; both are `None` where the name of the field says it all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct FieldDifference {
    pub(crate) field: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

/// Compares fields by name. Names are unique within each list.
pub(super) fn between(old: &[Field], new: &[Field]) -> Vec<FieldDifference> {
    let before: BTreeMap<&str, &FieldValue> = by_name(old);
    let after: BTreeMap<&str, &FieldValue> = by_name(new);
    let removed = old
        .iter()
        .filter(|field| !after.contains_key(field.name.as_str()));
    let names = new.iter().chain(removed).map(|field| field.name.as_str());
    names
        .flat_map(|name| {
            let (old, new) = (before.get(name).copied(), after.get(name).copied());
            value_differences(name, old, new)
        })
        .collect()
}

fn by_name(fields: &[Field]) -> BTreeMap<&str, &FieldValue> {
    let pairs = fields
        .iter()
        .map(|field| (field.name.as_str(), &field.value));
    pairs.collect()
}

fn value_differences(
    name: &str,
    old: Option<&FieldValue>,
    new: Option<&FieldValue>,
) -> Vec<FieldDifference> {
    match (old, new) {
        (old, new) if old == new => Vec::new(),
        (Some(FieldValue::Set(old)), Some(FieldValue::Set(new))) => set_differences(name, old, new),
        (Some(FieldValue::Json(old)), Some(FieldValue::Json(new))) => {
            json_differences(name, old, new)
        }
        (old, new) => vec![FieldDifference {
            field: name.to_owned(),
            old: old.map(text),
            new: new.map(text),
        }],
    }
}

fn text(value: &FieldValue) -> String {
    match value {
        FieldValue::Text(text) => text.clone(),
        FieldValue::Set(values) => listed(values),
        FieldValue::Json(value) => json_text(value),
    }
}

/// One difference for each value that is on one side only. A set that becomes empty or was empty, and a single exchanged value, are one
/// difference with both sides.
fn set_differences(
    name: &str,
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Vec<FieldDifference> {
    if old.is_empty() || new.is_empty() {
        return vec![FieldDifference {
            field: name.to_owned(),
            old: Some(listed(old)),
            new: Some(listed(new)),
        }];
    }
    let removed: Vec<String> = old.difference(new).cloned().collect();
    let added: Vec<String> = new.difference(old).cloned().collect();
    removals_and_additions(name, removed, added)
}

fn removals_and_additions(
    name: &str,
    removed: Vec<String>,
    added: Vec<String>,
) -> Vec<FieldDifference> {
    let difference = |old: Option<String>, new: Option<String>| FieldDifference {
        field: name.to_owned(),
        old,
        new,
    };
    if removed.len() == 1 && added.len() == 1 {
        return removed
            .into_iter()
            .zip(added)
            .map(|(old, new)| difference(Some(old), Some(new)))
            .collect();
    }
    let removed = removed.into_iter().map(|old| difference(Some(old), None));
    let added = added.into_iter().map(|new| difference(None, Some(new)));
    removed.chain(added).collect()
}

/// The parts of a JSON value that differ, each with its path (`detail.GroupName`). Items of a list that are on both sides are no
/// difference, wherever they are.
pub(super) fn json_differences(path: &str, old: &Value, new: &Value) -> Vec<FieldDifference> {
    match (old, new) {
        (old, new) if old == new => Vec::new(),
        (Value::Object(old), Value::Object(new)) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            keys.into_iter()
                .flat_map(|key| {
                    member_differences(&format!("{path}.{key}"), old.get(key), new.get(key))
                })
                .collect()
        }
        (Value::Array(old), Value::Array(new)) => item_differences(path, old, new),
        (old, new) => vec![FieldDifference {
            field: path.to_owned(),
            old: Some(json_text(old)),
            new: Some(json_text(new)),
        }],
    }
}

fn member_differences(
    path: &str,
    old: Option<&Value>,
    new: Option<&Value>,
) -> Vec<FieldDifference> {
    match (old, new) {
        (Some(old), Some(new)) => json_differences(path, old, new),
        (old, new) => vec![FieldDifference {
            field: path.to_owned(),
            old: old.map(json_text),
            new: new.map(json_text),
        }],
    }
}

fn item_differences(path: &str, old: &[Value], new: &[Value]) -> Vec<FieldDifference> {
    let (removed, added) = unmatched(old, new);
    match (removed.as_slice(), added.as_slice()) {
        ([], []) => vec![FieldDifference {
            field: format!("{path} in another order"),
            old: None,
            new: None,
        }],
        ([old], [new]) if old.is_object() && new.is_object() => json_differences(path, old, new),
        _ => removals_and_additions(
            path,
            removed.into_iter().map(json_text).collect(),
            added.into_iter().map(json_text).collect(),
        ),
    }
}

/// The items that are on one side only, each as often as it has no partner.
pub(super) fn unmatched<'v>(
    old: &'v [Value],
    new: &'v [Value],
) -> (Vec<&'v Value>, Vec<&'v Value>) {
    let mut partners: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for item in old {
        partners.entry(item.to_string()).or_default().push(item);
    }
    let mut added = Vec::new();
    for item in new {
        let partner = partners.get_mut(&item.to_string()).and_then(Vec::pop);
        if partner.is_none() {
            added.push(item);
        }
    }
    let left: BTreeSet<*const Value> = partners
        .into_values()
        .flatten()
        .map(std::ptr::from_ref)
        .collect();
    let removed = old
        .iter()
        .filter(|item| left.contains(&std::ptr::from_ref(*item)));
    (removed.collect(), added)
}
