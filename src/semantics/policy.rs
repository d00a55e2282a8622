//! IAM policy statements: a canonical form, so that two statements with the same meaning are equal.
//!
//! AWS returns a policy as it was written, and people write one meaning in several ways: a value or a list with one value, lists in
//! any order, actions and condition keys in any case, numbers and booleans as text or not, everybody as `"*"` or `{"AWS": "*"}`.

use serde_json::{Map, Value, json};

/// Elements of a statement, of which some ignore case (IAM user guide, "IAM JSON policy elements").
const ACTIONS: [&str; 2] = ["Action", "NotAction"];
const PRINCIPALS: [&str; 2] = ["Principal", "NotPrincipal"];

/// Whether two statements permit or deny the same.
pub fn same_statement(one: &Value, other: &Value) -> bool {
    canonical(one) == canonical(other)
}

fn canonical(statement: &Value) -> Value {
    let Value::Object(elements) = statement else {
        return statement.clone();
    };
    elements
        .iter()
        .map(|(name, value)| (name.clone(), element(name, value)))
        .collect()
}

fn element(name: &str, value: &Value) -> Value {
    if ACTIONS.contains(&name) {
        values(value, str::to_ascii_lowercase)
    } else if PRINCIPALS.contains(&name) {
        principal(value)
    } else if name == "Condition" {
        condition(value)
    } else {
        values(value, str::to_owned)
    }
}

fn principal(value: &Value) -> Value {
    match value {
        Value::Object(kinds) => kinds
            .iter()
            .map(|(kind, who)| (kind.clone(), values(who, str::to_owned)))
            .collect(),
        everybody => json!({ "AWS": values(everybody, str::to_owned) }),
    }
}

/// Operators with their keys. The names of both ignore case.
fn condition(value: &Value) -> Value {
    let Value::Object(operators) = value else {
        return value.clone();
    };
    let mut tests = Map::new();
    for (operator, keys) in operators {
        let keys = keys.as_object().into_iter().flatten();
        let keys: Map<String, Value> = keys
            .map(|(key, wanted)| (key.to_ascii_lowercase(), values(wanted, str::to_owned)))
            .collect();
        tests.insert(operator.to_ascii_lowercase(), Value::Object(keys));
    }
    Value::Object(tests)
}

/// A sorted list of different texts.
fn values(value: &Value, spelling: fn(&str) -> String) -> Value {
    let one = std::slice::from_ref(value);
    let mut texts: Vec<String> = value
        .as_array()
        .map_or(one, Vec::as_slice)
        .iter()
        .map(|value| match value {
            Value::String(text) => spelling(text),
            other => other.to_string(),
        })
        .collect();
    texts.sort();
    texts.dedup();
    json!(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Value {
        json!({
            "Sid": "Ours",
            "Effect": "Allow",
            "Principal": { "Service": "cloudwatch.amazonaws.com" },
            "Action": "sns:Publish",
            "Resource": "arn:aws:sns:us-east-1:123456789012:shop",
            "Condition": { "StringEquals": { "aws:SourceAccount": "123456789012" } },
        })
    }

    /// The statement with one element replaced.
    fn with(element: &str, value: Value) -> Value {
        let mut statement = statement();
        statement[element] = value;
        statement
    }

    #[test]
    fn other_spellings_of_a_statement_are_the_same() {
        let spellings = [
            with("Action", json!("SNS:Publish")),
            with("Action", json!(["sns:publish"])),
            with("Action", json!(["SNS:Publish", "sns:Publish"])),
            with(
                "Resource",
                json!(["arn:aws:sns:us-east-1:123456789012:shop"]),
            ),
            with(
                "Principal",
                json!({ "Service": ["cloudwatch.amazonaws.com"] }),
            ),
            with(
                "Condition",
                json!({ "StringEquals": { "AWS:SourceAccount": ["123456789012"] } }),
            ),
            with(
                "Condition",
                json!({ "stringEquals": { "aws:sourceAccount": 123_456_789_012_u64 } }),
            ),
        ];
        for spelling in spellings {
            assert!(same_statement(&statement(), &spelling), "{spelling}");
        }
    }

    #[test]
    fn everybody_has_two_spellings() {
        assert!(same_statement(
            &with("Principal", json!("*")),
            &with("Principal", json!({ "AWS": ["*"] }))
        ));
    }

    #[test]
    fn other_statements_differ() {
        let others = [
            with("Effect", json!("Deny")),
            with("Sid", json!("ours")),
            with("Action", json!("sns:*")),
            with("Action", json!(["sns:Publish", "sns:Subscribe"])),
            with("Resource", json!("arn:aws:sns:us-east-1:123456789012:SHOP")),
            with("Principal", json!({ "AWS": "cloudwatch.amazonaws.com" })),
            with(
                "Condition",
                json!({ "StringEquals": { "aws:SourceAccount": "210987654321" } }),
            ),
            with(
                "Condition",
                json!({ "StringLike": { "aws:SourceAccount": "123456789012" } }),
            ),
            with("NotAction", json!("sns:Publish")),
        ];
        for other in others {
            assert!(!same_statement(&statement(), &other), "{other}");
        }
    }
}
