//! `[diagnostics]`: the codes that a project allows and denies.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, LevelPolicy, Place, nearest};
use crate::spanned::{Spanned, Table};

pub(super) fn levels(mut table: Table<'_>) -> LevelPolicy {
    let mut allow = codes(&mut table, "allow");
    let deny = codes(&mut table, "deny");
    allow.retain(|code, place| match allowable(*code, place) {
        Ok(()) => true,
        Err(diagnostic) => {
            table.report(diagnostic);
            false
        }
    });
    for (code, place) in deny.iter().filter(|(code, _)| allow.contains_key(code)) {
        let message = format!("`{code}` cannot be both allowed and denied");
        table.report(Diagnostic::new(Code::ConflictingKeys, message).at(place.clone()));
    }
    table.finish();
    LevelPolicy {
        allow: allow.into_keys().collect(),
        deny: deny.into_keys().collect(),
        ..LevelPolicy::default()
    }
}

fn codes(table: &mut Table<'_>, key: &'static str) -> BTreeMap<Code, Place> {
    let names = table.strings(key);
    names
        .into_iter()
        .filter_map(|name| Some((table.accept(code(&name))?, name.place)))
        .collect()
}

fn code(name: &Spanned<String>) -> Result<Code, Diagnostic> {
    Code::parse(&name.value).ok_or_else(|| unknown_code(&name.value).at(name.place.clone()))
}

/// The diagnostic for an unknown code name.
pub fn unknown_code(name: &str) -> Diagnostic {
    let message = format!("no diagnostic has the code `{name}`");
    let help = match nearest(name, Code::ALL.iter().map(|code| code.name())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`tracewatch explain` lists all codes".to_owned(),
    };
    Diagnostic::new(Code::UnknownCode, message).help(help)
}

fn allowable(code: Code, place: &Place) -> Result<(), Diagnostic> {
    if code.can_allow() {
        return Ok(());
    }
    let message = format!("an error of the code `{code}` cannot be allowed");
    Err(Diagnostic::new(Code::CannotBeAllowed, message)
        .at(place.clone())
        .help(format!("`tracewatch explain {code}` says how to fix it")))
}
