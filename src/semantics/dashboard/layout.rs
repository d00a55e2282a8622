//! Checks across the widgets of a dashboard: their positions on the grid, and the number of metrics.

use serde_json::Value;

use super::items::items;
use super::message::{DataPath, Messages};
use crate::semantics::limits;

/// The default width and height of a widget, in columns and rows.
const DEFAULT_SIZE: u64 = 6;

/// The position of a widget; its edges may be outside the grid.
struct Rectangle {
    index: usize,
    left: u64,
    top: u64,
    right: u64,
    bottom: u64,
}

impl Rectangle {
    /// `None` for a widget without a valid position: the console places a widget that has none.
    fn of((index, widget): (usize, &Value)) -> Option<Self> {
        let (left, top) = (widget.get("x")?.as_u64()?, widget.get("y")?.as_u64()?);
        let right = left.saturating_add(size(widget, "width")?);
        Some(Self {
            index,
            left,
            top,
            right,
            bottom: top.saturating_add(size(widget, "height")?),
        })
    }

    fn overlaps(&self, other: &Rectangle) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

fn size(widget: &Value, key: &str) -> Option<u64> {
    widget.get(key).map_or(Some(DEFAULT_SIZE), Value::as_u64)
}

pub(super) fn check(body: &Value, messages: &mut Messages) {
    let widgets = DataPath::root().key("widgets");
    let rectangles: Vec<Rectangle> = items(body, "widgets")
        .take(limits::DASHBOARD_WIDGETS)
        .enumerate()
        .filter_map(Rectangle::of)
        .collect();
    for (position, rectangle) in rectangles.iter().enumerate() {
        // UNVERIFIED: AWS may reject this.
        if rectangle.right > limits::DASHBOARD_COLUMNS {
            let message = format!(
                "The widget ends in column {}, beyond the grid's {}",
                rectangle.right,
                limits::DASHBOARD_COLUMNS
            );
            messages.warn(&widgets.index(rectangle.index), &message);
        }
        if let Some(other) = rectangles[..position]
            .iter()
            .find(|other| other.overlaps(rectangle))
        {
            messages.warn(
                &widgets.index(rectangle.index),
                &format!("The widget covers a part of /widgets/{}", other.index),
            );
        }
    }
    check_count(body, &widgets, messages);
}

fn check_count(body: &Value, widgets: &DataPath, messages: &mut Messages) {
    let metrics: usize = items(body, "widgets").map(count_metrics).sum();
    if metrics > limits::DASHBOARD_METRICS {
        messages.error(
            widgets,
            &format!(
                "The dashboard has {metrics} metrics; the most is {}",
                limits::DASHBOARD_METRICS
            ),
        );
    }
}

/// The number of rows that fetch a metric, that is, rows with more than an expression.
fn count_metrics(widget: &Value) -> usize {
    let rows = widget
        .get("properties")
        .into_iter()
        .flat_map(|properties| items(properties, "metrics"));
    rows.filter(|row| row.get(0).is_some_and(Value::is_string))
        .count()
}
