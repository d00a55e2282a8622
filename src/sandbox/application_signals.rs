//! Application Signals: service-level objectives, without their evaluation. Unverified: the texts of errors.

use serde_json::{Map, Value, json};

use super::account::Account;
use super::data::{StoredObjective, Tags};
use super::error::{AwsError, OperationResult};
use super::limits::OBJECTIVES_PER_PAGE;
use super::operation::Operations;
use super::paging::page;
use super::request::Request;
use super::tags::{self, InvalidTags, TaggedService};
use crate::semantics::limits::{OBJECTIVES, is_objective_name};

pub(super) const OPERATIONS: Operations = &[
    ("CreateServiceLevelObjective", create),
    ("DeleteServiceLevelObjective", delete),
    ("GetServiceLevelObjective", get),
    ("ListServiceLevelObjectives", list),
    (
        "ListTagsForResource",
        tags::list_tags_for_resource::<ObjectiveTags>,
    ),
    ("TagResource", tags::tag_resource::<ObjectiveTags>),
    ("UntagResource", tags::untag_resource::<ObjectiveTags>),
    ("UpdateServiceLevelObjective", update),
];

/// Members of a request that are no part of the configuration.
const NO_CONFIGURATION: [&str; 3] = ["Name", "Id", "Tags"];

/// The two types of indicators in requests, and in answers.
const INDICATORS: [(&str, &str, &str, &str); 2] = [
    ("SliConfig", "SliMetricConfig", "Sli", "SliMetric"),
    (
        "RequestBasedSliConfig",
        "RequestBasedSliMetricConfig",
        "RequestBasedSli",
        "RequestBasedSliMetric",
    ),
];

pub(super) fn objective_arn(request: &Request, name: &str) -> String {
    request.arn("application-signals", &format!("slo/{name}"))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

fn not_found(name: &str) -> AwsError {
    AwsError::new(
        "ResourceNotFoundException",
        format!("Service level objective {name} not found"),
    )
    .with("ResourceType", json!("ServiceLevelObjective"))
    .with("ResourceId", json!(name))
}

fn create(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let name = input.required("Name");
    if !is_objective_name(name) {
        return Err(invalid(format!(
            "Value '{name}' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [0-9A-Za-z][-._0-9A-Za-z ]{{0,126}}[0-9A-Za-z]"
        )));
    }
    let tags = tags::read(input.list("Tags")).map_err(|invalid| invalid_tags(&invalid))?;
    let mut configuration = configuration(request);
    check(&configuration)?;
    with_default_goal(&mut configuration);
    let objectives = &mut account.region(&request.region).service_level_objectives;
    if objectives.contains_key(name) {
        return Err(AwsError::new(
            "ConflictException",
            format!("Service level objective {name} already exists"),
        ));
    }
    if objectives.len() >= OBJECTIVES {
        return Err(AwsError::new(
            "ServiceQuotaExceededException",
            format!("At most {OBJECTIVES} service level objectives can be in a Region"),
        ));
    }
    let objective = StoredObjective {
        configuration,
        created: request.instant(),
        updated: request.instant(),
        tags,
    };
    let answer = described(request, name, &objective);
    objectives.insert(name.to_owned(), objective);
    Ok(json!({ "Slo": answer }))
}

fn configuration(request: &Request) -> Map<String, Value> {
    let mut configuration = request.input.0.clone();
    configuration.retain(|member, _| !NO_CONFIGURATION.contains(&member.as_str()));
    configuration
}

/// An objective counts requests or periods. Each list of queries returns one series.
fn check(configuration: &Map<String, Value>) -> Result<(), AwsError> {
    let given = INDICATORS.map(|(config, ..)| configuration.contains_key(config));
    if given == [true, true] || given == [false, false] {
        return Err(invalid(
            "Exactly one of SliConfig and RequestBasedSliConfig must be provided",
        ));
    }
    let windows = configuration.get("BurnRateConfigurations");
    let windows = windows.and_then(Value::as_array).into_iter().flatten();
    let minutes = windows.filter_map(|window| window["LookBackWindowMinutes"].as_i64());
    let interval = minutes_of(configuration.get("Goal").unwrap_or(&Value::Null));
    for minutes in minutes {
        if interval.is_some_and(|interval| minutes >= interval) {
            return Err(invalid(
                "The look-back window of a burn rate must be shorter than the interval of the objective",
            ));
        }
    }
    for queries in lists_of_queries(configuration) {
        let returned = queries
            .iter()
            .filter(|query| query.get("ReturnData").and_then(Value::as_bool) != Some(false));
        if returned.count() != 1 {
            return Err(invalid(
                "Exactly one of the MetricDataQueries must return data",
            ));
        }
    }
    Ok(())
}

/// The minutes of a rolling interval of days or less.
fn minutes_of(goal: &Value) -> Option<i64> {
    let rolling = goal.get("Interval")?.get("RollingInterval")?;
    let unit = match rolling.get("DurationUnit")?.as_str()? {
        "MINUTE" => 1,
        "HOUR" => 60,
        "DAY" => 24 * 60,
        _ => return None,
    };
    Some(rolling.get("Duration")?.as_i64()? * unit)
}

fn lists_of_queries(configuration: &Map<String, Value>) -> Vec<&Vec<Value>> {
    let pointers = [
        "/SliConfig/SliMetricConfig/MetricDataQueries",
        "/RequestBasedSliConfig/RequestBasedSliMetricConfig/TotalRequestCountMetric",
        "/RequestBasedSliConfig/RequestBasedSliMetricConfig/MonitoredRequestCountMetric/GoodCountMetric",
        "/RequestBasedSliConfig/RequestBasedSliMetricConfig/MonitoredRequestCountMetric/BadCountMetric",
    ];
    let lists = pointers.into_iter().filter_map(|pointer| {
        let (_, rest) = pointer.split_at(1);
        let (first, rest) = rest.split_once('/')?;
        configuration
            .get(first)?
            .pointer(&format!("/{rest}"))?
            .as_array()
    });
    lists.collect()
}

/// A goal has an interval of seven days, 99 % and a warning at 50 % where it gives nothing else.
fn with_default_goal(configuration: &mut Map<String, Value>) {
    let default = json!({
        "Interval": { "RollingInterval": { "DurationUnit": "DAY", "Duration": 7 } },
        "AttainmentGoal": 99.0,
        "WarningThreshold": 50.0,
    });
    let goal = configuration.entry("Goal").or_insert_with(|| json!({}));
    if let (Value::Object(goal), Value::Object(default)) = (goal, default) {
        for (member, value) in default {
            goal.entry(member).or_insert(value);
        }
    }
}

/// The name of the objective that `Id` names, itself or by its ARN.
fn name_of(request: &Request) -> String {
    let id = request.input.required("Id");
    let arn = objective_arn(request, "");
    id.strip_prefix(&arn).unwrap_or(id).to_owned()
}

/// Omitted members stay. The type of the indicator cannot change.
fn update(account: &mut Account, request: &Request) -> OperationResult {
    let name = name_of(request);
    let given = configuration(request);
    let objectives = &mut account.region(&request.region).service_level_objectives;
    let old = objectives.get(&name).ok_or_else(|| not_found(&name))?;
    let mut objective = old.clone();
    objective.configuration.extend(given);
    check(&objective.configuration).map_err(|_| {
        invalid(
            "The type of a service level objective cannot change, and its queries must be valid",
        )
    })?;
    with_default_goal(&mut objective.configuration);
    objective.updated = request.instant();
    let answer = described(request, &name, &objective);
    objectives.insert(name, objective);
    Ok(json!({ "Slo": answer }))
}

fn get(account: &mut Account, request: &Request) -> OperationResult {
    let name = name_of(request);
    let objectives = &account.region(&request.region).service_level_objectives;
    let objective = objectives.get(&name).ok_or_else(|| not_found(&name))?;
    Ok(json!({ "Slo": described(request, &name, objective) }))
}

fn delete(account: &mut Account, request: &Request) -> OperationResult {
    let name = name_of(request);
    let objectives = &mut account.region(&request.region).service_level_objectives;
    match objectives.remove(&name) {
        Some(_) => Ok(json!({})),
        None => Err(not_found(&name)),
    }
}

fn list(account: &mut Account, request: &Request) -> OperationResult {
    let input = &request.input;
    let objectives = account
        .region(&request.region)
        .service_level_objectives
        .iter();
    let items = objectives.map(|(name, objective)| {
        let summary = json!({
            "Arn": objective_arn(request, name),
            "Name": name,
            "CreatedTime": objective.created,
            "EvaluationType": evaluation_type(objective),
            "MetricSourceType": "CloudWatchMetric",
        });
        (name.as_str(), summary)
    });
    let page = page(
        items,
        input.text("NextToken"),
        input.page_size("MaxResults", OBJECTIVES_PER_PAGE),
    );
    let page = page.ok_or_else(|| invalid("The next token is not valid"))?;
    let mut answer = json!({ "SloSummaries": page.items });
    if let Some(next) = page.next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

fn evaluation_type(objective: &StoredObjective) -> &'static str {
    if objective.configuration.contains_key("SliConfig") {
        "PeriodBased"
    } else {
        "RequestBased"
    }
}

fn described(request: &Request, name: &str, objective: &StoredObjective) -> Value {
    let mut members = objective.configuration.clone();
    for (config, metric_config, indicator, metric) in INDICATORS {
        if let Some(Value::Object(mut written)) = members.remove(config) {
            let queries = written.remove(metric_config).unwrap_or_default();
            written.insert(metric.to_owned(), queries);
            members.insert(indicator.to_owned(), Value::Object(written));
        }
    }
    members.remove("CreateRecommendedSlo");
    let described = json!({
        "Arn": objective_arn(request, name),
        "Name": name,
        "CreatedTime": objective.created,
        "LastUpdatedTime": objective.updated,
        "EvaluationType": evaluation_type(objective),
        "MetricSourceType": "CloudWatchMetric",
    });
    if let Value::Object(described) = described {
        members.extend(described);
    }
    Value::Object(members)
}

struct ObjectiveTags;

impl TaggedService for ObjectiveTags {
    fn tags_of<'a>(account: &'a mut Account, request: &Request) -> Result<&'a mut Tags, AwsError> {
        let arn = request.input.required("ResourceArn");
        let prefix = objective_arn(request, "");
        let name = arn.strip_prefix(&prefix).unwrap_or(arn);
        let objectives = &mut account.region(&request.region).service_level_objectives;
        let objective = objectives.get_mut(name).ok_or_else(|| not_found(name))?;
        Ok(&mut objective.tags)
    }

    fn invalid_tags(invalid: &InvalidTags) -> AwsError {
        invalid_tags(invalid)
    }
}

fn invalid_tags(invalid_tags: &InvalidTags) -> AwsError {
    match invalid_tags {
        InvalidTags::DuplicateKey(key) => invalid(format!("Duplicate tag key: {key}")),
        InvalidTags::ReservedPrefix(key) => invalid(format!("The tag key {key} is reserved")),
        InvalidTags::TooMany => AwsError::new(
            "ServiceQuotaExceededException",
            "A resource can have at most 50 tags",
        ),
    }
}
