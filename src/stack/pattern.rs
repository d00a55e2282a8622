//! Patterns of names (`arn:{partition}:sqs:{region}:{account}:{id}`): filled to make a name, matched to read one.

use std::collections::BTreeMap;

/// The pattern with every placeholder replaced; `None` when one has no value.
pub fn fill(pattern: &str, mut value: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let mut filled = String::with_capacity(pattern.len() + 32);
    for part in parts(pattern) {
        match part {
            Part::Text(text) => filled.push_str(text),
            Part::Hole(name) => filled.push_str(&value(name)?),
        }
    }
    Some(filled)
}

/// The names of the placeholders, in their order.
pub fn placeholders(pattern: &str) -> impl Iterator<Item = &str> {
    parts(pattern).filter_map(|part| match part {
        Part::Hole(name) => Some(name),
        Part::Text(_) => None,
    })
}

/// What the placeholders stand for in a text that has the pattern's shape; `None` when it has not.
/// A placeholder is never empty; where several readings are possible, earlier placeholders are as short as they can be.
pub fn read<'t>(pattern: &str, text: &'t str) -> Option<BTreeMap<String, &'t str>> {
    let parts: Vec<Part<'_>> = parts(pattern).collect();
    let mut values = BTreeMap::new();
    matches(&parts, text, &mut values).then_some(values)
}

#[derive(Debug, Clone, Copy)]
enum Part<'p> {
    Text(&'p str),
    Hole(&'p str),
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
            return Some(Part::Hole(name));
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
        [Part::Hole(name)] => {
            !text.is_empty()
                && values
                    .insert((*name).to_owned(), text)
                    .is_none_or(|before| before == text)
        }
        [Part::Hole(name), rest @ ..] => text.char_indices().skip(1).any(|(end, _)| {
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
    fn a_pattern_is_filled_only_when_all_is_known() {
        let known = |name: &str| (name == "id").then(|| "orders".to_owned());
        assert_eq!(
            fill("/aws/lambda/{id}", known).as_deref(),
            Some("/aws/lambda/orders")
        );
        assert_eq!(fill("{bus}|{id}", known), None);
    }

    #[test]
    fn a_name_is_read_back() {
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
