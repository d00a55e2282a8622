//! The account is watched in the stack's Region: a project in another Region may own the account there.

use super::check::{CatalogCheck, Run};
use crate::catalog::definition::ServiceDefinition;
use crate::diagnostic::{Code, Diagnostic, Needs};
use crate::inventory::ACCOUNT;

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::BadRegion],
    needs: Needs::Nothing,
    run: Run::EachFile(run),
};

fn run(service: &ServiceDefinition) -> Vec<Diagnostic> {
    if service.kind != ACCOUNT {
        return Vec::new();
    }
    let of_alarms = service
        .alarms
        .iter()
        .filter_map(|alarm| alarm.region.as_ref());
    let of_metrics = service.metrics.values();
    let of_metrics = of_metrics.filter_map(|metric| metric.region.as_ref());
    // A file's Region is that of its metrics.
    let first = of_alarms.chain(of_metrics).next();
    let diagnostic = first.map(|region| {
        let message = "the account is watched in the Region of the stack, and in no other";
        region.diagnostic(Code::BadRegion, message).help(format!(
            "remove `region`, and let a project whose stack is in {} watch the account there",
            region.value
        ))
    });
    diagnostic.into_iter().collect()
}
