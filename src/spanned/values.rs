//! Values with the same notation in several kinds of files: durations, M of N, and words from a fixed list.

use super::table::{ItemValue, Table};
use super::value::Spanned;
use crate::diagnostic::{Code, Diagnostic, nearest};

impl Table<'_> {
    /// A duration in whole seconds, written `90s`, `5m` or `1h`.
    pub fn seconds(&mut self, key: &'static str) -> Option<Spanned<u32>> {
        let text = self.text(key, |number| format!("with a unit: `\"{number}s\"`"))?;
        self.accept(seconds(&text))
    }

    /// A duration in seconds that may have a fraction, written `800ms`, `1.5s` or `2m`.
    pub fn duration(&mut self, key: &'static str) -> Option<Spanned<f64>> {
        let text = self.text(key, |number| format!("with a unit: `\"{number}s\"`"))?;
        self.accept(duration(&text))
    }

    /// The address of a page, written `https://…`.
    pub fn web_page(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let text = self.string(key)?;
        let rest = text.value.strip_prefix("https://");
        let is_page = rest.is_some_and(|rest| {
            !rest.is_empty()
                && rest.len() <= LONGEST_ADDRESS
                && !rest.contains(|character: char| character.is_whitespace() || character == '{')
        });
        if is_page {
            return Some(text);
        }
        let message = format!("`{}` is not the address of a page", text.value);
        self.report(
            text.diagnostic(Code::BadAddress, message)
                .help("for example: https://example.com/runbooks/orders"),
        );
        None
    }

    /// M of the last N, written `3 of 5`, with 1 ≤ M ≤ N.
    pub fn m_of_n(&mut self, key: &'static str) -> Option<Spanned<(u32, u32)>> {
        let text = self.text(key, |number| {
            format!("M of the last N periods: `\"{number} of {number}\"`")
        })?;
        self.accept(m_of_n(&text))
    }

    /// A condition, written `> 10`. A threshold alone gets a help with a comparison.
    pub fn condition(&mut self, key: &'static str) -> Option<Spanned<String>> {
        self.refuse("threshold", |value| {
            format!(
                "write it in `{key}`: `{key} = \"{}\"`",
                with_comparison(value)
            )
        });
        self.text(key, |number| {
            format!(
                "with a comparison: `{key} = \"{}\"`",
                with_comparison(number)
            )
        })
    }

    /// A string. A number gets a help of its own.
    fn text(
        &mut self,
        key: &'static str,
        help: impl FnOnce(&str) -> String,
    ) -> Option<Spanned<String>> {
        let item = self.item(key)?;
        match item.value() {
            ItemValue::Number(_) => {
                let help = help(item.written());
                item.wrong_type_with_help("a string", Some(help))
            }
            _ => item.string(),
        }
    }

    /// A word of `choices`, as its meaning.
    pub fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<Spanned<T>> {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let path = self.path_of(key);
        let text = self.text(key, |_| format!("one of: {}", words.join(", ")))?;
        self.accept(choice(&text, &path, choices))
    }
}

/// An alarm's description has 1,024 characters for all its texts.
const LONGEST_ADDRESS: usize = 500;

fn with_comparison(value: &str) -> String {
    let value = value.trim_matches(['"', '\'']).trim();
    if value.starts_with(['<', '>']) {
        value.to_owned()
    } else {
        format!("> {value}")
    }
}

/// The word's meaning, or a diagnostic with the nearest word. `path` is the value's key.
pub fn choice<T: Copy>(
    text: &Spanned<String>,
    path: &str,
    choices: &[(&'static str, T)],
) -> Result<Spanned<T>, Diagnostic> {
    if let Some((_, meaning)) = choices.iter().find(|(word, _)| *word == text.value) {
        return Ok(text.clone().map(|_| *meaning));
    }
    let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
    let help = match nearest(&text.value, words.iter().copied()) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("one of: {}", words.join(", ")),
    };
    Err(text
        .diagnostic(
            Code::UnknownWord,
            format!("`{path}` cannot be `{}`", text.value),
        )
        .help(help))
}

/// Units of durations, in seconds.
const UNITS: [(char, u32); 3] = [('s', 1), ('m', 60), ('h', 3600)];

/// Units with milliseconds. `ms` comes first because it also ends with `s`.
const FINE_UNITS: [(&str, f64); 4] = [("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// A positive duration in whole seconds.
pub fn seconds(text: &Spanned<String>) -> Result<Spanned<u32>, Diagnostic> {
    let value = UNITS.iter().find_map(|(unit, size)| {
        text.value
            .strip_suffix(*unit)?
            .parse::<u32>()
            .ok()?
            .checked_mul(*size)
    });
    match value {
        Some(value) if value > 0 => Ok(text.clone().map(|_| value)),
        _ => Err(text
            .diagnostic(
                Code::BadDuration,
                format!("`{}` is not a duration", text.value),
            )
            .help("a whole number with a unit, s, m or h: 90s, 5m, 1h, or 48h for two days")),
    }
}

/// A positive duration in seconds.
pub fn duration(text: &Spanned<String>) -> Result<Spanned<f64>, Diagnostic> {
    let value = FINE_UNITS
        .iter()
        .find_map(|(unit, size)| Some(plain_number(text.value.strip_suffix(unit)?)? * size));
    match value {
        Some(value) if value > 0.0 && value.is_finite() => Ok(text.clone().map(|_| value)),
        _ => Err(text
            .diagnostic(
                Code::BadDuration,
                format!("`{}` is not a duration", text.value),
            )
            .help("a number with a unit, ms, s, m or h: 800ms, 1.5s, 2m or 1h")),
    }
}

/// Digits with at most one decimal point: no sign, exponent or `inf`.
fn plain_number(text: &str) -> Option<f64> {
    text.bytes()
        .all(|b| b.is_ascii_digit() || b == b'.')
        .then(|| text.parse().ok())
        .flatten()
}

fn m_of_n(text: &Spanned<String>) -> Result<Spanned<(u32, u32)>, Diagnostic> {
    let parts = text
        .value
        .split_once(" of ")
        .and_then(|(m, n)| Some((m.trim().parse().ok()?, n.trim().parse().ok()?)));
    match parts {
        Some((m, n)) if (1..=n).contains(&m) => Ok(text.clone().map(|_| (m, n))),
        _ => Err(text
            .diagnostic(
                Code::BadDatapoints,
                format!("`{}` is not M of N datapoints", text.value),
            )
            .help("M of the last N periods, as in `3 of 5`")),
    }
}
