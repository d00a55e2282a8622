//! EventBridge: buses, rules, targets. Clients cannot put events; alarms send theirs (`event_delivery`).

use serde_json::{Value, json};

use super::account::Account;
use super::data::{Region, StoredEventBus, StoredEventRule, Tags};
use super::error::{AwsError, OperationResult};
use super::limits::RULES_PER_PAGE;
use super::operation::Operations;
use super::paging::page;
use super::request::Request;
use super::tags::{self, InvalidTags, TaggedService};
use crate::semantics::limits::EVENT_RULE_TARGETS;

pub(super) const OPERATIONS: Operations = &[
    ("PutRule", put_rule),
    ("DescribeRule", describe_rule),
    ("DeleteRule", delete_rule),
    ("ListRules", list_rules),
    ("PutTargets", put_targets),
    ("RemoveTargets", remove_targets),
    ("ListTargetsByRule", list_targets_by_rule),
    ("CreateEventBus", create_event_bus),
    ("ListEventBuses", list_event_buses),
    ("TagResource", tags::tag_resource::<EventBridgeTags>),
    ("UntagResource", tags::untag_resource::<EventBridgeTags>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<EventBridgeTags>,
    ),
];

/// The bus that every account has.
pub(super) const DEFAULT_BUS: &str = "default";

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

fn invalid_tags(invalid_tags: &InvalidTags) -> AwsError {
    invalid(match invalid_tags {
        InvalidTags::DuplicateKey(key) => format!("Duplicate tag key: {key}"),
        InvalidTags::ReservedPrefix(key) => {
            format!("The tag key {key} begins with aws:, which is reserved")
        }
        InvalidTags::TooMany => "A resource can have at most 50 tags".to_owned(),
    })
}

/// The name of the request's bus, which clients give by name or by ARN.
fn bus_name(request: &Request) -> &str {
    let given = request.input.text("EventBusName").unwrap_or(DEFAULT_BUS);
    given
        .rsplit_once("event-bus/")
        .map_or(given, |(_, name)| name)
}

fn bus_arn(request: &Request, bus: &str) -> String {
    request.arn("events", &format!("event-bus/{bus}"))
}

pub(super) fn rule_arn(request: &Request, bus: &str, rule: &str) -> String {
    let path = if bus == DEFAULT_BUS {
        rule.to_owned()
    } else {
        format!("{bus}/{rule}")
    };
    request.arn("events", &format!("rule/{path}"))
}

fn bus<'a>(region: &'a mut Region, name: &str) -> Result<&'a mut StoredEventBus, AwsError> {
    if name == DEFAULT_BUS {
        return Ok(region
            .event_buses
            .entry(DEFAULT_BUS.to_owned())
            .or_default());
    }
    let bus = region.event_buses.get_mut(name);
    bus.ok_or_else(|| not_found(format!("Event bus {name} does not exist.")))
}

fn rule<'a>(
    account: &'a mut Account,
    request: &Request,
    name: &str,
) -> Result<&'a mut StoredEventRule, AwsError> {
    let bus_name = bus_name(request);
    let bus = bus(account.region(&request.region), bus_name)?;
    bus.rules.get_mut(name).ok_or_else(|| {
        not_found(format!(
            "Rule {name} does not exist on EventBus {bus_name}."
        ))
    })
}

fn not_found(message: String) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}

/// Replaces the whole rule except its targets and tags. The tags of the request apply to a new rule only.
fn put_rule(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let given = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    check_trigger(request)?;
    let mut configuration = input.0.clone();
    configuration.retain(|member, _| !["Name", "EventBusName", "Tags"].contains(&member.as_str()));
    configuration
        .entry("State")
        .or_insert_with(|| json!("ENABLED"));
    let (bus_name, name) = (bus_name(request), input.required("Name"));
    let rules = &mut bus(account.region(&request.region), bus_name)?.rules;
    let rule = rules
        .entry(name.to_owned())
        .or_insert_with(|| StoredEventRule {
            tags: given,
            ..StoredEventRule::default()
        });
    rule.configuration = configuration;
    Ok(json!({ "RuleArn": rule_arn(request, bus_name, name) }))
}

fn check_trigger(request: &Request) -> Result<(), AwsError> {
    match (
        request.input.text("EventPattern"),
        request.input.text("ScheduleExpression"),
    ) {
        (None, None) => Err(invalid(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        )),
        (Some(pattern), _)
            if !serde_json::from_str::<Value>(pattern).is_ok_and(|pattern| pattern.is_object()) =>
        {
            Err(AwsError::new(
                "InvalidEventPatternException",
                "Event pattern is not valid. Reason: Filter is not an object",
            ))
        }
        _ => Ok(()),
    }
}

fn described(request: &Request, name: &str, rule: &StoredEventRule) -> Value {
    let mut members = rule.configuration.clone();
    let bus = bus_name(request);
    members.insert("Name".to_owned(), json!(name));
    members.insert("Arn".to_owned(), json!(rule_arn(request, bus, name)));
    members.insert("EventBusName".to_owned(), json!(bus));
    Value::Object(members)
}

fn describe_rule(account: &mut Account, request: &Request) -> OperationResult {
    let name = request.input.required("Name");
    Ok(described(request, name, rule(account, request, name)?))
}

/// Deleting a missing rule succeeds.
fn delete_rule(account: &mut Account, request: &Request) -> OperationResult {
    let name = request.input.required("Name");
    let rules = &mut bus(account.region(&request.region), bus_name(request))?.rules;
    if rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(invalid("Rule can't be deleted since it has targets."));
    }
    rules.remove(name);
    Ok(Value::Null)
}

fn list_rules(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let rules = &bus(account.region(&request.region), bus_name(request))?.rules;
    let wanted = rules.iter().filter(|(name, _)| name.starts_with(prefix));
    let items = wanted.map(|(name, rule)| (name.as_str(), described(request, name, rule)));
    let page = page(
        items,
        input.text("NextToken"),
        input.page_size("Limit", RULES_PER_PAGE),
    );
    let page = page.ok_or_else(|| invalid("Parameter NextToken is not valid."))?;
    Ok(json!({ "Rules": page.items, "NextToken": page.next }))
}

fn put_targets(account: &mut Account, request: &Request) -> OperationResult {
    let given = request.input.list("Targets");
    let rule = rule(account, request, request.input.required("Rule"))?;
    let mut targets = rule.targets.clone();
    for target in given {
        let id = target.get("Id").and_then(Value::as_str).unwrap_or_default();
        targets.insert(id.to_owned(), target.clone());
    }
    if targets.len() > EVENT_RULE_TARGETS {
        return Err(AwsError::new(
            "LimitExceededException",
            "The requested resource exceeds the maximum number allowed.",
        ));
    }
    rule.targets = targets;
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn remove_targets(account: &mut Account, request: &Request) -> OperationResult {
    let rule = rule(account, request, request.input.required("Rule"))?;
    rule.targets.retain(|id, _| !request.input.lists("Ids", id));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn list_targets_by_rule(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let rule = rule(account, request, input.required("Rule"))?;
    let targets = rule
        .targets
        .iter()
        .map(|(id, target)| (id.as_str(), target));
    let page = page(
        targets,
        input.text("NextToken"),
        input.page_size("Limit", RULES_PER_PAGE),
    );
    let page = page.ok_or_else(|| invalid("Parameter NextToken is not valid."))?;
    Ok(json!({ "Targets": page.items, "NextToken": page.next }))
}

fn create_event_bus(account: &mut Account, request: &Request) -> OperationResult {
    let name = request.input.required("Name");
    let given = tags::read(request.input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let buses = &mut account.region(&request.region).event_buses;
    if name == DEFAULT_BUS || buses.contains_key(name) {
        return Err(AwsError::new(
            "ResourceAlreadyExistsException",
            format!("Event bus {name} already exists."),
        ));
    }
    buses.insert(
        name.to_owned(),
        StoredEventBus {
            created: request.instant(),
            tags: given,
            ..StoredEventBus::default()
        },
    );
    Ok(json!({ "EventBusArn": bus_arn(request, name) }))
}

fn list_event_buses(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let prefix = input.text("NamePrefix").unwrap_or_default();
    let region = account.region(&request.region);
    bus(region, DEFAULT_BUS)?;
    let buses = region
        .event_buses
        .keys()
        .filter(|name| name.starts_with(prefix));
    let items = buses.map(|name| {
        (
            name.as_str(),
            json!({ "Name": name, "Arn": bus_arn(request, name) }),
        )
    });
    let page = page(
        items,
        input.text("NextToken"),
        input.page_size("Limit", RULES_PER_PAGE),
    );
    let page = page.ok_or_else(|| invalid("Parameter NextToken is not valid."))?;
    Ok(json!({ "EventBuses": page.items, "NextToken": page.next }))
}

/// Tags of buses and rules.
struct EventBridgeTags;

impl TaggedService for EventBridgeTags {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceARN");
        let resource = arn.strip_prefix(&request.arn("events", ""));
        let region = account.region(&request.region);
        let tags = resource.map_or(Ok(None), |resource| tags_of_resource(region, resource))?;
        tags.ok_or_else(|| not_found(format!("Resource {arn} does not exist.")))
    }

    fn invalid_tags(invalid: &InvalidTags) -> AwsError {
        invalid_tags(invalid)
    }
}

/// The tags of `event-bus/{bus}`, `rule/{rule}` or `rule/{bus}/{rule}`.
fn tags_of_resource<'a>(
    region: &'a mut Region,
    resource: &str,
) -> Result<Option<&'a mut Tags>, AwsError> {
    let Some((kind, path)) = resource.split_once('/') else {
        return Ok(None);
    };
    let (bus_name, rule_name) = match (kind, path.split_once('/')) {
        ("event-bus", None) => return Ok(Some(&mut bus(region, path)?.tags)),
        ("rule", Some((bus_name, rule_name))) => (bus_name, rule_name),
        ("rule", None) => (DEFAULT_BUS, path),
        _ => return Ok(None),
    };
    let rule = bus(region, bus_name)?.rules.get_mut(rule_name);
    Ok(rule.map(|rule| &mut rule.tags))
}
