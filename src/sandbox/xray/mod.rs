//! X-Ray: groups and sampling rules.

mod error;
mod groups;
mod sampling;
mod tags;

use super::operation::Operations;

pub(super) use sampling::arn as sampling_rule_arn;

pub(super) const OPERATIONS: &[Operations] =
    &[groups::OPERATIONS, sampling::OPERATIONS, tags::OPERATIONS];
