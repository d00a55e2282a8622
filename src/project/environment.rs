//! `[env.NAME]`: the keys that are different in one environment, and `${NAME}` for values from the process's environment.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::spanned::{Item, Spanned, SpannedDocument, Table};

/// The key of the environments.
pub(super) const KEY: &str = "env";

/// What one run takes from outside the project file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    /// The table `[env.NAME]` to apply.
    pub name: Option<String>,
    /// The values of `${NAME}`. An empty value counts as unset.
    pub variables: BTreeMap<String, String>,
}

/// The environments of a document, in its order. Values that are no tables are reported.
pub(super) fn environments(document: &SpannedDocument) -> Vec<(Spanned<String>, Item<'_>)> {
    let table = document.root().table(KEY);
    let entries = table.map(Table::entries).unwrap_or_default();
    let tables = entries.into_iter();
    tables.filter(|(_, item)| is_environment(item)).collect()
}

/// Whether the value is a table. Environments in it are reported.
fn is_environment(item: &Item<'_>) -> bool {
    let Some(mut table) = item.table() else {
        return false;
    };
    table.refuse(KEY, |_| "an environment has no environments".to_owned());
    true
}

/// The names of the environments. A text that is not TOML has none.
pub(super) fn names(source: &Arc<Source>) -> Vec<String> {
    let Ok(document) = SpannedDocument::parse(source) else {
        return Vec::new();
    };
    let found = environments(&document).into_iter();
    found.map(|(name, _)| name.value).collect()
}

/// The document as one environment has it.
pub(super) fn with_environment(document: &SpannedDocument, over: &Item<'_>) -> SpannedDocument {
    document.without(KEY).overlaid(over, replaced)
}

/// The document without its environments.
pub(super) fn without_environments(document: &SpannedDocument) -> SpannedDocument {
    document.without(KEY)
}

/// Keys that cannot be given together: the one in the environment replaces those at the top.
fn replaced(path: &str, key: &str) -> &'static [&'static str] {
    match (path, key) {
        ("stack", "deployed") => &["name", "template", "cdk", "terraform", "tags", "parameters"],
        ("stack", "template") => &["deployed", "cdk", "terraform", "tags"],
        ("stack", "cdk") => &["template", "deployed", "terraform", "tags", "parameters"],
        ("stack", "terraform") => &["template", "deployed", "cdk", "tags", "parameters"],
        ("stack", "tags") => &["template", "deployed", "cdk", "terraform", "parameters"],
        ("notify.critical" | "notify.warning" | "notify.info", "topic") => &[
            "email",
            "email-json",
            "https",
            "sqs",
            "lambda",
            "sms",
            "slack",
            "teams",
        ],
        (
            "notify.critical" | "notify.warning" | "notify.info",
            "email" | "email-json" | "https" | "sqs" | "lambda" | "sms" | "slack" | "teams",
        ) => &["topic"],
        _ => &[],
    }
}

/// The diagnostic for the name of an environment that the file does not have.
pub(super) fn unknown(name: &str, file: &str, known: &[Spanned<String>]) -> Diagnostic {
    let names: Vec<&str> = known.iter().map(|name| name.value.as_str()).collect();
    let message = format!("{file} has no environment `{name}`");
    let help = match nearest(name, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("add a table `[env.{name}]` with what is different"),
        None => format!("environments of this file: {}", names.join(", ")),
    };
    let diagnostic = Diagnostic::new(Code::UnknownEnvironment, message).help(help);
    known.iter().fold(diagnostic, |diagnostic, name| {
        diagnostic.at(name.place.clone())
    })
}

/// A text with the values of its variables: `${NAME}` is a variable, `$${` is the text `${`.
pub(super) fn expanded(
    text: &Spanned<String>,
    variables: &BTreeMap<String, String>,
) -> Result<String, Diagnostic> {
    let mut result = String::new();
    let mut rest = text.value.as_str();
    while let Some(at) = rest.find("${") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        if let Some(before) = before.strip_suffix('$') {
            result.push_str(before);
            result.push_str("${");
            rest = after;
            continue;
        }
        let Some((name, tail)) = after.split_once('}').filter(|(name, _)| is_name(name)) else {
            return Err(malformed(text, after));
        };
        let value = variables.get(name).filter(|value| !value.is_empty());
        let Some(value) = value else {
            return Err(unset(text, name));
        };
        result.push_str(before);
        result.push_str(value);
        rest = tail;
    }
    result.push_str(rest);
    Ok(result)
}

fn is_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn unset(text: &Spanned<String>, name: &str) -> Diagnostic {
    let message = format!("the environment variable `{name}` is not set, or is empty");
    Diagnostic::new(Code::VariableUnset, message)
        .at(place_in(text, &format!("${{{name}}}")))
        .help("set it before the run; `$${` writes the text `${`")
}

fn malformed(text: &Spanned<String>, after: &str) -> Diagnostic {
    let end = after.find('}').map_or(after.len(), |at| at + 1);
    let message = format!(
        "`${{{}` does not name an environment variable",
        &after[..end]
    );
    Diagnostic::new(Code::BadVariable, message)
        .at(place_in(text, "${"))
        .help("`${NAME}`, with letters, digits and `_`; `$${` writes the text `${`")
}

/// The place of a part of a string: its first occurrence in the source.
fn place_in(text: &Spanned<String>, part: &str) -> Place {
    let Place { source, span, .. } = &text.place;
    let written = source.text.get(span.clone()).unwrap_or_default();
    match written.find(part) {
        Some(at) => {
            let start = span.start + at;
            Place::new(source, start..start + part.len())
        }
        None => text.place.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn expand(text: &str) -> Result<String, String> {
        let variables = [("STAGE", "prod"), ("EMPTY", "")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let written = Spanned {
            value: text.to_owned(),
            place: Place::new(&Source::new("x.toml", text), 0..text.len()),
        };
        expanded(&written, &variables.into()).map_err(|diagnostic| diagnostic.code.name().into())
    }

    #[test]
    fn variables_are_replaced_once() {
        for (text, expected) in [
            ("", Ok("")),
            ("plain $ {} $STAGE", Ok("plain $ {} $STAGE")),
            ("shop-${STAGE}-${STAGE}", Ok("shop-prod-prod")),
            ("$${STAGE}", Ok("${STAGE}")),
            ("$$${STAGE}", Ok("$${STAGE}")),
            ("a$${b}${STAGE}", Ok("a${b}prod")),
            ("${EMPTY}", Err("variable-unset")),
            ("${MISSING}", Err("variable-unset")),
            ("${STAGE", Err("bad-variable")),
            ("${}", Err("bad-variable")),
            ("${1}", Err("bad-variable")),
            ("${STAGE:-dev}", Err("bad-variable")),
        ] {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(expand(text), expected, "{text}");
        }
    }
}
