//! The type of operations.

use super::account::Account;
use super::error::OperationResult;
use super::request::Request;

/// One operation: reads or changes the account, and returns the members of its output.
pub(super) type Handler = fn(&mut Account, &Request) -> OperationResult;

/// Operations of one service by name.
pub(super) type Operations = &'static [(&'static str, Handler)];
