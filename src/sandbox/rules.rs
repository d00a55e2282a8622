//! AWS's own languages, as far as the sandbox must judge them: filter expressions, dashboard bodies, rules of composite alarms.

use serde_json::Value;

/// One complaint about a dashboard body: where, and what.
pub struct BodyFault {
    pub path: String,
    pub message: String,
}

/// Whether X-Ray would take this filter expression. `Err` says why not.
pub fn check_filter_expression(expression: &str) -> Result<(), String> {
    let quotes = expression.matches('"').count();
    if quotes.is_multiple_of(2) { Ok(()) } else { Err("a string is not closed".to_owned()) }
}

/// What CloudWatch would refuse a dashboard body for.
pub fn check_dashboard_body(body: &Value) -> Vec<BodyFault> {
    let fault = |path: String, message: &str| BodyFault { path, message: message.to_owned() };
    let Some(widgets) = body.get("widgets") else {
        return vec![fault("/".to_owned(), "Should have required property 'widgets'")];
    };
    let Some(widgets) = widgets.as_array() else {
        return vec![fault("/widgets".to_owned(), "Should be array")];
    };
    if widgets.len() > 500 {
        return vec![fault("/widgets".to_owned(), "Should NOT have more than 500 items")];
    }
    let missing = |(at, widget): (usize, &Value)| {
        let absent = ["type", "properties"].into_iter().find(|member| widget.get(member).is_none())?;
        Some(fault(format!("/widgets/{at}"), &format!("Should have required property '{absent}'")))
    };
    widgets.iter().enumerate().filter_map(missing).collect()
}

/// The alarms, by name or ARN, that the rule of a composite alarm asks about. `Err` says why the rule cannot be read.
pub fn children(rule: &str) -> Result<Vec<String>, String> {
    let mut children = Vec::new();
    let mut rest = rule;
    while let Some(start) = ["ALARM(", "OK(", "INSUFFICIENT_DATA("].iter().filter_map(|call| find_call(rest, call)).min() {
        let inner = &rest[start..];
        let end = inner.find(')').ok_or("a parenthesis is not closed")?;
        children.push(inner[..end].trim().trim_matches('"').to_owned());
        rest = &inner[end..];
    }
    if children.is_empty() && !rule.contains("TRUE") && !rule.contains("FALSE") {
        return Err("no condition found".to_owned());
    }
    Ok(children)
}

fn find_call(text: &str, call: &str) -> Option<usize> {
    text.find(call).map(|at| at + call.len())
}
