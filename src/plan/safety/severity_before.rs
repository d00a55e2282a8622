//! The severity of an alarm as the account has it.

use crate::artifact::{Artifact, Severity};
use crate::plan::depends::needs;
use crate::plan::model::PlanPart;

/// The most urgent severity whose topic an actual alarm notifies; `None` for an alarm that notifies no topic of the project.
pub(super) fn severity_before(part: &PlanPart, actual: &Artifact) -> Option<Severity> {
    let topics = needs(actual);
    let origins = topics.iter().filter_map(|topic| part.origin(topic));
    origins.filter_map(|origin| origin.severity).min()
}
