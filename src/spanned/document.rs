//! A document and its values, before a reader decides their types.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Bound, Range, RangeBounds};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::node::{self, NodeValue, SpannedNode};
use super::value::Spanned;
use crate::diagnostic::{Code, Diagnostic, Place, Source};

/// A parsed text with its diagnostics so far.
#[derive(Debug)]
pub struct SpannedDocument {
    source: Arc<Source>,
    pub(super) root: SpannedNode,
    path: String,
    diagnostics: RefCell<Vec<Diagnostic>>,
}

impl SpannedDocument {
    /// Parses TOML. Text that is not TOML gives one diagnostic, `toml-syntax`, at the first byte that does not fit.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        Self::parse_part(source, 0..source.text.len())
    }

    /// Parses a part of a TOML text that begins and ends with whole tables. Places count from the beginning of the whole text.
    pub fn parse_part(source: &Arc<Source>, part: Range<usize>) -> Result<Self, Diagnostic> {
        Ok(Self::new(
            source,
            node::from_toml(source, part)?,
            String::new(),
        ))
    }

    /// A table inside another format. All its values have the one known place, so messages name them by `path`.
    pub fn from_json(table: &Map<String, Value>, place: &Place, path: impl Into<String>) -> Self {
        Self::new(
            &place.source,
            node::from_json_table(table, &place.span),
            path.into(),
        )
    }

    fn new(source: &Arc<Source>, root: SpannedNode, path: String) -> Self {
        Self {
            source: Arc::clone(source),
            root,
            path,
            diagnostics: RefCell::default(),
        }
    }

    /// A document of the same source and path, without diagnostics.
    pub(super) fn with_root(&self, root: SpannedNode) -> Self {
        Self::new(&self.source, root, self.path.clone())
    }

    /// The name of the source: its path.
    pub fn name(&self) -> &str {
        &self.source.name
    }

    pub(super) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    pub(super) fn root_item(&self) -> Item<'_> {
        Item {
            document: self,
            node: &self.root,
            path: self.path.clone(),
        }
    }

    /// Adds a reader's own diagnostic.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.diagnostics.borrow_mut().push(diagnostic);
    }

    /// All diagnostics, sorted by place.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.diagnostics.into_inner();
        diagnostics
            .sort_by_key(|diagnostic| diagnostic.places.first().map(|place| place.span.start));
        diagnostics
    }

    pub(super) fn place(&self, span: &Range<usize>) -> Place {
        Place::new(&self.source, span.clone())
    }
}

/// One value of undecided type.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    pub(super) document: &'a SpannedDocument,
    pub(super) node: &'a SpannedNode,
    pub(super) path: String,
}

impl Item<'_> {
    pub fn place(&self) -> Place {
        self.document.place(&self.node.span)
    }

    pub fn report(&self, diagnostic: Diagnostic) {
        self.document.report(diagnostic);
    }

    /// The keys that lead to the value: `tracing.sampling.rate`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn string(&self) -> Option<Spanned<String>> {
        match &self.node.value {
            NodeValue::String(text) => Some(self.spanned(text.clone())),
            NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::Boolean(_) => {
                let help = format!("in quotes: `\"{}\"`", self.written());
                self.wrong_type_with_help("a string", Some(help))
            }
            _ => self.wrong_type("a string"),
        }
    }

    /// The value as its author wrote it.
    pub(super) fn written(&self) -> &str {
        let text = &self.document.source.text;
        text.get(self.node.span.clone()).unwrap_or_default()
    }

    /// A finite number, whole or fractional.
    pub fn number(&self) -> Option<Spanned<f64>> {
        match self.node.value {
            NodeValue::Integer(number) => Some(self.spanned(number as f64)),
            NodeValue::Float(number) if number.is_finite() => Some(self.spanned(number)),
            _ => self.wrong_type_with_help("a number", self.without_quotes()),
        }
    }

    /// A number in the range; others are reported.
    pub fn number_in(&self, range: impl RangeBounds<f64>) -> Option<Spanned<f64>> {
        let number = self.number()?;
        if range.contains(&number.value) {
            Some(number)
        } else {
            self.out_of_range(&range)
        }
    }

    pub fn integer(&self) -> Option<Spanned<i64>> {
        let NodeValue::Integer(number) = self.node.value else {
            return self.wrong_type_with_help("a whole number", self.without_quotes());
        };
        Some(self.spanned(number))
    }

    pub fn boolean(&self) -> Option<Spanned<bool>> {
        let NodeValue::Boolean(value) = self.node.value else {
            return self.wrong_type_with_help("true or false", self.without_quotes());
        };
        Some(self.spanned(value))
    }

    /// The value in JSON; a date becomes a string, a number without a JSON form becomes null.
    pub fn json(&self) -> Spanned<Value> {
        self.spanned(node::to_json(self.node))
    }

    /// The help for a number, `true` or `false` that is written as a string.
    fn without_quotes(&self) -> Option<String> {
        let NodeValue::String(text) = &self.node.value else {
            return None;
        };
        let is_value =
            text.parse::<f64>().is_ok_and(f64::is_finite) || text.parse::<bool>().is_ok();
        is_value.then(|| format!("without quotes: `{text}`"))
    }

    pub(super) fn wrong_type_with_help<T>(
        &self,
        expected: &str,
        help: Option<String>,
    ) -> Option<T> {
        let label = format!("this is {}", self.node.value.kind());
        let message = format!("`{}` must be {expected}", self.path);
        let diagnostic = Diagnostic::new(Code::WrongType, message).at(self.place().labelled(label));
        self.document.report(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        });
        None
    }

    /// Reports that the value is not `expected`; always `None`, so that readers can return it.
    pub fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        self.wrong_type_with_help(expected, None)
    }

    pub(super) fn reject<T>(&self, code: Code, message: String, label: &str) -> Option<T> {
        self.document
            .report(Diagnostic::new(code, message).at(self.place().labelled(label)));
        None
    }

    /// Reports a number outside its range.
    pub(super) fn out_of_range<T, N: Display>(&self, range: &impl RangeBounds<N>) -> Option<T> {
        let limits = match (range.start_bound(), range.end_bound()) {
            (Bound::Included(start), Bound::Included(end)) => format!("between {start} and {end}"),
            (Bound::Included(start), Bound::Excluded(end)) => {
                format!("at least {start} and less than {end}")
            }
            (Bound::Included(start), Bound::Unbounded) => format!("at least {start}"),
            (Bound::Excluded(start), _) => format!("more than {start}"),
            (Bound::Unbounded, Bound::Included(end)) => format!("at most {end}"),
            (Bound::Unbounded, Bound::Excluded(end)) => format!("less than {end}"),
            (Bound::Unbounded, Bound::Unbounded) => "a number".to_owned(),
        };
        self.reject(
            Code::OutOfRange,
            format!("`{}` must be {limits}", self.path),
            "",
        )
    }

    fn spanned<T>(&self, value: T) -> Spanned<T> {
        Spanned {
            value,
            place: self.place(),
        }
    }
}
