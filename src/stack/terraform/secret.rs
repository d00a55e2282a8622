//! Values that Terraform marks as sensitive.

use crate::diagnostic::Source;
use crate::stack::node::Node;

/// The most values that are hidden one by one.
const MAX_HIDDEN: usize = 1000;

/// Keys with values, and the keys beside them with `true` at each sensitive value.
const MARKED: [(&str, &str); 3] = [
    ("values", "sensitive_values"),
    ("before", "before_sensitive"),
    ("after", "after_sensitive"),
];

/// The sensitive values of one resource instance.
#[derive(Debug, Default)]
pub(super) struct Sensitive<'a> {
    /// `true` at each sensitive value.
    pub marks: Option<&'a Node>,
    /// Attributes of which a state file lists a part.
    attributes: Vec<&'a str>,
}

impl<'a> Sensitive<'a> {
    /// Of a resource of `terraform show -json`.
    pub(super) fn marked(resource: &'a Node) -> Self {
        Self {
            marks: resource.get("sensitive_values"),
            attributes: Vec::new(),
        }
    }

    /// Of an instance of a state file.
    pub(super) fn listed(instance: &'a Node) -> Self {
        Self {
            marks: None,
            attributes: listed_attributes(instance),
        }
    }

    pub(super) fn contains(&self, attribute: &str) -> bool {
        let mark = self.marks.and_then(|marks| marks.get(attribute));
        mark.is_some_and(is_marked) || self.is_listed(attribute)
    }

    /// Whether a state file lists the attribute or a part of it.
    pub(super) fn is_listed(&self, attribute: &str) -> bool {
        self.attributes.contains(&attribute)
    }
}

pub(super) fn is_marked(mark: &Node) -> bool {
    mark.as_bool() == Some(true)
}

/// The attributes of which `sensitive_attributes` lists a path: `[[{ "type": "get_attr", "value": "environment" }, …]]`.
fn listed_attributes(instance: &Node) -> Vec<&str> {
    let paths = instance.get("sensitive_attributes").map(Node::items);
    let paths = paths.unwrap_or_default().iter();
    paths
        .filter_map(|path| path.items().first()?.text_at("value"))
        .collect()
}

/// Hides the sensitive values and the variables of a file from the excerpts of diagnostics.
pub(super) fn hide(source: &Source, root: &Node) {
    let mut secrets = Vec::new();
    let variables = root.get("variables").map(Node::entries);
    let variables = variables.unwrap_or_default().iter();
    secrets.extend(variables.filter_map(|variable| variable.value.get("value")));
    add_secrets(root, &mut secrets);
    if secrets.len() > MAX_HIDDEN {
        source.hide(0..source.text.len());
        return;
    }
    for secret in secrets {
        source.hide(secret.span.range());
    }
}

fn add_secrets<'n>(node: &'n Node, secrets: &mut Vec<&'n Node>) {
    for (values, marks) in MARKED {
        if let (Some(values), Some(marks)) = (node.get(values), node.get(marks)) {
            add_marked(values, marks, secrets);
        }
    }
    if node.get("sensitive").is_some_and(is_marked) {
        secrets.extend(node.get("value"));
    }
    let attributes = node.get("attributes");
    secrets.extend(
        listed_attributes(node)
            .iter()
            .filter_map(|attribute| attributes?.get(attribute)),
    );
    for item in node.items() {
        add_secrets(item, secrets);
    }
    for entry in node.entries() {
        add_secrets(&entry.value, secrets);
    }
}

fn add_marked<'n>(value: &'n Node, mark: &Node, secrets: &mut Vec<&'n Node>) {
    if is_marked(mark) {
        secrets.push(value);
        return;
    }
    for entry in mark.entries() {
        if let Some(value) = value.get(&entry.key) {
            add_marked(value, &entry.value, secrets);
        }
    }
    for (value, mark) in value.items().iter().zip(mark.items()) {
        add_marked(value, mark, secrets);
    }
}
