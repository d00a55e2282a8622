//! CloudWatch Observability Admin: whether CloudWatch knows the tags of resources, which the queries of fleet alarms need.

use serde::Deserialize;
use serde_json::json;

use super::account::Account;
use super::calls::call;
use super::errors::optional;
use crate::provider::AccountError;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Enrichment {
    #[serde(default)]
    status: String,
}

impl Account {
    /// Whether "resource tags for telemetry" is on in the Region: `Running`. `Stopped`, `Impaired` and never started are `false`.
    pub(super) async fn has_telemetry_tags(&self) -> Result<bool, AccountError> {
        const OPERATION: &str = "GetTelemetryEnrichmentStatus";
        let found = call(self.observability_admin(), OPERATION, json!({})).await;
        let found: Option<Enrichment> = optional(found)?;
        Ok(found.is_some_and(|enrichment| enrichment.status == "Running"))
    }
}
