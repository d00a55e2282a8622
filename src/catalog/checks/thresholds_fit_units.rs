//! Checks that the threshold of an alarm on one published metric can be reached, is not always exceeded, and is in the metric's unit.

use super::check::{CatalogCheck, Run};
use crate::catalog::Catalog;
use crate::catalog::definition::{
    AlarmDefinition, MetricSource, ServiceDefinition, ThresholdComparison, When,
};
use crate::catalog::metric_kinds::{self, MetricKind};
use crate::catalog::{ServiceEntry, ServiceOrigin};
use crate::diagnostic::{Code, Diagnostic, Needs, Place};
use crate::semantics::math::{BinaryOperator, Expr, ExprKind};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[
        Code::ThresholdAlwaysBreached,
        Code::ThresholdNeverReached,
        Code::ThresholdUnit,
    ],
    needs: Needs::Nothing,
    run: Run::Catalog(run),
};

/// Built-in files are left out, because a test checks them.
fn run(catalog: &Catalog) -> Vec<Diagnostic> {
    let services = catalog.services().iter();
    let of_project = services.filter(|service| service.origin != ServiceOrigin::BuiltIn);
    let definitions = of_project.map(ServiceEntry::definition);
    definitions.flat_map(check).collect()
}

fn check(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = service
        .alarms
        .iter()
        .filter_map(part_of_a_percent)
        .collect();
    let alarms = service.alarms.iter();
    let compared = alarms.filter_map(|alarm| ComparedMetric::of(service, alarm));
    diagnostics.extend(compared.filter_map(|compared| compared.diagnostic()));
    diagnostics
}

/// A value in percent (`100 * succeeded / started`) that has to sink below one percent.
fn part_of_a_percent(alarm: &AlarmDefinition) -> Option<Diagnostic> {
    let When::Threshold {
        comparison: ThresholdComparison::Below | ThresholdComparison::AtMost,
        threshold,
    } = &alarm.when
    else {
        return None;
    };
    let number: f64 = threshold.text.trim().parse().ok()?;
    if !(0.0 < number && number <= 1.0 && is_percentage(&alarm.value.value)) {
        return None;
    }
    let message = format!("the value of alarm `{}` is in percent", alarm.name);
    let help = format!("did you mean {} %?", number * 100.0);
    let diagnostic = Diagnostic::new(Code::ThresholdUnit, message).help(help);
    Some(diagnostic.at(threshold.place.clone()))
}

/// Whether an expression is a ratio times 100.
fn is_percentage(expr: &Expr) -> bool {
    let ExprKind::Chain { first, rest } = &expr.kind else {
        return false;
    };
    let divides = |(operator, _): &(BinaryOperator, Expr)| *operator == BinaryOperator::Divide;
    let is_hundred = |expr: &Expr| expr.kind == ExprKind::Number(100.0);
    let is_ratio = |expr: &Expr| matches!(&expr.kind, ExprKind::Chain { rest, .. } if rest.iter().any(divides));
    let operands = || std::iter::once(&**first).chain(rest.iter().map(|(_, operand)| operand));
    let is_product = rest
        .iter()
        .all(|(operator, _)| matches!(operator, BinaryOperator::Multiply | BinaryOperator::Divide));
    is_product
        && operands().any(is_hundred)
        && (rest.iter().any(divides) || operands().any(is_ratio))
}

/// A published metric that is compared with a written number.
struct ComparedMetric<'a> {
    alarm: &'a AlarmDefinition,
    metric: String,
    kind: MetricKind,
    stat: &'a str,
    comparison: ThresholdComparison,
    number: f64,
    place: &'a Place,
}

impl<'a> ComparedMetric<'a> {
    fn of(service: &'a ServiceDefinition, alarm: &'a AlarmDefinition) -> Option<Self> {
        let ExprKind::Id(word) = &alarm.value.value.kind else {
            return None;
        };
        let When::Threshold {
            comparison,
            threshold,
        } = &alarm.when
        else {
            return None;
        };
        let metric = service.metrics.get(word)?;
        let MetricSource::Published {
            namespace, name, ..
        } = &metric.source
        else {
            return None;
        };
        Some(Self {
            alarm,
            kind: metric_kinds::kind(namespace, name)?,
            metric: format!("{namespace} {name}"),
            stat: &metric.stat,
            comparison: *comparison,
            number: threshold.text.trim().parse().ok()?,
            place: &threshold.place,
        })
    }

    fn diagnostic(&self) -> Option<Diagnostic> {
        if self.stat == "SampleCount" {
            return None;
        }
        let diagnostic = self
            .unreachable()
            .or_else(|| self.always_breached())
            .or_else(|| self.other_unit())?;
        Some(diagnostic.at(self.place.clone()))
    }

    /// The largest value, where there is one.
    fn maximum(&self) -> Option<f64> {
        /// A message stays in a queue for 14 days at most.
        const OLDEST_MESSAGE: f64 = 14.0 * 24.0 * 60.0 * 60.0;
        match self.kind {
            MetricKind::OneOrZero if self.stat != "Average" => None,
            _ if self.stat == "Sum" => None,
            MetricKind::PercentOfUse | MetricKind::PercentOfRequests => Some(100.0),
            MetricKind::OneOrZero | MetricKind::Share => Some(1.0),
            MetricKind::AgeSeconds if self.metric.starts_with("AWS/SQS ") => Some(OLDEST_MESSAGE),
            MetricKind::Milliseconds
            | MetricKind::AgeMilliseconds
            | MetricKind::Seconds
            | MetricKind::AgeSeconds
            | MetricKind::PercentOfReservation
            | MetricKind::Gauge => None,
        }
    }

    fn unreachable(&self) -> Option<Diagnostic> {
        let maximum = self.maximum().unwrap_or(f64::INFINITY);
        let is_beyond = match self.comparison {
            ThresholdComparison::Above => self.number >= maximum,
            ThresholdComparison::AtLeast => self.number > maximum,
            ThresholdComparison::Below => self.number <= 0.0,
            ThresholdComparison::AtMost => self.number < 0.0,
        };
        is_beyond.then(|| {
            let message = format!(
                "the {} of `{}` is {}: alarm `{}` could never fire",
                self.stat,
                self.metric,
                self.range(),
                self.alarm.name
            );
            Diagnostic::new(Code::ThresholdNeverReached, message)
        })
    }

    fn range(&self) -> &'static str {
        if self.maximum().is_none() {
            return "never below 0";
        }
        match self.kind {
            MetricKind::PercentOfUse | MetricKind::PercentOfRequests => {
                "a percentage between 0 and 100"
            }
            MetricKind::OneOrZero | MetricKind::Share => "a share between 0 and 1",
            MetricKind::AgeSeconds if self.metric.starts_with("AWS/SQS ") => {
                "in seconds, of which 14 days have 1209600"
            }
            MetricKind::Milliseconds
            | MetricKind::AgeMilliseconds
            | MetricKind::Seconds
            | MetricKind::AgeSeconds
            | MetricKind::PercentOfReservation
            | MetricKind::Gauge => "never below 0",
        }
    }

    /// Only the alarms whose every point breaches, or nearly every one: a request takes time, and what runs uses something.
    fn always_breached(&self) -> Option<Diagnostic> {
        let is_above_zero = match self.kind {
            MetricKind::Milliseconds
            | MetricKind::Seconds
            | MetricKind::PercentOfUse
            | MetricKind::PercentOfReservation => true,
            MetricKind::AgeMilliseconds
            | MetricKind::AgeSeconds
            | MetricKind::PercentOfRequests
            | MetricKind::OneOrZero
            | MetricKind::Share
            | MetricKind::Gauge => false,
        };
        let is_always = match self.comparison {
            ThresholdComparison::Above => self.number < 0.0 || is_above_zero && self.number == 0.0,
            ThresholdComparison::AtLeast => self.number <= 0.0,
            ThresholdComparison::Below | ThresholdComparison::AtMost => false,
        };
        (is_always && self.alarm.floor.is_none()).then(|| {
            let bound = if self.comparison == ThresholdComparison::AtLeast {
                "at least"
            } else {
                "above"
            };
            let message = format!(
                "`{}` is {bound} {} whenever it has a point: alarm `{}` would always be in ALARM",
                self.metric, self.number, self.alarm.name
            );
            Diagnostic::new(Code::ThresholdAlwaysBreached, message)
        })
    }

    fn other_unit(&self) -> Option<Diagnostic> {
        let is_above = matches!(
            self.comparison,
            ThresholdComparison::Above | ThresholdComparison::AtLeast
        );
        if !is_above || self.stat == "Sum" {
            return None;
        }
        let number = self.number;
        let (unit, meant) = match self.kind {
            MetricKind::Milliseconds if number <= 60.0 => ("milliseconds", number * 1000.0),
            MetricKind::AgeMilliseconds if 0.0 < number && number < 1000.0 => {
                ("milliseconds", number * 1000.0)
            }
            MetricKind::Seconds if number >= 100.0 => ("seconds", number / 1000.0),
            MetricKind::AgeSeconds if is_minutes_in_milliseconds(number) => {
                ("seconds", number / 1000.0)
            }
            MetricKind::PercentOfUse | MetricKind::PercentOfReservation if number < 1.0 => {
                ("percent", number * 100.0)
            }
            MetricKind::Milliseconds
            | MetricKind::AgeMilliseconds
            | MetricKind::Seconds
            | MetricKind::AgeSeconds
            | MetricKind::PercentOfUse
            | MetricKind::PercentOfReservation
            | MetricKind::PercentOfRequests
            | MetricKind::OneOrZero
            | MetricKind::Share
            | MetricKind::Gauge => return None,
        };
        let message = format!("AWS publishes `{}` in {unit}", self.metric);
        let help = format!("{number} {unit} is an unusual threshold; did you mean {meant}?");
        Some(Diagnostic::new(Code::ThresholdUnit, message).help(help))
    }
}

/// Whether a number of seconds is whole minutes as milliseconds, and no whole days as seconds.
fn is_minutes_in_milliseconds(seconds: f64) -> bool {
    const MINUTE: f64 = 60_000.0;
    const DAY: f64 = 86_400.0;
    seconds >= MINUTE && seconds % MINUTE == 0.0 && seconds % DAY != 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_thresholds_of_built_in_alarms_fit() {
        for service in Catalog::load(None, None).value.services() {
            assert_eq!(check(service.definition()), [], "{}", service.kind);
        }
    }
}
