//! What a JSON value may be, as data, and the walk that compares a value with it. The wording is that of AWS's validator: seen for
//! required properties and numbers of items, UNVERIFIED (the same library's) for the rest.

use serde_json::Value;

use super::{Path, Report};
use crate::diagnostic::nearest;

/// What a value may be.
#[derive(Debug)]
pub(super) enum Rule {
    Any,
    Flag,
    Number,
    Whole {
        least: u64,
        most: u64,
    },
    Text {
        longest: usize,
    },
    OneOf(&'static [&'static str]),
    /// Text of a form that a function knows.
    Form(fn(&str) -> Verdict),
    /// A value of a form that a function knows.
    Value(fn(&Value) -> Verdict),
    Object(&'static Shape),
    /// An object; text in its place (a property of metrics, put beside them) does nothing.
    ObjectOrIgnoredText(&'static Shape),
    /// One object, or a pair of them.
    ObjectOrPair(&'static Shape),
    List {
        least: usize,
        most: usize,
        of: &'static Rule,
    },
}

/// An object's properties.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) required: &'static [&'static str],
    pub(super) properties: &'static [(&'static str, Rule)],
}

/// What is said of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Good,
    Doubtful(&'static str),
    Wrong(&'static str),
}

pub(super) fn check_object(value: &Value, shape: &Shape, path: &Path, report: &mut Report) {
    let Some(object) = value.as_object() else {
        return report.error(path, "Should be object");
    };
    for name in shape
        .required
        .iter()
        .filter(|name| !object.contains_key(**name))
    {
        report.error(path, &missing(name));
    }
    for (name, value) in object {
        match shape.properties.iter().find(|(known, _)| known == name) {
            Some((_, rule)) => check(value, rule, &path.key(name), report),
            None => report.warn(&path.key(name), &unknown(name, shape)),
        }
    }
}

/// AWS's words for a property that is not there.
pub(super) fn missing(name: &str) -> String {
    format!("Should have required property '{name}'")
}

fn unknown(name: &str, shape: &Shape) -> String {
    let near = nearest(name, shape.properties.iter().map(|(known, _)| *known));
    let suggestion = near
        .map(|near| format!("; did you mean '{near}'?"))
        .unwrap_or_default();
    format!("'{name}' is not a documented property{suggestion}")
}

fn check(value: &Value, rule: &Rule, path: &Path, report: &mut Report) {
    match rule {
        Rule::Any => {}
        Rule::Flag => require(value.is_boolean(), "Should be boolean", path, report),
        Rule::Number => require(value.is_number(), "Should be number", path, report),
        Rule::Whole { least, most } => check_whole(value, (*least, *most), path, report),
        Rule::Text { longest } => check_text(value, *longest, path, report),
        Rule::OneOf(words) => {
            let known = value.as_str().is_some_and(|word| words.contains(&word));
            require(
                known,
                "Should be equal to one of the allowed values",
                path,
                report,
            );
        }
        Rule::Form(form) => match value.as_str() {
            Some(text) => say(form(text), path, report),
            None => report.error(path, "Should be string"),
        },
        Rule::Value(form) => say(form(value), path, report),
        Rule::ObjectOrIgnoredText(_) if value.is_string() => {
            report.warn(path, "Text is ignored here; it belongs to a single metric");
        }
        Rule::Object(shape) | Rule::ObjectOrIgnoredText(shape) => {
            check_object(value, shape, path, report)
        }
        Rule::ObjectOrPair(shape) => match value.as_array() {
            Some(pair) if pair.len() == 2 => {
                check_items(
                    pair,
                    &|item, path, report| check_object(item, shape, path, report),
                    path,
                    report,
                );
            }
            Some(_) => report.error(path, "Should have exactly 2 items"),
            None => check_object(value, shape, path, report),
        },
        Rule::List { least, most, of } => check_list(value, (*least, *most), of, path, report),
    }
}

fn require(holds: bool, otherwise: &str, path: &Path, report: &mut Report) {
    if !holds {
        report.error(path, otherwise);
    }
}

fn say(verdict: Verdict, path: &Path, report: &mut Report) {
    match verdict {
        Verdict::Good => {}
        Verdict::Doubtful(message) => report.warn(path, message),
        Verdict::Wrong(message) => report.error(path, message),
    }
}

fn check_whole(value: &Value, (least, most): (u64, u64), path: &Path, report: &mut Report) {
    // JSON has one kind of number: 3.0 is whole.
    let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0) else {
        return report.error(path, "Should be integer");
    };
    require(
        number >= least as f64,
        &format!("Should be >= {least}"),
        path,
        report,
    );
    require(
        number <= most as f64,
        &format!("Should be <= {most}"),
        path,
        report,
    );
}

fn check_text(value: &Value, longest: usize, path: &Path, report: &mut Report) {
    match value.as_str() {
        Some(text) => {
            let short_enough = text.chars().count() <= longest;
            require(
                short_enough,
                &format!("Should NOT be longer than {longest} characters"),
                path,
                report,
            );
        }
        None => report.error(path, "Should be string"),
    }
}

fn check_list(
    value: &Value,
    (least, most): (usize, usize),
    of: &Rule,
    path: &Path,
    report: &mut Report,
) {
    let Some(items) = value.as_array() else {
        return report.error(path, "Should be array");
    };
    require(
        items.len() >= least,
        &format!("Should NOT have less than {least} items"),
        path,
        report,
    );
    require(
        items.len() <= most,
        &format!("Should NOT have more than {most} items"),
        path,
        report,
    );
    check_items(
        items,
        &|item, path, report| check(item, of, path, report),
        path,
        report,
    );
}

fn check_items(
    items: &[Value],
    look: &dyn Fn(&Value, &Path, &mut Report),
    path: &Path,
    report: &mut Report,
) {
    for (index, item) in items.iter().enumerate() {
        look(item, &path.index(index), report);
    }
}
