//! Pages of ordered listings. A token is the last key of the previous page, so that insertions and deletions shift no items.

use std::fmt::Write;

pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) next: Option<String>,
}

/// Numbers items as page keys, for items without a unique name.
pub(super) fn numbered<T>(items: impl IntoIterator<Item = T>) -> Vec<(String, T)> {
    items
        .into_iter()
        .enumerate()
        .map(|(at, item)| (format!("{at:08}"), item))
        .collect()
}

/// At most `size` items after `token`. `None` for an invalid token.
pub(super) fn page<'a, T>(
    items: impl Iterator<Item = (&'a str, T)>,
    token: Option<&str>,
    size: usize,
) -> Option<Page<T>> {
    let after = token.map(decoded).map_or(Some(None), |key| key.map(Some))?;
    let mut rest = items
        .skip_while(|(key, _)| after.as_deref().is_some_and(|after| *key <= after))
        .peekable();
    let mut items = Vec::new();
    let mut last = "";
    for (key, item) in rest.by_ref().take(size) {
        last = key;
        items.push(item);
    }
    let next = rest.peek().is_some().then(|| encoded(last));
    Some(Page { items, next })
}

fn encoded(key: &str) -> String {
    key.bytes()
        .fold(String::with_capacity(key.len() * 2), |mut token, byte| {
            let _ = write!(token, "{byte:02x}");
            token
        })
}

fn decoded(token: &str) -> Option<String> {
    let pairs = token.as_bytes().chunks(2).map(|pair| {
        std::str::from_utf8(pair)
            .ok()
            .filter(|pair| pair.len() == 2)
    });
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}

#[allow(clippy::unwrap_used)]
#[cfg(test)]
mod tests {
    use super::page;

    const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

    fn names(token: Option<&str>, size: usize) -> (Vec<&'static str>, Option<String>) {
        let page = page(NAMES.iter().map(|name| (*name, *name)), token, size).unwrap();
        (page.items, page.next)
    }

    #[test]
    fn a_page_begins_after_the_previous_one_and_the_last_has_no_token() {
        let (first, token) = names(None, 3);
        assert_eq!(first, ["a", "b", "c"]);
        assert_eq!(names(token.as_deref(), 3), (vec!["d", "e"], None));
    }

    #[test]
    fn a_full_page_without_further_items_has_no_token() {
        assert_eq!(names(None, 5).1, None);
    }

    #[test]
    fn an_invalid_token_is_refused() {
        assert!(page(NAMES.iter().map(|name| (*name, ())), Some("not-a-token"), 3).is_none());
    }
}
