//! The stack's account and Region as a resource: definitions with `resource = "account"` watch it.

use super::resource::{NameSource, Resource, ResourceId};
use super::target::Target;

/// The pseudo type of the account.
pub const ACCOUNT: &str = "account";

/// The account's logical id. CloudFormation's logical ids have no dash, Terraform's addresses have a dot.
pub const ACCOUNT_LOGICAL_ID: &str = "aws-account";

impl ResourceId {
    /// The account, for a system.
    pub fn account(system: &str) -> Self {
        Self::new(system, ACCOUNT_LOGICAL_ID)
    }

    pub fn is_account(&self) -> bool {
        *self.logical_id == *ACCOUNT_LOGICAL_ID
    }
}

impl Resource {
    /// The account and Region that a system is deployed to.
    pub fn account(system: &str, target: &Target) -> Self {
        Self {
            title: ACCOUNT.into(),
            physical_id: Some(target.account.clone()),
            name_source: NameSource::Deployed,
            ..Self::new(ResourceId::account(system), ACCOUNT)
        }
    }
}
