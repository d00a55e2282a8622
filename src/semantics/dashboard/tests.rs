use serde::Deserialize;

use super::*;
use crate::diagnostic::Level;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// A body, or the one widget of a body, and its messages, each as `severity path: message`.
#[derive(Deserialize)]
struct Case {
    body: Option<String>,
    widget: Option<String>,
    /// The properties of a metric widget in `us-east-1`.
    metric: Option<String>,
    #[serde(default)]
    says: Vec<String>,
}

impl Case {
    fn body(&self) -> String {
        let metric = self.metric.as_ref().map(|rest| {
            format!(r#"{{"type": "metric", "properties": {{"region": "us-east-1", {rest}}}}}"#)
        });
        let widget = self.widget.clone().or(metric);
        self.body
            .clone()
            .unwrap_or_else(|| format!(r#"{{"widgets": [{}]}}"#, widget.unwrap_or_default()))
    }
}

fn says(body: &str) -> Vec<String> {
    let severity = |severity| match severity {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
    };
    validate(body)
        .iter()
        .map(|message| format!("{} {message}", severity(message.severity)))
        .collect()
}

#[test]
fn every_case_has_its_messages() {
    let cases: Cases =
        toml::from_str(include_str!("../../../tests/semantics/dashboards.toml")).unwrap();
    for case in cases.case {
        assert_eq!(says(&case.body()), case.says, "{}", case.body());
    }
}

fn metric_widgets(widgets: usize, rows: usize) -> String {
    let rows = vec![r#"["AWS/Lambda", "Errors"]"#; rows].join(",");
    let widget = format!(
        r#"{{"type": "metric", "properties": {{"region": "us-east-1", "metrics": [{rows}]}}}}"#
    );
    format!(r#"{{"widgets": [{}]}}"#, vec![widget; widgets].join(","))
}

#[test]
fn counts_are_held_to_their_limits() {
    assert_eq!(says(&metric_widgets(500, 5)), [] as [&str; 0]);
    assert_eq!(
        says(&metric_widgets(501, 0)),
        ["error /widgets: Should NOT have more than 500 items"]
    );
    assert_eq!(
        says(&metric_widgets(1, 501)),
        ["error /widgets/0/properties/metrics: Should NOT have more than 500 items"]
    );
    assert_eq!(says(&metric_widgets(501, 5)).len(), 2);
    assert_eq!(
        says(&metric_widgets(6, 500)),
        ["error /widgets: The dashboard has 3000 metrics; the most is 2500"]
    );
}

#[test]
fn invalid_bodies_are_errors_without_a_panic() {
    assert_eq!(says(&"[".repeat(100_000)).len(), 1);
    assert_eq!(
        says("")[0].split('(').next(),
        Some("error : The field DashboardBody must be a valid JSON object ")
    );
    let far = r#"{"widgets": [{"type": "text", "x": 18446744073709551615, "y": 18446744073709551615, "properties": {"markdown": ""}}]}"#;
    assert!(says(far)[0].starts_with("error /widgets/0/x"));
}
