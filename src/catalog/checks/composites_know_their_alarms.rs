//! The rule of every composite alarm is valid and names alarms of the file.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs, Place};
use crate::semantics::composite;
use crate::semantics::place::{in_text, part};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::BadRule, Code::DoubtfulRule, Code::UnknownAlarm],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for definition in &service.composites {
        let place = &definition.rule.place;
        match composite::parse(&definition.rule.value) {
            Err(errors) => diagnostics.extend(
                errors
                    .iter()
                    .map(|error| in_text(place, Code::BadRule, error)),
            ),
            Ok(rule) => diagnostics.extend(
                rule.children()
                    .into_iter()
                    .filter_map(|child| unknown_alarm(service, child, place)),
            ),
        }
    }
    diagnostics
}

fn unknown_alarm(service: &ServiceDefinition, name: &str, rule: &Place) -> Option<Diagnostic> {
    let names = service.alarms.iter().map(|alarm| &alarm.name);
    if names.clone().any(|known| known == name) {
        return None;
    }
    let message = format!("no alarm of this file is called `{name}`");
    let diagnostic = Diagnostic::new(Code::UnknownAlarm, message).at(part(rule, name));
    Some(suggest(diagnostic, name, names))
}
