//! The CloudFormation equivalent of each Terraform type, from `terraform.toml`. To add a type, add a table to that file.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

/// The mapping of one Terraform type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TypeMapping {
    /// The CloudFormation type; `None` for a part of another resource.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// Attributes with CloudFormation's physical id; the first with a value counts. Without one, the physical id is derived from the name.
    #[serde(default)]
    pub physical_id: Vec<String>,
    /// Attributes whose values other resources use as its name.
    #[serde(default)]
    pub names: Vec<String>,
    pub part_of: Option<PartOf>,
    /// The attribute of each property, by CloudFormation's path.
    #[serde(default)]
    pub properties: BTreeMap<AttributePath, Attribute>,
    /// Properties in definitions for which Terraform has no attribute; a test requires this list to be complete.
    #[serde(default, rename = "unmapped")]
    _unmapped: Vec<String>,
}

/// A Terraform resource that CloudFormation represents as properties of another resource.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartOf {
    /// The CloudFormation type of the other resource.
    #[serde(rename = "type")]
    pub kind: String,
    /// Patterns for the name of the other resource, filled with attributes; the first match counts.
    pub named: Vec<String>,
    /// The attribute that references the other resource.
    pub by: String,
    /// The list property to which it adds an item; without a list, it adds its properties directly.
    pub list: Option<String>,
}

/// The attribute that holds a property's value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "AttributeForm")]
pub(super) struct Attribute {
    pub path: AttributePath,
    /// The attribute is a JSON text.
    pub json: bool,
    /// A value that counts as absent.
    pub absent: Option<Value>,
}

/// An attribute in `terraform.toml`: a path, or a path with options.
#[derive(Debug, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum AttributeForm {
    Path(AttributePath),
    Marked {
        attribute: AttributePath,
        #[serde(default)]
        json: bool,
        absent: Option<Value>,
    },
}

impl From<AttributeForm> for Attribute {
    fn from(written: AttributeForm) -> Self {
        match written {
            AttributeForm::Path(path) => Self {
                path,
                json: false,
                absent: None,
            },
            AttributeForm::Marked {
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

/// A path into a value: `dead_letter_config.0.target_arn`, `global_secondary_index[].name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(from = "String")]
pub(super) struct AttributePath(pub Vec<PathStep>);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PathStep {
    Key(String),
    /// An item of a list. Terraform writes a single block as a list with one item.
    At(usize),
    /// Every item of a list.
    Each,
}

impl From<String> for AttributePath {
    fn from(text: String) -> Self {
        let steps =
            text.split('.')
                .flat_map(|part| match (part.parse(), part.strip_suffix("[]")) {
                    (Ok(index), _) => vec![PathStep::At(index)],
                    (Err(_), Some(key)) => vec![PathStep::Key(key.to_owned()), PathStep::Each],
                    (Err(_), None) => vec![PathStep::Key(part.to_owned())],
                });
        Self(steps.collect())
    }
}

impl AttributePath {
    /// The keys of the path, joined by dots, as in a [`Reference`](crate::inventory::Reference).
    pub(super) fn keys(&self) -> String {
        let keys = self.0.iter().filter_map(|step| match step {
            PathStep::Key(key) => Some(key.as_str()),
            PathStep::At(_) | PathStep::Each => None,
        });
        keys.collect::<Vec<&str>>().join(".")
    }

    /// The first key of the path.
    pub(super) fn first(&self) -> &str {
        match self.0.first() {
            Some(PathStep::Key(key)) => key,
            Some(PathStep::At(_) | PathStep::Each) | None => "",
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the text is a part of the program, and a test reads it"
)]
static TABLE: LazyLock<BTreeMap<String, TypeMapping>> = LazyLock::new(|| {
    toml::from_str(include_str!("../terraform.toml"))
        .expect("the built-in table of Terraform types is well formed")
});

/// The mapping of a Terraform type.
pub(super) fn entry(terraform_type: &str) -> Option<&'static TypeMapping> {
    TABLE.get(terraform_type)
}

/// Whether the table maps a property, or a part of it, of resources that Terraform calls `terraform_type`.
pub(crate) fn maps_property(terraform_type: &str, property: &str) -> bool {
    let kind = TABLE
        .get(terraform_type)
        .and_then(|entry| entry.kind.as_ref());
    let own = TABLE.get(terraform_type).into_iter();
    let of_parts = TABLE.values().filter(|entry| {
        let part_of = entry.part_of.as_ref();
        part_of.is_some_and(|whole| Some(&whole.kind) == kind)
    });
    let is_in_list = |entry: &TypeMapping| {
        let list = entry
            .part_of
            .as_ref()
            .and_then(|part_of| part_of.list.as_ref());
        list.is_some_and(|list| overlap(list, property))
    };
    own.chain(of_parts).any(|entry| {
        is_in_list(entry)
            || entry
                .properties
                .keys()
                .any(|path| overlap(&path.keys(), property))
    })
}

/// Whether one path is the other, or inside it.
fn overlap(left: &str, right: &str) -> bool {
    let is_within = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    is_within(left, right) || is_within(right, left)
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
    fn a_property_is_mapped_by_its_type_or_a_part() {
        for (terraform_type, property, expected) in [
            ("aws_cloudwatch_event_rule", "EventBusName", true),
            ("aws_cloudwatch_event_rule", "Targets.Arn", true),
            ("aws_lambda_function", "TracingConfig", true),
            ("aws_lambda_function", "CodeSigningConfigArn", false),
            ("aws_s3_bucket", "MetricsConfigurations", true),
            ("aws_wafv2_web_acl", "VisibilityConfig.MetricName", true),
            ("aws_wafv2_web_acl", "Rules", false),
            ("aws_no_such_type", "Name", false),
        ] {
            let found = maps_property(terraform_type, property);
            assert_eq!(found, expected, "{terraform_type} {property}");
        }
    }

    #[test]
    fn lists_are_mapped_to_lists() {
        let lists = |path: &AttributePath| {
            path.0
                .iter()
                .filter(|step| **step == PathStep::Each)
                .count()
        };
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
