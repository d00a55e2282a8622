//! Names in the lists of a project file.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::spanned::{Spanned, Table};

/// The names of a list: letters, digits and hyphens, each once.
pub(super) struct UniqueNames {
    /// What has the names, with an article.
    of: &'static str,
    /// The names so far, in lower case.
    places: BTreeMap<String, Place>,
}

impl UniqueNames {
    pub(super) fn of(of: &'static str) -> Self {
        Self {
            of,
            places: BTreeMap::new(),
        }
    }

    /// The value of `name` in an item of the list.
    pub(super) fn read(&mut self, table: &mut Table<'_>) -> Option<Spanned<String>> {
        let name = table.required("name", Table::string)?;
        if !is_name(&name.value) {
            table.report(self.bad_name(&name));
            return None;
        }
        let key = name.value.to_lowercase();
        if let Some(first) = self.places.insert(key, name.place.clone()) {
            table.report(given_twice(&name, first));
        }
        Some(name)
    }

    fn bad_name(&self, name: &Spanned<String>) -> Diagnostic {
        let message = format!("`{}` cannot be the name of {}", name.value, self.of);
        name.diagnostic(Code::BadName, message)
            .help("a name has letters, digits and hyphens, and at least one of them")
    }
}

fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    !text.is_empty() && text.bytes().all(fits)
}

fn given_twice(name: &Spanned<String>, first: Place) -> Diagnostic {
    let message = format!("the name `{}` is given twice", name.value);
    name.diagnostic(Code::DuplicateName, message)
        .at(first.labelled("here first"))
        .help("names have to differ in more than upper and lower case")
}
