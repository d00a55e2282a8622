//! Checks that a definition with `scope = "fleet"` is one that AWS can evaluate over several resources.

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition};
use crate::catalog::fleet::{fleet_metric, is_fleet};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::FleetImpossible],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let fleets = service.alarms.iter().filter(|alarm| is_fleet(alarm));
    fleets
        .filter_map(|alarm| impossible(service, alarm))
        .collect()
}

fn impossible(service: &ServiceDefinition, alarm: &AlarmDefinition) -> Option<Diagnostic> {
    let why = fleet_metric(service, alarm).err()?;
    let place = &alarm.scope.as_ref()?.place;
    let message = format!("alarm `{}` cannot watch a fleet: {why}", alarm.name);
    let diagnostic = Diagnostic::new(Code::FleetImpossible, message).at(place.clone());
    Some(diagnostic.help("leave out `scope`: each resource then has an alarm"))
}
