//! EventBridge: buses, rules, targets. No events.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::semantics::limits::EVENT_RULE_TARGETS;

use super::account::{Account, Region};
use super::error::{Answer, AwsError};
use super::limits::RULES_PER_PAGE;
use super::paging::page;
use super::request::Request;
use super::service::Operations;
use super::tags::{self, BadTags, Tagged, Tags};

pub const OPERATIONS: Operations = &[
    ("PutRule", put_rule),
    ("DescribeRule", describe_rule),
    ("DeleteRule", delete_rule),
    ("ListRules", list_rules),
    ("PutTargets", put_targets),
    ("RemoveTargets", remove_targets),
    ("ListTargetsByRule", list_targets_by_rule),
    ("CreateEventBus", create_event_bus),
    ("ListEventBuses", list_event_buses),
    ("TagResource", tags::tag_resource::<Tagging>),
    ("UntagResource", tags::untag_resource::<Tagging>),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<Tagging>,
    ),
];

/// The bus that every account has.
const DEFAULT_BUS: &str = "default";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Bus {
    created: String,
    pub rules: BTreeMap<String, Rule>,
    pub tags: Tags,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// All that the last PutRule said, but for name, bus and tags.
    configuration: Map<String, Value>,
    targets: BTreeMap<String, Value>,
    pub tags: Tags,
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

fn bad_tags(bad: &BadTags) -> AwsError {
    invalid(match bad {
        BadTags::DuplicateKey(key) => format!("Duplicate tag key: {key}"),
        BadTags::ReservedPrefix(key) => {
            format!("The tag key {key} begins with aws:, which is reserved")
        }
        BadTags::TooMany => "A resource can have at most 50 tags".to_owned(),
    })
}

/// A bus may be given by name or by ARN.
fn bus_name(request: &Request) -> &str {
    let given = request.input.text("EventBusName").unwrap_or(DEFAULT_BUS);
    given
        .rsplit_once("event-bus/")
        .map_or(given, |(_, name)| name)
}

fn bus_arn(request: &Request, bus: &str) -> String {
    request.arn("events", &format!("event-bus/{bus}"))
}

pub fn rule_arn(request: &Request, bus: &str, rule: &str) -> String {
    let path = if bus == DEFAULT_BUS {
        rule.to_owned()
    } else {
        format!("{bus}/{rule}")
    };
    request.arn("events", &format!("rule/{path}"))
}

fn bus<'a>(region: &'a mut Region, name: &str) -> Result<&'a mut Bus, AwsError> {
    if name == DEFAULT_BUS {
        region
            .event_buses
            .entry(DEFAULT_BUS.to_owned())
            .or_default();
    }
    let missing = || {
        AwsError::new(
            "ResourceNotFoundException",
            format!("Event bus {name} does not exist."),
        )
    };
    region.event_buses.get_mut(name).ok_or_else(missing)
}

fn rule<'a>(
    account: &'a mut Account,
    request: &Request,
    name: &str,
) -> Result<&'a mut Rule, AwsError> {
    let bus_name = bus_name(request);
    let missing = || {
        AwsError::new(
            "ResourceNotFoundException",
            format!("Rule {name} does not exist on EventBus {bus_name}."),
        )
    };
    bus(account.region(&request.region), bus_name)?
        .rules
        .get_mut(name)
        .ok_or_else(missing)
}

/// Replaces all of a rule but its targets; the tags count for a new rule only.
fn put_rule(account: &mut Account, request: &Request) -> Answer {
    let input = &request.input;
    let given = tags::read(input.list("Tags")).map_err(|bad| bad_tags(&bad))?;
    check_trigger(request)?;
    let mut configuration = input.0.clone();
    configuration.retain(|member, _| !["Name", "EventBusName", "Tags"].contains(&member.as_str()));
    configuration
        .entry("State")
        .or_insert_with(|| json!("ENABLED"));
    let (bus_name, name) = (bus_name(request), input.required("Name"));
    let rules = &mut bus(account.region(&request.region), bus_name)?.rules;
    let rule = rules.entry(name.to_owned()).or_insert_with(|| Rule {
        tags: given,
        ..Rule::default()
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

fn described(request: &Request, name: &str, rule: &Rule) -> Value {
    let mut members = rule.configuration.clone();
    let bus = bus_name(request);
    members.insert("Name".to_owned(), json!(name));
    members.insert("Arn".to_owned(), json!(rule_arn(request, bus, name)));
    members.insert("EventBusName".to_owned(), json!(bus));
    Value::Object(members)
}

fn describe_rule(account: &mut Account, request: &Request) -> Answer {
    let name = request.input.required("Name");
    Ok(described(request, name, rule(account, request, name)?))
}

/// Deleting a rule that there is not is no error.
fn delete_rule(account: &mut Account, request: &Request) -> Answer {
    let name = request.input.required("Name");
    let rules = &mut bus(account.region(&request.region), bus_name(request))?.rules;
    if rules.get(name).is_some_and(|rule| !rule.targets.is_empty()) {
        return Err(invalid("Rule can't be deleted since it has targets."));
    }
    rules.remove(name);
    Ok(Value::Null)
}

fn list_rules(account: &mut Account, request: &Request) -> Answer {
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

fn put_targets(account: &mut Account, request: &Request) -> Answer {
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

fn remove_targets(account: &mut Account, request: &Request) -> Answer {
    let rule = rule(account, request, request.input.required("Rule"))?;
    rule.targets
        .retain(|id, _| !request.input.texts("Ids").any(|gone| gone == id));
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn list_targets_by_rule(account: &mut Account, request: &Request) -> Answer {
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

fn create_event_bus(account: &mut Account, request: &Request) -> Answer {
    let name = request.input.required("Name");
    let given = tags::read(request.input.list("Tags")).map_err(|bad| bad_tags(&bad))?;
    let buses = &mut account.region(&request.region).event_buses;
    if name == DEFAULT_BUS || buses.contains_key(name) {
        return Err(AwsError::new(
            "ResourceAlreadyExistsException",
            format!("Event bus {name} already exists."),
        ));
    }
    buses.insert(
        name.to_owned(),
        Bus {
            created: request.instant(),
            tags: given,
            rules: BTreeMap::new(),
        },
    );
    Ok(json!({ "EventBusArn": bus_arn(request, name) }))
}

fn list_event_buses(account: &mut Account, request: &Request) -> Answer {
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

/// The tags of buses and rules.
struct Tagging;

impl Tagged for Tagging {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceARN");
        let missing = || {
            AwsError::new(
                "ResourceNotFoundException",
                format!("Resource {arn} does not exist."),
            )
        };
        let region = account.region(&request.region);
        let (kind, path) = arn
            .strip_prefix(&request.arn("events", ""))
            .and_then(|rest| rest.split_once('/'))
            .ok_or_else(missing)?;
        match (kind, path.split_once('/')) {
            ("event-bus", None) => Ok(&mut bus(region, path)?.tags),
            ("rule", Some((bus_name, name))) => bus(region, bus_name)?
                .rules
                .get_mut(name)
                .map(|rule| &mut rule.tags)
                .ok_or_else(missing),
            ("rule", None) => bus(region, DEFAULT_BUS)?
                .rules
                .get_mut(path)
                .map(|rule| &mut rule.tags)
                .ok_or_else(missing),
            _ => Err(missing()),
        }
    }

    fn refused(bad: &BadTags) -> AwsError {
        bad_tags(bad)
    }
}
