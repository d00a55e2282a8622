//! Where widgets stand: rows of 24 columns, filled from left to right; and dashboards that keep to CloudWatch's limits.

use serde_json::{Value, json};

use crate::semantics::limits::{
    DASHBOARD_COLUMNS, DASHBOARD_METRICS, DASHBOARD_WIDGETS, WIDGET_HEIGHT,
};

/// The size of a widget that does not say its own, by its type.
const SIZES: &[(&str, (u64, u64))] = &[("text", (24, 1)), ("log", (12, 6)), ("alarm", (24, 3))];

/// A graph's: three in a row.
const GRAPH: (u64, u64) = (8, 6);

/// Places the widgets of one dashboard, in their order.
pub(super) fn place(widgets: Vec<Value>) -> Vec<Value> {
    let (mut x, mut y, mut row_height) = (0, 0, 0);
    widgets
        .into_iter()
        .map(|mut widget| {
            let (width, height) = size(&widget);
            if x + width > DASHBOARD_COLUMNS {
                (x, y, row_height) = (0, y + row_height, 0);
            }
            widget["x"] = json!(x);
            widget["y"] = json!(y);
            widget["width"] = json!(width);
            widget["height"] = json!(height);
            x += width;
            row_height = row_height.max(height);
            widget
        })
        .collect()
}

fn size(widget: &Value) -> (u64, u64) {
    let kind = widget["type"].as_str().unwrap_or_default();
    let (width, height) = SIZES
        .iter()
        .find(|(known, _)| *known == kind)
        .map_or(GRAPH, |(_, size)| *size);
    (
        widget["width"]
            .as_u64()
            .unwrap_or(width)
            .clamp(1, DASHBOARD_COLUMNS),
        widget["height"]
            .as_u64()
            .unwrap_or(height)
            .clamp(1, WIDGET_HEIGHT),
    )
}

/// Divides sections over as many dashboards as CloudWatch's limits ask for. A section is kept whole where it fits at all.
pub(super) fn divide(sections: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let mut dashboards: Vec<Vec<Value>> = vec![Vec::new()];
    let (mut widgets, mut metrics) = (0, 0);
    for section in sections {
        let weight: usize = section.iter().map(metric_count).sum();
        if widgets > 0
            && (widgets + section.len() > DASHBOARD_WIDGETS || metrics + weight > DASHBOARD_METRICS)
        {
            dashboards.push(Vec::new());
            (widgets, metrics) = (0, 0);
        }
        widgets += section.len();
        metrics += weight;
        if let Some(last) = dashboards.last_mut() {
            last.extend(section);
        }
    }
    dashboards
}

fn metric_count(widget: &Value) -> usize {
    widget["properties"]["metrics"]
        .as_array()
        .map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(widgets: &[Value]) -> Vec<(u64, u64)> {
        widgets
            .iter()
            .map(|widget| (widget["x"].as_u64().unwrap(), widget["y"].as_u64().unwrap()))
            .collect()
    }

    #[test]
    fn rows_fill_from_left_to_right_and_begin_below_the_highest_widget() {
        let text = json!({ "type": "text" });
        let graph = json!({ "type": "metric" });
        let tall = json!({ "type": "metric", "height": 9 });
        let placed = place(vec![
            text.clone(),
            graph.clone(),
            tall,
            graph.clone(),
            graph,
            text,
        ]);
        assert_eq!(
            places(&placed),
            [(0, 0), (0, 1), (8, 1), (16, 1), (0, 10), (0, 16)]
        );
    }

    #[test]
    fn a_section_that_would_pass_a_limit_begins_a_new_dashboard() {
        let section = vec![json!({ "type": "text" }); 300];
        let sizes: Vec<usize> = divide(vec![section.clone(), section.clone(), section])
            .iter()
            .map(Vec::len)
            .collect();
        assert_eq!(sizes, [300, 300, 300]);
        let heavy = vec![
            json!({ "type": "metric", "properties": { "metrics": vec![json!(["a"]); 500] } });
            3
        ];
        assert_eq!(divide(vec![heavy.clone(), heavy]).len(), 2);
    }
}
