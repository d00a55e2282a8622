//! The rows of a metric widget: what they repeat of the row above, their ids, and the expressions over them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::schema::RENDERING;
use super::shape::check_object;
use super::{Path, Report, items};
use crate::semantics::{limits, math};

/// Stands for the element in the same place of the row above.
const SAME: &str = ".";
/// Stands for all elements of the row above but those that follow it. Written by the console; UNVERIFIED in the page.
const SAME_ALL: &str = "...";

pub(super) fn check(properties: &Value, path: &Path, report: &mut Report) {
    let mut above = Vec::new();
    for (index, row) in items(properties, "metrics").enumerate() {
        check_row(row, &mut above, &path.index(index), report);
    }
    check_ids(properties, path, report);
    check_expressions(properties, path, report);
}

/// The object that may end a row, and where it stands in it.
fn rendering(row: &Value) -> Option<(usize, &Value)> {
    let row = row.as_array()?;
    row.last()
        .filter(|last| last.is_object())
        .map(|last| (row.len() - 1, last))
}

/// The text that a row's rendering holds under a key, and where.
fn setting<'a>(
    (index, row): (usize, &'a Value),
    key: &str,
    path: &Path,
) -> Option<(&'a str, Path)> {
    let (place, object) = rendering(row)?;
    Some((
        object.get(key)?.as_str()?,
        path.index(index).index(place).key(key),
    ))
}

/// Checks one row; `above` is the last row of a metric, written out.
fn check_row(row: &Value, above: &mut Vec<String>, path: &Path, report: &mut Report) {
    let Some(elements) = row.as_array() else {
        return report.error(path, "Should be array");
    };
    if elements.is_empty() {
        return report.error(path, "Should NOT have less than 1 items");
    }
    let (fields, rendered) = match rendering(row) {
        Some((place, object)) => (&elements[..place], Some(object)),
        None => (elements.as_slice(), None),
    };
    if let Some(object) = rendered {
        check_object(object, &RENDERING, &path.index(fields.len()), report);
    }
    let is_expression = rendered.is_some_and(|object| object.get("expression").is_some());
    if is_expression && fields.is_empty() {
        return;
    }
    if let Some(written_out) = write_out(fields, above, path, report) {
        check_length(&written_out, path, report);
        *above = written_out;
    }
}

/// A row's fields with what they repeat; `None` when that has been reported as wrong.
fn write_out(
    fields: &[Value],
    above: &[String],
    path: &Path,
    report: &mut Report,
) -> Option<Vec<String>> {
    let mut row: Vec<String> = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let Some(text) = field.as_str() else {
            report.error(
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
            report.error(
                &path.index(index),
                &format!("\"{text}\" has nothing above it to repeat"),
            );
            return None;
        };
        row.extend_from_slice(repeated);
    }
    Some(row)
}

fn check_length(row: &[String], path: &Path, report: &mut Report) {
    if row.len() < 2 {
        report.error(path, "A metric should have a namespace and a name");
    } else if !row.len().is_multiple_of(2) {
        report.error(
            path,
            "Each dimension of a metric should have a name and a value",
        );
    } else if row.len() / 2 - 1 > limits::METRIC_DIMENSIONS {
        report.error(
            path,
            &format!(
                "A metric should NOT have more than {} dimensions",
                limits::METRIC_DIMENSIONS
            ),
        );
    }
}

fn check_ids(properties: &Value, path: &Path, report: &mut Report) {
    let mut seen = BTreeSet::new();
    for row in items(properties, "metrics").enumerate() {
        if let Some((id, place)) = setting(row, "id", path)
            && !seen.insert(id)
        {
            report.error(
                &place,
                &format!("The id '{id}' is used by another metric of the widget"),
            );
        }
    }
}

/// AWS stores wrong expressions and shows an error in the graph, so what is found is a warning.
fn check_expressions(properties: &Value, path: &Path, report: &mut Report) {
    let known: BTreeSet<&str> = items(properties, "metrics")
        .enumerate()
        .filter_map(|row| Some(setting(row, "id", path)?.0))
        .collect();
    let mut queries = 0;
    for row in items(properties, "metrics").enumerate() {
        let Some((expression, place)) = setting(row, "expression", path) else {
            continue;
        };
        if math::is_metrics_insights(expression) {
            queries += 1;
            continue;
        }
        match math::parse(expression) {
            Ok(expr) => {
                for id in expr.ids().difference(&known) {
                    report.warn(&place, &format!("The expression names '{id}', which no metric of the widget has as its id"));
                }
            }
            Err(problems) => {
                for problem in problems {
                    report.warn(&place, &format!("The expression: {}", problem.message));
                }
            }
        }
    }
    if queries > 1 {
        report.error(
            path,
            "A widget should NOT have more than one Metrics Insights query",
        );
    }
}
