//! The parts of generated logical ids.

use sha1::{Digest, Sha1};

use crate::stack::node::Node;

/// Whether SAM uses a name in a logical id without a hash.
pub(super) fn is_alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.chars().all(char::is_alphanumeric)
}

/// The first ten hexadecimal digits of the SHA-1 of a text; empty for an empty text (`LogicalIdGenerator` of the translator).
pub(super) fn text_hash(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let digest = Sha1::digest(text.as_bytes());
    digest
        .iter()
        .take(5)
        .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"))
}

/// Hashes a text directly, and other values as JSON.
pub(super) fn value_hash(node: &Node) -> String {
    match node.as_text() {
        Some(text) => text_hash(text),
        None => text_hash(&python_json(node)),
    }
}

/// `json.dumps(value, separators=(",", ":"), sort_keys=True)`: escapes all characters beyond ASCII.
fn python_json(node: &Node) -> String {
    let json = node.to_json().to_string();
    if json.is_ascii() {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() * 2);
    for character in json.chars() {
        if character.is_ascii() {
            escaped.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            let digits = format!("\\u{unit:04x}");
            escaped.push_str(&digits);
        }
    }
    escaped
}
