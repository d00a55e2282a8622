//! What each Terraform type is in CloudFormation's words. The facts stand in `terraform.toml`; adding a type is adding a table there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// What is to be known of one Terraform type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
    /// The CloudFormation type; none for what is only a part of another resource there.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Attributes that hold what CloudFormation calls the physical id, the first that has a value. Without any, it is made of the name.
    #[serde(default)]
    pub physical_id: Vec<String>,
    /// Attributes by whose values others name it.
    #[serde(default)]
    pub names: Vec<String>,
    pub part_of: Option<PartOf>,
    /// The attribute of each property, by CloudFormation's path.
    #[serde(default)]
    pub properties: BTreeMap<Path, Attribute>,
    /// Properties that definitions speak of and that Terraform has no attribute for; a test asks for them.
    #[serde(default, rename = "unmapped")]
    _unmapped: Vec<String>,
}

/// What Terraform holds as a resource of its own, and CloudFormation as properties of another one.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartOf {
    /// The CloudFormation type of the whole.
    #[serde(rename = "type")]
    pub kind: String,
    /// Patterns of the whole's name, filled with this resource's attributes; the first that names one.
    pub named: Vec<String>,
    /// The attribute that refers to the whole.
    pub by: String,
    /// The list that it is an item of; without one, its properties are the whole's.
    pub list: Option<String>,
}

/// Where a property's value stands.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "AttributeEntry")]
pub(super) struct Attribute {
    pub path: Path,
    /// The attribute is a text that holds JSON.
    pub json: bool,
    /// The value that says the same as none.
    pub absent: Option<Value>,
}

/// An attribute as the table writes it: a path, or a path with marks.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum AttributeEntry {
    Path(Path),
    Marked {
        attribute: Path,
        #[serde(default)]
        json: bool,
        absent: Option<Value>,
    },
}

impl From<AttributeEntry> for Attribute {
    fn from(written: AttributeEntry) -> Self {
        match written {
            AttributeEntry::Path(path) => Self {
                path,
                json: false,
                absent: None,
            },
            AttributeEntry::Marked {
                attribute,
                json,
                absent,
            } => Self {
                path: attribute,
                json,
                absent,
            },
        }
    }
}

/// A way into a value: `dead_letter_config.0.target_arn`, `global_secondary_index[].name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub(super) struct Path(pub Vec<Step>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    /// An item of a list. Terraform writes a block that stands once as a list of one.
    At(usize),
    /// Every item of a list.
    Each,
}

impl From<String> for Path {
    fn from(text: String) -> Self {
        let steps =
            text.split('.')
                .flat_map(|part| match (part.parse(), part.strip_suffix("[]")) {
                    (Ok(index), _) => vec![Step::At(index)],
                    (Err(_), Some(key)) => vec![Step::Key(key.to_owned()), Step::Each],
                    (Err(_), None) => vec![Step::Key(part.to_owned())],
                });
        Self(steps.collect())
    }
}

impl Path {
    /// The keys of the path, joined by dots: how a [`Reference`](crate::inventory::Reference) names a property.
    pub(super) fn keys(&self) -> String {
        let keys = self.0.iter().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::At(_) | Step::Each => None,
        });
        keys.collect::<Vec<&str>>().join(".")
    }

    /// The key that the path begins with.
    pub(super) fn first(&self) -> &str {
        match self.0.first() {
            Some(Step::Key(key)) => key,
            Some(Step::At(_) | Step::Each) | None => "",
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the text is a part of the program, and a test reads it"
)]
static TABLE: LazyLock<BTreeMap<String, Entry>> = LazyLock::new(|| {
    toml::from_str(include_str!("../terraform.toml"))
        .expect("the built-in table of Terraform types is well formed")
});

/// What is known of a Terraform type.
pub(super) fn entry(terraform_type: &str) -> Option<&'static Entry> {
    TABLE.get(terraform_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_is_a_resource_or_a_part_of_one() {
        for (terraform_type, entry) in TABLE.iter() {
            assert!(
                entry.kind.is_some() != entry.part_of.is_some(),
                "{terraform_type}"
            );
        }
    }

    #[test]
    fn lists_are_mapped_to_lists() {
        let lists = |path: &Path| path.0.iter().filter(|step| **step == Step::Each).count();
        for (terraform_type, entry) in TABLE.iter() {
            for (property, attribute) in &entry.properties {
                assert_eq!(
                    lists(property),
                    lists(&attribute.path),
                    "{terraform_type} {}",
                    property.keys()
                );
            }
        }
    }
}
