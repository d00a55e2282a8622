//! The tagging API: resources of several services, found by their tags.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::Account;
use super::cloudwatch::{alarms, tags::dashboard_arn};
use super::error::{Answer, AwsError};
use super::limits::TAGGED_RESOURCES_PER_PAGE;
use super::paging::page;
use super::request::{Input, Request};
use super::service::Operations;
use super::tags::{self, Tags};
use super::{events, logs, xray};

pub const OPERATIONS: Operations = &[("GetResources", get_resources)];

/// Everything that has tags, by ARN.
fn tagged(account: &mut Account, request: &Request) -> BTreeMap<String, Tags> {
    let dashboards: Vec<_> = account
        .dashboards()
        .iter()
        .map(|(name, one)| (dashboard_arn(name), one.tags.clone()))
        .collect();
    let region = account.region(&request.region);
    let alarms = region
        .alarms
        .iter()
        .map(|(name, one)| (alarms::arn(request, name), &one.tags));
    let groups = region
        .trace_groups
        .values()
        .map(|one| (one.arn.clone(), &one.tags));
    let sampling = region
        .sampling_rules
        .iter()
        .map(|(name, one)| (xray::sampling::arn(request, name), &one.tags));
    let topics = region
        .topics
        .iter()
        .map(|(arn, one)| (arn.clone(), &one.tags));
    let log_groups = region
        .log_groups
        .iter()
        .map(|(name, one)| (logs::arn(request, name), &one.tags));
    let rules = region
        .event_buses
        .iter()
        .flat_map(|(bus, one)| one.rules.iter().map(move |(name, rule)| (bus, name, rule)));
    let rules = rules.map(|(bus, name, rule)| (events::rule_arn(request, bus, name), &rule.tags));
    let all = alarms
        .chain(groups)
        .chain(sampling)
        .chain(topics)
        .chain(log_groups)
        .chain(rules);
    let all = all
        .map(|(arn, tags)| (arn, tags.clone()))
        .chain(dashboards)
        .chain(region.tagged_elsewhere.clone());
    all.filter(|(_, tags)| !tags.is_empty()).collect()
}

fn get_resources(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let tagged = tagged(account, request);
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

fn is_wanted(arn: &str, tags: &Tags, input: &Input) -> bool {
    let has_type = |wanted: &str| {
        let (service, kind) = wanted.split_once(':').unwrap_or((wanted, ""));
        let mut parts = arn.splitn(6, ':').skip(2);
        parts.next() == Some(service)
            && parts
                .nth(2)
                .is_some_and(|resource| resource.starts_with(kind))
    };
    (input.list("ResourceARNList").is_empty()
        || input.texts("ResourceARNList").any(|wanted| wanted == arn))
        && (input.list("ResourceTypeFilters").is_empty()
            || input.texts("ResourceTypeFilters").any(has_type))
        && input
            .list("TagFilters")
            .iter()
            .all(|filter| passes(tags, filter))
}

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
