//! Expands the loops of CloudFormation's language extensions (`Fn::ForEach`).

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value as Json;

use super::context::ReadContext;
use super::evaluate::{Evaluated, Evaluator, ReadNested, ReferenceRecorder, TemplateScope};
use super::functions;
use super::language::LOOP_PREFIX;
use super::node::{Entry, Node, Value};
use super::parameters::Parameters;
use super::template::Template;
use crate::diagnostic::{Code, Diagnostic, Place, Source};

/// Most values that all loops of a template may produce, iterations and lengths of texts included; CloudFormation's limits are far lower.
const MAX_VALUES: usize = 200_000;
/// Bytes of text that count as one value.
const BYTES_PER_VALUE: usize = 64;

/// Expands loops with the parameters and mappings of one template.
pub(crate) struct Loops<'a> {
    scope: TemplateScope<'a>,
    values: usize,
    pub diagnostics: Vec<Diagnostic>,
}

/// An identifier and its value in this iteration.
type Binding = (Arc<str>, String);

impl<'a> Loops<'a> {
    pub(crate) fn new(
        source: &'a Arc<Source>,
        ctx: &'a ReadContext,
        template: &'a Template,
        parameters: &'a Parameters,
        read_nested: ReadNested,
    ) -> Self {
        Self {
            scope: TemplateScope::new(source, ctx, template, parameters, read_nested),
            values: 0,
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

    /// Counts values. Returns false above the limit, and reports that once.
    fn spend(&mut self, values: usize, at: &Node) -> bool {
        let before = self.values;
        self.values = self.values.saturating_add(values);
        if before <= MAX_VALUES && self.values > MAX_VALUES {
            self.report(
                at,
                format!("the loops of this template produce more than {MAX_VALUES} values"),
            );
        }
        self.values <= MAX_VALUES
    }

    fn map(&mut self, node: &Node, entries: &[Entry], bound: &mut Vec<Binding>) -> Node {
        let mut written = LoopOutput::default();
        for entry in entries {
            if entry.key.starts_with(LOOP_PREFIX) {
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
            return self.report(
                &entry.value,
                "`Fn::ForEach` must have a list of three items: an identifier, a collection and a map",
            );
        };
        let Some(identifier) = identifier.as_text().filter(|name| !name.is_empty()) else {
            return self.report(identifier, "the identifier of `Fn::ForEach` must be a text");
        };
        if body.as_map().is_none() {
            return self.report(body, "the third item of `Fn::ForEach` must be a map");
        }
        let collection = self.node(collection, bound);
        let Some(values) = self.collection_values(&collection) else {
            return;
        };
        for value in values {
            bound.push((identifier.into(), value));
            let iteration = self.node(body, bound);
            bound.pop();
            if self.values > MAX_VALUES {
                return;
            }
            for entry in iteration.entries() {
                self.add_unique(written, entry);
            }
        }
    }

    fn add_unique(&mut self, written: &mut LoopOutput, entry: &Entry) {
        match written.find(&entry.key) {
            None => written.entries.push(entry.clone()),
            Some(known) if known.value.same(&entry.value) => {}
            Some(_) => {
                let place = Place::new(self.scope.source, entry.span.range());
                let message = format!("the loop has the key `{}` twice in its result", entry.key);
                self.diagnostics.push(
                    Diagnostic::new(Code::TemplateDuplicateKey, message)
                        .at(place)
                        .help("use the loop's identifier in the key"),
                );
            }
        }
    }

    /// Replaces `${Identifier}` by the value, and `&{Identifier}` by its letters and digits. `None` for a text without either.
    fn replaced(&mut self, text: &str, bound: &[Binding], node: &Node) -> Option<String> {
        if bound.is_empty() || !(text.contains("${") || text.contains("&{")) {
            return None;
        }
        let mut result = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find(['$', '&']) {
            result.push_str(&rest[..at]);
            rest = &rest[at..];
            let Some((value, after)) = binding_at(rest, bound) else {
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
            if !self.spend(value.len() / BYTES_PER_VALUE, node) {
                break;
            }
        }
        result.push_str(rest);
        Some(result)
    }

    fn collection_values(&mut self, collection: &Node) -> Option<Vec<String>> {
        let mut evaluator = Evaluator::new(&self.scope);
        let evaluated = evaluator.evaluate(collection, &mut ReferenceRecorder::default());
        let bytes = evaluator.bytes_spent();
        self.spend(bytes / BYTES_PER_VALUE, collection);
        let reason = match evaluated {
            Evaluated::Known(Json::Array(items)) => {
                match items.iter().map(functions::text).collect() {
                    Some(values) => return Some(values),
                    None => "its items are texts".into(),
                }
            }
            Evaluated::Known(_) => "it is a list".into(),
            Evaluated::NoValue => "it has no value".into(),
            Evaluated::Unknown(reason) => reason,
        };
        self.report(
            collection,
            format!("the collection of this loop is not known: {reason}"),
        );
        None
    }

    fn report(&mut self, node: &Node, message: impl Into<String>) {
        self.diagnostics
            .push(Diagnostic::new(Code::TemplateLoop, message).at(self.scope.place(node)));
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

/// The value of the identifier in the braces after the first character, and the text after the braces.
fn binding_at<'t>(text: &'t str, bound: &'t [Binding]) -> Option<(&'t str, &'t str)> {
    let inner = text[1..].strip_prefix('{')?;
    bound.iter().rev().find_map(|(identifier, value)| {
        Some((
            value.as_str(),
            inner.strip_prefix(&**identifier)?.strip_prefix('}')?,
        ))
    })
}

/// The entries of a map while its loops are expanded.
#[derive(Default)]
struct LoopOutput {
    entries: Vec<Entry>,
    /// Positions of the first `indexed` entries by key. Filled only on demand: a map without loops does not need it.
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
