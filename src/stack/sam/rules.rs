//! What SAM refuses about single properties, as a table.

use super::build::{given, is_no_value};
use super::{PREFIX, Sam};
use crate::stack::node::Node;
use crate::stack::template::Declared;

/// A condition that a property has to meet when it is given.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// It is a map.
    Map,
    /// It is a boolean, or a function that may give one.
    Boolean,
    /// It is not an empty text.
    Filled,
    /// Its value is none that is looked up at deployment.
    Static,
    /// The other property is given too.
    With(&'static str),
    /// The other property is not given.
    Without(&'static str),
    /// It has only these keys.
    Keys(&'static [&'static str]),
}

/// Type, path of the property, rule.
const RULES: &[(&str, &str, Rule)] = &[
    (
        "Function",
        "CapacityProviderConfig",
        Rule::Without("ProvisionedConcurrencyConfig"),
    ),
    (
        "Function",
        "CapacityProviderConfig",
        Rule::Without("VpcConfig"),
    ),
    ("Function", "CodeUri", Rule::Static),
    (
        "Function",
        "FunctionScalingConfig",
        Rule::With("CapacityProviderConfig"),
    ),
    (
        "Function",
        "ProvisionedConcurrencyConfig",
        Rule::With("AutoPublishAlias"),
    ),
    (
        "Function",
        "TenancyConfig",
        Rule::Without("FunctionUrlConfig"),
    ),
    (
        "Function",
        "TenancyConfig",
        Rule::Without("ProvisionedConcurrencyConfig"),
    ),
    ("Function", "TenancyConfig", Rule::Without("SnapStart")),
    (
        "Function",
        "VersionDeletionPolicy",
        Rule::With("AutoPublishAlias"),
    ),
    ("Api", "DefinitionBody", Rule::Map),
    ("Api", "DefinitionBody", Rule::Without("DefinitionUri")),
    (
        "Api",
        "Domain.MutualTlsAuthentication",
        Rule::Keys(&["TruststoreUri", "TruststoreVersion"]),
    ),
    ("Api", "StageName", Rule::Filled),
    ("HttpApi", "Auth.Authorizers.*.JwtConfiguration", Rule::Map),
    ("HttpApi", "DefinitionBody", Rule::Map),
    ("HttpApi", "DefinitionBody", Rule::Without("DefinitionUri")),
    ("HttpApi", "DisableExecuteApiEndpoint", Rule::Boolean),
    (
        "HttpApi",
        "Domain.MutualTlsAuthentication",
        Rule::Keys(&["TruststoreUri", "TruststoreVersion"]),
    ),
    ("HttpApi", "Tags", Rule::Without("DefinitionUri")),
    ("StateMachine", "Role", Rule::Without("Policies")),
    (
        "StateMachine",
        "DeploymentPreference",
        Rule::With("AutoPublishAlias"),
    ),
    (
        "StateMachine",
        "UseAliasAsEventTarget",
        Rule::With("AutoPublishAlias"),
    ),
    ("WebSocketApi", "RouteSettings", Rule::Map),
];

impl Sam<'_> {
    pub(super) fn check_rules(&mut self, resource: &Declared) {
        let kind = resource.kind.strip_prefix(PREFIX).unwrap_or_default();
        let Some(properties) = resource.properties() else {
            return;
        };
        for (_, path, rule) in RULES.iter().filter(|(of, _, _)| *of == kind) {
            let mut found = Vec::new();
            at(properties, path, &mut found);
            for value in found.into_iter().filter(|value| !is_no_value(value)) {
                if let Some(fault) = rule.broken(value, properties) {
                    self.refuse(format!("`{path}` of `{}` {fault}", resource.id), value.span);
                }
            }
        }
    }
}

impl Rule {
    /// What is wrong with the value, said after its name.
    fn broken(self, value: &Node, properties: &Node) -> Option<String> {
        let is_function = value
            .single()
            .is_some_and(|entry| &*entry.key == "Ref" || entry.key.starts_with("Fn::"));
        let has = |key: &str| given(properties.get(key)).is_some();
        match self {
            Rule::Map => value.as_map().is_none().then(|| "is a map".to_owned()),
            Rule::Boolean => (value.as_bool().is_none() && !is_function)
                .then(|| "is `true` or `false`".to_owned()),
            Rule::Filled => (value.as_text() == Some("")).then(|| "cannot be empty".to_owned()),
            Rule::Static => value
                .as_text()
                .is_some_and(|text| text.contains("{{resolve:"))
                .then(|| "cannot be looked up at deployment".to_owned()),
            Rule::With(other) => (!has(other)).then(|| format!("needs `{other}`")),
            Rule::Without(other) => {
                has(other).then(|| format!("cannot be given together with `{other}`"))
            }
            Rule::Keys(keys) => {
                let unknown = value
                    .entries()
                    .iter()
                    .find(|entry| !keys.contains(&&*entry.key) && !is_function)?;
                Some(format!("has no `{}`", unknown.key))
            }
        }
    }
}

/// The values at a path; `*` stands for every key.
fn at<'n>(node: &'n Node, path: &str, found: &mut Vec<&'n Node>) {
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
            Some(rest) => at(value, rest, found),
            None => found.extend(given(Some(value)).or_else(|| value.as_text().map(|_| value))),
        }
    }
}
