//! The value of every alarm is an expression that CloudWatch can watch.

use super::check::{CatalogCheck, Run};
use crate::artifact::Missing;
use crate::catalog::definition::{AlarmDefinition, ServiceDefinition, Window};
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::semantics::SyntaxError;
use crate::semantics::math::{self, Function};
use crate::semantics::place::in_text;

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::BadExpression, Code::DoubtfulExpression],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    let words: Vec<&str> = service.metrics.keys().map(String::as_str).collect();
    let mut diagnostics = Vec::new();
    for alarm in &service.alarms {
        let errors = math::check_alarm(&alarm.value.value, &words);
        diagnostics.extend(
            errors
                .iter()
                .filter(|error| !is_meant(alarm, error))
                .map(|error| in_text(&alarm.value.place, Code::BadExpression, error)),
        );
    }
    diagnostics
}

/// Whether an error is about `FILL` in an alarm for which the newest minute alone decides nothing: silence in a computed window, or M below N.
fn is_meant(alarm: &AlarmDefinition, error: &SyntaxError) -> bool {
    let tolerates_late_points = match alarm.window {
        Window::Computed(_) => alarm.missing == Missing::Breaching,
        Window::Fixed(periods) => periods.datapoints.0 < periods.datapoints.1,
    };
    let value = &alarm.value.value;
    tolerates_late_points && !error.is_error() && value.calls_at(Function::Fill, &error.span)
}
