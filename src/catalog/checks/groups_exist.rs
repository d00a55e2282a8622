//! Every trace group that a metric names exists, in a file that has trace groups.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::definition::{ENTRY_POINT, MetricSource, ServiceDefinition};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::spanned::Spanned;

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::GroupOutsideTraces, Code::UnknownGroup],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let groups = service
        .metrics
        .values()
        .filter_map(|word| match &word.source {
            MetricSource::Group(group) => Some(group),
            MetricSource::Published { .. } | MetricSource::Log(_) => None,
        });
    groups
        .filter_map(|group| diagnostic(service, group))
        .collect()
}

fn diagnostic(service: &ServiceDefinition, group: &Spanned<String>) -> Option<Diagnostic> {
    if service.kind != ENTRY_POINT {
        let message = format!("only a file with `resource = \"{ENTRY_POINT}\"` has trace groups");
        return Some(Diagnostic::new(Code::GroupOutsideTraces, message).at(group.place.clone()));
    }
    let names = service.groups.iter().map(|known| &known.name);
    if names.clone().any(|name| *name == group.value) {
        return None;
    }
    let message = format!("no trace group of this file is called `{}`", group.value);
    let diagnostic = Diagnostic::new(Code::UnknownGroup, message).at(group.place.clone());
    Some(suggest(diagnostic, &group.value, names))
}
