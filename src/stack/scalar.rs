//! Values of plain YAML scalars under YAML 1.1, the version that CloudFormation and its tools read.
//! Dates stay text, as in CloudFormation (`2012-10-17`).

use serde_json::Number;

use super::node::Value;

/// The value of an unquoted scalar (<https://yaml.org/type/>, as PyYAML resolves it); `None` when it is text.
pub(crate) fn plain(text: &str) -> Option<Value> {
    Some(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Value::Bool(true),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Value::Bool(false)
        }
        other => Value::Number(number(other)?),
    })
}

fn number(text: &str) -> Option<Number> {
    let first = text.bytes().next()?;
    if !matches!(first, b'0'..=b'9' | b'-' | b'+' | b'.') {
        return None;
    }
    integer(text).or_else(|| float(text))
}

fn integer(text: &str) -> Option<Number> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let size = magnitude(digits)?;
    if negative {
        Some(size.checked_neg()?.into())
    } else {
        Some(size.into())
    }
}

fn magnitude(digits: &str) -> Option<i64> {
    let radix = |body: &str, radix| match body.replace('_', "") {
        bare if bare.starts_with(['+', '-']) => None,
        bare => i64::from_str_radix(&bare, radix).ok(),
    };
    if let Some(binary) = digits.strip_prefix("0b") {
        return radix(binary, 2);
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return radix(hex, 16);
    }
    match digits.as_bytes() {
        [b'0'] => Some(0),
        [b'0', ..] => radix(digits, 8),
        [b'1'..=b'9', ..] if digits.contains(':') => sexagesimal(digits),
        [b'1'..=b'9', ..] => radix(digits, 10),
        _ => None,
    }
}

/// `1:30` is ninety in YAML 1.1.
fn sexagesimal(digits: &str) -> Option<i64> {
    let mut parts = digits.split(':');
    let mut total: i64 = parts.next()?.replace('_', "").parse().ok()?;
    for part in parts {
        if part.is_empty() || part.len() > 2 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let part: i64 = part.parse().ok().filter(|part| *part < 60)?;
        total = total.checked_mul(60)?.checked_add(part)?;
    }
    Some(total)
}

/// A float has a point in YAML 1.1; infinities have no form in JSON and stay text.
fn float(text: &str) -> Option<Number> {
    let bare = text.replace('_', "");
    let body = bare.trim_start_matches(['+', '-']);
    let mantissa = body.split(['e', 'E']).next()?;
    let shaped = mantissa.contains('.')
        && mantissa
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let has_digit = mantissa.bytes().any(|byte| byte.is_ascii_digit());
    if !shaped || !has_digit || bare.len() > body.len() + 1 {
        return None;
    }
    Number::from_f64(bare.parse().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stack::node::{Node, Span};

    #[test]
    fn scalars_are_read_as_yaml_1_1_reads_them() {
        let cases = [
            ("yes", "true"),
            ("Off", "false"),
            ("y", "\"y\""),
            ("~", "null"),
            ("012", "10"),
            ("0x1F", "31"),
            ("012345678901", "\"012345678901\""),
            ("089", "\"089\""),
            ("1_000", "1000"),
            ("-5", "-5"),
            ("--5", "\"--5\""),
            ("1:30", "90"),
            ("80:80", "\"80:80\""),
            ("1.50", "1.5"),
            ("1e3", "\"1e3\""),
            ("1.5e+3", "1500.0"),
            (".", "\".\""),
            ("1.2.3", "\"1.2.3\""),
            ("2012-10-17", "\"2012-10-17\""),
            ("99999999999999999999", "\"99999999999999999999\""),
        ];
        for (text, expected) in cases {
            let node = Node {
                span: Span::default(),
                value: plain(text).unwrap_or_else(|| Value::Text(text.into())),
            };
            assert_eq!(node.to_json().to_string(), expected, "{text}");
        }
    }
}
