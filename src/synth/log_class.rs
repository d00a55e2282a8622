//! The class of a log group.

use crate::inventory::{Property, Resource};

/// The property of a log group with its class.
pub(super) const CLASS_PROPERTY: &str = "LogGroupClass";

/// The class of log groups that keep events for a fixed time and take no queries.
const DELIVERY: &str = "DELIVERY";

/// The classes whose log groups take no metric filters (Logs user guide, "Log classes").
const WITHOUT_FILTERS: [&str; 2] = [DELIVERY, "INFREQUENT_ACCESS"];

pub(super) fn takes_no_filters(class: &str) -> bool {
    WITHOUT_FILTERS.contains(&class)
}

/// Whether a log group only delivers its events: AWS refuses a retention for it.
pub(super) fn only_delivers(group: &Resource) -> bool {
    let class = group.properties.get(CLASS_PROPERTY);
    class.and_then(Property::as_text) == Some(DELIVERY)
}
