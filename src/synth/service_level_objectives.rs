//! Service-level objectives of Application Signals, for objectives with this engine.

use super::inputs::ObjectiveSeries;
use crate::artifact::{ServiceLevelObjective, Sli, SliSeries};
use crate::inventory::SortedMap;
use crate::objective::{Objective, look_back_windows};
use crate::semantics::limits;
use crate::semantics::math::Expr;

/// Application Signals' own default, in percent.
const WARNING_THRESHOLD: f64 = 50.0;

/// The service-level objective that counts what an objective counts.
pub(super) fn service_level_objective(
    objective: &Objective,
    series: &ObjectiveSeries,
    name: String,
    description: &str,
) -> ServiceLevelObjective {
    let indicator = match series {
        ObjectiveSeries::Requests {
            bad,
            total,
            metrics,
        } => {
            let series = |expr: &Expr| SliSeries {
                expression: expr.to_string(),
                metrics: used(expr, metrics),
            };
            Sli::Requests {
                total: series(total),
                bad: series(bad),
            }
        }
        ObjectiveSeries::Minutes { metric, bad_from } => Sli::Minutes {
            metric: metric.clone(),
            bad_from: *bad_from,
        },
    };
    ServiceLevelObjective {
        name,
        description: description
            .chars()
            .take(limits::OBJECTIVE_DESCRIPTION)
            .collect(),
        indicator,
        goal: objective.percent,
        days: objective.days,
        warning_threshold: WARNING_THRESHOLD,
        burn_windows: look_back_windows(&objective.burn_rates),
    }
}

/// The metrics that an expression names.
fn used<M: Clone>(expr: &Expr, metrics: &SortedMap<String, M>) -> SortedMap<String, M> {
    let words = expr.ids();
    let used = metrics
        .iter()
        .filter(|(word, _)| words.contains(word.as_str()));
    used.map(|(word, metric)| (word.clone(), metric.clone()))
        .collect()
}
