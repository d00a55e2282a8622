//! SNS: topics, subscriptions, and published messages.

mod delivery;
mod error;
mod publish;
mod subscriptions;
mod topic;
mod topics;

use super::operation::Operations;

pub(super) use delivery::deliver;

pub(super) const OPERATIONS: &[Operations] = &[
    topics::OPERATIONS,
    subscriptions::OPERATIONS,
    publish::OPERATIONS,
];
