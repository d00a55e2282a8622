//! Application Signals: service-level objectives.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::calls::{call, concurrently, pages, send};
use super::errors::optional;
use super::other_settings::append_other_settings;
use crate::artifact::{Artifact, Metric, ServiceLevelObjective, Sli, SliSeries, Tags};
use crate::inventory::SortedMap;
use crate::provider::AccountError;

/// Objectives in one page of a listing: the most that the service allows.
const PER_PAGE: u32 = 50;

/// Seconds of the periods that an indicator counts.
const PERIOD: u32 = 60;

/// The length of a rolling window without `Interval`, in days.
const DEFAULT_DAYS: u32 = 7;

/// The id of the expression in a list of queries. Longer where a metric has it.
const RESULT: &str = "result";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SummaryPage {
    #[serde(default)]
    slo_summaries: Vec<Summary>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Summary {
    name: String,
}

/// Stays JSON: any member without a field in an artifact is another setting.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Found {
    slo: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TagList {
    #[serde(default)]
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Tag {
    key: String,
    value: String,
}

impl Account {
    pub(super) async fn service_level_objectives(
        &self,
        prefix: &str,
    ) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let pages: Vec<SummaryPage> = pages(
            self.application_signals(),
            "ListServiceLevelObjectives",
            json!({ "MaxResults": PER_PAGE }),
            "NextToken",
        )
        .await?;
        let summaries = pages.into_iter().flat_map(|page| page.slo_summaries);
        let names = summaries
            .map(|summary| summary.name)
            .filter(|name| name.starts_with(prefix));
        let found = concurrently(names.map(|name| self.service_level_objective(name))).await?;
        Ok(found.into_iter().flatten().collect())
    }

    /// An objective; `None` if it was deleted since it was listed.
    async fn service_level_objective(
        &self,
        name: String,
    ) -> Result<Option<Artifact>, AccountError> {
        let found = call(
            self.application_signals(),
            "GetServiceLevelObjective",
            json!({ "Id": name }),
        )
        .await;
        let found: Option<Found> = optional(found)?;
        Ok(found.map(|found| {
            Artifact::ServiceLevelObjective(Box::new(read_objective(name, &found.slo)))
        }))
    }

    pub(super) async fn create_service_level_objective(
        &self,
        objective: &ServiceLevelObjective,
    ) -> Result<(), AccountError> {
        let mut input = configuration(objective);
        input["Name"] = json!(objective.name);
        input["Tags"] = self
            .tags(|key, value| json!({ "Key": key, "Value": value }))
            .into();
        let client = self.application_signals();
        send(client, "CreateServiceLevelObjective", input).await
    }

    /// Without `old` the actual objective is not known. An objective of the other type is replaced.
    pub(super) async fn update_service_level_objective(
        &self,
        old: Option<&ServiceLevelObjective>,
        new: &ServiceLevelObjective,
    ) -> Result<(), AccountError> {
        if old.is_some_and(|old| !old.indicator.has_type_of(&new.indicator)) {
            self.delete_service_level_objective(&new.name).await?;
            return self.create_service_level_objective(new).await;
        }
        let mut input = configuration(new);
        input["Id"] = json!(new.name);
        let client = self.application_signals();
        send(client, "UpdateServiceLevelObjective", input).await
    }

    /// Deleting a missing objective succeeds.
    pub(super) async fn delete_service_level_objective(
        &self,
        name: &str,
    ) -> Result<(), AccountError> {
        let client = self.application_signals();
        let deleted = send(client, "DeleteServiceLevelObjective", json!({ "Id": name })).await;
        optional(deleted).map(drop)
    }

    pub(super) async fn read_service_level_objective_tags(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        concurrently(names.iter().map(|name| self.read_tags_of_objective(name))).await
    }

    async fn read_tags_of_objective(
        &self,
        name: &str,
    ) -> Result<(String, Option<Tags>), AccountError> {
        let input = json!({ "ResourceArn": self.service_level_objective_arn(name).await? });
        let found = call(self.application_signals(), "ListTagsForResource", input).await;
        let found: Option<TagList> = optional(found)?;
        let tags = found.map(|found| {
            let tags = found.tags.into_iter();
            tags.map(|tag| (tag.key, tag.value)).collect()
        });
        Ok((name.to_owned(), tags))
    }

    pub(super) async fn tag_service_level_objective(&self, name: &str) -> Result<(), AccountError> {
        let input = json!({
            "ResourceArn": self.service_level_objective_arn(name).await?,
            "Tags": self.tags(|key, value| json!({ "Key": key, "Value": value })),
        });
        send(self.application_signals(), "TagResource", input).await
    }

    async fn service_level_objective_arn(&self, name: &str) -> Result<String, AccountError> {
        let identity = self.caller_identity().await?;
        Ok(format!(
            "arn:{}:application-signals:{}:{}:slo/{name}",
            identity.partition, identity.region, identity.account
        ))
    }
}

/// What a creation and an update have in common.
fn configuration(objective: &ServiceLevelObjective) -> Value {
    let windows = objective.burn_windows.iter();
    let windows: Vec<Value> = windows
        .map(|minutes| json!({ "LookBackWindowMinutes": minutes }))
        .collect();
    let mut configuration = json!({
        "Description": objective.description,
        "Goal": {
            "Interval": { "RollingInterval": { "DurationUnit": "DAY", "Duration": objective.days } },
            "AttainmentGoal": objective.goal,
            "WarningThreshold": objective.warning_threshold,
        },
        "BurnRateConfigurations": windows,
    });
    match &objective.indicator {
        Sli::Requests { total, bad } => {
            configuration["RequestBasedSliConfig"] = json!({
                "RequestBasedSliMetricConfig": {
                    "TotalRequestCountMetric": queries(total),
                    "MonitoredRequestCountMetric": { "BadCountMetric": queries(bad) },
                },
            });
        }
        Sli::Minutes { metric, bad_from } => {
            configuration["SliConfig"] = json!({
                "SliMetricConfig": { "MetricDataQueries": [metric_query("m", metric, true)] },
                "MetricThreshold": bad_from,
                "ComparisonOperator": BELOW,
            });
        }
    }
    configuration
}

/// A minute is good while its value is below the threshold.
const BELOW: &str = "LessThan";

/// The queries of a series. An expression of a single id needs none of its own.
fn queries(series: &SliSeries) -> Vec<Value> {
    let SliSeries {
        expression,
        metrics,
    } = series;
    let is_metric = metrics.contains_key(expression.as_str());
    let mut queries: Vec<Value> = metrics
        .iter()
        .map(|(id, metric)| metric_query(id, metric, is_metric && id == expression))
        .collect();
    if !is_metric {
        let mut id = RESULT.to_owned();
        while metrics.contains_key(id.as_str()) {
            id.push('_');
        }
        queries.push(json!({ "Id": id, "Expression": expression, "ReturnData": true }));
    }
    queries
}

fn metric_query(id: &str, metric: &Metric, returns: bool) -> Value {
    let dimensions = metric.dimensions.iter();
    let dimensions: Vec<Value> = dimensions
        .map(|(name, value)| json!({ "Name": name, "Value": value }))
        .collect();
    json!({
        "Id": id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": dimensions,
            },
            "Period": PERIOD,
            "Stat": metric.stat,
        },
        "ReturnData": returns,
    })
}

fn read_objective(name: String, actual: &Value) -> ServiceLevelObjective {
    let goal = &actual["Goal"];
    let (indicator, has_other_indicator) = read_indicator(actual);
    let days = read_days(&goal["Interval"]);
    let mut description = actual["Description"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    append_other_settings(
        &mut description,
        [
            ("indicator", has_other_indicator),
            ("Interval", days.is_none()),
            (
                "AutoInvestigationEnabled",
                actual["AutoInvestigationEnabled"] == true,
            ),
        ],
    );
    let windows = actual["BurnRateConfigurations"].as_array();
    let windows = windows.into_iter().flatten();
    let minutes = windows.filter_map(|window| window["LookBackWindowMinutes"].as_u64());
    ServiceLevelObjective {
        name,
        description,
        indicator,
        goal: goal["AttainmentGoal"].as_f64().unwrap_or_default(),
        days: days.unwrap_or_default(),
        warning_threshold: goal["WarningThreshold"].as_f64().unwrap_or_default(),
        burn_windows: minutes
            .filter_map(|minutes| u32::try_from(minutes).ok())
            .collect(),
    }
}

/// The days of a rolling window; `None` for another interval.
fn read_days(interval: &Value) -> Option<u32> {
    if interval.is_null() {
        return Some(DEFAULT_DAYS);
    }
    let rolling = &interval["RollingInterval"];
    let length = u32::try_from(rolling["Duration"].as_u64()?).ok()?;
    match rolling["DurationUnit"].as_str()? {
        "DAY" => Some(length),
        "HOUR" if length.is_multiple_of(24) => Some(length / 24),
        _ => None,
    }
}

/// The indicator, and whether it has settings that an artifact has no field for.
fn read_indicator(actual: &Value) -> (Sli, bool) {
    let of_requests = &actual["RequestBasedSli"]["RequestBasedSliMetric"];
    let of_minutes = &actual["Sli"];
    let (indicator, written) = if of_minutes.is_object() {
        let queries = &of_minutes["SliMetric"]["MetricDataQueries"];
        let read = read_series(queries);
        let metric = read.metrics.values().next().cloned();
        let indicator = Sli::Minutes {
            metric: metric.unwrap_or_else(no_metric),
            bad_from: of_minutes["MetricThreshold"].as_f64().unwrap_or_default(),
        };
        (
            indicator,
            json!({ "SliMetric": of_minutes["SliMetric"], "ComparisonOperator": of_minutes["ComparisonOperator"] }),
        )
    } else {
        let indicator = Sli::Requests {
            total: read_series(&of_requests["TotalRequestCountMetric"]),
            bad: read_series(&of_requests["MonitoredRequestCountMetric"]["BadCountMetric"]),
        };
        (indicator, of_requests.clone())
    };
    let has_other = !is_written_by(&indicator, &written);
    (indicator, has_other)
}

/// Whether the members of an actual indicator are those that a creation writes; ids may differ.
fn is_written_by(indicator: &Sli, actual: &Value) -> bool {
    match indicator {
        Sli::Requests { total, bad } => {
            same_queries(&actual["TotalRequestCountMetric"], &queries(total))
                && same_queries(
                    &actual["MonitoredRequestCountMetric"]["BadCountMetric"],
                    &queries(bad),
                )
        }
        Sli::Minutes { metric, .. } => {
            actual["ComparisonOperator"] == BELOW
                && same_queries(
                    &actual["SliMetric"]["MetricDataQueries"],
                    &[metric_query("m", metric, true)],
                )
        }
    }
}

fn same_queries(actual: &Value, written: &[Value]) -> bool {
    let actual = actual.as_array().map_or(&[][..], Vec::as_slice);
    let same = |actual: &Value, written: &Value| without_id(actual) == without_id(written);
    actual.len() == written.len()
        && written
            .iter()
            .all(|written| actual.iter().any(|actual| same(actual, written)))
}

fn without_id(query: &Value) -> Value {
    let mut query = query.clone();
    if let Some(members) = query.as_object_mut() {
        members.remove("Id");
        members.retain(|_, value| !value.is_null());
    }
    query
}

fn read_series(queries: &Value) -> SliSeries {
    let queries = queries.as_array().map_or(&[][..], Vec::as_slice);
    let metrics: SortedMap<String, Metric> = queries
        .iter()
        .filter_map(|query| Some((query["Id"].as_str()?.to_owned(), read_metric(query)?)))
        .collect();
    let returned = queries.iter().find(|query| query["ReturnData"] == true);
    let returned = returned.or_else(|| queries.first());
    let expression = returned.and_then(|query| {
        let expression = query["Expression"].as_str();
        expression.or_else(|| query["Id"].as_str())
    });
    SliSeries {
        expression: expression.unwrap_or_default().to_owned(),
        metrics,
    }
}

fn read_metric(query: &Value) -> Option<Metric> {
    let stat = query.get("MetricStat").filter(|stat| stat.is_object())?;
    let metric = &stat["Metric"];
    let dimensions = metric["Dimensions"].as_array().into_iter().flatten();
    Some(Metric {
        namespace: metric["Namespace"].as_str()?.to_owned(),
        name: metric["MetricName"].as_str()?.to_owned(),
        dimensions: dimensions
            .filter_map(|dimension| {
                let name = dimension["Name"].as_str()?.to_owned();
                Some((name, dimension["Value"].as_str()?.to_owned()))
            })
            .collect(),
        stat: stat["Stat"].as_str()?.to_owned(),
    })
}

/// In place of a metric that Application Signals collects itself.
fn no_metric() -> Metric {
    Metric {
        namespace: String::new(),
        name: String::new(),
        dimensions: SortedMap::default(),
        stat: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric(name: &str) -> Metric {
        Metric {
            namespace: "Shop".to_owned(),
            name: name.to_owned(),
            dimensions: SortedMap::default(),
            stat: "Sum".to_owned(),
        }
    }

    fn objective() -> ServiceLevelObjective {
        let metrics = [("all", "All"), ("result", "Failed")];
        let metrics = metrics.map(|(id, name)| (id.to_owned(), metric(name)));
        ServiceLevelObjective {
            name: "shop.Stage.availability".to_owned(),
            description: "shop".to_owned(),
            indicator: Sli::Requests {
                total: SliSeries {
                    expression: "all".to_owned(),
                    metrics: metrics[..1].iter().cloned().collect(),
                },
                bad: SliSeries {
                    expression: "all - result".to_owned(),
                    metrics: metrics.into_iter().collect(),
                },
            },
            goal: 99.9,
            days: 30,
            warning_threshold: 50.0,
            burn_windows: [5, 60].into(),
        }
    }

    /// An objective as the service describes it after its creation.
    fn described(objective: &ServiceLevelObjective) -> Value {
        let mut described = configuration(objective);
        let members = described.as_object_mut().unwrap();
        let config = members.remove("RequestBasedSliConfig").unwrap();
        let metric = config["RequestBasedSliMetricConfig"].clone();
        described["RequestBasedSli"] = json!({ "RequestBasedSliMetric": metric });
        described
    }

    #[test]
    fn the_id_of_an_expression_is_no_id_of_a_metric() {
        let Sli::Requests { bad, .. } = objective().indicator else {
            panic!("an objective of requests");
        };
        let ids: Vec<Value> = queries(&bad)
            .iter()
            .map(|query| query["Id"].clone())
            .collect();
        assert_eq!(ids, ["all", "result", "result_"]);
    }

    #[test]
    fn settings_without_a_field_are_named_in_the_description() {
        let wanted = objective();
        let made = described(&wanted);
        assert_eq!(read_objective(wanted.name.clone(), &made), wanted);
        let metric = "/RequestBasedSli/RequestBasedSliMetric/TotalRequestCountMetric/0/MetricStat";
        let cases = [
            (
                format!("{metric}/Period"),
                json!(300),
                "[with other indicator]",
            ),
            (
                format!("{metric}/Unit"),
                json!("Count"),
                "[with other indicator]",
            ),
            (
                "/Goal/Interval/RollingInterval/DurationUnit".to_owned(),
                json!("MONTH"),
                "[with other Interval]",
            ),
            (
                "/AutoInvestigationEnabled".to_owned(),
                json!(true),
                "[with other AutoInvestigationEnabled]",
            ),
        ];
        for (pointer, value, expected) in cases {
            let mut changed = made.clone();
            let (parent, member) = pointer.rsplit_once('/').unwrap();
            changed.pointer_mut(parent).unwrap()[member] = value;
            let read = read_objective(wanted.name.clone(), &changed);
            assert_eq!(read.description, format!("shop {expected}"), "{pointer}");
        }
    }

    #[test]
    fn whole_days_in_hours_are_days() {
        let rolling = |unit: &str, length: u32| {
            read_days(&json!({ "RollingInterval": { "DurationUnit": unit, "Duration": length } }))
        };
        assert_eq!(rolling("HOUR", 48), Some(2));
        assert_eq!(rolling("HOUR", 36), None);
        assert_eq!(rolling("MONTH", 1), None);
        assert_eq!(read_days(&Value::Null), Some(DEFAULT_DAYS));
    }
}
