//! Tags of generated resources.

use crate::stack::node::{Node, Span};

/// The list form of a map of tags.
pub(super) fn tag_list(span: Span, tags: &Node) -> Node {
    let tags = tags.entries().iter();
    Node::list(
        span,
        tags.map(|entry| tag(span, &entry.key, entry.value.clone()))
            .collect(),
    )
}

/// The list form of the tags in a template, after the tag `sam_key` with the value `SAM`.
pub(super) fn tags_with_sam(span: Span, sam_key: &str, written: Option<&Node>) -> Node {
    let mut tags = vec![tag(span, sam_key, Node::text(span, "SAM"))];
    for entry in written.map(Node::entries).unwrap_or_default() {
        tags.push(tag(span, &entry.key, entry.value.clone()));
    }
    Node::list(span, tags)
}

fn tag(span: Span, key: &str, value: Node) -> Node {
    Node::map(span, [("Key", Node::text(span, key)), ("Value", value)])
}
