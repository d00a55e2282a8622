//! Checks across the properties of one widget or one variable.

use serde_json::Value;

use super::items::items;
use super::message::{DataPath, Messages};
use super::metrics;
use super::schema::WIDGETS;
use super::validator::{check_object, missing};

/// AWS's message for a metric widget without data.
const NO_DATA: &str =
    "The metric widget should have specified a region and a data source or an alarm annotation";

pub(super) fn check(widget: &Value, path: &DataPath, messages: &mut Messages) {
    for (one, other) in [("x", "y"), ("y", "x")] {
        if widget.get(one).is_some() && widget.get(other).is_none() {
            messages.error(
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
    if let Some((_, schema)) = WIDGETS.iter().find(|(known, _)| *known == kind) {
        check_object(properties, schema, &path, messages);
    }
    match kind {
        "metric" => check_metric(properties, &path, messages),
        "explorer" => check_explorer(properties, &path, messages),
        _ => {}
    }
}

fn check_metric(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let annotations = properties.get("annotations");
    let shows_alarm = annotations
        .and_then(|annotations| annotations.get("alarms"))
        .is_some();
    let has_metrics = properties.get("metrics").is_some();
    if !has_metrics && !shows_alarm {
        messages.error(path, &missing("metrics"));
        if annotations.is_none() {
            messages.error(path, &missing("annotations"));
        }
        messages.error(path, NO_DATA);
    } else if !shows_alarm && properties.get("region").is_none() {
        messages.error(path, NO_DATA);
    }
    if shows_alarm {
        check_alarm_annotation(properties, path, messages);
    }
    if properties.get("view").and_then(Value::as_str) == Some("gauge") {
        check_gauge(properties, path, messages);
    }
    metrics::check(properties, &path.key("metrics"), messages);
}

/// A widget with an alarm annotation cannot have metrics or other annotations.
fn check_alarm_annotation(properties: &Value, path: &DataPath, messages: &mut Messages) {
    if properties
        .get("metrics")
        .is_some_and(|metrics| metrics.as_array().is_none_or(|rows| !rows.is_empty()))
    {
        messages.error(
            &path.key("metrics"),
            "A widget with an alarm annotation should NOT have metrics",
        );
    }
    for other in ["horizontal", "vertical"] {
        if items(&properties["annotations"], other).next().is_some() {
            messages.error(
                &path.key("annotations").key(other),
                "An alarm annotation should be the only annotation",
            );
        }
    }
}

fn check_gauge(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let Some(axis) = properties.get("yAxis") else {
        return messages.error(path, &missing("yAxis"));
    };
    let path = path.key("yAxis");
    let Some(left) = axis.get("left") else {
        return messages.error(&path, &missing("left"));
    };
    for bound in ["min", "max"] {
        if left.get(bound).is_none() {
            messages.error(&path.key("left"), &missing(bound));
        }
    }
}

fn check_explorer(properties: &Value, path: &DataPath, messages: &mut Messages) {
    let types: Vec<&Value> = items(properties, "metrics")
        .filter_map(|metric| metric.get("resourceType"))
        .collect();
    if types.windows(2).any(|pair| pair[0] != pair[1]) {
        messages.error(
            &path.key("metrics"),
            "All metrics of an explorer widget should have the same resourceType",
        );
    }
}

pub(super) fn check_variable(variable: &Value, path: &DataPath, messages: &mut Messages) {
    let word = |key: &str| variable.get(key).and_then(Value::as_str);
    if let Some(kind @ ("property" | "pattern")) = word("type")
        && variable.get(kind).is_none()
    {
        messages.error(path, &missing(kind));
    }
    let (values, search) = (
        variable.get("values").is_some(),
        variable.get("search").is_some(),
    );
    if matches!(word("inputType"), Some("select" | "radio")) && values == search {
        messages.error(
            path,
            "A select or radio variable should have either 'values' or 'search'",
        );
    }
    if search && variable.get("populateFrom").is_none() {
        messages.error(path, &missing("populateFrom"));
    }
    if word("defaultValue") == Some("__FIRST") && !search {
        messages.warn(
            &path.key("defaultValue"),
            "'__FIRST' is valid only with 'search'",
        );
    }
}
