//! Dashboards. They belong to the account, not to a Region.

use serde_json::{Value, json};

use super::arns::dashboard_arn;
use super::error::{invalid_tags, invalid_token_value};
use crate::sandbox::account::Account;
use crate::sandbox::data::StoredDashboard;
use crate::sandbox::error::{AwsError, OperationResult};
use crate::sandbox::operation::Operations;
use crate::sandbox::paging::page;
use crate::sandbox::request::Request;
use crate::sandbox::tags;
use crate::semantics::dashboard::{DashboardMessage, validate};
use crate::semantics::limits::{DELETE_DASHBOARDS_BATCH, LIST_DASHBOARDS_PAGE, is_dashboard_name};

pub(super) const OPERATIONS: Operations = &[
    ("PutDashboard", put_dashboard),
    ("GetDashboard", get_dashboard),
    ("ListDashboards", list_dashboards),
    ("DeleteDashboards", delete_dashboards),
];

fn put_dashboard(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("DashboardName");
    let body = input.required("DashboardBody");
    check_name(name)?;
    let warnings = check_body(body)?;
    let given = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let dashboards = account.dashboards();
    let tags = dashboards.get(name).map_or(given, |old| old.tags.clone());
    dashboards.insert(
        name.to_owned(),
        StoredDashboard {
            body: body.to_owned(),
            modified: request.instant(),
            tags,
        },
    );
    Ok(json!({ "DashboardValidationMessages": listed(&warnings) }))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    if !is_dashboard_name(name) {
        let message = format!(
            "The value {name} for field DashboardName contains invalid characters. \
             It can only contain alphanumerics, dash (-) and underscore (_)."
        );
        return Err(AwsError::new("DashboardInvalidInputError", message));
    }
    Ok(())
}

/// The warnings about a valid body.
fn check_body(body: &str) -> Result<Vec<DashboardMessage>, AwsError> {
    let is_object = serde_json::from_str(body).is_ok_and(|body: Value| body.is_object());
    if !is_object {
        return Err(AwsError::new(
            "DashboardInvalidInputError",
            "The field DashboardBody must be a valid JSON object",
        ));
    }
    let (errors, warnings): (Vec<_>, Vec<_>) = validate(body)
        .into_iter()
        .partition(DashboardMessage::is_error);
    if errors.is_empty() {
        Ok(warnings)
    } else {
        Err(invalid_body(&errors))
    }
}

fn listed(messages: &[DashboardMessage]) -> Value {
    messages
        .iter()
        .map(|one| json!({ "DataPath": one.data_path, "Message": one.message }))
        .collect()
}

fn invalid_body(errors: &[DashboardMessage]) -> AwsError {
    let shown: Value = errors
        .iter()
        .map(|one| json!({ "dataPath": one.data_path, "message": one.message }))
        .collect();
    let text = format!(
        "The dashboard body is invalid, there are {} validation errors: {shown:#}",
        errors.len()
    );
    AwsError::new("DashboardInvalidInputError", text)
        .with("dashboardValidationMessages", listed(errors))
}

fn not_found(name: &str) -> AwsError {
    AwsError::new(
        "DashboardNotFoundError",
        format!("Dashboard {name} does not exist"),
    )
}

fn get_dashboard(account: &mut Account, request: &Request) -> OperationResult {
    let name = request.input.required("DashboardName");
    let dashboard = account
        .dashboards()
        .get(name)
        .ok_or_else(|| not_found(name))?;
    Ok(
        json!({ "DashboardArn": dashboard_arn(name), "DashboardBody": dashboard.body, "DashboardName": name }),
    )
}

fn list_dashboards(account: &mut Account, request: &Request) -> OperationResult {
    let prefix = request
        .input
        .text("DashboardNamePrefix")
        .unwrap_or_default();
    let dashboards = account
        .dashboards()
        .iter()
        .filter(|(name, _)| name.starts_with(prefix));
    let entries = dashboards.map(|(name, dashboard)| (name.as_str(), entry(name, dashboard)));
    let page = page(
        entries,
        request.input.text("NextToken"),
        LIST_DASHBOARDS_PAGE,
    );
    let page = page.ok_or_else(invalid_token_value)?;
    Ok(json!({ "DashboardEntries": page.items, "NextToken": page.next }))
}

fn entry(name: &str, dashboard: &StoredDashboard) -> Value {
    json!({
        "DashboardName": name,
        "DashboardArn": dashboard_arn(name),
        "LastModified": dashboard.modified,
        "Size": dashboard.body.len(),
    })
}

/// Deletes the existing dashboards, then reports the first missing one.
fn delete_dashboards(account: &mut Account, request: &Request) -> OperationResult {
    let names: Vec<&str> = request.input.texts("DashboardNames").collect();
    if names.len() > DELETE_DASHBOARDS_BATCH {
        return Err(AwsError::new(
            "InvalidParameterValueException",
            "At most 100 dashboards can be deleted in one call",
        ));
    }
    let missing: Vec<&str> = names
        .into_iter()
        .filter(|name| account.dashboards().remove(*name).is_none())
        .collect();
    match missing.first() {
        Some(name) => Err(not_found(name)),
        None => Ok(json!({})),
    }
}
