//! The rows of a metric widget: abbreviations of the row above, ids, and expressions.

use std::collections::BTreeSet;

use serde_json::Value;

use super::items::items;
use super::message::{DataPath, Messages};
use super::schema::RENDERING;
use super::validator::check_object;
use crate::semantics::{limits, math};

/// Repeats the element at the same position of the row above.
const SAME: &str = ".";
/// Repeats all elements of the row above except the last ones, which follow it. The console writes this; UNVERIFIED: the page does not
/// document it.
const SAME_ALL: &str = "...";

pub(super) fn check(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let mut above = Vec::new();
    for (index, row) in items(properties, "metrics").enumerate() {
        check_row(row, &mut above, &path.index(index), messages);
    }
    check_ids(properties, path, messages);
    check_expressions(properties, path, messages);
}

/// The optional object at the end of a row, with its index.
fn rendering(row: &Value) -> Option<(usize, &Value)> {
    let row = row.as_array()?;
    row.last()
        .filter(|last| last.is_object())
        .map(|last| (row.len() - 1, last))
}

/// The text of a key in a row's object, with its path.
fn setting<'a>(
    (index, row): (usize, &'a Value),
    key: &str,
    path: &DataPath,
) -> Option<(&'a str, DataPath)> {
    let (place, object) = rendering(row)?;
    Some((
        object.get(key)?.as_str()?,
        path.index(index).index(place).key(key),
    ))
}

/// Checks one row; `above` is the last row of a metric, without abbreviations.
fn check_row(row: &Value, above: &mut Vec<String>, path: &DataPath, messages: &mut Messages) {
    let Some(elements) = row.as_array() else {
        return messages.error(path, "Should be array");
    };
    if elements.is_empty() {
        return messages.error(path, "Should NOT have less than 1 items");
    }
    let (fields, rendered) = match rendering(row) {
        Some((place, object)) => (&elements[..place], Some(object)),
        None => (elements.as_slice(), None),
    };
    if let Some(object) = rendered {
        check_object(object, &RENDERING, &path.index(fields.len()), messages);
    }
    let is_expression = rendered.is_some_and(|object| object.get("expression").is_some());
    if is_expression && fields.is_empty() {
        return;
    }
    if let Some(expanded) = expand(fields, above, path, messages) {
        check_length(&expanded, path, messages);
        *above = expanded;
    }
}

/// A row without abbreviations; `None` after an error, which is already in `messages`.
fn expand(
    fields: &[Value],
    above: &[String],
    path: &DataPath,
    messages: &mut Messages,
) -> Option<Vec<String>> {
    let mut row: Vec<String> = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let Some(text) = field.as_str() else {
            messages.error(
                &path.index(index),
                "Invalid metric field type, only \"String\" type is allowed",
            );
            return None;
        };
        let repeated = match text {
            SAME_ALL if index == 0 => above.get(..(above.len() + 1).saturating_sub(fields.len())),
            SAME => above.get(row.len()).map(std::slice::from_ref),
            _ => {
                row.push(text.to_owned());
                continue;
            }
        };
        let Some(repeated) = repeated.filter(|repeated| !repeated.is_empty()) else {
            messages.error(
                &path.index(index),
                &format!("\"{text}\" has no element above it to repeat"),
            );
            return None;
        };
        row.extend_from_slice(repeated);
    }
    Some(row)
}

fn check_length(row: &[String], path: &DataPath, messages: &mut Messages) {
    if row.len() < 2 {
        messages.error(path, "A metric should have a namespace and a name");
    } else if !row.len().is_multiple_of(2) {
        messages.error(
            path,
            "Each dimension of a metric should have a name and a value",
        );
    } else if row.len() / 2 - 1 > limits::METRIC_DIMENSIONS {
        messages.error(
            path,
            &format!(
                "A metric should NOT have more than {} dimensions",
                limits::METRIC_DIMENSIONS
            ),
        );
    }
}

fn check_ids(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let mut seen = BTreeSet::new();
    for row in items(properties, "metrics").enumerate() {
        if let Some((id, place)) = setting(row, "id", path)
            && !seen.insert(id)
        {
            messages.error(
                &place,
                &format!("The id '{id}' is used by another metric of the widget"),
            );
        }
    }
}

/// AWS stores invalid expressions and shows an error in the graph, so an invalid expression is a warning.
fn check_expressions(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let known: BTreeSet<&str> = items(properties, "metrics")
        .enumerate()
        .filter_map(|row| Some(setting(row, "id", path)?.0))
        .collect();
    let mut queries = 0;
    for row in items(properties, "metrics").enumerate() {
        match setting(row, "expression", path) {
            Some((expression, _)) if math::is_metrics_insights(expression) => queries += 1,
            Some((expression, path)) => check_math(expression, &known, &path, messages),
            None => {}
        }
    }
    if queries > 1 {
        messages.error(
            path,
            "A widget should NOT have more than one Metrics Insights query",
        );
    }
}

fn check_math(expression: &str, known: &BTreeSet<&str>, path: &DataPath, messages: &mut Messages) {
    match math::parse(expression) {
        Ok(expr) => {
            for id in expr.ids().difference(known) {
                let message = format!(
                    "The expression names '{id}', which no metric of the widget has as its id"
                );
                messages.warn(path, &message);
            }
        }
        Err(errors) => {
            for error in errors {
                messages.warn(path, &format!("The expression: {}", error.message));
            }
        }
    }
}
