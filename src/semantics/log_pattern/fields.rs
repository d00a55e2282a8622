//! Patterns of space-delimited events: `[ip, user, ..., status = 4*, bytes > 1000]`.

use std::collections::BTreeMap;

use winnow::Parser;

use super::operand::{Comparator, comparator};
use super::verdict::{Verdict, all, any};
use crate::semantics::syntax::{Input, Parsed, advance, expected, mark, require, rest};

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fields(Vec<Entry>);

#[derive(Debug, Clone, PartialEq)]
enum Entry {
    /// `...`: any number of fields.
    Others,
    Field(Field),
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Field {
    /// Empty for a field that is left out between two commas.
    name: String,
    condition: Option<Condition>,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Compare(String, Comparator),
}

impl Fields {
    /// Without `...`, the last field takes the rest of the event: `[w1=ERROR, w2]` matches events of more words. What a condition on such a
    /// rest compares is not documented, and neither are two `...`.
    pub(super) fn matches(&self, message: &str) -> Verdict {
        let values = split(message);
        let named = self.named().count();
        if values.len() < named {
            return Some(false);
        }
        let others = self.0.iter().filter(|entry| **entry == Entry::Others);
        match others.count() {
            0 if values.len() > named => match self.named().last() {
                Some(last) if last.condition.is_some() => None,
                Some(_) | None => self.conditions_hold(&values),
            },
            0 | 1 => self.conditions_hold(&values),
            _ => None,
        }
    }

    fn conditions_hold(&self, values: &[&str]) -> Verdict {
        let by_name = self.by_name(values);
        let conditions = self.named().filter_map(|field| field.condition.as_ref());
        all(conditions.map(|condition| condition.matches(&by_name)))
    }

    /// Fields before `...` come from the event's beginning, fields after it from its end.
    fn by_name<'v>(&self, values: &[&'v str]) -> BTreeMap<&str, &'v str> {
        let others = self.0.iter().position(|entry| *entry == Entry::Others);
        let skipped = values.len() - self.named().count();
        let fields = self.named().enumerate();
        fields
            .filter_map(|(index, field)| {
                let is_after = others.is_some_and(|others| index >= others);
                let value = values.get(if is_after { index + skipped } else { index })?;
                Some((field.name.as_str(), *value))
            })
            .collect()
    }

    fn named(&self) -> impl Iterator<Item = &Field> {
        self.0.iter().filter_map(|entry| match entry {
            Entry::Field(field) => Some(field),
            Entry::Others => None,
        })
    }

    /// Whether `$name` is a field, or `$3` the number of one.
    pub(super) fn has(&self, selector: &str) -> bool {
        let Some(name) = selector.strip_prefix('$').filter(|name| !name.is_empty()) else {
            return false;
        };
        name.parse::<usize>().is_ok() || self.named().any(|field| field.name == name)
    }

    pub(super) fn regular_expressions(&self) -> usize {
        let conditions = self.named().filter_map(|field| field.condition.as_ref());
        conditions.map(Condition::regular_expressions).sum()
    }
}

impl Condition {
    fn matches(&self, values: &BTreeMap<&str, &str>) -> Verdict {
        match self {
            Condition::All(conditions) => all(conditions.iter().map(|one| one.matches(values))),
            Condition::Any(conditions) => any(conditions.iter().map(|one| one.matches(values))),
            Condition::Compare(name, comparator) => {
                comparator.matches_field(values.get(name.as_str())?)
            }
        }
    }

    fn regular_expressions(&self) -> usize {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().map(Condition::regular_expressions).sum()
            }
            Condition::Compare(_, comparator) => usize::from(comparator.has_regex()),
        }
    }
}

/// The fields of an event: words, and what is in brackets or quotation marks.
fn split(message: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut left = message.trim_start();
    while let Some(first) = left.chars().next() {
        let (body, end) = match first {
            '[' => (&left[1..], Some(']')),
            '"' => (&left[1..], Some('"')),
            _ => (left, None),
        };
        let length = match end {
            Some(end) => body.find(end),
            None => body.find(char::is_whitespace),
        };
        let length = length.unwrap_or(body.len());
        fields.push(&body[..length]);
        let closing = end.map_or(0, char::len_utf8).min(body.len() - length);
        left = body[length + closing..].trim_start();
    }
    fields
}

pub(super) fn pattern(input: &mut Input<'_>) -> Parsed<Fields> {
    mark("[").parse_next(input)?;
    let mut entries = Vec::new();
    if rest(input).starts_with(']') {
        mark("]").parse_next(input)?;
        return Ok(Fields(entries));
    }
    loop {
        entries.push(entry(input)?);
        if !rest(input).starts_with(',') {
            break;
        }
        mark(",").parse_next(input)?;
    }
    require("]", "at the end of the pattern").parse_next(input)?;
    Ok(Fields(entries))
}

fn entry(input: &mut Input<'_>) -> Parsed<Entry> {
    if rest(input).starts_with("...") {
        advance(input, 3)?;
        return Ok(Entry::Others);
    }
    if rest(input).starts_with([',', ']']) {
        return Ok(Entry::Field(Field::default()));
    }
    let name = name(input)?;
    let condition = if rest(input).starts_with(['=', '!', '<', '>']) {
        Some(condition(input, &name)?)
    } else {
        None
    };
    Ok(Entry::Field(Field { name, condition }))
}

/// `=404 || status=410 && bytes > 0` after the first name.
fn condition(input: &mut Input<'_>, first: &str) -> Parsed<Condition> {
    let mut name_read = Some(first.to_owned());
    let mut alternatives = Vec::new();
    loop {
        let mut conjunction = Vec::new();
        loop {
            let name = match name_read.take() {
                Some(name) => name,
                None => name(input)?,
            };
            conjunction.push(Condition::Compare(name, comparator(input)?));
            if !rest(input).starts_with("&&") {
                break;
            }
            advance(input, 2)?;
        }
        alternatives.push(Condition::All(conjunction));
        if !rest(input).starts_with("||") {
            return Ok(Condition::Any(alternatives));
        }
        advance(input, 2)?;
    }
}

fn name(input: &mut Input<'_>) -> Parsed<String> {
    let text = rest(input);
    let length = text
        .find(|c: char| !(c.is_alphanumeric() || ['_', '-'].contains(&c)))
        .unwrap_or(text.len());
    if length == 0 {
        return Err(expected(input, "the name of a field, or `...`"));
    }
    let name = text[..length].to_owned();
    advance(input, length)?;
    Ok(name)
}
