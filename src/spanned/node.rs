//! The tree of a document: TOML and JSON in one form, every value with its span. The only file that names the TOML parser.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::files::limits::MAX_TOML_BYTES;
use crate::files::secret_text;

#[derive(Debug, Clone)]
pub(super) struct SpannedNode {
    pub(super) span: Range<usize>,
    pub(super) value: NodeValue,
}

#[derive(Debug, Clone)]
pub(super) enum NodeValue {
    String(String),
    Integer(i64),
    Float(f64),
    Boolean(bool),
    /// JSON only.
    Null,
    Date(String),
    List(Vec<SpannedNode>),
    Table(Vec<TableEntry>),
}

#[derive(Debug, Clone)]
pub(super) struct TableEntry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) node: SpannedNode,
}

impl SpannedNode {
    /// The entries of a table; empty for other values.
    pub(super) fn entries(&self) -> &[TableEntry] {
        if let NodeValue::Table(entries) = &self.value {
            entries
        } else {
            &[]
        }
    }
}

impl NodeValue {
    /// The type's name in messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            NodeValue::String(_) => "a string",
            NodeValue::Integer(_) => "a whole number",
            NodeValue::Float(number) if number.is_finite() => "a number with a fraction",
            NodeValue::Float(_) => "not a finite number of 64 bits",
            NodeValue::Boolean(_) => "true or false",
            NodeValue::Null => "null",
            NodeValue::Date(_) => "a date",
            NodeValue::List(_) => "a list",
            NodeValue::Table(_) => "a table",
        }
    }
}

/// Parses a part of a text; spans count from the beginning of the whole text.
pub(super) fn from_toml(
    source: &Arc<Source>,
    part: Range<usize>,
) -> Result<SpannedNode, Diagnostic> {
    let start = part.start;
    let text = source.text.get(part).unwrap_or_default();
    if text.len() > MAX_TOML_BYTES {
        let message = format!(
            "the file has more than {} megabytes",
            MAX_TOML_BYTES / 1024 / 1024
        );
        return Err(Diagnostic::new(Code::TomlSyntax, message).at(Place::new(source, 0..0)));
    }
    let table = DeTable::parse(text).map_err(|error| {
        if let Some(json) = json(source) {
            return json;
        }
        let place = Place::new(source, shifted(error.span().unwrap_or_default(), start));
        let message = format!("not valid TOML: {}", error.message());
        let diagnostic = Diagnostic::new(Code::TomlSyntax, message).at(place);
        secret_text::hide_in_toml(&diagnostic);
        diagnostic
    })?;
    Ok(SpannedNode {
        span: 0..0,
        value: table_of(table.into_inner(), start),
    })
}

/// The diagnostic for JSON in place of TOML.
fn json(source: &Arc<Source>) -> Option<Diagnostic> {
    let start = source.text.find(|first: char| !first.is_whitespace())?;
    source.text[start..].starts_with('{').then(|| {
        Diagnostic::new(Code::TomlSyntax, "not valid TOML: this is JSON")
            .at(Place::new(source, start..start + 1))
            .help("write `key = value` in place of `\"key\": value`, and `[table]` in place of `\"table\": { … }`")
    })
}

fn shifted(span: Range<usize>, start: usize) -> Range<usize> {
    span.start + start..span.end + start
}

fn node_of(value: Spanned<DeValue<'_>>, start: usize) -> SpannedNode {
    let span = shifted(value.span(), start);
    let value = match value.into_inner() {
        DeValue::String(text) => NodeValue::String(text.into_owned()),
        DeValue::Integer(number) => integer_of(&number),
        DeValue::Float(number) => NodeValue::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => NodeValue::Boolean(value),
        DeValue::Datetime(date) => NodeValue::Date(date.to_string()),
        DeValue::Array(items) => {
            NodeValue::List(items.into_iter().map(|item| node_of(item, start)).collect())
        }
        DeValue::Table(table) => table_of(table, start),
    };
    SpannedNode { span, value }
}

/// TOML guarantees 64 bits; the parser accepts longer numbers.
fn integer_of(number: &DeInteger<'_>) -> NodeValue {
    i64::from_str_radix(number.as_str(), number.radix())
        .map_or(NodeValue::Float(f64::INFINITY), NodeValue::Integer)
}

/// The parser sorts keys by name; the nodes keep the order of the text.
fn table_of(table: DeTable<'_>, start: usize) -> NodeValue {
    let mut entries: Vec<TableEntry> = table
        .into_iter()
        .map(|(key, value)| TableEntry {
            key_span: shifted(key.span(), start),
            key: Cow::into_owned(key.into_inner()),
            node: node_of(value, start),
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    NodeValue::Table(entries)
}

pub(super) fn from_json_table(table: &Map<String, Value>, span: &Range<usize>) -> SpannedNode {
    let entries = table
        .iter()
        .map(|(key, value)| TableEntry {
            key: key.clone(),
            key_span: span.clone(),
            node: from_json(value, span),
        })
        .collect();
    SpannedNode {
        span: span.clone(),
        value: NodeValue::Table(entries),
    }
}

fn from_json(value: &Value, span: &Range<usize>) -> SpannedNode {
    let value = match value {
        Value::Null => NodeValue::Null,
        Value::Bool(value) => NodeValue::Boolean(*value),
        Value::Number(number) => number.as_i64().map_or_else(
            || NodeValue::Float(number.as_f64().unwrap_or(f64::NAN)),
            NodeValue::Integer,
        ),
        Value::String(text) => NodeValue::String(text.clone()),
        Value::Array(items) => {
            NodeValue::List(items.iter().map(|item| from_json(item, span)).collect())
        }
        Value::Object(table) => return from_json_table(table, span),
    };
    SpannedNode {
        span: span.clone(),
        value,
    }
}

pub(super) fn to_json(node: &SpannedNode) -> Value {
    match &node.value {
        NodeValue::String(text) | NodeValue::Date(text) => Value::from(text.as_str()),
        NodeValue::Integer(number) => Value::from(*number),
        NodeValue::Float(number) => Value::from(*number),
        NodeValue::Boolean(value) => Value::from(*value),
        NodeValue::Null => Value::Null,
        NodeValue::List(items) => items.iter().map(to_json).collect(),
        NodeValue::Table(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), to_json(&entry.node)))
            .collect(),
    }
}
