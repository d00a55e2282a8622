//! Reading a table: keys by name and type, or all keys that the author chose.

use std::ops::RangeBounds;

use serde_json::Value;

use super::document::{Item, SpannedDocument};
use super::node::{NodeValue, TableEntry};
use super::value::Spanned;
use crate::diagnostic::{Code, Diagnostic, Place, nearest};

/// The type of a value, for keys that take several types.
#[derive(Debug)]
pub enum ItemValue<'a> {
    String(String),
    Number(f64),
    Boolean(bool),
    Null,
    Date(String),
    List(Vec<Item<'a>>),
    Table(Table<'a>),
}

impl SpannedDocument {
    pub fn root(&self) -> Table<'_> {
        Table::of(&self.root_item(), self.root.entries())
    }
}

impl<'a> Item<'a> {
    pub fn value(&self) -> ItemValue<'a> {
        match &self.node.value {
            NodeValue::String(text) => ItemValue::String(text.clone()),
            NodeValue::Integer(number) => ItemValue::Number(*number as f64),
            NodeValue::Float(number) => ItemValue::Number(*number),
            NodeValue::Boolean(value) => ItemValue::Boolean(*value),
            NodeValue::Null => ItemValue::Null,
            NodeValue::Date(text) => ItemValue::Date(text.clone()),
            NodeValue::List(nodes) => ItemValue::List(
                nodes
                    .iter()
                    .map(|node| Item {
                        node,
                        ..self.clone()
                    })
                    .collect(),
            ),
            NodeValue::Table(entries) => ItemValue::Table(Table::of(self, entries)),
        }
    }

    pub fn list(&self) -> Option<Vec<Item<'a>>> {
        let ItemValue::List(items) = self.value() else {
            return self.wrong_type("a list");
        };
        Some(items)
    }

    pub fn table(&self) -> Option<Table<'a>> {
        let ItemValue::Table(table) = self.value() else {
            return self.wrong_type("a table");
        };
        Some(table)
    }
}

/// A table, read key by key. An absent key and a reported value read as `None`.
#[derive(Debug)]
pub struct Table<'a> {
    item: Item<'a>,
    entries: &'a [TableEntry],
    asked: Vec<&'static str>,
    /// Keys that are reported already.
    refused: Vec<&'static str>,
}

impl<'a> Table<'a> {
    fn of(item: &Item<'a>, entries: &'a [TableEntry]) -> Self {
        Self {
            item: item.clone(),
            entries,
            asked: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The header, or the braces of an inline table.
    pub fn place(&self) -> Place {
        self.item.place()
    }

    pub fn path(&self) -> &str {
        &self.item.path
    }

    /// A key's value, of any type.
    pub fn item(&mut self, key: &'static str) -> Option<Item<'a>> {
        self.asked.push(key);
        self.entry(key).map(|entry| self.child(entry))
    }

    pub fn string(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.item(key)?.string()
    }

    pub fn number(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        self.item(key)?.number()
    }

    /// A number in the range; others are reported.
    pub fn number_in(
        &mut self,
        key: &'static str,
        range: impl RangeBounds<f64>,
    ) -> Option<Spanned<f64>> {
        self.item(key)?.number_in(range)
    }

    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.item(key)?.integer()
    }

    /// A whole number in the range; others are reported.
    pub fn integer_in(
        &mut self,
        key: &'static str,
        range: impl RangeBounds<u32>,
    ) -> Option<Spanned<u32>> {
        let item = self.item(key)?;
        let number = item.integer()?;
        match u32::try_from(number.value) {
            Ok(value) if range.contains(&value) => Some(number.map(|_| value)),
            _ => item.out_of_range(&range),
        }
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<Spanned<bool>> {
        self.item(key)?.boolean()
    }

    pub fn table(&mut self, key: &'static str) -> Option<Table<'a>> {
        self.item(key)?.table()
    }

    /// A list of tables, as `[[key]]` or inline. Empty when the key is absent.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'a>> {
        self.items(key, "a list of tables")
            .iter()
            .filter_map(Item::table)
            .collect()
    }

    /// A list of strings. Empty when the key is absent.
    pub fn strings(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.items(key, "a list of strings")
            .iter()
            .filter_map(Item::string)
            .collect()
    }

    /// A list of anything. Empty when the key is absent.
    pub fn list(&mut self, key: &'static str) -> Vec<Item<'a>> {
        self.items(key, "a list")
    }

    fn items(&mut self, key: &'static str, expected: &str) -> Vec<Item<'a>> {
        let Some(item) = self.item(key) else {
            return Vec::new();
        };
        let ItemValue::List(items) = item.value() else {
            let help = match &item.node.value {
                NodeValue::Table(_) => None,
                _ => Some(format!("in brackets: `[{}]`", item.written())),
            };
            return item
                .wrong_type_with_help(expected, help)
                .unwrap_or_default();
        };
        items
    }

    /// A table of strings under keys of the author's choice. Empty when the key is absent.
    pub fn string_map(&mut self, key: &'static str) -> Vec<(Spanned<String>, Spanned<String>)> {
        let entries = self.table(key).map(Table::entries).unwrap_or_default();
        entries
            .into_iter()
            .filter_map(|(name, item)| Some((name, item.string()?)))
            .collect()
    }

    /// Any value, in JSON.
    pub fn json(&mut self, key: &'static str) -> Option<Spanned<Value>> {
        Some(self.item(key)?.json())
    }

    /// Reads a required key: `table.required("name", Table::string)`.
    pub fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Self, &'static str) -> Option<T>,
    ) -> Option<T> {
        if self.entry(key).is_none() {
            let message = format!("`{}` is missing", self.path_of(key));
            let label = if self.place().span.is_empty() {
                "nowhere in this file"
            } else {
                "in this table"
            };
            self.report(
                Diagnostic::new(Code::MissingKey, message).at(self.place().labelled(label)),
            );
        }
        read(self, key)
    }

    /// Reports contradicting keys: at most one of them may be present.
    pub fn exclusive(&self, keys: &[&'static str]) {
        let given: Vec<&TableEntry> = keys.iter().filter_map(|key| self.entry(key)).collect();
        if given.len() < 2 {
            return;
        }
        let names: Vec<String> = given
            .iter()
            .map(|entry| format!("`{}`", self.path_of(&entry.key)))
            .collect();
        let conflict = Diagnostic::new(
            Code::ConflictingKeys,
            format!("{} cannot be given together", names.join(" and ")),
        );
        self.report(given.iter().fold(conflict, |conflict, entry| {
            conflict.at(self.item.document.place(&entry.key_span))
        }));
    }

    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The entries under keys of the author's choice: all keys that no reader took before, in the order of the text.
    pub fn entries(self) -> Vec<(Spanned<String>, Item<'a>)> {
        self.unasked()
            .map(|entry| (self.key(entry), self.child(entry)))
            .collect()
    }

    /// Reports the keys that no reader took. Call it after the last key.
    pub fn finish(self) {
        for entry in self.unasked() {
            self.report(self.unknown(entry));
        }
    }

    /// Reports a key that authors take for another one. `help` gets its value as text.
    pub fn refuse(&mut self, key: &'static str, help: impl FnOnce(&str) -> String) {
        if let Some(entry) = self.entry(key) {
            let help = help(self.child(entry).written());
            let message = format!("unknown key `{}`", self.path_of(key));
            self.report(
                self.key(entry)
                    .diagnostic(Code::UnknownKey, message)
                    .help(help),
            );
            self.refused.push(key);
        }
    }

    pub fn report(&self, diagnostic: Diagnostic) {
        self.item.report(diagnostic);
    }

    /// The value of a result; an error is reported.
    pub fn accept<T>(&self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|diagnostic| self.report(diagnostic)).ok()
    }

    fn unknown(&self, entry: &TableEntry) -> Diagnostic {
        let free = self.asked.iter().copied().filter(|key| !self.contains(key));
        let help = match nearest(&entry.key, free) {
            Some(key) => format!("did you mean `{key}`?"),
            None => format!("keys of this table: {}", self.asked.join(", ")),
        };
        self.key(entry)
            .diagnostic(
                Code::UnknownKey,
                format!("unknown key `{}`", self.path_of(&entry.key)),
            )
            .help(help)
    }

    fn unasked(&self) -> impl Iterator<Item = &'a TableEntry> {
        self.entries
            .iter()
            .filter(|entry| !self.asked.contains(&entry.key.as_str()))
            .filter(|entry| !self.refused.contains(&entry.key.as_str()))
    }

    fn entry(&self, key: &str) -> Option<&'a TableEntry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn key(&self, entry: &TableEntry) -> Spanned<String> {
        Spanned {
            value: entry.key.clone(),
            place: self.item.document.place(&entry.key_span),
        }
    }

    fn child(&self, entry: &'a TableEntry) -> Item<'a> {
        Item {
            document: self.item.document,
            node: &entry.node,
            path: self.path_of(&entry.key),
        }
    }

    pub(super) fn path_of(&self, key: &str) -> String {
        if self.item.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.item.path)
        }
    }
}
