//! Alarms, composite alarms and events of one file have different names.

use std::collections::BTreeMap;

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs, Place};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::DuplicateAlarm],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut seen: BTreeMap<&str, &Place> = BTreeMap::new();
    let names = service
        .alarms
        .iter()
        .map(|alarm| (alarm.name.as_str(), &alarm.place));
    let names = names.chain(
        service
            .composites
            .iter()
            .map(|composite| (composite.name.as_str(), &composite.place)),
    );
    let names = names.chain(
        service
            .events
            .iter()
            .map(|event| (event.name.as_str(), &event.place)),
    );
    let mut diagnostics = Vec::new();
    for (name, place) in names {
        if let Some(first) = seen.insert(name, place) {
            let diagnostic = Diagnostic::new(
                Code::DuplicateAlarm,
                format!("two alarms of this file are called `{name}`"),
            );
            diagnostics.push(
                diagnostic
                    .at(place.clone())
                    .at(first.clone().labelled("first here")),
            );
        }
    }
    diagnostics
}
