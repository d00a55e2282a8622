//! The rules that a whole catalogue keeps: a file for each.

use super::Catalog;
use super::definition::ServiceDefinition;
use crate::diagnostic::{Diagnostic, Needs};

mod account_is_of_one_region;
mod alarm_names_differ;
mod attributes_exist;
mod board_shapes;
mod boards_have_definitions;
mod boards_read_known_values;
mod check;
mod composites_know_their_alarms;
mod expressions_are_alarms;
mod fleets_are_possible;
mod floors_are_metrics;
mod groups_exist;
mod log_metrics_fit;
mod metrics_are_published;
mod periods_hold_points;
mod quotas_exist;
mod statistics_have_values;
mod suggestion;
mod thresholds_fit_units;

use check::{CatalogCheck, Run};

/// In the order in which a file's diagnostics are reported.
const CHECKS: [CatalogCheck; 16] = [
    alarm_names_differ::CHECK,
    account_is_of_one_region::CHECK,
    expressions_are_alarms::CHECK,
    quotas_exist::CHECK,
    fleets_are_possible::CHECK,
    floors_are_metrics::CHECK,
    groups_exist::CHECK,
    log_metrics_fit::CHECK,
    metrics_are_published::CHECK,
    periods_hold_points::CHECK,
    statistics_have_values::CHECK,
    thresholds_fit_units::CHECK,
    composites_know_their_alarms::CHECK,
    attributes_exist::CHECK,
    boards_have_definitions::CHECK,
    boards_read_known_values::CHECK,
];

/// Runs every check that needs only the catalogue: first per definition, then across definitions.
pub(super) fn check<'a>(
    catalog: &Catalog,
    services: impl Iterator<Item = &'a ServiceDefinition>,
) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = services.flat_map(of_file).collect();
    diagnostics.extend(checks().flat_map(|check| match check.run {
        Run::EachFile(_) => Vec::new(),
        Run::Catalog(run) => reported(check, run(catalog)),
    }));
    diagnostics
}

fn of_file(service: &ServiceDefinition) -> impl Iterator<Item = Diagnostic> {
    checks().flat_map(|check| match check.run {
        Run::EachFile(run) => reported(check, run(service)),
        Run::Catalog(_) => Vec::new(),
    })
}

fn checks() -> impl Iterator<Item = &'static CatalogCheck> {
    CHECKS.iter().filter(|check| check.needs == Needs::Nothing)
}

fn reported(check: &CatalogCheck, diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    debug_assert!(
        diagnostics
            .iter()
            .all(|diagnostic| check.codes.contains(&diagnostic.code)),
        "a check reports only its codes"
    );
    diagnostics
}
