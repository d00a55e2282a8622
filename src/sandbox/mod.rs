//! An AWS account in one JSON file, served on loopback in AWS's own protocols: the other end of the wire.
//! It knows AWS's own rules and languages, and nothing of who uses it.

mod account;
mod cloudformation;
mod cloudwatch;
mod error;
mod events;
mod faults;
mod limits;
mod logs;
mod paging;
mod protocol;
mod request;
mod server;
mod service;
mod sns;
mod sts;
mod tagging;
mod tags;
mod xray;

pub use account::{Account, OpenError};
pub use cloudformation::{Stack, StackResource, Status};
pub use faults::{BadFault, Failure, Faults, Loss, Throttle};
pub use server::{Sandbox, serve};
