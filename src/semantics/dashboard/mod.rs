//! CloudWatch dashboard bodies, validated offline with AWS's messages where they are known. Stacks and Regions are unknown here.

mod items;
mod labels;
mod layout;
mod message;
mod metrics;
mod schema;
mod validate;
mod validator;
mod widgets;

pub use message::DashboardMessage;
pub use validate::{validate, validate_body};

#[cfg(test)]
mod tests;
