//! Values of a template's parameters and of CloudFormation's pseudo parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Number, Value as Json};

use super::context::{ReadContext, UnknownNames};
use super::node::{Entry, Node};
use super::partition::url_suffix;
use super::placeholder_name::placeholder_stack_name;
use super::secret::{MASK, hide_values, is_secret, secret_reason};
use super::template::Template;
use super::{functions, language};
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::inventory::Target;
use crate::inventory::unknown_stack_name;

/// A parameter value, or the reason why it is unknown.
#[derive(Debug, Clone)]
pub(crate) enum Parameter {
    Known(Json),
    /// The value of a `NoEcho` parameter: only conditions may use it.
    Secret(Json),
    /// The reason.
    Unknown(String),
    /// `AWS::NoValue`: the property counts as absent.
    NoValue,
}

/// Parameters by name, pseudo parameters included.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    values: BTreeMap<String, Parameter>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Parameters {
    pub(crate) fn get(&self, name: &str) -> Option<&Parameter> {
        self.values.get(name)
    }

    /// The value, when it is known.
    pub(crate) fn known(&self, name: &str) -> Option<&Json> {
        match self.values.get(name)? {
            Parameter::Known(value) => Some(value),
            Parameter::Secret(_) | Parameter::Unknown(_) | Parameter::NoValue => None,
        }
    }

    /// Parameters with a separate placeholder for every unknown value.
    pub(crate) fn with_placeholders(&self) -> Self {
        let mut values = self.values.clone();
        for (name, value) in &mut values {
            if matches!(value, Parameter::Unknown(_)) {
                *value = Parameter::Known(format!("<{name}>").into());
            }
        }
        Self {
            values,
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// The values of all parameters: from the parent stack or the user, else from the deployed stack, else the default.
pub(crate) fn parameters(
    source: &Arc<Source>,
    template: &Template,
    ctx: &ReadContext,
) -> Parameters {
    let mut parameters = Parameters {
        values: pseudo_parameters(ctx),
        diagnostics: Vec::new(),
    };
    for entry in template.parameters.entries() {
        if is_secret(&entry.value) {
            hide_values(source, &entry.value);
        }
        let value = declared(source, entry, ctx, &mut parameters.diagnostics);
        parameters.values.insert(entry.key.to_string(), value);
    }
    for name in ctx
        .parameters
        .keys()
        .filter(|name| template.parameters.get(name).is_none())
    {
        let declared = template
            .parameters
            .entries()
            .iter()
            .map(|entry| &*entry.key);
        let mut diagnostic = Diagnostic::new(
            Code::ParameterUnknown,
            format!("the template `{}` has no parameter `{name}`", source.name),
        );
        diagnostic.help = nearest(name, declared).map(|near| format!("did you mean `{near}`?"));
        parameters.diagnostics.push(diagnostic);
    }
    parameters
}

fn declared(
    source: &Arc<Source>,
    entry: &Entry,
    ctx: &ReadContext,
    diagnostics: &mut Vec<Diagnostic>,
) -> Parameter {
    let (name, declaration) = (&*entry.key, &entry.value);
    let kind = declaration.text_at("Type").unwrap_or("String");
    if kind.starts_with(language::STORED_PARAMETER) {
        return Parameter::Unknown(format!(
            "parameter `{name}` is read from the SSM parameter store at deployment"
        ));
    }
    let passed = ctx.cross_stack.parent_parameters;
    if let Some(shared) = passed.and_then(|parameters| parameters.get(name)) {
        return match &shared.value {
            Ok(value) => known(declaration, kind, &functions::listed(value)),
            Err(reason) => Parameter::Unknown(reason.clone()),
        };
    }
    if let Some(given) = ctx.parameters.get(name) {
        if let Err(reason) = check_value(declaration, kind, given) {
            let place = Place::new(source, entry.span.range()).labelled("declared here");
            let message = if is_secret(declaration) {
                format!("`{MASK}` cannot be the value of `{name}`: it breaks its constraints")
            } else {
                format!("`{given}` cannot be the value of `{name}`: {reason}")
            };
            diagnostics.push(Diagnostic::new(Code::ParameterValue, message).at(place));
        }
        return known(declaration, kind, given);
    }
    let deployed = ctx
        .deployed
        .and_then(|stack| stack.parameters.get(name))
        .map(String::as_str);
    if deployed.is_some_and(|value| is_masked(declaration, value)) {
        return Parameter::Unknown(secret_reason(name));
    }
    if let Some(value) = deployed {
        return known(declaration, kind, value);
    }
    if let Some(value) = declaration.get("Default").and_then(default_text) {
        return known(declaration, kind, &value);
    }
    let message =
        format!("parameter `{name}` has no value: values that depend on it are not known");
    diagnostics.push(
        Diagnostic::new(Code::ParameterWithoutValue, message)
            .at(Place::new(source, entry.span.range()))
            .help(format!("give it one with `--parameter {name}=…`")),
    );
    Parameter::Unknown(format!("parameter `{name}` has no value"))
}

fn default_text(default: &Node) -> Option<String> {
    match default.as_list() {
        Some(items) => Some(
            items
                .iter()
                .filter_map(Node::scalar_text)
                .collect::<Vec<_>>()
                .join(","),
        ),
        None => default.scalar_text(),
    }
}

fn known(declaration: &Node, kind: &str, text: &str) -> Parameter {
    let value = typed(kind, text);
    if is_secret(declaration) {
        Parameter::Secret(value)
    } else {
        Parameter::Known(value)
    }
}

fn is_masked(declaration: &Node, value: &str) -> bool {
    is_secret(declaration) && !value.is_empty() && value.bytes().all(|byte| byte == b'*')
}

fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

fn typed(kind: &str, text: &str) -> Json {
    match kind {
        kind if is_list(kind) => text
            .split(',')
            .map(|item| Json::from(item.trim()))
            .collect(),
        "Number" => number(text).map_or_else(|| text.into(), Json::Number),
        _ => text.into(),
    }
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => Number::from_f64(text.parse().ok()?),
    }
}

/// Checks a value as CloudFormation does before the deployment. `AllowedPattern` is not checked: it is a regular expression of Java.
fn check_value(declaration: &Node, kind: &str, value: &str) -> Result<(), String> {
    let values: Vec<&str> = if is_list(kind) {
        value.split(',').map(str::trim).collect()
    } else {
        vec![value]
    };
    check_numbers(kind, &values)?;
    check_allowed(declaration, &values)?;
    check_bounds(declaration, kind, value)
}

fn check_numbers(kind: &str, values: &[&str]) -> Result<(), String> {
    if !matches!(kind, "Number" | "List<Number>") {
        return Ok(());
    }
    match values.iter().find(|value| number(value).is_none()) {
        Some(value) => Err(format!("`{value}` is not a number")),
        None => Ok(()),
    }
}

fn check_allowed(declaration: &Node, values: &[&str]) -> Result<(), String> {
    let allowed: Vec<String> = declaration
        .get("AllowedValues")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::scalar_text)
        .collect();
    let is_allowed = |value: &&str| allowed.iter().any(|allowed| allowed == value);
    if allowed.is_empty() || values.iter().all(is_allowed) {
        return Ok(());
    }
    let shown: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
    Err(format!("allowed are {}", shown.join(", ")))
}

fn check_bounds(declaration: &Node, kind: &str, value: &str) -> Result<(), String> {
    let (size, min, max, words) = if kind == "Number" {
        let size = value.trim().parse::<f64>().unwrap_or(0.0);
        (size, "MinValue", "MaxValue", "its value")
    } else {
        let size = value.chars().count() as f64;
        (size, "MinLength", "MaxLength", "its length")
    };
    match (bound(declaration, min), bound(declaration, max)) {
        (Some(min), _) if size < min => Err(format!("{words} is at least {min}")),
        (_, Some(max)) if size > max => Err(format!("{words} is at most {max}")),
        _ => Ok(()),
    }
}

fn bound(declaration: &Node, key: &str) -> Option<f64> {
    declaration.get(key)?.scalar_text()?.parse().ok()
}

/// The name of a pseudo parameter, the fact that it needs, and its value.
type PseudoParameter = (&'static str, &'static str, fn(&Target) -> &str);

fn pseudo_parameters(ctx: &ReadContext) -> BTreeMap<String, Parameter> {
    let known: [PseudoParameter; 4] = [
        (language::ACCOUNT_ID, "account id", |identity| {
            &identity.account
        }),
        (language::PARTITION, "partition", |identity| {
            &identity.partition
        }),
        (language::REGION, "Region", |identity| &identity.region),
        (language::URL_SUFFIX, "partition", |identity| {
            url_suffix(&identity.partition)
        }),
    ];
    let of_identity = known.map(|(name, words, value)| {
        let parameter = match ctx.identity {
            Some(identity) => Parameter::Known(value(identity).into()),
            None => Parameter::Unknown(format!("the {words} is not known without an account")),
        };
        (name, parameter)
    });
    let others = [
        (language::NO_VALUE, Parameter::NoValue),
        (
            language::NOTIFICATION_ARNS,
            Parameter::Unknown(
                "the notification topics are known only after deployment".to_owned(),
            ),
        ),
        (
            language::STACK_ID,
            Parameter::Unknown("the stack's id is known only after deployment".to_owned()),
        ),
        (language::STACK_NAME, stack_name(ctx)),
    ];
    of_identity
        .into_iter()
        .chain(others)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// The stack's name; CloudFormation generates that of a nested stack.
fn stack_name(ctx: &ReadContext) -> Parameter {
    match (ctx.cross_stack.enclosing, ctx.deployed, ctx.unknown_names) {
        (None, ..) => Parameter::Known(ctx.stack.into()),
        (Some(_), Some(deployed), _) => Parameter::Known(deployed.name.as_str().into()),
        (Some(_), None, UnknownNames::UsePlaceholders) => {
            Parameter::Known(placeholder_stack_name(ctx.stack).into())
        }
        (Some(_), None, UnknownNames::MarkUnknown) => {
            Parameter::Known(unknown_stack_name(ctx.stack).into())
        }
        (Some(_), None, UnknownNames::LeaveUnknown) => Parameter::Unknown(
            "the name of a nested stack is known only after deployment".to_owned(),
        ),
    }
}
