//! Dashboard differences, matched by widget title: an inserted widget does not change the widgets
//! after it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Field, FieldDifference, between, field, leaves};

/// The number of widgets as text.
pub(super) fn size(body: &Value) -> String {
    match widgets(body).len() {
        1 => "1 widget".to_owned(),
        count => format!("{count} widgets"),
    }
}

/// The widget titles and the dashboard's settings.
pub(super) fn fields(body: &Value) -> Vec<Field> {
    let numbered = widgets(body).iter().enumerate();
    let mut fields: Vec<Field> = numbered
        .map(|(index, widget)| field(format!("widget {}", index + 1), title(widget)))
        .collect();
    fields.extend(settings(body));
    fields
}

pub(super) fn differences(old: &Value, new: &Value) -> Vec<FieldDifference> {
    let mut differences = between(&settings(old), &settings(new));
    let (mut removed, mut added) = unlike(widgets(old), widgets(new));
    for (title, widgets) in &mut added {
        let mut former = removed.remove(title).unwrap_or_default().into_iter();
        for widget in widgets {
            match former.next() {
                Some(old) => differences.extend(changed(title, old, widget)),
                None => differences.push(FieldDifference {
                    field: format!("widget {title:?}"),
                    old: None,
                    new: Some(kind(widget)),
                }),
            }
        }
        differences.extend(former.map(|widget| removal(title, widget)));
    }
    differences.extend(
        removed
            .iter()
            .flat_map(|(title, widgets)| widgets.iter().map(|widget| removal(title, widget))),
    );
    if differences.is_empty() && old != new {
        differences.push(FieldDifference {
            field: "widgets".into(),
            old: Some("in another order".to_owned()),
            new: Some("in the wanted order".to_owned()),
        });
    }
    differences
}

type ByTitle<'a> = BTreeMap<String, Vec<&'a Value>>;

/// The removed and the added widgets: those without an equal on the other side.
fn unlike<'a>(old: &'a [Value], new: &'a [Value]) -> (ByTitle<'a>, ByTitle<'a>) {
    let mut unmatched: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for widget in old {
        unmatched
            .entry(widget.to_string())
            .or_default()
            .push(widget);
    }
    let mut added = ByTitle::new();
    for widget in new {
        if unmatched
            .get_mut(&widget.to_string())
            .and_then(Vec::pop)
            .is_none()
        {
            added.entry(title(widget)).or_default().push(widget);
        }
    }
    let mut removed = ByTitle::new();
    for widget in unmatched.into_values().flatten() {
        removed.entry(title(widget)).or_default().push(widget);
    }
    (removed, added)
}

fn changed(title: &str, old: &Value, new: &Value) -> Vec<FieldDifference> {
    let prefix = format!("widget {title:?} ");
    let mut differences = between(&leaves("", old), &leaves("", new));
    for difference in &mut differences {
        difference.field = format!("{prefix}{}", difference.field.trim_start_matches('.'));
    }
    differences
}

fn removal(title: &str, widget: &Value) -> FieldDifference {
    FieldDifference {
        field: format!("widget {title:?}"),
        old: Some(kind(widget)),
        new: None,
    }
}

fn widgets(body: &Value) -> &[Value] {
    body.get("widgets")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// A widget's title, the first line of a text widget, or its type.
fn title(widget: &Value) -> String {
    let text = widget.pointer("/properties/markdown");
    let first_line = text
        .and_then(Value::as_str)
        .and_then(|text| text.lines().next());
    let title = widget.pointer("/properties/title");
    let title = title.and_then(Value::as_str).or(first_line);
    title
        .or_else(|| widget.get("type").and_then(Value::as_str))
        .unwrap_or("untitled")
        .to_owned()
}

fn kind(widget: &Value) -> String {
    widget
        .get("type")
        .and_then(Value::as_str)
        .unwrap_or("unknown")
        .to_owned()
}

fn settings(body: &Value) -> Vec<Field> {
    match body {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| *key != "widgets")
            .flat_map(|(key, value)| leaves(key, value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            leaves("body", body)
        }
    }
}
