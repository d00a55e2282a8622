//! An AWS account in one JSON file, served on loopback in AWS's own protocols: the other end of the wire.
//! It knows AWS's rules and languages, and no other module of tracewatch.

mod account;
mod account_file;
mod application_signals;
mod chatbot;
mod cloudformation;
mod cloudwatch;
mod data;
mod dispatch;
mod error;
mod event_delivery;
mod events;
mod faults;
mod id;
mod instant;
mod limits;
mod logs;
mod metric_filters;
mod observabilityadmin;
mod operation;
mod paging;
mod protocol;
mod quota;
mod request;
mod sender;
mod server;
mod sns;
mod sts;
mod tagging;
mod tags;
mod xray;

pub use account::{Account, OpenError, SaveError};
pub use account_file::FileError;
pub use data::{Stack, StackResource, Status};
pub use faults::{BadFault, Failure, Faults, Loss, Throttle};
pub use quota::{BadQuota, Quota};
pub use server::{Sandbox, serve};
