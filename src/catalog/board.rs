//! Boards: Handlebars templates in `dashboards/` for the widgets of one dashboard section. A board renders to a sequence of JSON objects,
//! one per widget, without commas and without positions: `synth` does the layout.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use handlebars::{
    Context, Handlebars, Helper, HelperResult, Output, RenderContext, RenderErrorReason,
    Renderable, Template,
};
use serde_json::{Map, Value, json};

use super::placeholders::{self, Usage};
use super::properties::PropertyPaths;
use super::template_limits::{self, LimitedOutput};
use super::template_parts::compile_parts;
use super::text::complaint;
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};

/// The board of the whole stack. All other boards belong to the definition file of the same name.
pub const OVERVIEW: &str = "overview";

/// The end of the names of boards with what a definition file shows on the overview: `lambda.overview`.
pub const ON_OVERVIEW: &str = ".overview";

/// The board of definition files without their own.
pub const DEFAULT: &str = "default";

/// The helpers of boards beside the engine's.
pub(super) const HELPERS: [&str; 5] = ["rows", "rates", "sources", "json", "plain"];

/// All boards of a catalogue.
#[derive(Debug)]
pub struct BoardTemplates {
    engine: Handlebars<'static>,
    boards: BTreeMap<String, Board>,
}

#[derive(Debug)]
struct Board {
    source: Arc<Source>,
    /// Tests check built-in boards against CloudWatch's rules; an author's board is checked at every start.
    built_in: bool,
    /// Compiled on first use.
    template: OnceLock<Template>,
}

impl Board {
    fn compiled(&self) -> Result<&Template, Diagnostic> {
        if let Some(compiled) = self.template.get() {
            return Ok(compiled);
        }
        if let Some(reason) = template_limits::refused_text(&self.source.text) {
            return Err(self.refused(&reason));
        }
        let compile = if self.built_in {
            compile_parts
        } else {
            Template::compile
        };
        let compiled = compile(&self.source.text).map_err(|error| {
            let line = error.pos().map_or(1, |(line, _)| line);
            let message = format!(
                "this board is not a Handlebars template: {}",
                complaint(error.reason())
            );
            Diagnostic::new(Code::BoardSyntax, message)
                .at(Place::new(&self.source, line_span(&self.source.text, line)))
        })?;
        match template_limits::refused_template(&compiled) {
            Some(reason) => Err(self.refused(&reason)),
            None => Ok(self.template.get_or_init(|| compiled)),
        }
    }

    fn refused(&self, reason: &str) -> Diagnostic {
        Diagnostic::new(
            Code::BoardSyntax,
            format!("this board cannot be used: {reason}"),
        )
        .at(Place::new(&self.source, line_span(&self.source.text, 1)))
    }
}

impl Default for BoardTemplates {
    fn default() -> Self {
        let mut engine = Handlebars::new();
        engine.register_escape_fn(inside_json_string);
        engine.register_helper("rows", Box::new(rows));
        engine.register_helper("rates", Box::new(rates));
        engine.register_helper("sources", Box::new(sources));
        engine.register_helper("json", Box::new(as_json));
        engine.register_helper("plain", Box::new(plain));
        Self {
            engine,
            boards: BTreeMap::new(),
        }
    }
}

impl BoardTemplates {
    /// Adds a built-in board. It is compiled on first use; a test compiles all of them.
    pub fn add_built_in(&mut self, stem: &str, source: &Arc<Source>) {
        self.boards.insert(
            stem.to_owned(),
            Board {
                source: Arc::clone(source),
                built_in: true,
                template: OnceLock::new(),
            },
        );
    }

    /// Adds an author's board. It replaces a built-in board of the same name.
    pub fn add(&mut self, stem: &str, source: &Arc<Source>) -> Vec<Diagnostic> {
        let board = Board {
            source: Arc::clone(source),
            built_in: false,
            template: OnceLock::new(),
        };
        let error = board.compiled().err();
        self.boards.insert(stem.to_owned(), board);
        error.into_iter().collect()
    }

    pub fn is_built_in(&self, stem: &str) -> bool {
        self.boards.get(stem).is_some_and(|board| board.built_in)
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.boards.keys().map(String::as_str)
    }

    /// The board of a definition file: its own, or the default one.
    pub fn of_file<'f>(&self, file: &'f str) -> &'f str {
        if self.boards.contains_key(file) {
            file
        } else {
            DEFAULT
        }
    }

    /// The board with what a definition file shows on the overview. None of the built-in ones if the project has an overview of its own.
    pub fn on_overview(&self, file: &str) -> Option<String> {
        let name = format!("{file}{ON_OVERVIEW}");
        let board = self.boards.get(&name)?;
        let is_shown = !board.built_in || self.is_built_in(OVERVIEW);
        is_shown.then_some(name)
    }

    /// Whether a board shows a metric or an alarm of that name. The default board shows every metric.
    pub fn mentions(&self, stem: &str, word: &str) -> bool {
        stem == DEFAULT
            || self
                .source(stem)
                .is_some_and(|source| source.text.contains(word))
    }

    pub fn source(&self, stem: &str) -> Option<&Arc<Source>> {
        self.boards.get(stem).map(|board| &board.source)
    }

    /// The properties that a board reads.
    pub(super) fn property_paths(&self, stem: &str) -> PropertyPaths {
        self.source(stem)
            .map(|source| PropertyPaths::of_template(&source.text))
            .unwrap_or_default()
    }

    /// What an author's board reads and calls; `None` for a board that is built in or no template.
    pub(super) fn authored_usage(&self, stem: &str) -> Option<Usage> {
        let board = self.boards.get(stem).filter(|board| !board.built_in)?;
        board.compiled().ok().map(placeholders::usage)
    }

    /// A board's rendered widgets; an unknown board has none.
    pub fn widgets(&self, stem: &str, values: Value) -> Result<Vec<Value>, Diagnostic> {
        let Some(board) = self.boards.get(stem) else {
            return Ok(Vec::new());
        };
        let (source, context) = (&board.source, Context::from(values));
        let template = board.compiled()?;
        let mut output = LimitedOutput::default();
        template
            .render(
                &self.engine,
                &context,
                &mut RenderContext::new(None),
                &mut output,
            )
            .map_err(|error| {
                Diagnostic::new(
                    Code::BoardRender,
                    format!("this board cannot be rendered: {}", error.reason()),
                )
                .at(Place::new(
                    source,
                    line_span(&source.text, error.line_no.unwrap_or(1)),
                ))
            })?;
        let rendered = output.0;
        let widgets: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&rendered)
            .into_iter()
            .collect();
        let widgets = widgets.map_err(|error| not_json(source, &rendered, &error))?;
        match widgets.iter().find(|widget| !is_widget(widget)) {
            Some(other) => Err(not_a_widget(source, other)),
            None => Ok(widgets),
        }
    }
}

fn not_json(source: &Arc<Source>, rendered: &str, error: &serde_json::Error) -> Diagnostic {
    let line = rendered
        .lines()
        .nth(error.line().saturating_sub(1))
        .unwrap_or_default()
        .trim();
    Diagnostic::new(
        Code::BoardNotJson,
        format!("this board does not render to JSON widgets: {error}"),
    )
    .at(Place::new(source, 0..0))
    .help(format!("the rendered line: {line}"))
}

/// Whether a value is an object whose optional `properties` is an object.
fn is_widget(value: &Value) -> bool {
    value.is_object() && value.get("properties").is_none_or(Value::is_object)
}

fn not_a_widget(source: &Arc<Source>, other: &Value) -> Diagnostic {
    let begin: String = other.to_string().chars().take(60).collect();
    Diagnostic::new(Code::BoardNotJson, "this board renders to JSON that is not a widget").at(Place::new(source, 0..0)).help(format!(
        "a board renders to objects with `type` and `properties`, without commas between them; this was rendered: {begin}"
    ))
}

fn line_span(text: &str, line: usize) -> std::ops::Range<usize> {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let length = text
        .get(start..)
        .and_then(|rest| rest.lines().next())
        .map_or(0, str::len);
    start..start + length
}

/// Values are inserted into JSON strings: quotation marks and line ends are escaped.
fn inside_json_string(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn as_json(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    out.write(
        &helper
            .param(0)
            .map_or(Value::Null, |param| param.value().clone())
            .to_string(),
    )?;
    Ok(())
}

/// `{{{plain x}}}`: a name inside a Markdown text. It can be no link, image, code or HTML there.
fn plain(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let text = helper
        .param(0)
        .and_then(|param| param.value().as_str())
        .unwrap_or_default();
    out.write(&inside_json_string(&without_markup(text)))?;
    Ok(())
}

fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' | '`' | '[' | ']' => plain.extend(['\\', character]),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            other => plain.push(other),
        }
    }
    plain
}

/// `{{{rows resources "errors" "duration:p50"}}}`: a `metrics` array with one row per resource and word. `word:stat` replaces the word's
/// statistic. A resource without the metric has no row; a word without a definition is an error.
fn rows(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let resources = resources_of(helper);
    let words: Vec<&str> = helper
        .params()
        .iter()
        .skip(1)
        .filter_map(|param| param.value().as_str())
        .collect();
    let mut rows = Vec::new();
    for resource in resources {
        for word in &words {
            rows.extend(row(resource, word, words.len() > 1)?);
        }
    }
    out.write(&Value::from(rows).to_string())?;
    Ok(())
}

fn row(
    resource: &Value,
    argument: &str,
    shows_word: bool,
) -> Result<Option<Value>, RenderErrorReason> {
    let (word, stat) = argument
        .split_once(':')
        .map_or((argument, None), |(word, stat)| (word, Some(stat)));
    let Some(metrics) = resource["metrics"].as_object() else {
        return Ok(None);
    };
    let known = metrics
        .get(word)
        .ok_or_else(|| unknown("metric", word, metrics))?;
    let mut row = known.clone();
    if let Some(options) = row
        .as_array_mut()
        .and_then(|row| row.last_mut())
        .and_then(Value::as_object_mut)
    {
        if let Some(stat) = stat {
            options.insert("stat".to_owned(), json!(stat));
        }
        if shows_word {
            let label = options
                .get("label")
                .and_then(Value::as_str)
                .unwrap_or_default();
            options.insert(
                "label".to_owned(),
                json!(format!("{label} {}", argument.replace([':', '_'], " "))),
            );
        }
    }
    Ok((!row.is_null()).then_some(row))
}

/// `{{{rates resources "error-rate"}}}`: a `metrics` array with the alarm's value for each resource that has the alarm. A name without a
/// definition is an error.
fn rates(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let resources = resources_of(helper);
    let alarm = helper
        .param(1)
        .and_then(|param| param.value().as_str())
        .unwrap_or_default();
    let mut rows: Vec<Value> = Vec::new();
    for rates in resources
        .iter()
        .filter_map(|resource| resource["rates"].as_object())
    {
        let rate = rates
            .get(alarm)
            .ok_or_else(|| unknown("alarm", alarm, rates))?;
        rows.extend(rate.as_array().into_iter().flatten().cloned());
    }
    out.write(&Value::from(rows).to_string())?;
    Ok(())
}

/// A helper's first argument.
fn resources_of<'a>(helper: &'a Helper<'_>) -> &'a [Value] {
    helper
        .param(0)
        .and_then(|param| param.value().as_array())
        .map_or(&[] as &[Value], Vec::as_slice)
}

fn unknown(what: &str, word: &str, known: &Map<String, Value>) -> RenderErrorReason {
    let near = nearest(word, known.keys().map(String::as_str));
    let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    RenderErrorReason::Other(format!("no {what} is called `{word}`{hint}"))
}

/// `{{sources resources}}`: the `SOURCE` commands of a Logs Insights query over the resources' log groups.
fn sources(
    helper: &Helper<'_>,
    _: &Handlebars<'_>,
    _: &Context,
    _: &mut RenderContext<'_, '_>,
    out: &mut dyn Output,
) -> HelperResult {
    let resources = resources_of(helper);
    let groups: BTreeSet<&str> = resources
        .iter()
        .filter_map(|resource| resource["log_group"].as_str())
        .collect();
    let sources: Vec<String> = groups
        .iter()
        .map(|group| format!("SOURCE '{group}'"))
        .collect();
    out.write(&inside_json_string(&sources.join(" | ")))?;
    Ok(())
}
