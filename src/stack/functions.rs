//! CloudFormation's functions on known values.

use std::net::Ipv4Addr;

use serde_json::Value as Json;

use super::node::{Entry, Node};

/// The function call that a node is: a map with a function as its only key.
pub(crate) fn call(node: &Node) -> Option<&Entry> {
    node.single()
        .filter(|entry| &*entry.key == "Ref" || entry.key.starts_with("Fn::"))
}

/// Whether the text has a dynamic reference, which CloudFormation replaces at deployment.
pub(crate) fn has_dynamic_reference(text: &str) -> bool {
    text.contains("{{resolve:")
}

/// A scalar as CloudFormation writes it into text.
pub(crate) fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// A value in the form of a parameter: the items of a list are separated by commas.
pub(crate) fn listed(value: &Json) -> String {
    match value {
        Json::Array(items) => items.iter().map(listed).collect::<Vec<_>>().join(","),
        other => text(other).unwrap_or_else(|| other.to_string()),
    }
}

/// `None` for an item that is not a scalar, or a result longer than `max_bytes`.
pub(crate) fn join(delimiter: &str, items: &[Json], max_bytes: usize) -> Option<String> {
    let texts: Vec<String> = items.iter().map(text).collect::<Option<_>>()?;
    let bytes = texts
        .iter()
        .map(String::len)
        .sum::<usize>()
        .saturating_add(delimiter.len().saturating_mul(texts.len()));
    (bytes <= max_bytes).then(|| texts.join(delimiter))
}

/// Whether two texts are the same, or are JSON objects with the same entries: the order of the keys that `Fn::ToJsonString` writes is
/// not documented.
pub(crate) fn is_same_text(left: &str, right: &str) -> bool {
    left == right || json_object(left).is_some_and(|object| json_object(right) == Some(object))
}

fn json_object(text: &str) -> Option<Json> {
    let text = text.trim();
    if !text.starts_with('{') {
        return None;
    }
    serde_json::from_str(text).ok()
}

pub(crate) fn split(delimiter: &str, whole: &str) -> Json {
    if delimiter.is_empty() {
        return Json::Array(vec![whole.into()]);
    }
    whole.split(delimiter).map(Json::from).collect()
}

pub(crate) fn index(value: &Json) -> Option<usize> {
    text(value)?.trim().parse().ok()
}

/// `Fn::Cidr` for IPv4: `count` blocks of `bits` host bits each from the beginning of `block`.
pub(crate) fn cidr(block: &str, count: usize, bits: u32) -> Option<Vec<String>> {
    let (address, prefix) = block.split_once('/')?;
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= 32)?;
    let host_bits = 32 - prefix;
    if bits > host_bits
        || bits >= 32
        || !(1..=256).contains(&count)
        || (count as u64) << bits > 1_u64 << host_bits
    {
        return None;
    }
    let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
    let base = u32::from(address.parse::<Ipv4Addr>().ok()?) & mask;
    (0..count)
        .map(|number| {
            let offset = u32::try_from(number).ok()?.checked_shl(bits)?;
            Some(format!(
                "{}/{}",
                Ipv4Addr::from(base.checked_add(offset)?),
                32 - bits
            ))
        })
        .collect()
}

/// Base64 with padding (RFC 4648, section 4).
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| word << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = (word >> (18 - 6 * place)) as usize & 63;
            encoded.push(if place <= chunk.len() {
                char::from(ALPHABET[digit])
            } else {
                '='
            });
        }
    }
    encoded
}

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    Text(&'t str),
    Variable(&'t str),
}

/// The pieces of a `Fn::Sub` text: `${Name}` is a variable, `${!Name}` is the literal `${Name}`.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else {
            break;
        };
        let name = &rest[start + 2..start + length];
        let after = &rest[start + length + 1..];
        if name.starts_with('!') {
            found.extend([
                Piece::Text(&rest[..start]),
                Piece::Text("${"),
                Piece::Text(&rest[start + 3..=start + length]),
            ]);
        } else {
            found.extend([Piece::Text(&rest[..start]), Piece::Variable(name.trim())]);
        }
        rest = after;
    }
    found.push(Piece::Text(rest));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cidr_blocks_equal_those_of_the_user_guide() {
        let blocks = cidr("192.168.0.0/24", 6, 5).expect("six blocks fit");
        assert_eq!(blocks.first().map(String::as_str), Some("192.168.0.0/27"));
        assert_eq!(blocks.last().map(String::as_str), Some("192.168.0.160/27"));
        assert_eq!(
            cidr("192.168.0.0/24", 9, 5),
            None,
            "nine blocks of 32 do not fit"
        );
        assert_eq!(cidr("::/0", 1, 8), None);
    }

    #[test]
    fn json_objects_are_compared_by_their_entries() {
        let cases = [
            (r#"{"a":1,"b":[1,2]}"#, r#"{ "b": [1, 2], "a": 1 }"#, true),
            (r#"{"a":[1,2]}"#, r#"{"a":[2,1]}"#, false),
            ("[1, 2]", "[1,2]", false),
            ("{a", "{a", true),
            ("1", "1.0", false),
        ];
        for (left, right, expected) in cases {
            assert_eq!(is_same_text(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn base64_equals_the_examples_of_the_rfc() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, encoded) in cases {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn literal_variables_of_sub_are_kept() {
        let joined = |text: &str| {
            let pieces = pieces(text);
            let shown = pieces.iter().flat_map(|piece| match piece {
                Piece::Text(text) => ["", text, ""],
                Piece::Variable(name) => ["<", name, ">"],
            });
            shown.collect::<String>()
        };
        assert_eq!(joined("a${B.C}d${!E}f$g"), "a<B.C>d${E}f$g");
        assert_eq!(joined("open ${end"), "open ${end");
    }
}
