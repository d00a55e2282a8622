//! A table of the property values that SAM refuses.

use super::intrinsic::{has, is_no_value, truthy};
use super::translator::{PREFIX, Translator};
use crate::stack::node::Node;
use crate::stack::template::Declared;

/// A requirement on a property value.
#[derive(Debug, Clone, Copy)]
enum Constraint {
    Map,
    /// A boolean or an intrinsic function.
    Boolean,
    /// Not an empty text.
    NotEmpty,
    /// Without a dynamic reference (`{{resolve:…}}`).
    Static,
    /// Requires the other property.
    With(&'static str),
    /// Excludes the other property.
    Without(&'static str),
    /// A map with only these keys.
    Keys(&'static [&'static str]),
}

/// The type, the path of the property, and the constraint.
const CONSTRAINTS: &[(&str, &str, Constraint)] = &[
    (
        "Function",
        "CapacityProviderConfig",
        Constraint::Without("ProvisionedConcurrencyConfig"),
    ),
    (
        "Function",
        "CapacityProviderConfig",
        Constraint::Without("VpcConfig"),
    ),
    ("Function", "CodeUri", Constraint::Static),
    (
        "Function",
        "FunctionScalingConfig",
        Constraint::With("CapacityProviderConfig"),
    ),
    (
        "Function",
        "ProvisionedConcurrencyConfig",
        Constraint::With("AutoPublishAlias"),
    ),
    (
        "Function",
        "TenancyConfig",
        Constraint::Without("FunctionUrlConfig"),
    ),
    (
        "Function",
        "TenancyConfig",
        Constraint::Without("ProvisionedConcurrencyConfig"),
    ),
    (
        "Function",
        "TenancyConfig",
        Constraint::Without("SnapStart"),
    ),
    (
        "Function",
        "VersionDeletionPolicy",
        Constraint::With("AutoPublishAlias"),
    ),
    ("Api", "DefinitionBody", Constraint::Map),
    (
        "Api",
        "DefinitionBody",
        Constraint::Without("DefinitionUri"),
    ),
    (
        "Api",
        "Domain.MutualTlsAuthentication",
        Constraint::Keys(&["TruststoreUri", "TruststoreVersion"]),
    ),
    ("Api", "StageName", Constraint::NotEmpty),
    (
        "HttpApi",
        "Auth.Authorizers.*.JwtConfiguration",
        Constraint::Map,
    ),
    ("HttpApi", "DefinitionBody", Constraint::Map),
    (
        "HttpApi",
        "DefinitionBody",
        Constraint::Without("DefinitionUri"),
    ),
    ("HttpApi", "DisableExecuteApiEndpoint", Constraint::Boolean),
    (
        "HttpApi",
        "Domain.MutualTlsAuthentication",
        Constraint::Keys(&["TruststoreUri", "TruststoreVersion"]),
    ),
    ("HttpApi", "Tags", Constraint::Without("DefinitionUri")),
    ("StateMachine", "Role", Constraint::Without("Policies")),
    (
        "StateMachine",
        "DeploymentPreference",
        Constraint::With("AutoPublishAlias"),
    ),
    (
        "StateMachine",
        "UseAliasAsEventTarget",
        Constraint::With("AutoPublishAlias"),
    ),
    ("WebSocketApi", "RouteSettings", Constraint::Map),
];

impl Translator<'_> {
    pub(super) fn check_constraints(&mut self, resource: &Declared) {
        let kind = resource.kind.strip_prefix(PREFIX).unwrap_or_default();
        let Some(properties) = resource.properties() else {
            return;
        };
        for (_, path, constraint) in CONSTRAINTS.iter().filter(|(of, _, _)| *of == kind) {
            let mut values = Vec::new();
            collect_values(properties, path, &mut values);
            for value in values.into_iter().filter(|value| !is_no_value(value)) {
                if let Some(violation) = constraint.violation(value, properties) {
                    self.refuse(
                        format!("`{path}` of `{}` {violation}", resource.id),
                        value.span,
                    );
                }
            }
        }
    }
}

impl Constraint {
    /// The predicate of a message about the property.
    fn violation(self, value: &Node, properties: &Node) -> Option<String> {
        let is_function = value
            .single()
            .is_some_and(|entry| &*entry.key == "Ref" || entry.key.starts_with("Fn::"));
        match self {
            Constraint::Map => value.as_map().is_none().then(|| "must be a map".to_owned()),
            Constraint::Boolean => (value.as_bool().is_none() && !is_function)
                .then(|| "must be `true` or `false`".to_owned()),
            Constraint::NotEmpty => {
                (value.as_text() == Some("")).then(|| "cannot be empty".to_owned())
            }
            Constraint::Static => value
                .as_text()
                .is_some_and(|text| text.contains("{{resolve:"))
                .then(|| "cannot be a dynamic reference".to_owned()),
            Constraint::With(other) => {
                (!has(properties, other)).then(|| format!("needs `{other}`"))
            }
            Constraint::Without(other) => {
                has(properties, other).then(|| format!("cannot be given together with `{other}`"))
            }
            Constraint::Keys(keys) => {
                let unknown = value
                    .entries()
                    .iter()
                    .find(|entry| !keys.contains(&&*entry.key) && !is_function)?;
                Some(format!("has no `{}`", unknown.key))
            }
        }
    }
}

/// Collects the values at a path; `*` matches every key.
fn collect_values<'n>(node: &'n Node, path: &str, found: &mut Vec<&'n Node>) {
    let (first, rest) = path
        .split_once('.')
        .map_or((path, None), |(first, rest)| (first, Some(rest)));
    let values = node
        .entries()
        .iter()
        .filter(|entry| first == "*" || &*entry.key == first)
        .map(|entry| &entry.value);
    for value in values.filter(|value| !value.is_null()) {
        match rest {
            Some(rest) => collect_values(value, rest, found),
            None => found.extend(truthy(Some(value)).or_else(|| value.as_text().map(|_| value))),
        }
    }
}
