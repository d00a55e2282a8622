//! Builds the tree of a template, from YAML and from JSON: shares keys, reports repeated ones, and keeps to the limits of size and depth.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::node::{Entry, Node, Span, Value};
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::files::limits::{MAX_REPEATED_DIAGNOSTICS, MAX_TREE_DEPTH, MAX_TREE_VALUES};

/// Builds the tree of one template.
pub(crate) struct TreeBuilder<'s> {
    source: &'s Arc<Source>,
    words: HashSet<Arc<str>>,
    nodes: usize,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'s> TreeBuilder<'s> {
    pub(crate) fn new(source: &'s Arc<Source>) -> Self {
        Self {
            source,
            words: HashSet::new(),
            nodes: 0,
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn diagnostic(
        &self,
        code: Code,
        message: impl Into<String>,
        span: Span,
    ) -> Diagnostic {
        Diagnostic::new(code, message).at(Place::new(self.source, span.range()))
    }

    /// One shared text for all equal keys.
    pub(crate) fn key(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.words.get(text) {
            return Arc::clone(known);
        }
        let key: Arc<str> = text.into();
        self.words.insert(Arc::clone(&key));
        key
    }

    /// The text of a value. Short texts, such as types, are often repeated and so shared like keys.
    pub(crate) fn text(&mut self, text: &str) -> Arc<str> {
        const SHORT: usize = 32;
        if text.len() <= SHORT {
            self.key(text)
        } else {
            text.into()
        }
    }

    pub(crate) fn count(&mut self, nodes: usize, span: Span) -> Result<(), Diagnostic> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes <= MAX_TREE_VALUES {
            return Ok(());
        }
        Err(self
            .diagnostic(
                Code::TemplateTooLarge,
                format!(
                    "the template has more than {MAX_TREE_VALUES} values, its aliases expanded"
                ),
                span,
            )
            .help("split the template, or use fewer YAML aliases"))
    }

    pub(crate) fn nodes(&self) -> usize {
        self.nodes
    }

    pub(crate) fn check_depth(&self, depth: usize, span: Span) -> Result<(), Diagnostic> {
        if depth <= MAX_TREE_DEPTH {
            return Ok(());
        }
        Err(self.too_deep(span))
    }

    pub(crate) fn too_deep(&self, span: Span) -> Diagnostic {
        self.diagnostic(
            Code::TemplateTooDeep,
            format!("values are nested more than {MAX_TREE_DEPTH} levels deep"),
            span,
        )
    }

    /// A map; repeated keys are reported.
    pub(crate) fn map(&mut self, span: Span, entries: Vec<Entry>) -> Node {
        // A template can repeat a key a hundred thousand times; the first repetitions tell enough.
        for (again, before) in repeated(&entries) {
            if self.diagnostics.len() >= MAX_REPEATED_DIAGNOSTICS {
                break;
            }
            let place = Place::new(self.source, before.range()).labelled("first here");
            let diagnostic = self.diagnostic(
                Code::TemplateDuplicateKey,
                format!("the key `{}` occurs twice in one map", again.key),
                again.span,
            );
            self.diagnostics.push(
                diagnostic.at(place).help(
                    "CloudFormation refuses a key that is written twice: remove or rename one",
                ),
            );
        }
        Node {
            span,
            value: Value::Map(entries.into()),
        }
    }
}

/// The entries whose key is also that of an earlier entry, with the span of the last such entry. Equal keys are one shared text, so
/// that in a small map, as nearly all are, comparing pointers is faster than hashing.
fn repeated(entries: &[Entry]) -> Vec<(&Entry, Span)> {
    const SMALL: usize = 24;
    if entries.len() <= SMALL {
        let before = |at: usize, again: &Entry| {
            entries[..at]
                .iter()
                .rfind(|entry| Arc::ptr_eq(&entry.key, &again.key))
        };
        return entries
            .iter()
            .enumerate()
            .filter_map(|(at, again)| Some((again, before(at, again)?.span)))
            .collect();
    }
    let mut last: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
    entries
        .iter()
        .filter_map(|entry| Some((entry, last.insert(&entry.key, entry.span)?)))
        .collect()
}
