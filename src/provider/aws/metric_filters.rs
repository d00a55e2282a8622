//! CloudWatch Logs: metric filters. They have no tags; the namespace of a filter's metric names the owner.

use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::calls::{pages, send};
use super::errors::optional;
use super::other_settings::append_other_settings;
use crate::artifact::{Artifact, MetricFilter, OWNER_TAG, Tags};
use crate::provider::AccountError;

/// Filters in one page of a listing: the most that Logs allows.
const PER_PAGE: u32 = 50;

/// Logs' word for no unit.
const NO_UNIT: &str = "None";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    metric_filters: Vec<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    filter_name: String,
    log_group_name: String,
    #[serde(default)]
    filter_pattern: String,
    #[serde(default)]
    metric_transformations: Vec<Transformation>,
    #[serde(default)]
    apply_on_transformed_logs: bool,
    field_selection_criteria: Option<String>,
    #[serde(default)]
    emit_system_field_dimensions: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Transformation {
    metric_name: String,
    metric_namespace: String,
    metric_value: String,
    default_value: Option<f64>,
    unit: Option<String>,
    dimensions: Option<serde_json::Map<String, Value>>,
}

impl Account {
    pub(super) async fn metric_filters(&self, prefix: &str) -> Result<Vec<Artifact>, AccountError> {
        if prefix.is_empty() {
            return Ok(Vec::new());
        }
        let listed = self.list_metric_filters().await?.into_iter();
        let named = listed.filter(|listed| listed.filter_name.starts_with(prefix));
        Ok(named
            .map(|listed| Artifact::MetricFilter(read_filter(listed)))
            .collect())
    }

    /// All filters of the Region: Logs lists by prefix only within one group.
    async fn list_metric_filters(&self) -> Result<Vec<Listed>, AccountError> {
        let input = json!({ "limit": PER_PAGE });
        let pages: Vec<Page> =
            pages(self.logs(), "DescribeMetricFilters", input, "nextToken").await?;
        Ok(pages
            .into_iter()
            .flat_map(|page| page.metric_filters)
            .collect())
    }

    /// Owners in the form of the tag that other kinds have.
    pub(super) async fn read_metric_filter_owners(
        &self,
        names: &[&str],
    ) -> Result<Vec<(String, Option<Tags>)>, AccountError> {
        let listed = self.list_metric_filters().await?;
        let owners = names.iter().map(|name| {
            let found = listed.iter().find(|listed| listed.filter_name == *name);
            ((*name).to_owned(), found.map(owner_tags))
        });
        Ok(owners.collect())
    }

    pub(super) async fn put_metric_filter(
        &self,
        filter: &MetricFilter,
    ) -> Result<(), AccountError> {
        let mut transformation = json!({
            "metricName": filter.metric,
            "metricNamespace": filter.namespace,
            "metricValue": filter.value,
        });
        if let Some(value) = filter.default_value {
            transformation["defaultValue"] = json!(value);
        }
        if let Some(unit) = &filter.unit {
            transformation["unit"] = json!(unit);
        }
        let input = json!({
            "logGroupName": filter.log_group,
            "filterName": filter.name,
            "filterPattern": filter.pattern,
            "metricTransformations": [transformation],
        });
        send(self.logs(), "PutMetricFilter", input).await
    }

    /// A filter of another log group is deleted first, so that a stopped run leaves no second filter of the name.
    pub(super) async fn update_metric_filter(
        &self,
        old: Option<&Artifact>,
        new: &MetricFilter,
    ) -> Result<(), AccountError> {
        if let Some(Artifact::MetricFilter(old)) = old
            && old.log_group != new.log_group
        {
            self.delete_metric_filter(old).await?;
        }
        self.put_metric_filter(new).await
    }

    /// Deleting a missing filter succeeds.
    pub(super) async fn delete_metric_filter(
        &self,
        filter: &MetricFilter,
    ) -> Result<(), AccountError> {
        let input = json!({ "logGroupName": filter.log_group, "filterName": filter.name });
        let deleted = send(self.logs(), "DeleteMetricFilter", input).await;
        optional(deleted).map(drop)
    }
}

fn owner_tags(listed: &Listed) -> Tags {
    let mut transformations = listed.metric_transformations.iter();
    let owner = transformations.find_map(|of| MetricFilter::owner_of(&of.metric_namespace));
    let owner = owner.map(|stack| (OWNER_TAG.to_owned(), stack.to_owned()));
    owner.into_iter().collect()
}

fn read_filter(mut listed: Listed) -> MetricFilter {
    let transformations = listed.metric_transformations.len();
    let of = listed.metric_transformations.pop().unwrap_or_default();
    let mut value = of.metric_value;
    let has_dimensions = of
        .dimensions
        .is_some_and(|dimensions| !dimensions.is_empty());
    let other_settings = [
        ("dimensions", has_dimensions),
        ("metricTransformations", transformations > 1),
        ("applyOnTransformedLogs", listed.apply_on_transformed_logs),
        (
            "fieldSelectionCriteria",
            listed
                .field_selection_criteria
                .is_some_and(|criteria| !criteria.is_empty()),
        ),
        (
            "emitSystemFieldDimensions",
            !listed.emit_system_field_dimensions.is_empty(),
        ),
    ];
    append_other_settings(&mut value, other_settings);
    MetricFilter {
        name: listed.filter_name,
        log_group: listed.log_group_name,
        pattern: listed.filter_pattern,
        namespace: of.metric_namespace,
        metric: of.metric_name,
        value,
        default_value: of.default_value,
        unit: of.unit.filter(|unit| unit != NO_UNIT),
    }
}
