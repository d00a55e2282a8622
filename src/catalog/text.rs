//! Texts of definitions with Handlebars expressions. Only this file, `board` and `template_limits` name the template engine.

use std::sync::{Arc, OnceLock};

use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderError,
    Renderable, Template, TemplateErrorReason, no_escape,
};
use serde_json::Value;

use super::known_properties;
use super::placeholders::{self, ENGINE_HELPERS};
use super::properties::PropertyPaths;
use super::pseudo_type::ENTRY_POINT;
use super::readable_duration::readable_duration;
use super::template_limits::{self, LimitedOutput};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};
use crate::inventory::ACCOUNT;
use crate::semantics::place::part;
use crate::spanned::Spanned;

/// A literal text or a template.
#[derive(Debug, Clone)]
pub struct TextTemplate {
    source: Arc<str>,
    pub place: Place,
    kind: TextKind,
    properties: Arc<PropertyPaths>,
}

#[derive(Debug, Clone)]
enum TextKind {
    Literal,
    /// Compiled on first use.
    Template(Arc<OnceLock<Template>>),
}

impl PartialEq for TextTemplate {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, &self.place) == (&other.source, &other.place)
    }
}

/// Where a text is written. It decides which values the text can read: docs/definitions.md explains them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TextUse {
    Alarm,
    /// An alarm with `each`.
    RepeatedAlarm,
    Composite,
    Event,
    LogMetric,
    Dimension,
    Filter,
    Label,
    MetricId,
    /// The name of a node in X-Ray.
    NodeName,
}

pub(super) const RESOURCE_VALUES: [&str; 16] = [
    "id",
    "arn",
    "attribute",
    "name",
    "title",
    "logical_id",
    "stack",
    "partition",
    "region",
    "account",
    "resource",
    "parent",
    "invoked_by",
    "invokes",
    "is_dead_letter",
    "log_group",
];

/// The account has no properties and no links.
pub(super) const ACCOUNT_VALUES: [&str; 8] = [
    "id",
    "name",
    "title",
    "logical_id",
    "stack",
    "partition",
    "region",
    "account",
];

pub(super) const PARENT_VALUES: [&str; 4] = ["id", "name", "logical_id", "resource"];

pub(super) const TRACE_VALUES: [&str; 2] = ["name", "type"];

/// The values that a text can read, and the type whose properties `resource` holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Readable<'a> {
    pub(super) text_use: TextUse,
    pub(super) kind: &'a str,
}

impl Readable<'_> {
    fn values(self) -> Vec<&'static str> {
        if self.text_use == TextUse::MetricId {
            return vec!["resource", "logical_id", "physical_id"];
        }
        let own: &[&str] = match self.text_use {
            TextUse::Alarm => &["threshold", "window"],
            TextUse::RepeatedAlarm => &["item", "threshold", "window"],
            TextUse::Dimension => &["item", "threshold"],
            TextUse::Composite
            | TextUse::Event
            | TextUse::LogMetric
            | TextUse::Filter
            | TextUse::Label
            | TextUse::NodeName
            | TextUse::MetricId => &[],
        };
        let of_resource: &[&str] = if self.kind == ACCOUNT {
            &ACCOUNT_VALUES
        } else {
            &RESOURCE_VALUES
        };
        let at_entry_point: &[&str] = if self.kind == ENTRY_POINT {
            &["trace", "slow"]
        } else {
            &[]
        };
        [of_resource, own, at_entry_point].concat()
    }

    /// The diagnostic for a path that is always empty.
    fn check(self, path: &str) -> Option<Diagnostic> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let values = self.values();
        if !values.contains(&first) {
            return Some(unknown_value(path, first, "", &values));
        }
        let members: &[&str] = match first {
            "resource" if !rest.is_empty() => {
                return known_properties::diagnostic(self.kind, rest);
            }
            "parent" => &PARENT_VALUES,
            "trace" => &TRACE_VALUES,
            _ => return None,
        };
        let member = rest.split('.').next().unwrap_or(rest);
        (!rest.is_empty() && !members.contains(&member))
            .then(|| unknown_value(path, rest, &format!("{first}."), members))
    }
}

/// The diagnostic for a helper that neither the engine nor `own` has.
pub(super) fn unknown_helper(code: Code, helper: &str, own: &[&str]) -> Option<Diagnostic> {
    let known = [own, &ENGINE_HELPERS].concat();
    if known.contains(&helper) {
        return None;
    }
    let help = match nearest(helper, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("helpers: {}", known.join(", ")),
    };
    let message = format!("there is no helper `{helper}`");
    Some(Diagnostic::new(code, message).help(help))
}

fn unknown_value(path: &str, word: &str, before: &str, values: &[&str]) -> Diagnostic {
    let message = format!("`{{{{{path}}}}}` is not a value of this text, and would be empty");
    let help = match nearest(word, values.iter().copied()) {
        Some(near) => format!("did you mean `{before}{near}`?"),
        None => format!("values: {}", values.join(", ")),
    };
    Diagnostic::new(Code::UnknownWord, message).help(help)
}

/// The helpers of texts beside the engine's.
const HELPERS: [&str; 4] = ["basename", "ascii", "seconds", "milliseconds"];

/// The template engine with the helpers of texts.
#[derive(Debug)]
pub struct Texts {
    engine: Handlebars<'static>,
}

impl Default for Texts {
    fn default() -> Self {
        let mut engine = Handlebars::new();
        engine.register_escape_fn(no_escape);
        engine.register_helper("basename", Box::new(TextHelper(basename)));
        engine.register_helper("ascii", Box::new(TextHelper(ascii)));
        engine.register_helper("seconds", Box::new(TextHelper(seconds)));
        engine.register_helper("milliseconds", Box::new(TextHelper(milliseconds)));
        Self { engine }
    }
}

/// The values of a rendering: one JSON object with replaceable members.
#[derive(Debug, Clone)]
pub struct Values(Context);

impl Values {
    pub fn new(values: Value) -> Self {
        Self(Context::from(values))
    }

    pub fn set(&mut self, key: &str, value: Value) {
        if let Some(values) = self.0.data_mut().as_object_mut() {
            values.insert(key.to_owned(), value);
        }
    }

    pub fn get(&self) -> &Value {
        self.0.data()
    }

    pub fn into_value(mut self) -> Value {
        self.0.data_mut().take()
    }
}

impl Texts {
    /// The text for these values. A missing value renders as nothing.
    pub fn render(&self, text: &TextTemplate, values: &Values) -> Result<String, Diagnostic> {
        let TextKind::Template(template) = &text.kind else {
            return Ok(text.source.to_string());
        };
        let mut output = LimitedOutput::default();
        text.compiled(template)?
            .render(
                &self.engine,
                &values.0,
                &mut RenderContext::new(None),
                &mut output,
            )
            .map_err(|error| text.render_diagnostic(&error))?;
        Ok(output.0)
    }
}

impl TextTemplate {
    pub(super) fn new(written: &Spanned<String>) -> Self {
        let is_template = written.value.contains("{{");
        let (kind, properties) = if is_template {
            (
                TextKind::Template(Arc::default()),
                PropertyPaths::of_template(&written.value),
            )
        } else {
            (TextKind::Literal, PropertyPaths::default())
        };
        Self {
            source: written.value.as_str().into(),
            place: written.place.clone(),
            kind,
            properties: Arc::new(properties),
        }
    }

    /// Compiles a template now rather than on first use, and finds the values in it that cannot exist.
    pub(super) fn check(&self, readable: Readable<'_>) -> Vec<Diagnostic> {
        let TextKind::Template(template) = &self.kind else {
            return Vec::new();
        };
        let compiled = match self.compiled(template) {
            Ok(compiled) => compiled,
            Err(diagnostic) => return vec![diagnostic],
        };
        let usage = placeholders::usage(compiled);
        let helpers = usage.calls.iter().filter_map(|call| {
            let diagnostic = unknown_helper(Code::TextRender, &call.helper, &HELPERS)?;
            Some(diagnostic.at(part(&self.place, &call.helper)))
        });
        let values = usage.values.iter().filter_map(|value| {
            let path = placeholders::dotted(&value.path)?;
            Some(readable.check(&path)?.at(self.place_of(&value.written)))
        });
        helpers.chain(values).collect()
    }

    /// The members of a value that it reads (`Arn` of `{{attribute.Arn}}`), with their places.
    pub(super) fn members_of(&self, value: &str) -> Vec<(String, Place)> {
        let TextKind::Template(template) = &self.kind else {
            return Vec::new();
        };
        let Ok(compiled) = self.compiled(template) else {
            return Vec::new();
        };
        let usage = placeholders::usage(compiled);
        let read = usage.values.iter().filter_map(|read| {
            let path = placeholders::dotted(&read.path)?;
            let (first, rest) = path.split_once('.')?;
            (first == value).then(|| (rest.to_owned(), self.place_of(&read.written)))
        });
        read.collect()
    }

    /// The place of the expression with only this path, else of the path.
    fn place_of(&self, path: &str) -> Place {
        let expression = format!("{{{{{path}}}}}");
        if self.source.contains(&expression) {
            part(&self.place, &expression)
        } else {
            part(&self.place, path)
        }
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    fn compiled<'t>(&self, template: &'t OnceLock<Template>) -> Result<&'t Template, Diagnostic> {
        if let Some(compiled) = template.get() {
            return Ok(compiled);
        }
        let compiled = compile(&self.source).map_err(|reason| {
            let message = format!("this text is not a Handlebars template: {reason}");
            let help = "a value is written {{name}}; docs/definitions.md lists the values";
            Diagnostic::new(Code::TextSyntax, message)
                .at(self.place.clone())
                .help(help)
        })?;
        Ok(template.get_or_init(|| compiled))
    }

    fn render_diagnostic(&self, error: &RenderError) -> Diagnostic {
        let message = format!("this text cannot be rendered: {}", error.reason());
        Diagnostic::new(Code::TextRender, message).at(self.place.clone())
    }

    pub fn is_template(&self) -> bool {
        matches!(self.kind, TextKind::Template(_))
    }

    /// Whether it contains a block: an empty result is intended.
    pub fn is_conditional(&self) -> bool {
        self.source.contains("{{#")
    }

    /// Paths of the properties that it reads (`TracingConfig.Mode`).
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        self.properties.paths.iter().map(String::as_str)
    }

    pub(super) fn property_paths(&self) -> &PropertyPaths {
        &self.properties
    }
}

fn compile(source: &str) -> Result<Template, String> {
    if let Some(reason) = template_limits::refused_text(source) {
        return Err(reason);
    }
    let template = Template::compile(source).map_err(|error| complaint(error.reason()))?;
    match template_limits::refused_template(&template) {
        Some(reason) => Err(reason),
        None => Ok(template),
    }
}

/// The engine's message without its list of expected tokens.
pub(super) fn complaint(reason: &TemplateErrorReason) -> String {
    let message = reason.to_string();
    let end = message.find(": expected ").unwrap_or(message.len());
    if end < message.len() {
        format!(
            "{}; is every `{{{{` closed, and every block ended?",
            &message[..end]
        )
    } else {
        message
    }
}

/// A helper that writes a text made of its arguments.
struct TextHelper(fn(&Helper<'_>) -> String);

impl HelperDef for TextHelper {
    fn call<'reg: 'rc, 'rc>(
        &self,
        helper: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        out.write(&(self.0)(helper))?;
        Ok(())
    }
}

/// `{{basename x}}`: the part after the last `/` or `:`, such as the name at the end of an ARN.
fn basename(helper: &Helper<'_>) -> String {
    let text = text_argument(helper, 0);
    text.rsplit(['/', ':']).next().unwrap_or(text).to_owned()
}

/// `{{ascii x fallback}}`: the text without its characters outside ASCII; the fallback when nothing is left.
fn ascii(helper: &Helper<'_>) -> String {
    let text = text_argument(helper, 0);
    let kept: String = text.chars().filter(char::is_ascii).collect();
    if kept.is_empty() {
        text_argument(helper, 1).to_owned()
    } else {
        kept
    }
}

/// `{{seconds x}}`: a number of seconds as people say it, `3 d 4 h`.
fn seconds(helper: &Helper<'_>) -> String {
    duration_of(helper, 1.0)
}

/// `{{milliseconds x}}`: a number of milliseconds as people say it, `2.7 s`.
fn milliseconds(helper: &Helper<'_>) -> String {
    duration_of(helper, 1000.0)
}

/// The duration that a helper's argument gives; the argument itself where it is no number. A second has `units` of it.
fn duration_of(helper: &Helper<'_>, units: f64) -> String {
    let value = helper.param(0).map_or(&Value::Null, |param| param.value());
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    match number {
        Some(number) => readable_duration(number / units),
        None => text_argument(helper, 0).to_owned(),
    }
}

/// A text among a helper's arguments; empty for anything else.
fn text_argument<'h>(helper: &'h Helper<'_>, index: usize) -> &'h str {
    let argument = helper.param(index);
    argument
        .and_then(|argument| argument.value().as_str())
        .unwrap_or_default()
}
