//! Patterns of names (`arn:{partition}:sqs:{region}:{account}:{id}`): filled to make a name, matched to read one.

use std::collections::BTreeMap;

use super::partition::url_suffix;
use crate::inventory::Target;

/// The pattern with every placeholder replaced; `None` when one has no value.
pub fn fill(pattern: &str, mut value: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::with_capacity(pattern.len() + 32);
    for part in parts(pattern) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Placeholder(name) => filled.push_str(&value(name)?),
        }
    }
    Some(filled)
}

/// The names of the placeholders, in their order.
pub fn placeholders(pattern: &str) -> impl Iterator<Item = &str> {
    parts(pattern).filter_map(|part| match part {
        Part::Placeholder(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// The values of the placeholders in a text; `None` when the text does not match the pattern.
/// A placeholder matches at least one character; where several matches are possible, earlier placeholders are as short as possible.
pub fn read<'t>(pattern: &str, text: &'t str) -> Option<BTreeMap<String, &'t str>> {
    let parts: Vec<Part<'_>> = parts(pattern).collect();
    let mut values = BTreeMap::new();
    matches(&parts, text, &mut values).then_some(values)
}

/// Whether a placeholder is general; other placeholders name resource properties.
pub(crate) fn is_general(placeholder: &str) -> bool {
    matches!(
        placeholder,
        "id" | "partition" | "region" | "account" | "url_suffix"
    )
}

/// The value of a general placeholder for a resource id.
pub(crate) fn general_value(
    identity: Option<&Target>,
    id: &str,
    placeholder: &str,
) -> Option<String> {
    match placeholder {
        "id" => Some(id.to_owned()),
        "partition" => identity.map(|identity| identity.partition.clone()),
        "region" => identity.map(|identity| identity.region.clone()),
        "account" => identity.map(|identity| identity.account.clone()),
        "url_suffix" => identity.map(|identity| url_suffix(&identity.partition).to_owned()),
        _ => None,
    }
}

#[derive(Debug, Clone, Copy)]
enum Part<'p> {
    Text(&'p str),
    Placeholder(&'p str),
}

fn parts(pattern: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = pattern;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        if let Some((name, after)) = rest
            .strip_prefix('{')
            .and_then(|inner| inner.split_once('}'))
        {
            rest = after;
            return Some(Part::Placeholder(name));
        }
        let end = rest
            .get(1..)
            .and_then(|tail| tail.find('{'))
            .map_or(rest.len(), |at| at + 1);
        let (text, after) = rest.split_at(end);
        rest = after;
        Some(Part::Text(text))
    })
}

fn matches<'t>(parts: &[Part<'_>], text: &'t str, values: &mut BTreeMap<String, &'t str>) -> bool {
    match parts {
        [] => text.is_empty(),
        [Part::Text(literal), rest @ ..] => text
            .strip_prefix(literal)
            .is_some_and(|after| matches(rest, after, values)),
        [Part::Placeholder(name)] => {
            !text.is_empty()
                && values
                    .insert((*name).to_owned(), text)
                    .is_none_or(|before| before == text)
        }
        [Part::Placeholder(name), rest @ ..] => text.char_indices().skip(1).any(|(end, _)| {
            let (value, after) = text.split_at(end);
            if !matches(rest, after, values) {
                return false;
            }
            values
                .insert((*name).to_owned(), value)
                .is_none_or(|before| before == value)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_filled_only_when_every_value_is_known() {
        let known = |name: &str| (name == "id").then(|| "orders".to_owned());
        assert_eq!(
            fill("/aws/lambda/{id}", known).as_deref(),
            Some("/aws/lambda/orders")
        );
        assert_eq!(fill("{bus}|{id}", known), None);
    }

    #[test]
    fn values_are_read_from_a_matching_name() {
        let url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders";
        let read_url = read("https://sqs.{region}.amazonaws.com/{account}/{id}", url)
            .expect("the URL has the shape");
        assert_eq!(read_url["id"], "orders");
        assert_eq!(read_url["account"], "123456789012");
        assert_eq!(read("{bus}|{id}", "orders"), None);
        assert_eq!(
            read("{bus}|{id}", "main|rule").expect("a rule of a bus")["id"],
            "rule"
        );
    }
}
