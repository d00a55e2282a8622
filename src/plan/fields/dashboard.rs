//! Dashboard differences, matched by widget title: an inserted widget does not change the widgets
//! after it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::difference::{FieldDifference, between, json_differences, unmatched};
use super::field::{Field, field, json};
use crate::diagnostic::counted;

/// The keys of a widget that say where it is.
const LAYOUT: [&str; 4] = ["x", "y", "width", "height"];

/// The maximum number of changed widgets whose differences a brief listing shows.
const DETAILED: usize = 2;

/// The maximum number of titles in a brief listing.
const TITLES: usize = 6;

/// The number of widgets as text.
pub(super) fn size(body: &Value) -> String {
    counted(widgets(body).len(), "widget", "widgets")
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

/// All differences. Widgets that only have another place are counted.
pub(super) fn differences(old: &Value, new: &Value) -> Vec<FieldDifference> {
    let changes = WidgetChanges::between(widgets(old), widgets(new));
    let mut differences = between(&settings(old), &settings(new));
    differences.extend(changes.details());
    differences.extend(changes.added.iter().map(|widget| FieldDifference {
        field: format!("widget {:?}", title(widget)),
        old: None,
        new: Some(kind(widget)),
    }));
    differences.extend(changes.removed.iter().map(|widget| FieldDifference {
        field: format!("widget {:?}", title(widget)),
        old: Some(kind(widget)),
        new: None,
    }));
    differences.extend(changes.moves());
    if differences.is_empty() && old != new {
        differences.push(statement("widgets in another order"));
    }
    differences
}

/// The differences as numbers of widgets; those of a few changed widgets one by one.
pub(super) fn brief_differences(old: &Value, new: &Value) -> Vec<FieldDifference> {
    let changes = WidgetChanges::between(widgets(old), widgets(new));
    if changes.added.len() + changes.removed.len() == 0 && changes.changed.len() <= DETAILED {
        return differences(old, new);
    }
    let mut differences = between(&settings(old), &settings(new));
    let changed = changes.changed.iter().map(|(_, new)| *new);
    differences.extend(summary(&changes.added, "added"));
    differences.extend(summary(&changes.removed, "removed"));
    differences.extend(summary(&changed.collect::<Vec<_>>(), "changed"));
    differences.extend(changes.moves());
    differences
}

fn summary(widgets: &[&Value], what: &str) -> Option<FieldDifference> {
    if widgets.is_empty() {
        return None;
    }
    let mut titles: Vec<String> = widgets
        .iter()
        .take(TITLES)
        .map(|widget| title(widget))
        .collect();
    if widgets.len() > TITLES {
        titles.push("…".to_owned());
    }
    let count = counted(widgets.len(), "widget", "widgets");
    Some(statement(&format!("{count} {what}: {}", titles.join(", "))))
}

fn statement(text: &str) -> FieldDifference {
    FieldDifference {
        field: text.to_owned(),
        old: None,
        new: None,
    }
}

/// The widgets that differ, in their order on the dashboard.
#[derive(Default)]
struct WidgetChanges<'a> {
    added: Vec<&'a Value>,
    removed: Vec<&'a Value>,
    /// Old and new form of the widgets with the same title and other content.
    changed: Vec<(&'a Value, &'a Value)>,
    /// The number of widgets with the same content at another place.
    moved: usize,
}

impl<'a> WidgetChanges<'a> {
    fn between(old: &'a [Value], new: &'a [Value]) -> Self {
        let (removed, added) = unmatched(old, new);
        let mut changes = Self::default();
        let (removed, added) = changes.take_moved(removed, added);
        changes.pair_by_title(removed, added);
        changes
    }

    /// Counts the widgets that differ in their place alone, and returns the others.
    fn take_moved(
        &mut self,
        removed: Vec<&'a Value>,
        added: Vec<&'a Value>,
    ) -> (Vec<&'a Value>, Vec<&'a Value>) {
        let mut contents: BTreeMap<String, usize> = BTreeMap::new();
        for widget in &removed {
            *contents.entry(content(widget)).or_default() += 1;
        }
        let mut moved: BTreeMap<String, usize> = BTreeMap::new();
        let added = added.into_iter().filter(|widget| {
            let content = content(widget);
            let Some(left) = contents.get_mut(&content).filter(|left| **left > 0) else {
                return true;
            };
            *left -= 1;
            *moved.entry(content).or_default() += 1;
            false
        });
        let added: Vec<&Value> = added.collect();
        self.moved = moved.values().sum();
        let removed = removed.into_iter().filter(|widget| {
            let Some(left) = moved.get_mut(&content(widget)).filter(|left| **left > 0) else {
                return true;
            };
            *left -= 1;
            false
        });
        (removed.collect(), added)
    }

    fn pair_by_title(&mut self, removed: Vec<&'a Value>, added: Vec<&'a Value>) {
        let mut former: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
        for widget in removed.into_iter().rev() {
            former.entry(title(widget)).or_default().push(widget);
        }
        for widget in added {
            match former.get_mut(&title(widget)).and_then(Vec::pop) {
                Some(old) => self.changed.push((old, widget)),
                None => self.added.push(widget),
            }
        }
        self.removed = former
            .into_values()
            .flat_map(|left| left.into_iter().rev())
            .collect();
    }

    /// The differences of the changed widgets, apart from their places.
    fn details(&self) -> Vec<FieldDifference> {
        let mut details = Vec::new();
        for (old, new) in &self.changed {
            let prefix = format!("widget {:?} ", title(new));
            let differences = json_differences("", &without_layout(old), &without_layout(new));
            details.extend(differences.into_iter().map(|difference| FieldDifference {
                field: format!("{prefix}{}", difference.field.trim_start_matches('.')),
                ..difference
            }));
        }
        details
    }

    fn moves(&self) -> Option<FieldDifference> {
        (self.moved > 0).then(|| {
            statement(&format!(
                "{} moved",
                counted(self.moved, "widget", "widgets")
            ))
        })
    }
}

fn content(widget: &Value) -> String {
    without_layout(widget).to_string()
}

fn without_layout(widget: &Value) -> Value {
    let mut widget = widget.clone();
    if let Value::Object(members) = &mut widget {
        members.retain(|key, _| !LAYOUT.contains(&key.as_str()));
    }
    widget
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
            .map(|(key, value)| json(key, value))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            vec![json("body", body)]
        }
    }
}
