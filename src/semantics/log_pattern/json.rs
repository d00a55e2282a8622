//! JSON patterns: `{ $.level = "ERROR" && $.attempts > 2 }`.

use serde_json::Value;

use super::operand::{Comparator, Comparison, Operand, comparator};
use super::verdict::{Verdict, all, any};
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{
    Input, Parsed, advance, cut, expected, here, mark, nested, note, peek_word, require, rest,
    since, word,
};
use winnow::Parser;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Test(Selector, Test),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    Compare(Comparator),
    Is(Value),
    NotExists,
}

/// A path into an event: `$.user.id`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Selector(Vec<Step>);

#[derive(Debug, Clone, PartialEq)]
enum Step {
    Member(String),
    Item(usize),
    /// Every member or item.
    Each,
}

/// Wildcards of a whole pattern, at most. A selector has one.
const WILDCARDS: usize = 3;

/// The words after `IS`.
const CONSTANTS: [(&str, Value); 3] = [
    ("NULL", Value::Null),
    ("TRUE", Value::Bool(true)),
    ("FALSE", Value::Bool(false)),
];

impl Condition {
    pub(super) fn matches(&self, event: &Value) -> Verdict {
        match self {
            Condition::All(conditions) => all(conditions.iter().map(|one| one.matches(event))),
            Condition::Any(conditions) => any(conditions.iter().map(|one| one.matches(event))),
            Condition::Test(selector, test) => test.matches(&selector.select(event)),
        }
    }

    fn tests(&self) -> Vec<(&Selector, &Test)> {
        match self {
            Condition::All(conditions) | Condition::Any(conditions) => {
                conditions.iter().flat_map(Condition::tests).collect()
            }
            Condition::Test(selector, test) => vec![(selector, test)],
        }
    }

    pub(super) fn regular_expressions(&self) -> usize {
        let tests = self.tests().into_iter();
        let with_regex = tests.filter(|(_, test)| match test {
            Test::Compare(comparator) => comparator.has_regex(),
            Test::Is(_) | Test::NotExists => false,
        });
        with_regex.count()
    }
}

impl Test {
    /// Whether one of the selected parts passes. A comparison of a missing part, and `!=` of several parts, are not documented.
    fn matches(&self, selected: &[&Value]) -> Verdict {
        match self {
            Test::NotExists => Some(selected.is_empty()),
            Test::Is(constant) => Some(selected.contains(&constant)),
            Test::Compare(comparator) => match (comparator.comparison, selected) {
                (Comparison::NotEqual, [one]) => compare(comparator, one),
                (Comparison::NotEqual, _) => None,
                _ => any(selected.iter().map(|one| compare(comparator, one))),
            },
        }
    }
}

/// Objects and lists match nothing; comparisons of `null`, `true` and `false` are not documented.
fn compare(comparator: &Comparator, part: &Value) -> Verdict {
    match part {
        Value::String(text) => comparator.matches_text(text),
        Value::Number(number) => comparator.matches_number(number.as_f64()?, &number.to_string()),
        Value::Array(_) | Value::Object(_) => Some(false),
        Value::Null | Value::Bool(_) => None,
    }
}

impl Selector {
    fn select<'e>(&self, event: &'e Value) -> Vec<&'e Value> {
        self.0.iter().fold(vec![event], |parts, step| {
            let parts = parts.into_iter();
            parts.flat_map(|part| step.select(part)).collect()
        })
    }

    fn wildcards(&self) -> usize {
        self.0.iter().filter(|step| **step == Step::Each).count()
    }
}

impl Step {
    fn select<'e>(&self, part: &'e Value) -> Vec<&'e Value> {
        match (self, part) {
            (Step::Member(name), Value::Object(members)) => members.get(name).into_iter().collect(),
            (Step::Item(index), Value::Array(items)) => items.get(*index).into_iter().collect(),
            (Step::Each, Value::Object(members)) => members.values().collect(),
            (Step::Each, Value::Array(items)) => items.iter().collect(),
            _ => Vec::new(),
        }
    }
}

/// Whether a text is a selector, such as `$.latency`.
pub(super) fn is_selector(text: &str) -> bool {
    steps(text).is_ok_and(|(_, length)| length == text.len())
}

pub(super) fn pattern(input: &mut Input<'_>) -> Parsed<Condition> {
    mark("{").parse_next(input)?;
    let start = here(input);
    let condition = alternatives(input)?;
    require("}", "at the end of the pattern").parse_next(input)?;
    let wildcards = condition.tests().into_iter();
    let wildcards: usize = wildcards.map(|(selector, _)| selector.wildcards()).sum();
    if wildcards > WILDCARDS {
        let message = format!("the pattern has {wildcards} wildcards; Logs takes {WILDCARDS}");
        note(input, SyntaxError::error(since(input, start), message));
    }
    Ok(condition)
}

fn alternatives(input: &mut Input<'_>) -> Parsed<Condition> {
    let mut found = vec![conjunction(input)?];
    while rest(input).starts_with("||") {
        advance(input, 2)?;
        found.push(conjunction(input)?);
    }
    Ok(joined(found, Condition::Any))
}

fn conjunction(input: &mut Input<'_>) -> Parsed<Condition> {
    let mut found = vec![single(input)?];
    while rest(input).starts_with("&&") {
        advance(input, 2)?;
        found.push(single(input)?);
    }
    Ok(joined(found, Condition::All))
}

fn joined(mut found: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match found.pop() {
        Some(only) if found.is_empty() => only,
        last => {
            found.extend(last);
            join(found)
        }
    }
}

fn single(input: &mut Input<'_>) -> Parsed<Condition> {
    if !rest(input).starts_with('(') {
        return Ok(Condition::Test(selector(input)?, test(input)?));
    }
    mark("(").parse_next(input)?;
    let condition = nested(input, alternatives)?;
    require(")", "after the condition").parse_next(input)?;
    Ok(condition)
}

fn test(input: &mut Input<'_>) -> Parsed<Test> {
    match peek_word(input) {
        "IS" => {
            word(input)?;
            let constant = peek_word(input);
            let Some((_, value)) = CONSTANTS.iter().find(|(known, _)| *known == constant) else {
                return Err(expected(input, "`NULL`, `TRUE` or `FALSE` after `IS`"));
            };
            word(input)?;
            Ok(Test::Is(value.clone()))
        }
        "NOT" => {
            word(input)?;
            if peek_word(input) != "EXISTS" {
                return Err(expected(input, "`EXISTS` after `NOT`"));
            }
            word(input)?;
            Ok(Test::NotExists)
        }
        "EXISTS" => {
            let span = word(input)?;
            let error = SyntaxError::error(span, "Logs has no test `EXISTS`");
            Err(cut(error.help("`= *` matches every value")))
        }
        _ => {
            let comparator = comparator(input)?;
            check_word(input, &comparator)?;
            Ok(Test::Compare(comparator))
        }
    }
}

/// A text without quotation marks has letters, digits, `_` and `*`. A number with `*` may have more: `123.123.*`.
fn check_word(input: &Input<'_>, comparator: &Comparator) -> Parsed<()> {
    let Operand::Word(word) = &comparator.operand else {
        return Ok(());
    };
    let is_text = word
        .chars()
        .all(|c| c.is_alphanumeric() || "_*".contains(c));
    let is_number = word
        .chars()
        .all(|c| c.is_ascii_digit() || "+-.*eE".contains(c));
    if is_text || is_number {
        return Ok(());
    }
    let message = format!("`{word}` has to be in double quotation marks");
    let end = since(input, 0).end;
    let error = SyntaxError::error(end.saturating_sub(word.len())..end, message);
    Err(cut(error.help(format!("\"{word}\""))))
}

fn selector(input: &mut Input<'_>) -> Parsed<Selector> {
    let start = here(input);
    let (steps, length) = match steps(rest(input)) {
        Ok(found) => found,
        Err((at, wanted)) => {
            let at = start + at;
            let error = SyntaxError::error(at..at, format!("expected {wanted}"));
            return Err(cut(error));
        }
    };
    let selector = Selector(steps);
    advance(input, length)?;
    if selector.wildcards() > 1 {
        let message = "Logs takes one wildcard in a selector";
        note(input, SyntaxError::error(start..start + length, message));
    }
    Ok(selector)
}

/// Parses the selector with which a text begins: its steps and its length, or the position and the name of a missing part.
fn steps(text: &str) -> Result<(Vec<Step>, usize), (usize, &'static str)> {
    const FIRST: &str = "a property of the event, such as `$.level`";
    if !text.starts_with('$') {
        return Err((0, FIRST));
    }
    let mut steps = Vec::new();
    let mut at = 1;
    loop {
        let left = &text[at..];
        let (step, length) = if left.starts_with(".[") || left.starts_with('[') {
            let dot = usize::from(left.starts_with('.'));
            let (step, length) = bracket(&left[dot..]).ok_or((at, BRACKET))?;
            (step, dot + length)
        } else if left.starts_with(".*") {
            (Step::Each, 2)
        } else if let Some(name) = left.strip_prefix('.') {
            let length = name.find(ends_name).unwrap_or(name.len());
            if length == 0 {
                return Err((at + 1, "a name after the point"));
            }
            (Step::Member(name[..length].to_owned()), 1 + length)
        } else if steps.is_empty() {
            return Err((at, FIRST));
        } else {
            return Ok((steps, at));
        };
        steps.push(step);
        at += length;
    }
}

const BRACKET: &str = "`[0]`, `[*]` or `['a.name']`";

fn ends_name(character: char) -> bool {
    !(character.is_alphanumeric() || ['_', '-'].contains(&character))
}

/// Parses a step in brackets with which a text begins, and its length.
fn bracket(text: &str) -> Option<(Step, usize)> {
    let inner = text.strip_prefix('[')?;
    for quote in ['\'', '"'] {
        if let Some(name) = inner.strip_prefix(quote) {
            let (name, after) = name.split_once(quote)?;
            after.starts_with(']').then_some(())?;
            return Some((Step::Member(name.to_owned()), name.len() + 4));
        }
    }
    let (index, _) = inner.split_once(']')?;
    let step = match index {
        "*" => Step::Each,
        _ => Step::Item(index.parse().ok()?),
    };
    Some((step, index.len() + 2))
}
