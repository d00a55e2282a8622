//! STS: who is asking. In the sandbox it is always the same user.

use serde_json::json;

use super::account::Account;
use super::error::Answer;
use super::request::{ACCOUNT_ID, Request};
use super::service::Operations;

pub const OPERATIONS: Operations = &[("GetCallerIdentity", get_caller_identity)];

#[expect(clippy::unnecessary_wraps, reason = "all operations have this type")]
fn get_caller_identity(_: &mut Account, _: &Request) -> Answer {
    Ok(json!({
        "UserId": "AIDASANDBOXSANDBOX123",
        "Account": ACCOUNT_ID,
        "Arn": format!("arn:aws:iam::{ACCOUNT_ID}:user/sandbox"),
    }))
}
