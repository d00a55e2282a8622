//! Schemas of JSON values, and the comparison of a value with its schema. The messages have the wording of AWS's validator: observed for
//! required properties and numbers of items, UNVERIFIED (the same library's wording) for the rest.

use serde_json::Value;

use super::message::{DataPath, Messages};
use crate::diagnostic::nearest;

/// The values that a property accepts.
#[derive(Debug)]
pub(super) enum PropertyRule {
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
    /// Text that a function validates.
    Format(fn(&str) -> Validity),
    /// A value that a function validates.
    Value(fn(&Value) -> Validity),
    Object(&'static ObjectSchema),
    /// An object. Text instead of the object (a property of a metric at the wrong level) has no effect.
    ObjectOrIgnoredText(&'static ObjectSchema),
    /// One object, or an array of two.
    ObjectOrPair(&'static ObjectSchema),
    List {
        least: usize,
        most: usize,
        of: &'static PropertyRule,
    },
}

/// The properties of an object.
#[derive(Debug)]
pub(super) struct ObjectSchema {
    pub(super) required: &'static [&'static str],
    pub(super) properties: &'static [(&'static str, PropertyRule)],
}

/// The result of a validation function, with its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Validity {
    Valid,
    Doubtful(&'static str),
    Invalid(&'static str),
}

pub(super) fn check_object(
    value: &Value,
    schema: &ObjectSchema,
    path: &DataPath,
    messages: &mut Messages,
) {
    let Some(object) = value.as_object() else {
        return messages.error(path, "Should be object");
    };
    for name in schema
        .required
        .iter()
        .filter(|name| !object.contains_key(**name))
    {
        messages.error(path, &missing(name));
    }
    for (name, value) in object {
        match schema.properties.iter().find(|(known, _)| known == name) {
            Some((_, rule)) => check(value, rule, &path.key(name), messages),
            None => messages.warn(&path.key(name), &unknown(name, schema)),
        }
    }
}

/// AWS's message for a missing property.
pub(super) fn missing(name: &str) -> String {
    format!("Should have required property '{name}'")
}

fn unknown(name: &str, schema: &ObjectSchema) -> String {
    let near = nearest(name, schema.properties.iter().map(|(known, _)| *known));
    let suggestion = near
        .map(|near| format!("; did you mean '{near}'?"))
        .unwrap_or_default();
    format!("'{name}' is not a documented property{suggestion}")
}

fn check(value: &Value, rule: &PropertyRule, path: &DataPath, messages: &mut Messages) {
    match rule {
        PropertyRule::Any => {}
        PropertyRule::Flag => require(value.is_boolean(), "Should be boolean", path, messages),
        PropertyRule::Number => require(value.is_number(), "Should be number", path, messages),
        PropertyRule::Whole { least, most } => check_whole(value, (*least, *most), path, messages),
        PropertyRule::Text { longest } => check_text(value, *longest, path, messages),
        PropertyRule::OneOf(words) => {
            let known = value.as_str().is_some_and(|word| words.contains(&word));
            require(
                known,
                "Should be equal to one of the allowed values",
                path,
                messages,
            );
        }
        PropertyRule::Format(validity_of) => match value.as_str() {
            Some(text) => report(validity_of(text), path, messages),
            None => messages.error(path, "Should be string"),
        },
        PropertyRule::Value(validity_of) => report(validity_of(value), path, messages),
        PropertyRule::ObjectOrIgnoredText(_) if value.is_string() => {
            messages.warn(path, "Text is ignored here; set it for a single metric");
        }
        PropertyRule::Object(schema) | PropertyRule::ObjectOrIgnoredText(schema) => {
            check_object(value, schema, path, messages);
        }
        PropertyRule::ObjectOrPair(schema) => match value.as_array() {
            Some(pair) if pair.len() == 2 => {
                for (index, item) in pair.iter().enumerate() {
                    check_object(item, schema, &path.index(index), messages);
                }
            }
            Some(_) => messages.error(path, "Should have exactly 2 items"),
            None => check_object(value, schema, path, messages),
        },
        PropertyRule::List { least, most, of } => {
            check_list(value, (*least, *most), of, path, messages);
        }
    }
}

fn require(holds: bool, otherwise: &str, path: &DataPath, messages: &mut Messages) {
    if !holds {
        messages.error(path, otherwise);
    }
}

fn report(validity: Validity, path: &DataPath, messages: &mut Messages) {
    match validity {
        Validity::Valid => {}
        Validity::Doubtful(message) => messages.warn(path, message),
        Validity::Invalid(message) => messages.error(path, message),
    }
}

fn check_whole(value: &Value, (least, most): (u64, u64), path: &DataPath, messages: &mut Messages) {
    // JSON has one kind of number: 3.0 is whole.
    let Some(number) = value.as_f64().filter(|number| number.fract() == 0.0) else {
        return messages.error(path, "Should be integer");
    };
    require(
        number >= least as f64,
        &format!("Should be >= {least}"),
        path,
        messages,
    );
    require(
        number <= most as f64,
        &format!("Should be <= {most}"),
        path,
        messages,
    );
}

fn check_text(value: &Value, longest: usize, path: &DataPath, messages: &mut Messages) {
    match value.as_str() {
        Some(text) => {
            let short_enough = text.chars().count() <= longest;
            require(
                short_enough,
                &format!("Should NOT be longer than {longest} characters"),
                path,
                messages,
            );
        }
        None => messages.error(path, "Should be string"),
    }
}

fn check_list(
    value: &Value,
    (least, most): (usize, usize),
    of: &PropertyRule,
    path: &DataPath,
    messages: &mut Messages,
) {
    let Some(items) = value.as_array() else {
        return messages.error(path, "Should be array");
    };
    require(
        items.len() >= least,
        &format!("Should NOT have less than {least} items"),
        path,
        messages,
    );
    require(
        items.len() <= most,
        &format!("Should NOT have more than {most} items"),
        path,
        messages,
    );
    for (index, item) in items.iter().enumerate() {
        check(item, of, &path.index(index), messages);
    }
}
