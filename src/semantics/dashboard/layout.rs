//! The dashboard as a whole: the grid, and how many metrics it asks for.

use serde_json::Value;

use super::{Path, Report, items};
use crate::semantics::limits;

/// Columns and rows of a widget that does not say how large it is.
const DEFAULT_SIZE: u64 = 6;

/// A widget on the grid; edges beyond the grid are kept as they are written.
struct Rectangle {
    index: usize,
    left: u64,
    top: u64,
    right: u64,
    bottom: u64,
}

impl Rectangle {
    /// `None` for a widget that leaves its place to the console, or has none that could be read.
    fn of((index, widget): (usize, &Value)) -> Option<Self> {
        let number = |key: &str| widget.get(key).map_or(Some(DEFAULT_SIZE), Value::as_u64);
        let (left, top) = (widget.get("x")?.as_u64()?, widget.get("y")?.as_u64()?);
        let right = left.saturating_add(number("width")?);
        Some(Self {
            index,
            left,
            top,
            right,
            bottom: top.saturating_add(number("height")?),
        })
    }

    fn overlaps(&self, other: &Rectangle) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

pub(super) fn check(body: &Value, report: &mut Report) {
    let widgets = Path::root().key("widgets");
    let rectangles: Vec<Rectangle> = items(body, "widgets")
        .take(limits::DASHBOARD_WIDGETS)
        .enumerate()
        .filter_map(Rectangle::of)
        .collect();
    for (place, rectangle) in rectangles.iter().enumerate() {
        // UNVERIFIED: whether AWS refuses it.
        if rectangle.right > limits::DASHBOARD_COLUMNS {
            let message = format!(
                "The widget ends in column {}, beyond the grid's {}",
                rectangle.right,
                limits::DASHBOARD_COLUMNS
            );
            report.warn(&widgets.index(rectangle.index), &message);
        }
        if let Some(other) = rectangles[..place]
            .iter()
            .find(|other| other.overlaps(rectangle))
        {
            report.warn(
                &widgets.index(rectangle.index),
                &format!("The widget covers a part of /widgets/{}", other.index),
            );
        }
    }
    check_count(body, &widgets, report);
}

fn check_count(body: &Value, widgets: &Path, report: &mut Report) {
    let metrics: usize = items(body, "widgets").map(count_metrics).sum();
    if metrics > limits::DASHBOARD_METRICS {
        report.error(
            widgets,
            &format!(
                "The dashboard has {metrics} metrics; the most is {}",
                limits::DASHBOARD_METRICS
            ),
        );
    }
}

/// Rows that fetch a metric: those that are not an expression alone.
fn count_metrics(widget: &Value) -> usize {
    let rows = widget
        .get("properties")
        .into_iter()
        .flat_map(|properties| items(properties, "metrics"));
    rows.filter(|row| row.get(0).is_some_and(Value::is_string))
        .count()
}
