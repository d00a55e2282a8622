//! Finds dimensions of alarms whose value is another name of the resource than the one that AWS publishes.

use super::view::View;
use crate::artifact::Alarm;
use crate::catalog::published;
use crate::diagnostic::{Code, Diagnostic, Place};

/// The diagnostics about an alarm's dimensions.
pub(super) fn doubtful(view: &View<'_>, alarm: &Alarm, place: Option<&Place>) -> Vec<Diagnostic> {
    let metrics = alarm.query.metrics().into_iter();
    let dimensions = metrics.flat_map(|metric| {
        let of_metric = metric.dimensions.iter();
        of_metric.map(move |(name, value)| (&metric.namespace, name, value))
    });
    let mut diagnostics = Vec::new();
    for (namespace, name, value) in dimensions {
        let Some(diagnostic) = other_name(view, name, value) else {
            continue;
        };
        // Last, because the list of what AWS publishes is large to read.
        if !published::is_listed(namespace) {
            continue;
        }
        diagnostics.push(match place {
            Some(place) => diagnostic.at(place.clone()),
            None => diagnostic,
        });
    }
    diagnostics
}

fn other_name(view: &View<'_>, dimension: &str, value: &str) -> Option<Diagnostic> {
    let logical_id = &*view.resource.id.logical_id;
    if value.starts_with("arn:") && !takes_arns(dimension) {
        let message = format!(
            "the dimension `{dimension}` of `{logical_id}` is an ARN, `{value}`: AWS publishes a name or an id there, so that the alarm never has data"
        );
        return Some(Diagnostic::new(Code::DimensionIsArn, message)
            .help("take the part that AWS publishes, such as `{{basename id}}`, or give the type's `physical_id` as a fact"));
    }
    (value == logical_id && view.id != logical_id).then(|| {
        let message = format!(
            "the dimension `{dimension}` of `{logical_id}` is its logical id: AWS does not know the names of a template, so that the alarm never has data"
        );
        Diagnostic::new(Code::DimensionIsLogicalId, message)
            .help(format!("write `{{{{id}}}}`, here `{}`", view.id))
    })
}

/// Whether a dimension's values are ARNs: AWS names such dimensions so (`StateMachineArn`).
fn takes_arns(dimension: &str) -> bool {
    dimension.to_ascii_lowercase().ends_with("arn")
}
