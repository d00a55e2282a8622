//! `kind: SLO` of OpenSLO v1.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::document::Part;
use super::known_keys::unread_keys;
use super::metric_source::{MetricSource, metric_source};
use crate::artifact::Metric;
use crate::diagnostic::{Code, Diagnostic, Source, WithDiagnostics};
use crate::objective::{
    Engine, Indicator, MIN_FAILURES, MOST_DAYS, Objective, OwnMetric, Ratio, fitting_rates,
    is_objective_name,
};
use crate::semantics::math::{BinaryOperator, Expr};
use crate::spanned::Spanned;
use crate::stack::yaml;

const VERSION: &str = "openslo/v1";

/// Kinds of OpenSLO v1 that are no objectives.
const OTHER_KINDS: [&str; 6] = [
    "AlertCondition",
    "AlertNotificationTarget",
    "AlertPolicy",
    "DataSource",
    "SLI",
    "Service",
];

/// Reads a file. One of another kind than `SLO` has no objective.
pub(super) fn objective(source: &Arc<Source>) -> WithDiagnostics<Option<Objective>> {
    let (root, mut diagnostics) = match yaml::parse(source) {
        Ok(parsed) => parsed,
        Err(diagnostic) => {
            return WithDiagnostics {
                value: None,
                diagnostics: vec![diagnostic],
            };
        }
    };
    let document = Part::root(source, &root);
    let value = match read(&document, &mut diagnostics) {
        Ok(objective) => objective,
        Err(diagnostic) => {
            diagnostics.push(diagnostic);
            None
        }
    };
    WithDiagnostics { value, diagnostics }
}

fn read(
    document: &Part<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Option<Objective>, Diagnostic> {
    let version = document.required("apiVersion")?;
    if version.text()? != VERSION {
        let message = format!("`{}` is not supported", version.text()?);
        return Err(version
            .unsupported(message)
            .help(format!("`apiVersion: {VERSION}`")));
    }
    let kind = document.required("kind")?;
    match kind.text()? {
        "SLO" => {}
        other if OTHER_KINDS.contains(&other) => return Ok(None),
        other => {
            let message = format!("OpenSLO has no kind `{other}`");
            return Err(kind.unsupported(message).help("`kind: SLO`"));
        }
    }
    let spec = document.required("spec")?;
    diagnostics.extend(unread_keys(document));
    occurrences(&spec)?;
    let written = spec.required("objectives")?.only_item()?;
    let measured = measured(&spec, &written)?;
    let (percent, days) = (percent(&written)?, days(&spec)?);
    let indicator = Indicator::Ratio(measured.ratio);
    Ok(Some(Objective {
        trials: Vec::new(),
        engine: Engine::default(),
        name: name(document)?,
        resource: measured.resource,
        definitions: None,
        percent,
        days,
        min_failures: MIN_FAILURES,
        burn_rates: fitting_rates(percent, days, indicator.counting()),
        indicator,
        metrics: measured.metrics,
        runbook: None,
        place: spec.place(),
    }))
}

fn name(document: &Part<'_>) -> Result<String, Diagnostic> {
    let name = document.required("metadata")?.required("name")?;
    let text = name.text()?;
    if is_objective_name(text) {
        return Ok(text.to_owned());
    }
    let message = format!("`{text}` cannot be the name of an objective");
    Err(name
        .diagnostic(Code::BadName, message)
        .help("letters, digits and hyphens, at most 64"))
}

fn occurrences(spec: &Part<'_>) -> Result<(), Diagnostic> {
    let method = spec.required("budgetingMethod")?;
    match method.text()? {
        "Occurrences" => Ok(()),
        other => Err(method
            .unsupported(format!("the budgeting method `{other}` is not supported"))
            .help("`Occurrences` counts requests; for minutes, write `[[slo]]` with `age_below` in tracewatch.toml")),
    }
}

/// `target: 0.999` or `targetPercent: 99.9`, as a percentage.
fn percent(objective: &Part<'_>) -> Result<f64, Diagnostic> {
    let (target, percent) = if let Some(target) = objective.get("targetPercent") {
        (target.clone(), target.number()?)
    } else {
        let target = objective.required("target")?;
        let fraction = target.number()?;
        (target, fraction * 100.0)
    };
    // Without the error of binary fractions: 0.999 is 99.9 %.
    let percent = (percent * 1e8).round() / 1e8;
    if percent > 0.0 && percent < 100.0 {
        return Ok(percent);
    }
    let message = format!("an objective of {percent} % is not possible");
    Err(target
        .diagnostic(Code::BadObjective, message)
        .help("`target: 0.999`: above 0, and below 1, which would leave no failure"))
}

/// `timeWindow`: one rolling window of whole days or weeks.
fn days(spec: &Part<'_>) -> Result<u32, Diagnostic> {
    let window = spec.required("timeWindow")?.only_item()?;
    if let Some(calendar) = window.get("calendar") {
        let message = "windows of the calendar are not supported";
        return Err(calendar.unsupported(message).help("`isRolling: true`"));
    }
    let is_rolling = window.get("isRolling");
    if let Some(rolling) = is_rolling.filter(|part| part.node.as_bool() == Some(false)) {
        let message = "windows that do not roll are not supported";
        return Err(rolling.unsupported(message).help("`isRolling: true`"));
    }
    let duration = window.required("duration")?;
    let text = duration.text()?;
    let number = |unit| text.strip_suffix(unit)?.parse::<u32>().ok();
    let days = number('d').or_else(|| number('w')?.checked_mul(7));
    match days {
        Some(days) if (1..=MOST_DAYS).contains(&days) => Ok(days),
        _ => {
            let message = format!("a window of `{text}` is not supported");
            let help = format!("whole days or weeks, up to {MOST_DAYS} days: `30d`, `4w`");
            Err(duration.unsupported(message).help(help))
        }
    }
}

/// What the indicator counts.
struct Measured {
    ratio: Ratio,
    metrics: BTreeMap<String, OwnMetric>,
    resource: Option<Spanned<String>>,
}

fn measured(spec: &Part<'_>, objective: &Part<'_>) -> Result<Measured, Diagnostic> {
    if let Some(reference) = spec.get("indicatorRef") {
        let message = "`indicatorRef` is not supported";
        return Err(reference
            .unsupported(message)
            .help("write the indicator into the SLO: `indicator`"));
    }
    let indicator = spec.required("indicator")?.required("spec")?;
    if let Some(threshold) = indicator.get("thresholdMetric") {
        return below(&threshold, objective);
    }
    let ratio = indicator.required("ratioMetric")?;
    if let Some(raw) = ratio.get("raw") {
        let message = "a ratio that is a metric of its own (`raw`) is not supported";
        return Err(raw
            .unsupported(message)
            .help("`good` or `bad`, and `total`"));
    }
    let mut words = Words::default();
    let total = ratio.required("total")?;
    let all = words.add("total", &total)?;
    let bad = if let Some(bad) = ratio.get("bad") {
        words.add("bad", &bad)?
    } else {
        let good = words.add("good", &ratio.required("good")?)?;
        all.clone().joined(BinaryOperator::Subtract, good)
    };
    Ok(words.measured(&total, bad, all))
}

/// The metrics of an indicator, under words of their own or those of a resource's definition file.
#[derive(Default)]
struct Words {
    metrics: BTreeMap<String, OwnMetric>,
    resource: Option<Spanned<String>>,
}

impl Words {
    fn add(&mut self, word: &str, metric: &Part<'_>) -> Result<Expr, Diagnostic> {
        match metric_source(metric)? {
            MetricSource::Own(own) if self.resource.is_none() => {
                self.metrics.insert(word.to_owned(), own);
                Ok(Expr::id(word))
            }
            MetricSource::OfResource { resource, word } if self.may_be(&resource) => {
                self.resource = Some(resource);
                Ok(Expr::id(&word))
            }
            MetricSource::Own(_) | MetricSource::OfResource { .. } => {
                let message =
                    "the metrics of an indicator are of one resource, or all of CloudWatch";
                Err(metric.unsupported(message))
            }
        }
    }

    fn may_be(&self, resource: &Spanned<String>) -> bool {
        let known = self.resource.as_ref();
        self.metrics.is_empty() && known.is_none_or(|known| known.value == resource.value)
    }

    fn measured(self, indicator: &Part<'_>, bad: Expr, total: Expr) -> Measured {
        let place = indicator.place();
        let [bad, total] = [bad, total].map(|value| Spanned {
            value,
            place: place.clone(),
        });
        Measured {
            ratio: Ratio { bad, total },
            metrics: self.metrics,
            resource: self.resource,
        }
    }
}

/// `thresholdMetric` with `op` and `value`: the values within a bound are good. CloudWatch counts them with `TC`, whose lower bound
/// does not count and whose upper bound does.
fn below(threshold: &Part<'_>, objective: &Part<'_>) -> Result<Measured, Diagnostic> {
    let op = objective.required("op")?;
    let value = objective.required("value")?.number()?;
    let stat = match op.text()? {
        "lte" => format!("TC(:{value})"),
        "gt" => format!("TC({value}:)"),
        other => {
            let message = format!("the comparison `{other}` is not supported");
            let help = "CloudWatch counts values up to and including a bound: `lte`, or `gt`";
            return Err(op.unsupported(message).help(help));
        }
    };
    let MetricSource::Own(own) = metric_source(threshold)? else {
        let message = format!(
            "`{}` needs a metric source of the type `CloudWatch`",
            threshold.path()
        );
        return Err(threshold
            .unsupported(message)
            .help("for a resource, write `[[slo]]` with `latency_below` in tracewatch.toml"));
    };
    let with_stat = |stat: String| OwnMetric {
        metric: Metric {
            stat,
            ..own.metric.clone()
        },
        region: own.region.clone(),
    };
    let metrics = [
        ("all".to_owned(), with_stat("SampleCount".to_owned())),
        ("good".to_owned(), with_stat(stat)),
    ];
    let words = Words {
        metrics: metrics.into(),
        resource: None,
    };
    let all = Expr::id("all");
    let bad = all
        .clone()
        .joined(BinaryOperator::Subtract, Expr::id("good"));
    Ok(words.measured(threshold, bad, all))
}
