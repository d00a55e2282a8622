//! Writes out the loops of `AWS::LanguageExtensions` (`Fn::ForEach`), before anything else is read.

use std::rc::Rc;
use std::sync::Arc;

use serde_json::Value as Json;

use super::ReadContext;
use super::evaluate::{Evaluator, Outcome, Scope, Trail};
use super::functions;
use super::node::{Entry, Node, Value};
use super::parameters::Parameters;
use super::template::Template;
use crate::diagnostic::{Diagnostic, Place, Source};

const PREFIX: &str = "Fn::ForEach::";
/// Entries that loops may make together: far beyond what CloudFormation takes.
const MAX_ENTRIES: usize = 50_000;

/// Writes out loops with the parameters and mappings of one template.
pub(crate) struct Loops<'a> {
    pub source: &'a Arc<Source>,
    pub ctx: &'a ReadContext<'a>,
    pub template: &'a Template,
    pub parameters: &'a Parameters,
    made: usize,
    pub diagnostics: Vec<Diagnostic>,
}

/// An identifier and the value it has in this turn.
type Binding = (Rc<str>, String);

impl<'a> Loops<'a> {
    pub(crate) fn new(source: &'a Arc<Source>, ctx: &'a ReadContext, template: &'a Template, parameters: &'a Parameters) -> Self {
        Self { source, ctx, template, parameters, made: 0, diagnostics: Vec::new() }
    }

    /// The same section without loops.
    pub(crate) fn expand(&mut self, section: &Node) -> Node {
        self.node(section, &mut Vec::new())
    }

    fn node(&mut self, node: &Node, bound: &mut Vec<Binding>) -> Node {
        match &node.value {
            Value::Text(text) => replaced(text, bound).map_or_else(|| node.clone(), |text| Node::text(node.span, text)),
            Value::List(items) => Node::list(node.span, items.iter().map(|item| self.node(item, bound)).collect()),
            Value::Map(entries) => match bound_reference(node, bound) {
                Some(value) => Node::text(node.span, value),
                None => self.map(node, entries, bound),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) => node.clone(),
        }
    }

    fn map(&mut self, node: &Node, entries: &[Entry], bound: &mut Vec<Binding>) -> Node {
        let mut written: Vec<Entry> = Vec::with_capacity(entries.len());
        for entry in entries {
            if entry.key.starts_with(PREFIX) {
                self.repeat(entry, bound, &mut written);
            } else {
                let key = replaced(&entry.key, bound).map_or_else(|| Rc::clone(&entry.key), Rc::from);
                let value = self.node(&entry.value, bound);
                self.add(&mut written, Entry { key, span: entry.span, value });
            }
        }
        Node::of_entries(node.span, written)
    }

    fn add(&mut self, written: &mut Vec<Entry>, entry: Entry) {
        self.made += 1;
        if self.made <= MAX_ENTRIES {
            written.push(entry);
        } else if self.made == MAX_ENTRIES + 1 {
            self.fault(&entry.value, format!("the loops of this template make more than {MAX_ENTRIES} entries"));
        }
    }

    fn repeat(&mut self, entry: &Entry, bound: &mut Vec<Binding>, written: &mut Vec<Entry>) {
        let [identifier, collection, body] = entry.value.items() else {
            return self.fault(&entry.value, "a loop is a list of an identifier, a collection and a map");
        };
        let Some(identifier) = identifier.as_text().filter(|name| !name.is_empty()) else {
            return self.fault(identifier, "the identifier of a loop is a text");
        };
        if body.as_map().is_none() {
            return self.fault(body, "the body of a loop is a map");
        }
        let collection = self.node(collection, bound);
        let Some(values) = self.values(&collection) else { return };
        for value in values {
            if self.made > MAX_ENTRIES {
                return;
            }
            bound.push((identifier.into(), value));
            let turn = self.node(body, bound);
            bound.pop();
            for made in turn.entries() {
                self.unique(written, made);
            }
        }
    }

    fn unique(&mut self, written: &mut Vec<Entry>, made: &Entry) {
        match written.iter().find(|known| known.key == made.key) {
            None => self.add(written, made.clone()),
            Some(known) if known.value.same(&made.value) => {}
            Some(_) => {
                let place = Place::new(self.source, made.span.range());
                let message = format!("the loop makes `{}` twice", made.key);
                self.diagnostics.push(
                    Diagnostic::error("template-duplicate-key", message).at(place).help("use the loop's identifier in the key"),
                );
            }
        }
    }

    fn values(&mut self, collection: &Node) -> Option<Vec<String>> {
        let scope = Scope::new(self.source, self.ctx, self.template, self.parameters);
        let reason = match Evaluator::new(&scope).evaluate(collection, &mut Trail::default()) {
            Outcome::Known(Json::Array(items)) => match items.iter().map(functions::text).collect() {
                Some(values) => return Some(values),
                None => "its items are texts".into(),
            },
            Outcome::Known(_) => "it is a list".into(),
            Outcome::Nothing => "it has no value".into(),
            Outcome::Unknown(reason) => reason,
        };
        self.fault(collection, format!("the collection of this loop is not known: {reason}"));
        None
    }

    fn fault(&mut self, node: &Node, message: impl Into<String>) {
        let place = Place::new(self.source, node.span.range());
        self.diagnostics.push(Diagnostic::error("template-loop", message).at(place));
    }
}

/// `{Ref: Identifier}` inside the loop of that identifier.
fn bound_reference(node: &Node, bound: &[Binding]) -> Option<String> {
    let entry = node.single().filter(|entry| &*entry.key == "Ref")?;
    let name = entry.value.as_text()?;
    bound.iter().rev().find(|(identifier, _)| &**identifier == name).map(|(_, value)| value.clone())
}

/// `${Identifier}` stands for the value, `&{Identifier}` for its letters and digits alone.
fn replaced(text: &str, bound: &[Binding]) -> Option<String> {
    if bound.is_empty() || !(text.contains("${") || text.contains("&{")) {
        return None;
    }
    let mut result = text.to_owned();
    for (identifier, value) in bound.iter().rev() {
        result = result.replace(&format!("${{{identifier}}}"), value);
        let bare: String = value.chars().filter(char::is_ascii_alphanumeric).collect();
        result = result.replace(&format!("&{{{identifier}}}"), &bare);
    }
    Some(result)
}
