//! Intrinsic functions of CloudFormation as nodes, and questions about nodes.

use crate::stack::node::{Entry, Node, Span};

/// `{Ref: id}`
pub(super) fn reference(span: Span, id: &str) -> Node {
    Node::map(span, [("Ref", Node::text(span, id))])
}

/// `{Fn::GetAtt: [id, attribute]}`
pub(super) fn get_att(span: Span, id: &str, attribute: &str) -> Node {
    let arguments = vec![Node::text(span, id), Node::text(span, attribute)];
    Node::map(span, [("Fn::GetAtt", Node::list(span, arguments))])
}

/// `{Fn::Sub: text}`
pub(super) fn sub(span: Span, text: &str) -> Node {
    Node::map(span, [("Fn::Sub", Node::text(span, text))])
}

/// `{Fn::Sub: [text, variables]}`
pub(super) fn sub_with(
    span: Span,
    text: &str,
    variables: impl IntoIterator<Item = (&'static str, Node)>,
) -> Node {
    let arguments = vec![Node::text(span, text), Node::map(span, variables)];
    Node::map(span, [("Fn::Sub", Node::list(span, arguments))])
}

/// `{Fn::If: [condition, yes, no]}`
pub(super) fn fn_if(span: Span, condition: &str, yes: Node, no: Node) -> Node {
    let arguments = vec![Node::text(span, condition), yes, no];
    Node::map(span, [("Fn::If", Node::list(span, arguments))])
}

/// `{Condition: name}`
pub(super) fn condition(span: Span, name: &str) -> Node {
    Node::map(span, [("Condition", Node::text(span, name))])
}

/// `{Fn::Not: [{Condition: name}]}`
pub(super) fn fn_not(span: Span, name: &str) -> Node {
    let arguments = vec![condition(span, name)];
    Node::map(span, [("Fn::Not", Node::list(span, arguments))])
}

/// `{Fn::And: [{Condition: first}, {Condition: second}]}`
pub(super) fn fn_and(span: Span, first: &str, second: &str) -> Node {
    let arguments = vec![condition(span, first), condition(span, second)];
    Node::map(span, [("Fn::And", Node::list(span, arguments))])
}

/// `{Fn::Or: [{Condition: a}, {Condition: b}, …]}`
pub(super) fn fn_or(span: Span, names: &[&str]) -> Node {
    let arguments = names.iter().map(|name| condition(span, name)).collect();
    Node::map(span, [("Fn::Or", Node::list(span, arguments))])
}

/// The `Fn::Sub` of an ARN with the stack's account and Region.
pub(super) fn arn(
    span: Span,
    service: &str,
    resource: &str,
    variables: &[(&'static str, Node)],
) -> Node {
    let text = format!(
        "arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"
    );
    sub_with(span, &text, variables.iter().cloned())
}

/// Whether the node is `{Ref: AWS::NoValue}`.
pub(super) fn is_no_value(node: &Node) -> bool {
    node.text_at("Ref") == Some("AWS::NoValue") && node.single().is_some()
}

/// The logical id in `{Ref: id}` or `{Fn::GetAtt: [id, …]}`.
pub(super) fn referenced_id(node: &Node) -> Option<&str> {
    let entry = node.single()?;
    match &*entry.key {
        "Ref" => entry.value.as_text(),
        "Fn::GetAtt" => entry
            .value
            .items()
            .first()
            .unwrap_or(&entry.value)
            .as_text()
            .and_then(|text| text.split('.').next()),
        _ => None,
    }
}

/// A node that Python counts as true: the translator ignores empty values and `false`.
pub(super) fn truthy(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| {
        let is_empty = node.as_text() == Some("")
            || node.as_bool() == Some(false)
            || node.as_list().is_some_and(<[Node]>::is_empty)
            || node.as_map().is_some_and(<[Entry]>::is_empty);
        !is_empty
    })
}

/// Whether a property has a truthy value.
pub(super) fn has(properties: &Node, key: &str) -> bool {
    truthy(properties.get(key)).is_some()
}

/// The items of a list; any other node counts as one item.
pub(super) fn one_or_many(node: &Node) -> &[Node] {
    node.as_list().unwrap_or(std::slice::from_ref(node))
}

/// The entries of the map under a key; empty for an absent key.
pub(super) fn entries_at<'n>(node: &'n Node, key: &str) -> &'n [Entry] {
    node.get(key).map(Node::entries).unwrap_or_default()
}
