//! One function per operation, on a [`Workspace`] (project and catalogue) and a [`Session`] (a
//! connected account). Operations print nothing: `cli` prints their results, and programs
//! that use the library call the same functions.

mod account_alarms;
mod apply;
mod assembly_parameters;
mod blocking;
mod catalog;
mod chats;
mod destroy;
mod drift;
mod error;
mod fleets;
mod inventory;
mod objectives;
mod metric_filters;
mod mute;
mod mutes;
mod plan;
mod presence;
mod sandbox_account;
mod service_level_objectives;
mod session;
mod tags;
mod test;
mod watching;
mod workspace;
mod wrong_place;

pub use apply::apply;
pub use catalog::catalog;
pub use destroy::plan_to_destroy;
pub use drift::drift;
pub use error::Error;
pub use inventory::{inventory, inventory_of_files};
pub use mute::{MuteRequest, PlannedMute, alarms_in_alarm, plan_to_mute, plan_to_unmute};
pub use mutes::{KnownMute, known_mutes};
pub use objectives::{FAILING_SHARES, ObjectiveReport, RateReport, objectives};
pub use plan::{Approvals, Planned, plan};
pub use sandbox_account::{Access, sandbox_account};
pub use session::{AccountPlace, Session, SessionOptions};
pub use test::{TestResults, Tests, operating_table, test};
pub use watching::WatchedStacks;
pub use workspace::{ProjectSource, Workspace};
