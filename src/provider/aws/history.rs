//! [`History`] for an AWS account: `GetMetricData`.

use std::collections::BTreeMap;

use aws_sdk_cloudwatch::primitives::DateTime;
use aws_sdk_cloudwatch::types::{MetricDataQuery, MetricDataResult, ScanBy};

use super::account::Account;
use super::alarm::stat_query;
use super::errors::call_error;
use crate::provider::{AccountError, History, Points, SeriesQuery};

impl History for Account {
    async fn series(
        &self,
        queries: &[SeriesQuery<'_>],
        from: i64,
        until: i64,
    ) -> Result<Vec<Points>, AccountError> {
        let asked = queries.iter().enumerate();
        let asked = asked.flat_map(|(index, query)| metric_queries(index, query));
        let mut pages = self
            .cloudwatch()
            .get_metric_data()
            .set_metric_data_queries(Some(asked.collect()))
            .start_time(DateTime::from_secs(from))
            .end_time(DateTime::from_secs(until))
            .scan_by(ScanBy::TimestampAscending)
            .into_paginator()
            .send();
        let mut found: BTreeMap<String, Points> = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(call_error("GetMetricData"))?;
            for result in page.metric_data_results() {
                let id = result.id().unwrap_or_default().to_owned();
                found.entry(id).or_default().extend(points(result));
            }
        }
        let ids = (0..queries.len()).map(value_id);
        Ok(ids
            .map(|id| found.remove(&id).unwrap_or_default())
            .collect())
    }
}

fn points(result: &MetricDataResult) -> impl Iterator<Item = (i64, f64)> {
    let starts = result.timestamps().iter().map(DateTime::secs);
    starts.zip(result.values().iter().copied())
}

/// The metrics of a query, and its expression. Each query has ids of its own.
fn metric_queries(index: usize, query: &SeriesQuery<'_>) -> Vec<MetricDataQuery> {
    let metrics = query.metrics.iter().map(|(word, metric)| {
        let id = format!("q{index}_{word}");
        stat_query(&id, metric, query.period)
            .return_data(false)
            .build()
    });
    let expression = query.expression_with(|word| format!("q{index}_{word}"));
    let value = MetricDataQuery::builder()
        .id(value_id(index))
        .expression(expression)
        .return_data(true)
        .build();
    metrics.chain([value]).collect()
}

fn value_id(index: usize) -> String {
    format!("q{index}")
}
