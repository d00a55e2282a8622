//! `metricSource` of an indicator: a CloudWatch metric, or a metric of a resource of the stack.

use super::document::Part;
use crate::artifact::Metric;
use crate::diagnostic::{Code, Diagnostic};
use crate::objective::OwnMetric;
use crate::semantics::limits::is_query_id;
use crate::semantics::statistics;
use crate::spanned::Spanned;

/// Where the values of an indicator come from.
pub(super) enum MetricSource {
    Own(OwnMetric),
    /// A word of `[metrics]` in the definition file of a resource.
    OfResource {
        resource: Spanned<String>,
        word: String,
    },
}

/// Reads the `metricSource` of `good`, `bad`, `total` or a threshold metric.
pub(super) fn metric_source(metric: &Part<'_>) -> Result<MetricSource, Diagnostic> {
    let source = metric.required("metricSource")?;
    let kind = source.required("type")?;
    let spec = source.required("spec")?;
    match kind.text()?.to_ascii_lowercase().as_str() {
        "cloudwatch" => Ok(MetricSource::Own(own_metric(&spec)?)),
        "tracewatch" => of_resource(&spec),
        other => Err(kind
            .unsupported(format!("metric sources of the type `{other}` are not supported"))
            .help("`CloudWatch` with `namespace`, `metricName` and `dimensions`, or `tracewatch` with `resource` and `metric`")),
    }
}

fn own_metric(spec: &Part<'_>) -> Result<OwnMetric, Diagnostic> {
    let stat = match spec.get("statistic").or_else(|| spec.get("stat")) {
        Some(stat) => {
            let text = stat.text()?;
            if statistics::parse(text).is_err() {
                let message = format!("CloudWatch has no statistic `{text}`");
                return Err(stat.diagnostic(Code::BadStatistic, message));
            }
            text.to_owned()
        }
        None => "Sum".to_owned(),
    };
    let name = match spec.get("metricName") {
        Some(name) => name,
        None => spec.required("metric")?,
    };
    let dimensions = spec
        .get("dimensions")
        .map(|part| part.texts())
        .transpose()?;
    let region = spec.get("region");
    let region = region.map(|region| {
        Ok(Spanned {
            value: region.text()?.to_owned(),
            place: region.place(),
        })
    });
    Ok(OwnMetric {
        metric: Metric {
            namespace: spec.required("namespace")?.text()?.to_owned(),
            name: name.text()?.to_owned(),
            dimensions: dimensions.unwrap_or_default().into_iter().collect(),
            stat,
        },
        region: region.transpose()?,
    })
}

fn of_resource(spec: &Part<'_>) -> Result<MetricSource, Diagnostic> {
    let resource = spec.required("resource")?;
    let word = spec.required("metric")?;
    let text = word.text()?;
    if !is_query_id(text) {
        let message = format!("`{text}` cannot be the name of a metric in a definition file");
        return Err(word.diagnostic(Code::BadMetricWord, message));
    }
    Ok(MetricSource::OfResource {
        resource: Spanned {
            value: resource.text()?.to_owned(),
            place: resource.place(),
        },
        word: text.to_owned(),
    })
}
