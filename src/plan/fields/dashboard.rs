//! What changes on a dashboard, told by widgets: a widget put in front of others must not look like a change of them all.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Difference, Field, between, field, leaves};

/// How many widgets.
pub(super) fn size(body: &Value) -> String {
    match widgets(body).len() {
        1 => "1 widget".to_owned(),
        count => format!("{count} widgets"),
    }
}

/// The titles of the widgets, and what the dashboard has beside them.
pub(super) fn fields(body: &Value) -> Vec<Field> {
    let numbered = widgets(body).iter().enumerate();
    let mut fields: Vec<Field> = numbered
        .map(|(index, widget)| field(format!("widget {}", index + 1), title(widget)))
        .collect();
    fields.extend(settings(body));
    fields
}

pub(super) fn differences(old: &Value, new: &Value) -> Vec<Difference> {
    let mut differences = between(&settings(old), &settings(new));
    let (mut gone, mut added) = unlike(widgets(old), widgets(new));
    for (title, widgets) in &mut added {
        let mut former = gone.remove(title).unwrap_or_default().into_iter();
        for widget in widgets {
            match former.next() {
                Some(old) => differences.extend(changed(title, old, widget)),
                None => differences.push(Difference {
                    field: format!("widget {title:?}"),
                    old: None,
                    new: Some(kind(widget)),
                }),
            }
        }
        differences.extend(former.map(|widget| removed(title, widget)));
    }
    differences.extend(
        gone.iter()
            .flat_map(|(title, widgets)| widgets.iter().map(|widget| removed(title, widget))),
    );
    if differences.is_empty() && old != new {
        let order = |text: &str| Some(text.to_owned());
        differences.push(Difference {
            field: "widgets".into(),
            old: order("in another order"),
            new: order("in the wanted order"),
        });
    }
    differences
}

type ByTitle<'a> = BTreeMap<String, Vec<&'a Value>>;

/// Widgets of either side that have no equal on the other.
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
    let mut gone = ByTitle::new();
    for widget in unmatched.into_values().flatten() {
        gone.entry(title(widget)).or_default().push(widget);
    }
    (gone, added)
}

fn changed(title: &str, old: &Value, new: &Value) -> Vec<Difference> {
    let prefix = format!("widget {title:?} ");
    let mut differences = between(&leaves("", old), &leaves("", new));
    for difference in &mut differences {
        difference.field = format!("{prefix}{}", difference.field.trim_start_matches('.'));
    }
    differences
}

fn removed(title: &str, widget: &Value) -> Difference {
    Difference {
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
    let property = |name| {
        widget
            .get("properties")
            .and_then(|properties| properties.get(name))
            .and_then(Value::as_str)
    };
    let text =
        property("title").or_else(|| property("markdown").and_then(|text| text.lines().next()));
    text.or_else(|| widget.get("type").and_then(Value::as_str))
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
