//! Dashboards, which belong to the account and not to a Region. Bodies are kept byte for byte.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::account::Account;
use super::super::error::{Answer, AwsError};
use super::super::limits::{DASHBOARDS_PER_DELETION, DASHBOARDS_PER_PAGE};
use super::super::paging::page;
use super::super::request::Request;
use super::super::rules::{self, BodyFault};
use super::super::service::Operations;
use super::super::tags::{self, Tags};
use super::tags::{dashboard_arn, refused};

pub const OPERATIONS: Operations = &[
    ("PutDashboard", put_dashboard),
    ("GetDashboard", get_dashboard),
    ("ListDashboards", list_dashboards),
    ("DeleteDashboards", delete_dashboards),
];

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Dashboard {
    body: String,
    modified: String,
    #[serde(default)]
    pub tags: Tags,
}

fn put_dashboard(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let name = input.required("DashboardName");
    let body = input.required("DashboardBody");
    check_name(name)?;
    check_body(body)?;
    let given = tags::read(input.list("Tags")).map_err(|bad| refused(&bad))?;
    let dashboards = account.dashboards();
    let tags = dashboards.get(name).map_or(given, |old| old.tags.clone());
    dashboards.insert(name.to_owned(), Dashboard { body: body.to_owned(), modified: request.instant(), tags });
    Ok(json!({ "DashboardValidationMessages": [] }))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    if name.is_empty() || name.len() > 255 || !name.chars().all(is_allowed) {
        let message = format!(
            "The value {name} for field DashboardName contains invalid characters. \
             It can only contain alphanumerics, dash (-) and underscore (_)."
        );
        return Err(AwsError::new("DashboardInvalidInputError", message));
    }
    Ok(())
}

fn check_body(body: &str) -> Result<(), AwsError> {
    let parsed: Option<Value> = serde_json::from_str(body).ok();
    let Some(parsed) = parsed.filter(Value::is_object) else {
        return Err(AwsError::new("DashboardInvalidInputError", "The field DashboardBody must be a valid JSON object"));
    };
    let faults = rules::check_dashboard_body(&parsed);
    if faults.is_empty() { Ok(()) } else { Err(invalid_body(&faults)) }
}

fn invalid_body(faults: &[BodyFault]) -> AwsError {
    let messages: Value = faults.iter().map(|fault| json!({ "DataPath": fault.path, "Message": fault.message })).collect();
    let listed: Value = faults.iter().map(|fault| json!({ "dataPath": fault.path, "message": fault.message })).collect();
    let text = format!("The dashboard body is invalid, there are {} validation errors: {listed:#}", faults.len());
    AwsError::new("DashboardInvalidInputError", text).with("dashboardValidationMessages", messages)
}

fn not_found(name: &str) -> AwsError {
    AwsError::new("DashboardNotFoundError", format!("Dashboard {name} does not exist"))
}

fn get_dashboard(account: &mut Account, request: &Request) -> Answer {
    let name = request.input.required("DashboardName");
    let dashboard = account.dashboards().get(name).ok_or_else(|| not_found(name))?;
    Ok(json!({ "DashboardArn": dashboard_arn(name), "DashboardBody": dashboard.body, "DashboardName": name }))
}

fn list_dashboards(account: &mut Account, request: &Request) -> Answer {
    let prefix = request.input.text("DashboardNamePrefix").unwrap_or_default();
    let dashboards = account.dashboards().iter().filter(|(name, _)| name.starts_with(prefix));
    let entries = dashboards.map(|(name, dashboard)| (name.as_str(), entry(name, dashboard)));
    let page = page(entries, request.input.text("NextToken"), DASHBOARDS_PER_PAGE);
    let page = page.ok_or_else(|| AwsError::new("InvalidParameterValueException", "The next token is not valid"))?;
    Ok(json!({ "DashboardEntries": page.items, "NextToken": page.next }))
}

fn entry(name: &str, dashboard: &Dashboard) -> Value {
    json!({
        "DashboardName": name,
        "DashboardArn": dashboard_arn(name),
        "LastModified": dashboard.modified,
        "Size": dashboard.body.len(),
    })
}

/// Deletes as many as there are, and complains about the others afterwards.
fn delete_dashboards(account: &mut Account, request: &Request) -> Answer {
    let names: Vec<&str> = request.input.texts("DashboardNames").collect();
    if names.len() > DASHBOARDS_PER_DELETION {
        return Err(AwsError::new("InvalidParameterValueException", "At most 100 dashboards can be deleted in one call"));
    }
    let missing: Vec<&str> = names.into_iter().filter(|name| account.dashboards().remove(*name).is_none()).collect();
    match missing.first() {
        Some(name) => Err(not_found(name)),
        None => Ok(json!({})),
    }
}
