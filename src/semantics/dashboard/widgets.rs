//! Rules between the properties of one widget, and of one variable.

use serde_json::Value;

use super::schema::WIDGETS;
use super::shape::{check_object, missing};
use super::{Path, Report, items, metrics};

/// AWS's words for a metric widget with nothing to show.
const NO_DATA: &str =
    "The metric widget should have specified a region and a data source or an alarm annotation";

pub(super) fn check(widget: &Value, path: &Path, report: &mut Report) {
    for (one, other) in [("x", "y"), ("y", "x")] {
        if widget.get(one).is_some() && widget.get(other).is_none() {
            report.error(
                path,
                &format!("Should have property {other} when property {one} is present"),
            );
        }
    }
    let kind = widget.get("type").and_then(Value::as_str);
    let (Some(kind), Some(properties)) = (kind, widget.get("properties")) else {
        return;
    };
    let path = path.key("properties");
    if let Some((_, shape)) = WIDGETS.iter().find(|(known, _)| *known == kind) {
        check_object(properties, shape, &path, report);
    }
    match kind {
        "metric" => check_metric(properties, &path, report),
        "explorer" => check_explorer(properties, &path, report),
        _ => {}
    }
}

fn check_metric(properties: &Value, path: &Path, report: &mut Report) {
    let annotations = properties.get("annotations");
    let shows_alarm = annotations
        .and_then(|annotations| annotations.get("alarms"))
        .is_some();
    let has_metrics = properties.get("metrics").is_some();
    if !has_metrics && !shows_alarm {
        report.error(path, &missing("metrics"));
        if annotations.is_none() {
            report.error(path, &missing("annotations"));
        }
        report.error(path, NO_DATA);
    } else if !shows_alarm && properties.get("region").is_none() {
        report.error(path, NO_DATA);
    }
    if shows_alarm {
        check_alarm_annotation(properties, path, report);
    }
    if properties.get("view").and_then(Value::as_str) == Some("gauge") {
        check_gauge(properties, path, report);
    }
    metrics::check(properties, &path.key("metrics"), report);
}

/// A graph of an alarm shows nothing else.
fn check_alarm_annotation(properties: &Value, path: &Path, report: &mut Report) {
    if properties
        .get("metrics")
        .is_some_and(|metrics| metrics.as_array().is_none_or(|rows| !rows.is_empty()))
    {
        report.error(
            &path.key("metrics"),
            "A widget with an alarm annotation should NOT have metrics",
        );
    }
    for other in ["horizontal", "vertical"] {
        if items(&properties["annotations"], other).next().is_some() {
            report.error(
                &path.key("annotations").key(other),
                "An alarm annotation stands alone",
            );
        }
    }
}

fn check_gauge(properties: &Value, path: &Path, report: &mut Report) {
    let Some(axis) = properties.get("yAxis") else {
        return report.error(path, &missing("yAxis"));
    };
    let path = path.key("yAxis");
    let Some(left) = axis.get("left") else {
        return report.error(&path, &missing("left"));
    };
    for bound in ["min", "max"] {
        if left.get(bound).is_none() {
            report.error(&path.key("left"), &missing(bound));
        }
    }
}

fn check_explorer(properties: &Value, path: &Path, report: &mut Report) {
    let types: Vec<&Value> = items(properties, "metrics")
        .filter_map(|metric| metric.get("resourceType"))
        .collect();
    if types.windows(2).any(|pair| pair[0] != pair[1]) {
        report.error(
            &path.key("metrics"),
            "All metrics of an explorer widget should have the same resourceType",
        );
    }
}

pub(super) fn check_variable(variable: &Value, path: &Path, report: &mut Report) {
    let word = |key: &str| variable.get(key).and_then(Value::as_str);
    if let Some(kind @ ("property" | "pattern")) = word("type")
        && variable.get(kind).is_none()
    {
        report.error(path, &missing(kind));
    }
    let (values, search) = (
        variable.get("values").is_some(),
        variable.get("search").is_some(),
    );
    if matches!(word("inputType"), Some("select" | "radio")) && values == search {
        report.error(
            path,
            "A variable to choose from should have either 'values' or 'search'",
        );
    }
    if search && variable.get("populateFrom").is_none() {
        report.error(path, &missing("populateFrom"));
    }
    if word("defaultValue") == Some("__FIRST") && !search {
        report.warn(
            &path.key("defaultValue"),
            "'__FIRST' is known only with 'search'",
        );
    }
}
