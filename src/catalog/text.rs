//! Texts with Handlebars in them, as definitions and boards use them. The only file that names the template engine, with `board`.

use std::io;
use std::sync::{Arc, OnceLock};

use handlebars::{
    Context, Handlebars, Output, RenderContext, RenderError, Renderable, Template,
    TemplateErrorReason, no_escape,
};
use serde_json::Value;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::spanned::Spanned;

/// A text, or a template for one.
#[derive(Debug, Clone)]
pub struct Text {
    source: Arc<str>,
    pub place: Place,
    kind: TextKind,
}

#[derive(Debug, Clone)]
enum TextKind {
    Literal,
    /// Compiled when it is first used.
    Template(Arc<OnceLock<Template>>),
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        (&self.source, &self.place) == (&other.source, &other.place)
    }
}

/// What a template is rendered to. The engine's own output makes room for a whole page, and there are tens of thousands of these.
#[derive(Default)]
struct Line(String);

impl Output for Line {
    fn write(&mut self, part: &str) -> io::Result<()> {
        self.0.push_str(part);
        Ok(())
    }
}

fn not_rendered(text: &Text, error: &RenderError) -> Diagnostic {
    Diagnostic::new(
        Code::TextRender,
        format!("this text cannot be made: {}", error.reason()),
    )
    .at(text.place.clone())
}

/// The template engine, with what texts may call.
#[derive(Debug)]
pub struct Texts {
    engine: Handlebars<'static>,
    checks_at_once: bool,
}

impl Default for Texts {
    fn default() -> Self {
        let mut engine = Handlebars::new();
        engine.register_escape_fn(no_escape);
        engine.register_helper("basename", Box::new(basename));
        Self {
            engine,
            checks_at_once: false,
        }
    }
}

/// What texts are rendered with: one JSON object, of which single values can be exchanged cheaply.
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
    /// From here on, texts are compiled as they are taken in. Built-in ones wait for their use: a test has compiled them all.
    pub fn check_at_once(&mut self) {
        self.checks_at_once = true;
    }

    /// Takes in a text; a template that cannot be compiled is a fault of its author.
    pub fn add(&mut self, written: &Spanned<String>) -> Result<Text, Diagnostic> {
        let is_template = written.value.contains("{{");
        let kind = if is_template {
            TextKind::Template(Arc::default())
        } else {
            TextKind::Literal
        };
        let text = Text {
            source: written.value.as_str().into(),
            place: written.place.clone(),
            kind,
        };
        if let (TextKind::Template(template), true) = (&text.kind, self.checks_at_once) {
            text.compiled(template)?;
        }
        Ok(text)
    }

    /// The text for these values. A value that is not there is empty.
    pub fn render(&self, text: &Text, values: &Values) -> Result<String, Diagnostic> {
        match &text.kind {
            TextKind::Literal => Ok(text.source.to_string()),
            TextKind::Template(template) => {
                let mut line = Line::default();
                text.compiled(template)?
                    .render(
                        &self.engine,
                        &values.0,
                        &mut RenderContext::new(None),
                        &mut line,
                    )
                    .map(|()| line.0)
                    .map_err(|error| not_rendered(text, &error))
            }
        }
    }
}

impl Text {
    pub fn source(&self) -> &str {
        &self.source
    }

    fn compiled<'t>(&self, template: &'t OnceLock<Template>) -> Result<&'t Template, Diagnostic> {
        if let Some(compiled) = template.get() {
            return Ok(compiled);
        }
        let compiled = Template::compile(&self.source).map_err(|error| {
            let message = format!(
                "this text is no Handlebars template: {}",
                complaint(error.reason())
            );
            let help =
                "a value is written {{name}}; see docs/definitions.md for the values there are";
            Diagnostic::new(Code::TextSyntax, message)
                .at(self.place.clone())
                .help(help)
        })?;
        Ok(template.get_or_init(|| compiled))
    }

    pub fn is_template(&self) -> bool {
        matches!(self.kind, TextKind::Template(_))
    }

    /// Whether it is written to come out empty for some resources.
    pub fn is_conditional(&self) -> bool {
        self.source.contains("{{#")
    }

    /// The properties of the resource that it speaks of, as paths (`TracingConfig.Mode`; calls at the end included).
    pub fn properties(&self) -> impl Iterator<Item = &str> {
        mentions(&self.source)
    }
}

/// What the engine says, without the list of all that it would have taken.
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

/// `{{basename x}}`: what follows the last `/` or `:`, the name at the end of an ARN.
fn basename(
    helper: &handlebars::Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut handlebars::RenderContext<'_, '_>,
    out: &mut dyn handlebars::Output,
) -> handlebars::HelperResult {
    let text = helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .unwrap_or_default();
    out.write(text.rsplit(['/', ':']).next().unwrap_or(text))?;
    Ok(())
}

/// What follows each `resource.` in a text, as far as it is a dotted path.
pub(super) fn mentions(text: &str) -> impl Iterator<Item = &str> {
    text.split("resource.").skip(1).map(|rest| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.')
            .unwrap_or(rest.len());
        rest[..end].trim_end_matches('.')
    })
}
