//! The severity of an alarm as the account has it.

use std::collections::BTreeSet;

use crate::artifact::{Artifact, ArtifactId, Severity};
use crate::plan::depends::{needs, topic};
use crate::plan::model::PlanPart;
use crate::plan::notified::Notified;

/// The most urgent severity whose topic an actual alarm names or notifies; `None` for an alarm without a topic of the project.
pub(super) fn severity_before<'p>(
    part: &PlanPart,
    before: &Notified<'p>,
    actual: &'p Artifact,
) -> Option<Severity> {
    let notified = before.topics(actual).into_iter().filter_map(topic);
    let topics: BTreeSet<ArtifactId> = needs(actual).into_iter().chain(notified).collect();
    let origins = topics.iter().filter_map(|topic| part.origin(topic));
    origins.filter_map(|origin| origin.severity).min()
}
