//! The rules of composite alarms, as far as the sandbox must judge them.

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
