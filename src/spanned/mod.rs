//! Tables as an author wrote them (TOML, or metadata in a template), with the place of every part. Read by taking keys: each fault is
//! collected with its place, none stops the reading, and keys that nobody asked for are reported. It knows no key by name.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Place, Source};

mod node;
mod table;
mod values;

use node::{Data, Node};
pub use table::Table;
pub use values::{choice, duration, seconds};

/// A value with the place where it is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub place: Place,
}

impl<T> Spanned<T> {
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned {
            value: change(self.value),
            place: self.place,
        }
    }

    /// An error at this place.
    pub fn fault(&self, code: Code, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(code, message).at(self.place.clone())
    }
}

/// A text that was read, and the faults found in it so far.
#[derive(Debug)]
pub struct Document {
    source: Arc<Source>,
    root: Node,
    path: String,
    faults: RefCell<Vec<Diagnostic>>,
}

impl Document {
    /// Reads TOML. A text that is none is one fault, `toml-syntax`, at the place where it stops to be.
    pub fn parse(source: &Arc<Source>) -> Result<Self, Diagnostic> {
        Ok(Self::new(source, node::from_toml(source)?, String::new()))
    }

    /// A table that stands inside another format. All its parts have the one place that is known, so messages name them by `path`.
    pub fn from_json(table: &Map<String, Value>, place: &Place, path: impl Into<String>) -> Self {
        Self::new(
            &place.source,
            node::from_json_table(table, &place.span),
            path.into(),
        )
    }

    fn new(source: &Arc<Source>, root: Node, path: String) -> Self {
        Self {
            source: Arc::clone(source),
            root,
            path,
            faults: RefCell::default(),
        }
    }

    pub fn root(&self) -> Table<'_> {
        let item = Item {
            document: self,
            node: &self.root,
            path: self.path.clone(),
        };
        Table::of(&item, self.root.entries())
    }

    /// Adds a fault that the reader of the document found.
    pub fn report(&self, fault: Diagnostic) {
        self.faults.borrow_mut().push(fault);
    }

    /// All faults, in the order of the text.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| fault.places.first().map(|place| place.span.start));
        faults
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place::new(&self.source, span.clone())
    }
}

/// One value, not yet read as anything.
#[derive(Debug, Clone)]
pub struct Item<'a> {
    document: &'a Document,
    node: &'a Node,
    path: String,
}

/// What a value turns out to be, for keys that take more than one shape.
#[derive(Debug)]
pub enum Shape<'a> {
    String(String),
    Number(f64),
    Boolean(bool),
    Null,
    Date(String),
    List(Vec<Item<'a>>),
    Table(Table<'a>),
}

impl<'a> Item<'a> {
    pub fn place(&self) -> Place {
        self.document.place(&self.node.span)
    }

    pub fn report(&self, fault: Diagnostic) {
        self.document.report(fault);
    }

    /// The keys that lead to the value: `tracing.sampling.rate`.
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn shape(&self) -> Shape<'a> {
        match &self.node.data {
            Data::String(text) => Shape::String(text.clone()),
            Data::Integer(number) => Shape::Number(*number as f64),
            Data::Float(number) => Shape::Number(*number),
            Data::Boolean(value) => Shape::Boolean(*value),
            Data::Null => Shape::Null,
            Data::Date(text) => Shape::Date(text.clone()),
            Data::List(nodes) => Shape::List(
                nodes
                    .iter()
                    .map(|node| Item {
                        node,
                        ..self.clone()
                    })
                    .collect(),
            ),
            Data::Table(entries) => Shape::Table(Table::of(self, entries)),
        }
    }

    pub fn string(&self) -> Option<Spanned<String>> {
        let Data::String(text) = &self.node.data else {
            return self.wrong_type("a string");
        };
        Some(self.written(text.clone()))
    }

    /// A finite number, with or without a fraction.
    pub fn number(&self) -> Option<Spanned<f64>> {
        match self.node.data {
            Data::Integer(number) => Some(self.written(number as f64)),
            Data::Float(number) if number.is_finite() => Some(self.written(number)),
            _ => self.wrong_type("a number"),
        }
    }

    pub fn integer(&self) -> Option<Spanned<i64>> {
        let Data::Integer(number) = self.node.data else {
            return self.wrong_type("a whole number");
        };
        Some(self.written(number))
    }

    pub fn boolean(&self) -> Option<Spanned<bool>> {
        let Data::Boolean(value) = self.node.data else {
            return self.wrong_type("true or false");
        };
        Some(self.written(value))
    }

    pub fn list(&self) -> Option<Vec<Item<'a>>> {
        let Shape::List(items) = self.shape() else {
            return self.wrong_type("a list");
        };
        Some(items)
    }

    pub fn table(&self) -> Option<Table<'a>> {
        let Shape::Table(table) = self.shape() else {
            return self.wrong_type("a table");
        };
        Some(table)
    }

    /// The value in JSON; a date becomes its text, a number that JSON cannot write becomes null.
    pub fn json(&self) -> Spanned<Value> {
        self.written(node::to_json(self.node))
    }

    /// Reports that the value is not `expected`; always `None`, to be returned.
    pub fn wrong_type<T>(&self, expected: &str) -> Option<T> {
        let label = format!("this is {}", self.node.data.kind());
        self.fault(
            Code::WrongType,
            format!("`{}` must be {expected}", self.path),
            &label,
        )
    }

    fn fault<T>(&self, code: Code, message: String, label: &str) -> Option<T> {
        self.document
            .report(Diagnostic::new(code, message).at(self.place().labelled(label)));
        None
    }

    fn written<T>(&self, value: T) -> Spanned<T> {
        Spanned {
            value,
            place: self.place(),
        }
    }
}

#[cfg(test)]
mod tests;
