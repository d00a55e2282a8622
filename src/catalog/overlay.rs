//! Extends one definition file by another of the same name: metrics and alarms of the same name are replaced, others are added.

use super::definition::{ServiceDefinition, TypeEntry};
use crate::objective::Measures;

/// Extends a definition by a file of the same name.
pub(super) fn service(base: &mut ServiceDefinition, over: ServiceDefinition) {
    (base.title, base.order, base.applies) = (over.title, over.order, over.applies);
    base.metrics.extend(over.metrics);
    replace_by(&mut base.alarms, over.alarms, |alarm| &alarm.name);
    replace_by(&mut base.composites, over.composites, |composite| {
        &composite.name
    });
    replace_by(&mut base.events, over.events, |event| &event.name);
    replace_by(&mut base.log_metrics, over.log_metrics, |log_metric| {
        &log_metric.name
    });
    replace_by(&mut base.groups, over.groups, |group| &group.name);
    replace_by(&mut base.objectives, over.objectives, |objective| {
        &objective.name
    });
    measures(&mut base.measures, over.measures);
    base.used_properties.extend(&over.used_properties);
}

fn measures(base: &mut Measures, over: Measures) {
    base.total = over.total.or(base.total.take());
    base.bad = over.bad.or(base.bad.take());
    base.latency = over.latency.or(base.latency.take());
    base.age = over.age.or(base.age.take());
}

fn replace_by<T>(base: &mut Vec<T>, over: Vec<T>, name: impl Fn(&T) -> &String) {
    for item in over {
        match base.iter_mut().find(|old| name(old) == name(&item)) {
            Some(old) => *old = item,
            None => base.push(item),
        }
    }
}

/// Extends the facts about a type: each given fact replaces the earlier one.
pub(super) fn type_entry(base: &mut TypeEntry, over: TypeEntry) {
    let TypeEntry {
        facts,
        metric_id,
        label,
        defaults,
        trace,
        awaited,
        schedule,
        used_properties,
    } = over;
    base.facts.same_as = facts.same_as.or(base.facts.same_as.take());
    base.facts.name_property = facts.name_property.or(base.facts.name_property.take());
    base.facts.log_group = facts.log_group.or(base.facts.log_group.take());
    base.facts.arn_uri = facts.arn_uri.or(base.facts.arn_uri.take());
    base.facts.is_log_group |= facts.is_log_group;
    base.facts.lowercase_name |= facts.lowercase_name;
    base.facts.slash_in_name |= facts.slash_in_name;
    if !facts.arn.is_empty() {
        base.facts.arn = facts.arn;
    }
    if !facts.placeholder.is_empty() {
        base.facts.placeholder = facts.placeholder;
    }
    base.facts.makes = facts.makes.or(base.facts.makes.take());
    if !facts.physical_id.is_empty() {
        base.facts.physical_id = facts.physical_id;
    }
    base.facts.other_names.extend(facts.other_names);
    base.facts.attributes.extend(facts.attributes);
    base.facts.links.extend(facts.links);
    base.metric_id = metric_id.or(base.metric_id.take());
    base.label = label.or(base.label.take());
    base.defaults.extend(defaults);
    base.trace = trace.or(base.trace.take());
    base.awaited |= awaited;
    base.schedule = schedule.or(base.schedule.take());
    base.used_properties.extend(&used_properties);
}
