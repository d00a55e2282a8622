//! EventBridge's event patterns (EventBridge user guide, "Creating event patterns" and "Comparison operators").

mod check;

use std::net::IpAddr;

use serde_json::{Map, Value, json};

use super::wildcard::is_like;
pub use check::{PatternError, check};

/// Whether an event matches a pattern. Every key of the pattern has to match; a list matches with any of its items. An operator
/// that this module does not know matches nothing.
pub fn matches(pattern: &Value, event: &Value) -> bool {
    pattern
        .as_object()
        .is_some_and(|members| members_match(members, event))
}

fn members_match(members: &Map<String, Value>, event: &Value) -> bool {
    members.iter().all(|(key, pattern)| match pattern {
        Value::Array(patterns) if key == "$or" => patterns
            .iter()
            .any(|alternative| matches(alternative, event)),
        // The keys below a missing key are missing, too.
        Value::Object(inner) => members_match(inner, event.get(key).unwrap_or(&Value::Null)),
        Value::Array(tests) => tests.iter().any(|test| test_matches(test, event.get(key))),
        _ => false,
    })
}

/// `value` is `None` where the event lacks the key. A list in an event matches with any of its items.
fn test_matches(test: &Value, value: Option<&Value>) -> bool {
    if let Some(exists) = test.get("exists").and_then(Value::as_bool) {
        return exists == value.is_some();
    }
    match value {
        None => false,
        Some(Value::Array(items)) => items.iter().any(|item| item_matches(test, item)),
        Some(item) => item_matches(test, item),
    }
}

fn item_matches(test: &Value, item: &Value) -> bool {
    let Value::Object(operators) = test else {
        return test == item;
    };
    let text = item.as_str();
    operators
        .iter()
        .all(|(operator, operand)| match operator.as_str() {
            "prefix" => is_affix(text, operand, |text, prefix| text.starts_with(prefix)),
            "suffix" => is_affix(text, operand, |text, suffix| text.ends_with(suffix)),
            "cidr" => both(text, operand, is_address_in),
            "equals-ignore-case" => both(text, operand, |text, other| {
                text.to_lowercase() == other.to_lowercase()
            }),
            "wildcard" => both(text, operand, is_like),
            "anything-but" => !any_matches(operand, item),
            "numeric" => item
                .as_f64()
                .is_some_and(|number| is_in_range(number, operand)),
            _ => false,
        })
}

fn both(text: Option<&str>, operand: &Value, test: fn(&str, &str) -> bool) -> bool {
    text.zip(operand.as_str())
        .is_some_and(|(text, operand)| test(text, operand))
}

/// The operand of `prefix` and `suffix`: a text, or a text whose case does not matter.
fn is_affix(text: Option<&str>, operand: &Value, test: fn(&str, &str) -> bool) -> bool {
    match operand.get("equals-ignore-case").and_then(Value::as_str) {
        None => both(text, operand, test),
        Some(affix) => text.is_some_and(|text| test(&text.to_lowercase(), &affix.to_lowercase())),
    }
}

/// Whether an address belongs to a block of addresses (`10.0.0.0/24`).
fn is_address_in(address: &str, block: &str) -> bool {
    let (network, length) = block.split_once('/').unwrap_or((block, ""));
    let (Some((address, bits)), Some((network, of_network))) = (bits(address), bits(network))
    else {
        return false;
    };
    let length = length.parse().unwrap_or(bits);
    bits == of_network
        && length <= bits
        && (address ^ network).checked_shr(bits - length).unwrap_or(0) == 0
}

/// The bits of an address, and their number.
fn bits(address: &str) -> Option<(u128, u32)> {
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => (u32::from(address).into(), u32::BITS),
        IpAddr::V6(address) => (u128::from(address), u128::BITS),
    })
}

/// The operand of `anything-but`: a value, a list of values, or an operator on a text or a list of texts.
fn any_matches(operand: &Value, item: &Value) -> bool {
    match operand {
        Value::Array(values) => values.contains(item),
        Value::Object(operators) => operators.iter().any(|(operator, texts)| {
            let texts = texts
                .as_array()
                .map_or(std::slice::from_ref(texts), Vec::as_slice);
            let mut tests = texts.iter().map(|text| json!({ operator.as_str(): text }));
            tests.any(|test| item_matches(&test, item))
        }),
        other => item_matches(other, item),
    }
}

/// Pairs of a comparison and a number: `[">", 0, "<=", 5]`.
fn is_in_range(number: f64, comparisons: &Value) -> bool {
    let comparisons = comparisons.as_array().map_or(&[][..], Vec::as_slice);
    !comparisons.is_empty()
        && comparisons.chunks(2).all(|pair| match pair {
            [Value::String(comparison), bound] => {
                bound
                    .as_f64()
                    .is_some_and(|bound| match comparison.as_str() {
                        "<" => number < bound,
                        "<=" => number <= bound,
                        ">" => number > bound,
                        ">=" => number >= bound,
                        "=" => number.total_cmp(&bound).is_eq(),
                        _ => false,
                    })
            }
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An event of EventBridge's user guide, shortened.
    fn event() -> Value {
        json!({
            "source": "aws.ec2",
            "detail-type": "EC2 Instance State-change Notification",
            "resources": ["arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111", "arn:aws:ec2:us-east-1:123456789012:volume/v-1"],
            "detail": { "state": "pending", "c-count": 5, "d": { "e": null }, "on": true, "ip": "10.0.0.17" },
        })
    }

    /// Whether the event matches, and the pattern.
    const PATTERNS: &str = r#"
        true  { "source": ["aws.ec2"] }
        true  { "source": ["aws.s3", "aws.ec2"] }
        false { "source": ["aws.s3"] }
        false { "source": "aws.ec2" }
        true  { "detail": { "state": ["pending"], "c-count": [5] } }
        false { "detail": { "state": ["pending"], "c-count": [6] } }
        true  { "detail": { "d": { "e": [null] } } }
        true  { "detail": { "on": [true] } }
        true  { "detail": { "mute": { "by": [{ "exists": false }] } } }
        false { "detail": { "d": { "e": [{ "exists": false }] } } }
        true  { "resources": ["arn:aws:ec2:us-east-1:123456789012:volume/v-1"] }
        true  { "resources": [{ "prefix": "arn:aws:ec2:us-east-1:123456789012:instance/" }] }
        true  { "detail": { "state": [{ "prefix": "pend" }] } }
        true  { "detail": { "state": [{ "suffix": "ing" }] } }
        false { "detail": { "state": [{ "suffix": "pend" }] } }
        true  { "detail": { "state": [{ "equals-ignore-case": "PENDING" }] } }
        true  { "detail": { "state": [{ "anything-but": "running" }] } }
        false { "detail": { "state": [{ "anything-but": ["running", "pending"] }] } }
        false { "detail": { "state": [{ "anything-but": { "prefix": "pend" } }] } }
        true  { "detail": { "state": [{ "prefix": { "equals-ignore-case": "PEND" } }] } }
        false { "detail": { "state": [{ "suffix": { "equals-ignore-case": "PEND" } }] } }
        false { "detail": { "state": [{ "anything-but": { "prefix": ["run", "pend"] } }] } }
        true  { "detail": { "state": [{ "anything-but": { "suffix": ["run", "pend"] } }] } }
        true  { "detail": { "ip": [{ "cidr": "10.0.0.0/24" }] } }
        false { "detail": { "ip": [{ "cidr": "10.0.1.0/24" }] } }
        true  { "detail": { "ip": [{ "cidr": "0.0.0.0/0" }] } }
        false { "detail": { "ip": [{ "cidr": "::/0" }] } }
        true  { "detail": { "state": [{ "wildcard": "p*d*g" }] } }
        true  { "detail": { "state": [{ "wildcard": "*" }] } }
        true  { "detail": { "state": [{ "wildcard": "*end*" }] } }
        false { "detail": { "state": [{ "wildcard": "p*x" }] } }
        false { "detail": { "state": [{ "wildcard": "pending*g" }] } }
        true  { "detail": { "c-count": [{ "numeric": [">", 0, "<=", 5] }] } }
        false { "detail": { "c-count": [{ "numeric": ["<", 5] }] } }
        true  { "detail": { "state": [{ "exists": true }] } }
        true  { "detail": { "absent": [{ "exists": false }] } }
        false { "detail": { "state": [{ "exists": false }] } }
        true  { "$or": [{ "source": ["aws.s3"] }, { "detail": { "c-count": [5] } }] }
        false { "detail": { "absent": { "e": ["x"] } } }
        false { "detail": { "state": [{ "unknown": "pending" }] } }
    "#;

    #[test]
    fn the_operators_of_the_user_guide() {
        for line in PATTERNS
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            let (expected, pattern) = line.split_once(' ').unwrap();
            let pattern = serde_json::from_str(pattern).unwrap();
            assert_eq!(matches(&pattern, &event()).to_string(), expected, "{line}");
        }
    }
}
