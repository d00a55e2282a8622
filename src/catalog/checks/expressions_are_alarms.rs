//! The value of every alarm is an expression that CloudWatch can watch.

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::semantics::math;
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
                .map(|error| in_text(&alarm.value.place, Code::BadExpression, error)),
        );
    }
    diagnostics
}
