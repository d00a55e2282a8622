//! The tagging API: finds resources of several services by their tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::Account;
use super::cloudwatch::{alarm_arn, dashboard_arn, mute_rule_arn};
use super::data::Tags;
use super::error::{AwsError, OperationResult};
use super::limits::TAGGED_RESOURCES_PER_PAGE;
use super::operation::Operations;
use super::paging::page;
use super::request::{OperationInput, Request};
use super::{application_signals, events, logs, tags, xray};

pub(super) const OPERATIONS: Operations = &[("GetResources", get_resources)];

fn get_resources(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let tagged = tagged_resources(account, request);
    let wanted = tagged
        .iter()
        .filter(|(arn, tags)| is_wanted(arn, tags, input));
    let items = wanted.map(|(arn, found)| {
        (
            arn.as_str(),
            json!({ "ResourceARN": arn, "Tags": tags::list(found) }),
        )
    });
    let token = input
        .text("PaginationToken")
        .filter(|token| !token.is_empty());
    let page = page(
        items,
        token,
        input.page_size("ResourcesPerPage", TAGGED_RESOURCES_PER_PAGE),
    );
    let page = page.ok_or_else(|| {
        AwsError::new(
            "PaginationTokenExpiredException",
            "The pagination token is not valid",
        )
    })?;
    Ok(
        json!({ "ResourceTagMappingList": page.items, "PaginationToken": page.next.unwrap_or_default() }),
    )
}

/// The tags of all resources with tags, by ARN.
fn tagged_resources(account: &mut Account, request: &Request) -> BTreeMap<String, Tags> {
    let mut tagged = BTreeMap::new();
    for (name, dashboard) in account.dashboards() {
        tagged.insert(dashboard_arn(name), dashboard.tags.clone());
    }
    let region = account.region(&request.region);
    for (name, alarm) in &region.alarms {
        tagged.insert(alarm_arn(request, name), alarm.tags.clone());
    }
    for (name, rule) in &region.mute_rules {
        tagged.insert(mute_rule_arn(request, name), rule.tags.clone());
    }
    for (name, objective) in &region.service_level_objectives {
        tagged.insert(
            application_signals::objective_arn(request, name),
            objective.tags.clone(),
        );
    }
    for group in region.trace_groups.values() {
        tagged.insert(group.arn.clone(), group.tags.clone());
    }
    for (name, rule) in &region.sampling_rules {
        tagged.insert(xray::sampling_rule_arn(request, name), rule.tags.clone());
    }
    for (arn, topic) in &region.topics {
        tagged.insert(arn.clone(), topic.tags.clone());
    }
    for (name, group) in &region.log_groups {
        tagged.insert(logs::arn(request, name), group.tags.clone());
    }
    for (bus_name, bus) in &region.event_buses {
        for (name, rule) in &bus.rules {
            tagged.insert(events::rule_arn(request, bus_name, name), rule.tags.clone());
        }
    }
    tagged.extend(region.tagged_elsewhere.clone());
    tagged.retain(|_, tags| !tags.is_empty());
    tagged
}

fn is_wanted(arn: &str, tags: &Tags, input: &OperationInput) -> bool {
    let has_wanted_arn =
        input.list("ResourceARNList").is_empty() || input.lists("ResourceARNList", arn);
    let has_wanted_type = input.list("ResourceTypeFilters").is_empty()
        || input
            .texts("ResourceTypeFilters")
            .any(|wanted| has_type(arn, wanted));
    let mut tag_filters = input.list("TagFilters").iter();
    has_wanted_arn && has_wanted_type && tag_filters.all(|filter| passes(tags, filter))
}

/// Whether an ARN matches a type filter: a service, or service and kind (`cloudwatch:alarm`).
fn has_type(arn: &str, wanted: &str) -> bool {
    let (service, kind) = wanted.split_once(':').unwrap_or((wanted, ""));
    let mut parts = arn.splitn(6, ':').skip(2);
    let has_service = parts.next() == Some(service);
    let resource = parts.nth(2);
    has_service && resource.is_some_and(|resource| resource.starts_with(kind))
}

/// A filter without values matches every value of its key.
fn passes(tags: &Tags, filter: &Value) -> bool {
    let key = filter
        .get("Key")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let values = filter
        .get("Values")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    tags.get(key).is_some_and(|value| {
        values.is_empty() || values.iter().any(|wanted| wanted.as_str() == Some(value))
    })
}
