//! Placeholder names: names in CloudFormation's form for resources whose name is known only after deployment.

use sha2::{Digest, Sha256};

use crate::inventory::TypeFacts;

/// The characters of the suffixes that CloudFormation generates (observed).
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The placeholder name of a resource: the same for the same stack and logical id.
pub(crate) fn placeholder_name(stack: &str, logical_id: &str, facts: &TypeFacts) -> String {
    let name = generated(stack, logical_id);
    if facts.lowercase_name {
        name.to_lowercase()
    } else {
        name
    }
}

/// The placeholder name of a nested stack, from its path (`Parent/Nested`).
pub(crate) fn placeholder_stack_name(path: &str) -> String {
    let (parent, logical_id) = path.rsplit_once('/').unwrap_or(("", path));
    generated(parent, logical_id)
}

fn generated(stack: &str, logical_id: &str) -> String {
    let stack = stack.replace('/', "-");
    let digest = Sha256::digest(format!("{stack}/{logical_id}"));
    let suffix: String = digest
        .iter()
        .take(12)
        .map(|byte| char::from(BASE32[usize::from(byte % 32)]))
        .collect();
    // A Terraform address has characters that are not allowed in names.
    let words: Vec<&str> = logical_id
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    format!("{stack}-{}-{suffix}", words.join("-"))
}
