//! Reads `[dimensions]` and `[metrics]`.

use std::collections::BTreeMap;

use super::reader::DefinitionReader;
use crate::catalog::definition::{MetricDefinition, MetricSource};
use crate::catalog::text::{TextTemplate, TextUse};
use crate::diagnostic::Code;
use crate::semantics::limits::{self, is_query_id};
use crate::semantics::place::in_text;
use crate::semantics::statistics;
use crate::spanned::{Spanned, Table};

pub(super) fn dimensions(
    table: &mut Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Vec<(String, TextTemplate)> {
    let mut dimensions = Vec::new();
    for (name, written) in table.string_map("dimensions") {
        let text = reader.text(table, &written, TextUse::Dimension);
        dimensions.push((name.value, text));
    }
    dimensions
}

/// The key `region`. Only the form is checked: AWS adds Regions.
pub(super) fn region(table: &mut Table<'_>) -> Option<Spanned<String>> {
    let region = table.string("region")?;
    if limits::is_region(&region.value) {
        return Some(region);
    }
    let message = format!("`{}` is not the name of a Region", region.value);
    table.report(
        region
            .diagnostic(Code::BadRegion, message)
            .help("as in `us-east-1`"),
    );
    None
}

/// Reads metrics by word. A metric without dimensions or Region takes the shared value.
pub(super) fn metrics(
    root: &mut Table<'_>,
    shared: &[(String, TextTemplate)],
    shared_region: Option<&Spanned<String>>,
    reader: &mut DefinitionReader<'_>,
) -> BTreeMap<String, MetricDefinition> {
    let mut metrics = BTreeMap::new();
    let entries = root
        .table("metrics")
        .map(Table::entries)
        .unwrap_or_default();
    for (word, item) in entries {
        if !is_query_id(&word.value) {
            let message = format!(
                "`{}` cannot be the name of a metric in an expression",
                word.value
            );
            root.report(
                word.diagnostic(Code::BadMetricWord, message)
                    .help("a lower-case letter, then letters, digits and `_`"),
            );
        }
        let metric = item
            .table()
            .and_then(|table| metric(table, &word, shared, reader));
        if let Some(metric) = metric {
            let shared_region = shared_region.filter(|_| !metric.is_of_log());
            let region = metric.region.clone().or_else(|| shared_region.cloned());
            metrics.insert(word.value, MetricDefinition { region, ..metric });
        }
    }
    metrics
}

fn metric(
    mut table: Table<'_>,
    word: &Spanned<String>,
    shared: &[(String, TextTemplate)],
    reader: &mut DefinitionReader<'_>,
) -> Option<MetricDefinition> {
    table.exclusive(&["name", "group", "log"]);
    table.exclusive(&["log", "region"]);
    table.exclusive(&["log", "dimensions"]);
    let stat = table.string("stat");
    let region = region(&mut table);
    let source = match (table.string("group"), table.string("log")) {
        (Some(group), _) => Some(MetricSource::Group(group)),
        (None, Some(log_metric)) => Some(MetricSource::Log(log_metric)),
        (None, None) => published(&mut table, shared, reader),
    };
    if let Some(stat) = &stat
        && let Err(error) = statistics::parse(&stat.value)
    {
        table.report(in_text(&stat.place, Code::BadStatistic, &error));
    }
    table.finish();
    Some(MetricDefinition {
        source: source?,
        stat: stat.map_or_else(|| "Sum".to_owned(), |stat| stat.value),
        region,
        built_in: reader.role.is_built_in(),
        place: word.place.clone(),
    })
}

fn published(
    table: &mut Table<'_>,
    shared: &[(String, TextTemplate)],
    reader: &mut DefinitionReader<'_>,
) -> Option<MetricSource> {
    let name = table.required("name", Table::string);
    let dimensions = if table.contains("dimensions") {
        dimensions(table, reader)
    } else {
        shared.to_vec()
    };
    let name = name?;
    let Some((namespace, metric)) = name.value.split_once(' ') else {
        let message = format!("`{}` is not the name of a metric", name.value);
        table.report(
            name.diagnostic(Code::BadMetricName, message)
                .help("a namespace, a space, and a metric: `AWS/Lambda Errors`"),
        );
        return None;
    };
    Some(MetricSource::Published {
        namespace: namespace.to_owned(),
        name: metric.trim().to_owned(),
        dimensions,
    })
}
