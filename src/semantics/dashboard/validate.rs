//! The checks of a dashboard body.

use serde_json::Value;

use super::items::items;
use super::message::{DashboardMessage, DataPath, Messages};
use super::schema::BODY;
use super::validator::check_object;
use super::{layout, widgets};
use crate::semantics::limits;

/// All messages about a dashboard body, in the order of the body; empty for a valid body.
pub fn validate(body: &str) -> Vec<DashboardMessage> {
    let mut messages = Messages::default();
    match serde_json::from_str::<Value>(body) {
        Ok(body) if body.is_object() => check_body(&body, &mut messages),
        Ok(_) => messages.error(
            &DataPath::root(),
            "The field DashboardBody must be a valid JSON object",
        ),
        Err(error) => messages.error(
            &DataPath::root(),
            &format!("The field DashboardBody must be a valid JSON object ({error})"),
        ),
    }
    if body.len() > limits::DASHBOARD_BODY {
        messages.warn(
            &DataPath::root(),
            &format!(
                "The body has {} bytes; the limit is said to be {}",
                body.len(),
                limits::DASHBOARD_BODY
            ),
        );
    }
    messages.into_vec()
}

/// Like [`validate`], for a parsed body; without the check of its size.
pub fn validate_body(body: &Value) -> Vec<DashboardMessage> {
    let mut messages = Messages::default();
    check_body(body, &mut messages);
    messages.into_vec()
}

fn check_body(body: &Value, messages: &mut Messages) {
    let root = DataPath::root();
    check_object(body, &BODY, &root, messages);
    if body.get("end").is_some() && body.get("start").is_none() {
        messages.warn(&root.key("end"), "An end without a start is ignored");
    }
    for (index, variable) in items(body, "variables").enumerate() {
        widgets::check_variable(variable, &root.key("variables").index(index), messages);
    }
    for (index, widget) in items(body, "widgets").enumerate() {
        widgets::check(widget, &root.key("widgets").index(index), messages);
    }
    layout::check(body, messages);
}
