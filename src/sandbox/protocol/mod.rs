//! AWS's wire protocols: routing a request to a service and an operation, decoding its members, encoding its answer.
//! Operations are implemented elsewhere.

mod cbor;
mod http;
mod input;
mod json;
mod model;
mod query;
mod response;
mod services;

pub(super) use http::{HttpRequest, LONGEST_BODY, OperationCall, RoutingError};
pub(super) use response::{Body, refuse, respond};
#[cfg(test)]
pub(super) use services::SERVICES;
pub(super) use services::operation_names;
