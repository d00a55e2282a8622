//! The nearest known word as help.

use crate::diagnostic::{Diagnostic, nearest};

pub(super) fn suggest<'a, S: AsRef<str> + 'a + ?Sized>(
    diagnostic: Diagnostic,
    word: &str,
    known: impl Iterator<Item = &'a S>,
) -> Diagnostic {
    match nearest(word, known.map(AsRef::as_ref)) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}
