//! Reads `[slo.metrics]`.

use std::collections::BTreeMap;

use super::model::OwnMetric;
use crate::artifact::Metric;
use crate::diagnostic::Code;
use crate::inventory::SortedMap;
use crate::semantics::limits::{is_query_id, is_region};
use crate::semantics::place::in_text;
use crate::semantics::statistics;
use crate::spanned::{Item, Table};

/// `[slo.metrics]`: metrics by word.
pub(super) fn metrics(table: &mut Table<'_>) -> BTreeMap<String, OwnMetric> {
    let entries = table.table("metrics").map(Table::entries);
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .filter_map(|(word, item)| {
            let metric = own_metric(&item)?;
            if is_query_id(&word.value) {
                return Some((word.value, metric));
            }
            let message = format!(
                "`{}` cannot be the name of a metric in an expression",
                word.value
            );
            item.report(
                word.diagnostic(Code::BadMetricWord, message)
                    .help("a lower-case letter, then letters, digits and `_`"),
            );
            None
        })
        .collect()
}

fn own_metric(item: &Item<'_>) -> Option<OwnMetric> {
    let mut table = item.table()?;
    let name = table.required("name", Table::string);
    let stat = table.string("stat");
    let region = table.string("region");
    let dimensions = table.string_map("dimensions").into_iter();
    let dimensions: SortedMap<String, String> = dimensions
        .map(|(name, value)| (name.value, value.value))
        .collect();
    table.finish();
    let name = name?;
    let Some((namespace, metric)) = name.value.split_once(' ') else {
        let message = format!("`{}` is not the name of a metric", name.value);
        item.report(
            name.diagnostic(Code::BadMetricName, message)
                .help("a namespace, a space, and a metric: `AWS/Lambda Errors`"),
        );
        return None;
    };
    if let Some(stat) = &stat
        && let Err(error) = statistics::parse(&stat.value)
    {
        item.report(in_text(&stat.place, Code::BadStatistic, &error));
        return None;
    }
    if let Some(region) = region.as_ref().filter(|region| !is_region(&region.value)) {
        let message = format!("`{}` is not the name of a Region", region.value);
        let diagnostic = region.diagnostic(Code::BadRegion, message);
        item.report(diagnostic.help("as in `us-east-1`"));
    }
    Some(OwnMetric {
        metric: Metric {
            namespace: namespace.to_owned(),
            name: metric.trim().to_owned(),
            dimensions,
            stat: stat.map_or_else(|| "Sum".to_owned(), |stat| stat.value),
        },
        region,
    })
}
