//! The traffic of what only schedules start.

use super::view::Views;
use crate::inventory::{Property, Resource, ResourceId};
use crate::semantics::schedule;

/// The starts per second of a resource that schedules alone invoke. `None` where anything else invokes it, and where a schedule is not known.
pub(super) fn schedule_rate(views: &Views<'_>, id: &ResourceId) -> Option<f64> {
    let callers = views.callers(id);
    if callers.is_empty() || views.has_outside_callers(id) {
        return None;
    }
    let rates = callers
        .iter()
        .map(|caller| starts_per_second(views, caller));
    rates.sum()
}

fn starts_per_second(views: &Views<'_>, caller: &Resource) -> Option<f64> {
    let property = views.entry(&caller.kind)?.schedule.as_deref()?;
    match caller.properties.get(property)? {
        Property::Text(expression) => schedule::starts_per_second(expression).ok(),
        _ => None,
    }
}
