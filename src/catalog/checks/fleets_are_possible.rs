//! Checks that a definition with `scope = "fleet"` is one that AWS can evaluate over several resources.

use super::check::{CatalogCheck, Run};
use crate::artifact::DefinitionKey;
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition};
use crate::catalog::fleet::{fleet_metric, impossible, is_fleet};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::FleetImpossible],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let fleets = service.alarms.iter().filter(|alarm| is_fleet(alarm));
    fleets
        .filter_map(|alarm| diagnostic(service, alarm))
        .collect()
}

fn diagnostic(service: &ServiceDefinition, alarm: &AlarmDefinition) -> Option<Diagnostic> {
    let why = fleet_metric(service, alarm).err()?;
    let key = DefinitionKey::new(&service.file, &alarm.name);
    let place = &alarm.scope.as_ref()?.place;
    Some(impossible(&key, &why, place))
}
