//! Which properties of a resource texts, expressions and boards read. All other properties of a stack can be dropped.

use std::collections::BTreeSet;

/// The variable with the resource's properties.
const VARIABLE: &str = "resource";

/// What precedes the variable where it holds the properties of another resource.
const OTHERS: [&str; 2] = ["parent.", "item."];

/// The properties that one text or expression reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PropertyPaths {
    /// Paths without `resource.`: `TracingConfig.Mode`.
    pub(super) paths: Vec<String>,
    /// Paths of properties of its parent and of linked resources.
    pub(super) of_others: Vec<String>,
    /// Whether it also reads properties by other means than a path (`lookup resource …`).
    pub(super) reads_all: bool,
}

impl PropertyPaths {
    /// The properties in a Handlebars template.
    pub(super) fn of_template(text: &str) -> Self {
        let mut properties = Self::default();
        for (at, _) in text.match_indices(VARIABLE) {
            let (before, after) = (&text[..at], &text[at + VARIABLE.len()..]);
            if before.ends_with(is_word_character) || after.starts_with(is_word_character) {
                // Part of a longer word, such as `resources`.
                continue;
            }
            match after.strip_prefix('.').and_then(leading_path) {
                Some(path) if OTHERS.iter().any(|other| before.ends_with(other)) => {
                    properties.of_others.push(path.to_owned());
                }
                Some(path) => properties.paths.push(path.to_owned()),
                None => properties.reads_all = true,
            }
        }
        properties
    }
}

fn leading_path(text: &str) -> Option<&str> {
    let end = text
        .find(|character| !is_word_character(character) && character != '.')
        .unwrap_or(text.len());
    let path = text[..end].trim_end_matches('.');
    (!path.is_empty()).then_some(path)
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The names of the properties that some texts and expressions read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UsedProperties {
    Some(BTreeSet<String>),
    All,
}

impl Default for UsedProperties {
    fn default() -> Self {
        UsedProperties::Some(BTreeSet::new())
    }
}

impl UsedProperties {
    pub fn contains(&self, property: &str) -> bool {
        match self {
            UsedProperties::Some(names) => names.contains(property),
            UsedProperties::All => true,
        }
    }

    pub fn insert(&mut self, property: &str) {
        if let UsedProperties::Some(names) = self {
            names.insert(property.to_owned());
        }
    }

    pub fn extend(&mut self, other: &UsedProperties) {
        match other {
            UsedProperties::Some(names) => names.iter().for_each(|name| self.insert(name)),
            UsedProperties::All => *self = UsedProperties::All,
        }
    }

    pub(super) fn register(&mut self, properties: &PropertyPaths) {
        if properties.reads_all {
            *self = UsedProperties::All;
        }
        for path in properties.paths.iter().chain(&properties.of_others) {
            self.insert(path.split('.').next().unwrap_or(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(template: &str) -> Option<Vec<String>> {
        let mut used = UsedProperties::default();
        used.register(&PropertyPaths::of_template(template));
        match used {
            UsedProperties::Some(names) => Some(names.into_iter().collect()),
            UsedProperties::All => None,
        }
    }

    #[test]
    fn a_template_uses_the_first_name_of_each_path() {
        assert_eq!(
            used("{{this.resource.Environment.Variables.X}} of {{resources}}"),
            Some(vec!["Environment".to_owned()])
        );
        assert_eq!(used("{{id}}, {{my_resource.Name}}"), Some(vec![]));
        let of_others = PropertyPaths::of_template("{{parent.resource.Name}} {{resource.Size}}");
        assert_eq!(of_others.paths, ["Size"]);
        assert_eq!(of_others.of_others, ["Name"]);
    }

    #[test]
    fn a_template_without_a_path_uses_all_properties() {
        for text in ["{{{json resource}}}", "{{lookup resource 'X'}}"] {
            assert_eq!(used(text), None, "{text}");
        }
    }
}
