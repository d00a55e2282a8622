//! The adapter for AWS and for anything that serves AWS's protocols. `aws_*` crates appear only in this folder: responses become
//! artifacts in their canonical form, with AWS's defaults filled in.

mod account;
mod alarm;
mod alarm_actions;
mod calls;
mod chats;
mod cloudformation;
mod cloudwatch;
mod connection;
mod errors;
mod events;
mod history;
mod logs;
mod metric_filters;
mod mute_rules;
mod observability;
mod other_settings;
mod rate_limit;
mod reader;
mod rpc;
mod service_level_objectives;
mod sns;
mod tagging;
mod transport;
mod transport_error;
mod writer;
mod xray;

pub use self::account::{Account, connect};
pub use self::connection::Settings;
pub use self::rate_limit::RateLimit;
