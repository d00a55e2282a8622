//! AWS's own languages and rules as pure functions: no SDK, no I/O, no clock. It depends on AWS's documentation only, not on tracewatch.

mod error;
mod syntax;

pub mod chat;
pub mod composite;
pub mod dashboard;
pub mod evaluation;
pub mod event_pattern;
pub mod event_sources;
pub mod filter;
pub mod limits;
pub mod log_pattern;
pub mod math;
pub mod metrics_insights;
pub mod mute_rule;
pub mod notation;
pub(crate) mod place;
pub mod policy;
pub mod request_rates;
pub mod schedule;
pub mod state;
pub mod statistics;
pub mod traffic;
pub mod wildcard;

pub use error::SyntaxError;
