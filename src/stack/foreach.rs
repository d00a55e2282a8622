//! Writes out the loops of `AWS::LanguageExtensions` (`Fn::ForEach`), before anything else is read.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::ReadContext;
use super::evaluate::{Evaluator, Outcome, Scope};
use super::functions;
use super::node::{Entry, Node, Value};
use super::parameters::Parameters;
use super::recorder::ReferenceRecorder;
use super::template::Template;
use crate::diagnostic::{Code, Diagnostic, Place, Source};

const PREFIX: &str = "Fn::ForEach::";
/// Values that loops may make together, turns and texts by their length included: far beyond what CloudFormation takes.
const MAX_VALUES: usize = 200_000;
/// Bytes of text that count as one value.
const TEXT: usize = 64;

/// Writes out loops with the parameters and mappings of one template.
pub(crate) struct Loops<'a> {
    pub source: &'a Arc<Source>,
    scope: Scope<'a>,
    made: usize,
    pub diagnostics: Vec<Diagnostic>,
}

/// An identifier and the value it has in this turn.
type Binding = (Arc<str>, String);

impl<'a> Loops<'a> {
    pub(crate) fn new(
        source: &'a Arc<Source>,
        ctx: &'a ReadContext,
        template: &'a Template,
        parameters: &'a Parameters,
    ) -> Self {
        Self {
            source,
            scope: Scope::new(source, ctx, template, parameters),
            made: 0,
            diagnostics: Vec::new(),
        }
    }

    /// The same section without loops.
    pub(crate) fn expand(&mut self, section: &Node) -> Node {
        self.node(section, &mut Vec::new())
    }

    fn node(&mut self, node: &Node, bound: &mut Vec<Binding>) -> Node {
        if !bound.is_empty() && !self.spend(1, node) {
            return node.clone();
        }
        match &node.value {
            Value::Text(text) => self
                .replaced(text, bound, node)
                .map_or_else(|| node.clone(), |text| Node::text(node.span, text)),
            Value::List(items) => Node::list(
                node.span,
                items.iter().map(|item| self.node(item, bound)).collect(),
            ),
            Value::Map(entries) => match bound_reference(node, bound) {
                Some(value) => Node::text(node.span, value),
                None => self.map(node, entries, bound),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => node.clone(),
        }
    }

    /// Whether so many values more may be made. That no more may be is said once.
    fn spend(&mut self, values: usize, at: &Node) -> bool {
        let before = self.made;
        self.made = self.made.saturating_add(values);
        if before <= MAX_VALUES && self.made > MAX_VALUES {
            self.fault(
                at,
                format!("the loops of this template make more than {MAX_VALUES} values"),
            );
        }
        self.made <= MAX_VALUES
    }

    fn map(&mut self, node: &Node, entries: &[Entry], bound: &mut Vec<Binding>) -> Node {
        let mut written = LoopOutput::default();
        for entry in entries {
            if entry.key.starts_with(PREFIX) {
                self.repeat(entry, bound, &mut written);
            } else {
                let key = self
                    .replaced(&entry.key, bound, &entry.value)
                    .map_or_else(|| Arc::clone(&entry.key), Arc::from);
                let value = self.node(&entry.value, bound);
                written.entries.push(Entry {
                    key,
                    span: entry.span,
                    value,
                });
            }
        }
        Node::of_entries(node.span, written.entries)
    }

    fn repeat(&mut self, entry: &Entry, bound: &mut Vec<Binding>, written: &mut LoopOutput) {
        let [identifier, collection, body] = entry.value.items() else {
            return self.fault(
                &entry.value,
                "a loop is a list of an identifier, a collection and a map",
            );
        };
        let Some(identifier) = identifier.as_text().filter(|name| !name.is_empty()) else {
            return self.fault(identifier, "the identifier of a loop is a text");
        };
        if body.as_map().is_none() {
            return self.fault(body, "the body of a loop is a map");
        }
        let collection = self.node(collection, bound);
        let Some(values) = self.values(&collection) else {
            return;
        };
        for value in values {
            bound.push((identifier.into(), value));
            let turn = self.node(body, bound);
            bound.pop();
            if self.made > MAX_VALUES {
                return;
            }
            for made in turn.entries() {
                self.unique(written, made);
            }
        }
    }

    fn unique(&mut self, written: &mut LoopOutput, made: &Entry) {
        match written.find(&made.key) {
            None => written.entries.push(made.clone()),
            Some(known) if known.value.same(&made.value) => {}
            Some(_) => {
                let place = Place::new(self.source, made.span.range());
                let message = format!("the loop makes `{}` twice", made.key);
                self.diagnostics.push(
                    Diagnostic::new(Code::TemplateDuplicateKey, message)
                        .at(place)
                        .help("use the loop's identifier in the key"),
                );
            }
        }
    }

    /// `${Identifier}` stands for the value, `&{Identifier}` for its letters and digits alone. `None` for a text without either.
    fn replaced(&mut self, text: &str, bound: &[Binding], node: &Node) -> Option<String> {
        if bound.is_empty() || !(text.contains("${") || text.contains("&{")) {
            return None;
        }
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', '&']) {
            result.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some((value, after)) = hole(rest, bound) else {
                result.push_str(&rest[..1]);
                rest = &rest[1..];
                continue;
            };
            if rest.starts_with('$') {
                result.push_str(value);
            } else {
                result.extend(value.chars().filter(char::is_ascii_alphanumeric));
            }
            rest = after;
            if !self.spend(value.len() / TEXT, node) {
                break;
            }
        }
        result.push_str(rest);
        Some(result)
    }

    fn values(&mut self, collection: &Node) -> Option<Vec<String>> {
        let mut evaluator = Evaluator::new(&self.scope);
        let outcome = evaluator.evaluate(collection, &mut ReferenceRecorder::default());
        let bytes = evaluator.effort.spent();
        self.spend(bytes / TEXT, collection);
        let reason = match outcome {
            Outcome::Known(Json::Array(items)) => match items.iter().map(functions::text).collect()
            {
                Some(values) => return Some(values),
                None => "its items are texts".into(),
            },
            Outcome::Known(_) => "it is a list".into(),
            Outcome::Nothing => "it has no value".into(),
            Outcome::Unknown(reason) => reason,
        };
        self.fault(
            collection,
            format!("the collection of this loop is not known: {reason}"),
        );
        None
    }

    fn fault(&mut self, node: &Node, message: impl Into<String>) {
        let place = Place::new(self.source, node.span.range());
        self.diagnostics
            .push(Diagnostic::new(Code::TemplateLoop, message).at(place));
    }
}

/// `{Ref: Identifier}` inside the loop of that identifier.
fn bound_reference(node: &Node, bound: &[Binding]) -> Option<String> {
    let entry = node.single().filter(|entry| &*entry.key == "Ref")?;
    let name = entry.value.as_text()?;
    bound
        .iter()
        .rev()
        .find(|(identifier, _)| &**identifier == name)
        .map(|(_, value)| value.clone())
}

/// The value of the identifier in the braces that follow the first character, and what stands after them.
fn hole<'t>(text: &'t str, bound: &'t [Binding]) -> Option<(&'t str, &'t str)> {
    let inner = text[1..].strip_prefix('{')?;
    bound.iter().rev().find_map(|(identifier, value)| {
        Some((
            value.as_str(),
            inner.strip_prefix(&**identifier)?.strip_prefix('}')?,
        ))
    })
}

/// The entries of a map while its loops are written out.
#[derive(Default)]
struct LoopOutput {
    entries: Vec<Entry>,
    /// Where the first entries stand, as many as were asked about: a map without loops needs none of it.
    index: HashMap<Arc<str>, usize>,
    indexed: usize,
}

impl LoopOutput {
    fn find(&mut self, key: &str) -> Option<&Entry> {
        for (at, entry) in self.entries.iter().enumerate().skip(self.indexed) {
            self.index.entry(Arc::clone(&entry.key)).or_insert(at);
        }
        self.indexed = self.entries.len();
        self.index.get(key).and_then(|at| self.entries.get(*at))
    }
}
