//! The tree behind a document: TOML and JSON in one form, every part with its span. The only file that names the TOML parser.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Place, Source};

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub span: Range<usize>,
    pub data: Data,
}

#[derive(Debug, Clone)]
pub(super) enum Data {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// Only in JSON.
    Null,
    Date(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub key_span: Range<usize>,
    pub node: Node,
}

impl Node {
    /// The entries of a table; of anything else none.
    pub fn entries(&self) -> &[Entry] {
        if let Data::Table(entries) = &self.data {
            entries
        } else {
            &[]
        }
    }
}

impl Data {
    /// How messages call it.
    pub fn kind(&self) -> &'static str {
        match self {
            Data::String(_) => "a string",
            Data::Integer(_) => "a whole number",
            Data::Float(number) if number.is_finite() => "a number with a fraction",
            Data::Float(_) => "not a finite number of 64 bits",
            Data::Boolean(_) => "true or false",
            Data::Null => "null",
            Data::Date(_) => "a date",
            Data::List(_) => "a list",
            Data::Table(_) => "a table",
        }
    }
}

pub(super) fn from_toml(source: &Arc<Source>) -> Result<Node, Diagnostic> {
    let table = DeTable::parse(&source.text).map_err(|error| {
        let place = Place::new(source, error.span().unwrap_or_default());
        Diagnostic::new(
            Code::TomlSyntax,
            format!("not valid TOML: {}", error.message()),
        )
        .at(place)
    })?;
    Ok(Node {
        span: 0..0,
        data: table_of(table.into_inner()),
    })
}

fn node_of(value: Spanned<DeValue<'_>>) -> Node {
    let span = value.span();
    let data = match value.into_inner() {
        DeValue::String(text) => Data::String(text.into_owned()),
        DeValue::Integer(number) => integer_of(&number),
        DeValue::Float(number) => Data::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Data::Boolean(value),
        DeValue::Datetime(date) => Data::Date(date.to_string()),
        DeValue::Array(items) => Data::List(items.into_iter().map(node_of).collect()),
        DeValue::Table(table) => table_of(table),
    };
    Node { span, data }
}

/// TOML promises 64 bits; the parser lets longer numbers through.
fn integer_of(number: &DeInteger<'_>) -> Data {
    i64::from_str_radix(number.as_str(), number.radix())
        .map_or(Data::Float(f64::INFINITY), Data::Integer)
}

/// The parser orders keys by name; here they stand as in the text.
fn table_of(table: DeTable<'_>) -> Data {
    let entry = |(key, value): (Spanned<_>, _)| {
        let (key_span, key): (_, Cow<'_, str>) = (key.span(), key.into_inner());
        Entry {
            key: key.into_owned(),
            key_span,
            node: node_of(value),
        }
    };
    let mut entries: Vec<Entry> = table.into_iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Data::Table(entries)
}

pub(super) fn from_json_table(table: &Map<String, Value>, span: &Range<usize>) -> Node {
    let entry = |(key, value): (&String, &Value)| Entry {
        key: key.clone(),
        key_span: span.clone(),
        node: from_json(value, span),
    };
    Node {
        span: span.clone(),
        data: Data::Table(table.iter().map(entry).collect()),
    }
}

fn from_json(value: &Value, span: &Range<usize>) -> Node {
    let data = match value {
        Value::Null => Data::Null,
        Value::Bool(value) => Data::Boolean(*value),
        Value::Number(number) => number.as_i64().map_or_else(
            || Data::Float(number.as_f64().unwrap_or(f64::NAN)),
            Data::Integer,
        ),
        Value::String(text) => Data::String(text.clone()),
        Value::Array(items) => Data::List(items.iter().map(|item| from_json(item, span)).collect()),
        Value::Object(table) => return from_json_table(table, span),
    };
    Node {
        span: span.clone(),
        data,
    }
}

pub(super) fn to_json(node: &Node) -> Value {
    match &node.data {
        Data::String(text) | Data::Date(text) => Value::from(text.as_str()),
        Data::Integer(number) => Value::from(*number),
        Data::Float(number) => Value::from(*number),
        Data::Boolean(value) => Value::from(*value),
        Data::Null => Value::Null,
        Data::List(items) => items.iter().map(to_json).collect(),
        Data::Table(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), to_json(&entry.node)))
            .collect(),
    }
}
