//! Pieces that generated resources are made of: references, properties, attributes that pass through, ids with a hash.

use std::sync::Arc;

use sha1::{Digest, Sha1};

use crate::stack::node::{Entry, Node, Span, word};
use crate::stack::template::Declared;

/// `{Ref: id}`
pub(super) fn reference(span: Span, id: &str) -> Node {
    Node::map(span, [("Ref", Node::text(span, id))])
}

/// `{Fn::GetAtt: [id, attribute]}`
pub(super) fn attribute(span: Span, id: &str, attribute: &str) -> Node {
    Node::map(
        span,
        [(
            "Fn::GetAtt",
            Node::list(
                span,
                vec![Node::text(span, id), Node::text(span, attribute)],
            ),
        )],
    )
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
    Node::map(
        span,
        [(
            "Fn::Sub",
            Node::list(
                span,
                vec![Node::text(span, text), Node::map(span, variables)],
            ),
        )],
    )
}

/// `{Fn::If: [condition, yes, no]}`
pub(super) fn conditional(span: Span, condition: &str, yes: Node, no: Node) -> Node {
    Node::map(
        span,
        [(
            "Fn::If",
            Node::list(span, vec![Node::text(span, condition), yes, no]),
        )],
    )
}

/// An ARN in the stack's own account and Region.
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

pub(super) fn is_no_value(node: &Node) -> bool {
    node.text_at("Ref") == Some("AWS::NoValue") && node.single().is_some()
}

/// The logical id in `{Ref: id}` or `{Fn::GetAtt: [id, …]}`.
pub(super) fn mentioned(node: &Node) -> Option<&str> {
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

/// Whether a node counts as given in the translator: empty values do not.
pub(super) fn given(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| {
        let empty = node.as_text() == Some("")
            || node.as_bool() == Some(false)
            || node.as_list().is_some_and(<[Node]>::is_empty)
            || node.as_map().is_some_and(<[Entry]>::is_empty);
        !empty
    })
}

/// Properties of a resource in the making.
#[derive(Debug)]
pub(super) struct Properties {
    span: Span,
    entries: Vec<Entry>,
}

impl Properties {
    pub(super) fn new(span: Span) -> Self {
        Self {
            span,
            entries: Vec::new(),
        }
    }

    #[must_use]
    pub(super) fn set(mut self, key: &'static str, value: Node) -> Self {
        self.put(key, value);
        self
    }

    /// The property only if there is a value.
    #[must_use]
    pub(super) fn maybe(mut self, key: &'static str, value: Option<Node>) -> Self {
        if let Some(value) = value {
            self.put(key, value);
        }
        self
    }

    /// Properties that keep their name and value; `names` has a space between two.
    #[must_use]
    pub(super) fn copied(mut self, from: &Node, names: &str) -> Self {
        let named = |entry: &&Entry| names.split(' ').any(|name| name == &*entry.key);
        for entry in from
            .entries()
            .iter()
            .filter(named)
            .filter(|entry| !entry.value.is_null())
        {
            self.entries.push(entry.clone());
        }
        self
    }

    pub(super) fn put(&mut self, key: &'static str, value: Node) {
        self.take(Entry {
            key: word(key),
            span: value.span,
            value,
        });
    }

    /// An entry as it is written somewhere, in place of one with its key.
    pub(super) fn take(&mut self, entry: Entry) {
        self.entries.retain(|before| before.key != entry.key);
        self.entries.push(entry);
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries
            .iter()
            .find(|entry| &*entry.key == key)
            .map(|entry| &entry.value)
    }

    pub(super) fn node(self) -> Node {
        Node::of_entries(self.span, self.entries)
    }
}

/// Attributes beside `Properties` that a generated resource takes over from the one it was made for.
#[derive(Debug, Clone, Default)]
pub(super) struct Attributes(Vec<Entry>);

impl Attributes {
    /// Those that every generated resource takes over.
    pub(super) fn passed(resource: &Declared) -> Self {
        Self::of(
            resource,
            &["Condition", "DeletionPolicy", "UpdateReplacePolicy"],
        )
    }

    /// Those that the main resource keeps.
    pub(super) fn kept(resource: &Declared) -> Self {
        Self::of(
            resource,
            &[
                "DeletionPolicy",
                "UpdatePolicy",
                "Condition",
                "UpdateReplacePolicy",
                "Metadata",
                "DependsOn",
            ],
        )
    }

    fn of(resource: &Declared, names: &[&str]) -> Self {
        Self(
            resource
                .body
                .entries()
                .iter()
                .filter(|entry| names.contains(&&*entry.key))
                .cloned()
                .collect(),
        )
    }

    pub(super) fn condition(&self) -> Option<&str> {
        self.0
            .iter()
            .find(|entry| &*entry.key == "Condition")?
            .value
            .as_text()
    }

    #[must_use]
    pub(super) fn with(mut self, key: &'static str, value: Node) -> Self {
        self.0.retain(|entry| &*entry.key != key);
        self.0.push(Entry {
            key: word(key),
            span: value.span,
            value,
        });
        self
    }

    #[must_use]
    pub(super) fn under(self, condition: &str, span: Span) -> Self {
        self.with("Condition", Node::text(span, condition))
    }
}

/// A generated resource.
pub(super) fn declared(
    id: impl Into<Arc<str>>,
    kind: &str,
    attributes: &Attributes,
    properties: Properties,
) -> Declared {
    let span = properties.span;
    let mut entries = attributes.0.clone();
    entries.push(Entry {
        key: word("Properties"),
        span,
        value: properties.node(),
    });
    Declared {
        id: id.into(),
        kind: kind.into(),
        span,
        body: Node::of_entries(span, entries),
    }
}

/// Whether SAM takes a name into a logical id as it is.
pub(super) fn is_alphanumeric(name: &str) -> bool {
    !name.is_empty() && name.chars().all(char::is_alphanumeric)
}

/// Ten hexadecimal digits of the SHA-1 of a text; nothing for no text (`LogicalIdGenerator` of the translator).
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

/// The same for any value: a text as it is, all else as Python writes sorted, compact JSON.
pub(super) fn hash(node: &Node) -> String {
    match node.as_text() {
        Some(text) => text_hash(text),
        None => text_hash(&python_json(node)),
    }
}

/// `json.dumps(value, separators=(",", ":"), sort_keys=True)`: everything beyond ASCII is escaped.
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
