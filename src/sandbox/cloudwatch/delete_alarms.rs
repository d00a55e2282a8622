//! DeleteAlarms.

use serde_json::Value;

use super::composite_rules::parents;
use super::error::invalid;
use super::history::{ConfigurationUpdate, record_configuration_update};
use crate::sandbox::account::Account;
use crate::sandbox::data::Region;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::request::Request;
use crate::semantics::limits::DELETE_COMPOSITES_BATCH;

pub(super) const OPERATIONS: Operations = &[("DeleteAlarms", delete_alarms)];

/// Deletes all alarms of the request, or no alarm if a check fails.
fn delete_alarms(account: &mut Account, request: &Request) -> OperationResult {
    let region = account.region(&request.region);
    let names: Vec<&str> = request.input.texts("AlarmNames").collect();
    check_existence(region, &names)?;
    check_number_of_composites(region, &names)?;
    check_parents(region, request, &names)?;
    for name in names {
        if let Some(alarm) = region.alarms.remove(name) {
            let update = ConfigurationUpdate::Delete;
            record_configuration_update(region, &alarm, request.instant(), update);
        }
    }
    Ok(Value::Null)
}

fn check_existence(region: &Region, names: &[&str]) -> Result<(), AwsError> {
    let mut missing = names.to_vec();
    missing.retain(|name| !region.alarms.contains_key(*name));
    if missing.is_empty() {
        return Ok(());
    }
    let message = format!("Alarms not found: {}", missing.join(", "));
    Err(AwsError::new("ResourceNotFound", message))
}

fn check_number_of_composites(region: &Region, names: &[&str]) -> Result<(), AwsError> {
    let composites = names
        .iter()
        .filter_map(|name| region.alarms.get(*name))
        .filter(|alarm| alarm.is_composite());
    if composites.count() > DELETE_COMPOSITES_BATCH {
        return Err(invalid(
            "At most one composite alarm can be deleted in one call",
        ));
    }
    Ok(())
}

fn check_parents(region: &Region, request: &Request, names: &[&str]) -> Result<(), AwsError> {
    let mut needed = names.to_vec();
    needed.retain(|name| parents(region, request, name).next().is_some());
    let pronoun = match needed.len() {
        0 => return Ok(()),
        1 => "it",
        _ => "them",
    };
    Err(invalid(format!(
        "Cannot delete {} as there are composite alarm(s) depending on {pronoun}.",
        needed.join(",")
    )))
}
