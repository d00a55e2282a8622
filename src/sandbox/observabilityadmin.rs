//! CloudWatch Observability Admin: whether CloudWatch knows the tags of resources. A new account has it off, as on AWS.
//! Unverified: the error of an account that never switched it on.

use serde_json::json;

use super::account::Account;
use super::error::{AwsError, OperationResult};
use super::operation::Operations;
use super::request::Request;

pub(super) const OPERATIONS: Operations = &[
    ("GetTelemetryEnrichmentStatus", status),
    ("StartTelemetryEnrichment", start),
    ("StopTelemetryEnrichment", stop),
];

fn status(account: &mut Account, request: &Request) -> OperationResult {
    match account.region(&request.region).telemetry_tags {
        Some(true) => Ok(json!({ "Status": "Running" })),
        Some(false) => Ok(json!({ "Status": "Stopped" })),
        None => Err(AwsError::new(
            "ResourceNotFoundException",
            "Telemetry enrichment was never started in this account",
        )),
    }
}

fn start(account: &mut Account, request: &Request) -> OperationResult {
    set(account, request, true)
}

fn stop(account: &mut Account, request: &Request) -> OperationResult {
    set(account, request, false)
}

fn set(account: &mut Account, request: &Request, on: bool) -> OperationResult {
    account.region(&request.region).telemetry_tags = Some(on);
    status(account, request)
}
