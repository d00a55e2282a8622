//! STS: the caller's identity, the same user for every caller.

use serde_json::json;

use super::account::Account;
use super::error::OperationResult;
use super::operation::Operations;
use super::request::{ACCOUNT_ID, Request};

pub(super) const OPERATIONS: Operations = &[("GetCallerIdentity", get_caller_identity)];

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn get_caller_identity(_: &mut Account, _: &Request) -> OperationResult {
    Ok(json!({
        "UserId": "AIDASANDBOXSANDBOX123",
        "Account": ACCOUNT_ID,
        "Arn": format!("arn:aws:iam::{ACCOUNT_ID}:user/sandbox"),
    }))
}
