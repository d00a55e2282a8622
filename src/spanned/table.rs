//! Taking a table's keys: by name and type, or all that the author chose.

use std::fmt::Display;
use std::ops::{Bound, RangeBounds};

use serde_json::Value;

use super::node::Entry;
use super::{Item, Shape, Spanned};
use crate::diagnostic::{Code, Diagnostic, Place, nearest};

/// A table whose keys are taken one by one. A key that is absent, or whose value was reported, reads as `None`.
#[derive(Debug)]
pub struct Table<'a> {
    item: Item<'a>,
    entries: &'a [Entry],
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    pub(super) fn of(item: &Item<'a>, entries: &'a [Entry]) -> Self {
        Self {
            item: item.clone(),
            entries,
            asked: Vec::new(),
        }
    }

    /// Its header, or the braces of an inline table.
    pub fn place(&self) -> Place {
        self.item.place()
    }

    pub fn path(&self) -> &str {
        &self.item.path
    }

    /// The value of a key, whatever it is.
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

    /// A number of the range; one beyond it is reported.
    pub fn number_in(
        &mut self,
        key: &'static str,
        range: impl RangeBounds<f64>,
    ) -> Option<Spanned<f64>> {
        let item = self.item(key)?;
        let number = item.number()?;
        if range.contains(&number.value) {
            Some(number)
        } else {
            out_of_range(&item, &range)
        }
    }

    pub fn integer(&mut self, key: &'static str) -> Option<Spanned<i64>> {
        self.item(key)?.integer()
    }

    /// A whole number of the range; one beyond it is reported.
    pub fn integer_in(
        &mut self,
        key: &'static str,
        range: impl RangeBounds<u32>,
    ) -> Option<Spanned<u32>> {
        let item = self.item(key)?;
        let number = item.integer()?;
        match u32::try_from(number.value) {
            Ok(value) if range.contains(&value) => Some(number.map(|_| value)),
            _ => out_of_range(&item, &range),
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
        let Shape::List(items) = item.shape() else {
            return item.wrong_type(expected).unwrap_or_default();
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

    /// Reads a key that has to be there: `table.required("name", Table::string)`.
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

    /// Reports when more than one of the keys is given: they contradict each other.
    pub fn exclusive(&self, keys: &[&'static str]) {
        let given: Vec<&Entry> = keys.iter().filter_map(|key| self.entry(key)).collect();
        if given.len() < 2 {
            return;
        }
        let names: Vec<String> = given
            .iter()
            .map(|entry| format!("`{}`", self.path_of(&entry.key)))
            .collect();
        let fault = Diagnostic::new(
            Code::ConflictingKeys,
            format!("{} cannot be given together", names.join(" and ")),
        );
        self.report(given.iter().fold(fault, |fault, entry| {
            fault.at(self.item.document.place(&entry.key_span))
        }));
    }

    pub fn contains(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// The keys of the author's own choice, that is all that were not asked for so far, in the order of the text.
    pub fn entries(self) -> Vec<(Spanned<String>, Item<'a>)> {
        self.unasked()
            .map(|entry| (self.key(entry), self.child(entry)))
            .collect()
    }

    /// Reports the keys that nobody asked for. To be called once all keys are taken.
    pub fn finish(self) {
        for entry in self.unasked() {
            self.report(self.unknown(entry));
        }
    }

    pub fn report(&self, fault: Diagnostic) {
        self.item.document.report(fault);
    }

    /// The value of a result, or a report of its fault.
    pub fn accept<T>(&self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|fault| self.report(fault)).ok()
    }

    fn unknown(&self, entry: &Entry) -> Diagnostic {
        let free = self.asked.iter().copied().filter(|key| !self.contains(key));
        let help = match nearest(&entry.key, free) {
            Some(key) => format!("did you mean `{key}`?"),
            None => format!("keys of this table: {}", self.asked.join(", ")),
        };
        self.key(entry)
            .fault(
                Code::UnknownKey,
                format!("unknown key `{}`", self.path_of(&entry.key)),
            )
            .help(help)
    }

    fn unasked(&self) -> impl Iterator<Item = &'a Entry> {
        self.entries
            .iter()
            .filter(|entry| !self.asked.contains(&entry.key.as_str()))
    }

    fn entry(&self, key: &str) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    fn key(&self, entry: &Entry) -> Spanned<String> {
        Spanned {
            value: entry.key.clone(),
            place: self.item.document.place(&entry.key_span),
        }
    }

    fn child(&self, entry: &'a Entry) -> Item<'a> {
        Item {
            document: self.item.document,
            node: &entry.node,
            path: self.path_of(&entry.key),
        }
    }

    fn path_of(&self, key: &str) -> String {
        if self.item.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.item.path)
        }
    }
}

fn out_of_range<T, N: Display>(item: &Item<'_>, range: &impl RangeBounds<N>) -> Option<T> {
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
    item.fault(
        Code::OutOfRange,
        format!("`{}` must be {limits}", item.path),
        "",
    )
}
