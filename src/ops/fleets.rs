//! Whether the account can answer the queries of fleet alarms: they select resources by tags, which CloudWatch knows only on request.

use std::collections::BTreeMap;

use tracing::debug;

use super::session::Session;
use crate::artifact::{Alarm, AlarmQuery, State};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::Target;
use crate::provider::{AccountError, Reader};

/// The diagnostics about Regions with fleet alarms whose metrics have no tags. Only these Regions are asked.
pub(super) async fn without_tags(
    session: &Session,
    desired: &BTreeMap<Target, State>,
) -> Result<Vec<Diagnostic>, AccountError> {
    let mut diagnostics = Vec::new();
    for (target, account) in session.accounts() {
        let fleets = desired.get(target).into_iter().flat_map(fleet_alarms);
        let names: Vec<&str> = fleets.map(|alarm| alarm.name.as_str()).collect();
        if names.is_empty() {
            continue;
        }
        match account.telemetry_tags().await {
            Ok(true) => {}
            Ok(false) => diagnostics.push(tags_off(target, &names)),
            Err(error @ AccountError::Denied { .. }) => {
                debug!(%error, "whether metrics have tags is not known");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(diagnostics)
}

fn fleet_alarms(state: &State) -> impl Iterator<Item = &Alarm> {
    let alarms = state.iter().filter_map(|(_, artifact)| artifact.as_alarm());
    alarms.filter(|alarm| matches!(alarm.query, AlarmQuery::Insights { .. }))
}

fn tags_off(target: &Target, names: &[&str]) -> Diagnostic {
    let message = format!(
        "\"resource tags for telemetry\" is not on in {}: these alarms never have data: {}",
        target.region,
        names.join(", ")
    );
    Diagnostic::new(Code::FleetWithoutTags, message).help(format!(
        "`aws observabilityadmin start-telemetry-enrichment --region {}` switches it on",
        target.region
    ))
}
