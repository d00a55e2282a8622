//! Values of a template's parameters and of CloudFormation's pseudo parameters.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Number, Value as Json};

use super::names::invented_stack;
use super::node::{Entry, Node};
use super::template::Template;
use super::{ReadContext, UnknownNames, functions};
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::inventory::Identity;

/// What a name stands for.
#[derive(Debug, Clone)]
pub(crate) enum Parameter {
    Known(Json),
    /// The reason why not.
    Unknown(String),
    /// `AWS::NoValue`: the property is not set.
    Nothing,
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
            Parameter::Unknown(_) | Parameter::Nothing => None,
        }
    }

    /// The same names, with a text in place of what is not known: equal where the unknown value is the same.
    pub(crate) fn with_stand_ins(&self) -> Self {
        let stand_in = |(name, value): (&String, &Parameter)| {
            let value = match value {
                Parameter::Unknown(_) => Parameter::Known(format!("<{name}>").into()),
                Parameter::Known(_) | Parameter::Nothing => value.clone(),
            };
            (name.clone(), value)
        };
        Self {
            values: self.values.iter().map(stand_in).collect(),
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}

/// The values in force: given ones first, then those of the deployed stack, then defaults.
pub(crate) fn parameters(
    source: &Arc<Source>,
    template: &Template,
    ctx: &ReadContext,
) -> Parameters {
    let mut found = Parameters {
        values: pseudo(ctx),
        diagnostics: Vec::new(),
    };
    for entry in template.parameters.entries() {
        let value = declared(source, entry, ctx, &mut found.diagnostics);
        found.values.insert(entry.key.to_string(), value);
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
        let mut fault = Diagnostic::new(
            Code::ParameterUnknown,
            format!("the template `{}` has no parameter `{name}`", source.name),
        );
        fault.help = nearest(name, declared).map(|near| format!("did you mean `{near}`?"));
        found.diagnostics.push(fault);
    }
    found
}

fn declared(
    source: &Arc<Source>,
    entry: &Entry,
    ctx: &ReadContext,
    diagnostics: &mut Vec<Diagnostic>,
) -> Parameter {
    let (name, declaration) = (&*entry.key, &entry.value);
    let kind = declaration.text_at("Type").unwrap_or("String");
    if kind.starts_with("AWS::SSM::Parameter::Value<") {
        return Parameter::Unknown(format!(
            "parameter `{name}` is read from the SSM parameter store at deployment"
        ));
    }
    if let Some(given) = ctx.around.given.and_then(|given| given.get(name)) {
        return match &given.value {
            Ok(value) => Parameter::Known(typed(kind, &functions::listed(value))),
            Err(reason) => Parameter::Unknown(reason.clone()),
        };
    }
    if let Some(given) = ctx.parameters.get(name) {
        if let Err(why) = permitted(declaration, kind, given) {
            let place = Place::new(source, entry.span.range()).labelled("declared here");
            diagnostics.push(
                Diagnostic::new(
                    Code::ParameterValue,
                    format!("`{given}` cannot be the value of `{name}`: {why}"),
                )
                .at(place),
            );
        }
        return Parameter::Known(typed(kind, given));
    }
    let deployed = ctx
        .deployed
        .and_then(|stack| stack.parameters.get(name))
        .map(String::as_str);
    if deployed.is_some_and(|value| is_masked(declaration, value)) {
        return Parameter::Unknown(format!("parameter `{name}` is secret (`NoEcho`)"));
    }
    if let Some(value) = deployed {
        return Parameter::Known(typed(kind, value));
    }
    if let Some(value) = declaration.get("Default").and_then(default_text) {
        return Parameter::Known(typed(kind, &value));
    }
    let message = format!("parameter `{name}` has no value: what depends on it is not known");
    let found = Diagnostic::new(Code::ParameterWithoutValue, message)
        .at(Place::new(source, entry.span.range()));
    diagnostics.push(found.help(format!("give it one with `--parameter {name}=…`")));
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

fn is_masked(declaration: &Node, value: &str) -> bool {
    let secret = declaration
        .get("NoEcho")
        .and_then(Node::scalar_text)
        .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    secret && !value.is_empty() && value.bytes().all(|byte| byte == b'*')
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

/// What CloudFormation checks before it takes a value. `AllowedPattern` is left to it: its regular expressions are Java's.
fn permitted(declaration: &Node, kind: &str, value: &str) -> Result<(), String> {
    if matches!(kind, "Number" | "List<Number>") {
        let parts: Vec<&str> = if kind == "Number" {
            vec![value]
        } else {
            value.split(',').collect()
        };
        if let Some(part) = parts.iter().find(|part| number(part).is_none()) {
            return Err(format!("`{part}` is no number"));
        }
    }
    let allowed: Vec<String> = declaration
        .get("AllowedValues")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .filter_map(Node::scalar_text)
        .collect();
    let values: Vec<&str> = if is_list(kind) {
        value.split(',').map(str::trim).collect()
    } else {
        vec![value]
    };
    if !allowed.is_empty()
        && values
            .iter()
            .any(|value| !allowed.iter().any(|one| one == value))
    {
        return Err(format!(
            "allowed are {}",
            allowed
                .iter()
                .map(|one| format!("`{one}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    let bound = |key: &str| {
        declaration
            .get(key)
            .and_then(Node::scalar_text)
            .and_then(|text| text.parse::<f64>().ok())
    };
    let size = if kind == "Number" {
        value.trim().parse::<f64>().unwrap_or(0.0)
    } else {
        value.chars().count() as f64
    };
    let (least, most, what) = if kind == "Number" {
        ("MinValue", "MaxValue", "its value")
    } else {
        ("MinLength", "MaxLength", "its length")
    };
    match (bound(least), bound(most)) {
        (Some(least), _) if size < least => Err(format!("{what} is at least {least}")),
        (_, Some(most)) if size > most => Err(format!("{what} is at most {most}")),
        _ => Ok(()),
    }
}

fn pseudo(ctx: &ReadContext) -> BTreeMap<String, Parameter> {
    let of_identity = |part: fn(&Identity) -> String, what: &str| match ctx.identity {
        Some(identity) => Parameter::Known(part(identity).into()),
        None => Parameter::Unknown(format!("the {what} is not known without an account")),
    };
    let after = |what: &str| Parameter::Unknown(format!("{what} known only after deployment"));
    [
        (
            "AWS::AccountId",
            of_identity(|identity| identity.account.clone(), "account id"),
        ),
        ("AWS::NoValue", Parameter::Nothing),
        (
            "AWS::NotificationARNs",
            after("the notification topics are"),
        ),
        (
            "AWS::Partition",
            of_identity(|identity| identity.partition.clone(), "partition"),
        ),
        (
            "AWS::Region",
            of_identity(|identity| identity.region.clone(), "Region"),
        ),
        ("AWS::StackId", after("the stack's id is")),
        ("AWS::StackName", stack_name(ctx)),
        (
            "AWS::URLSuffix",
            of_identity(
                |identity| url_suffix(&identity.partition).to_owned(),
                "partition",
            ),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

/// The name of a nested stack is CloudFormation's own.
fn stack_name(ctx: &ReadContext) -> Parameter {
    match (ctx.around.inside, ctx.deployed, ctx.unknown_names) {
        (None, ..) => Parameter::Known(ctx.stack.into()),
        (Some(_), Some(deployed), _) => Parameter::Known(deployed.name.as_str().into()),
        (Some(_), None, UnknownNames::UsePlaceholders) => {
            Parameter::Known(invented_stack(ctx.stack).into())
        }
        (Some(_), None, UnknownNames::LeaveUnknown) => Parameter::Unknown(
            "the name of a nested stack is known only after deployment".to_owned(),
        ),
    }
}

/// The domain of a partition's endpoints (`AWS::URLSuffix`; partitions.json of botocore).
pub(crate) fn url_suffix(partition: &str) -> &'static str {
    match partition {
        "aws-cn" => "amazonaws.com.cn",
        "aws-iso" => "c2s.ic.gov",
        "aws-iso-b" => "sc2s.sgov.gov",
        "aws-iso-e" => "cloud.adc-e.uk",
        "aws-iso-f" => "csp.hci.ic.gov",
        "aws-eusc" => "amazonaws.eu",
        _ => "amazonaws.com",
    }
}
