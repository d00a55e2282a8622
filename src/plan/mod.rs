//! Desired against actual state: the ordered changes with their cost, conflicts and diagnostics.
//!
//! [`Comparison`] → [`OwnedChanges`] → [`Plan`]: each step is a type (`steps.rs`).

mod alternatives;
mod change;
mod cost;
mod depends;
mod diff;
mod fields;
mod diagnostic;
mod mail;
mod model;
mod notified;
mod order;
mod owner;
mod receivers;
mod render;
mod safety;
mod saved;
mod steps;
mod unknown;
mod absent;
mod topics;
#[cfg(test)]
pub(crate) mod tests;

pub use change::{Action, Change, TagChange, TagChanges};
pub use cost::{Cost, CostLine};
pub use depends::needs;
pub use diagnostic::{PlanDiagnostic, Verdict};
pub use model::{Plan, PlanPart, Summary};
pub use order::{Wave, Work};
pub use owner::{Conflict, ForeignDeletions, Owner, OwnershipRules};
pub use receivers::{Receiver, Receivers};
pub use render::{Detail, Purpose};
pub use safety::{DeletionApproval, SafetyContext};
pub use saved::{NotASavedPlan, SavedPlan};
pub use steps::{Comparison, OwnedChanges, TargetStates, ToVerify};
