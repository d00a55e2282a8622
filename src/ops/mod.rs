//! One function per operation, on a [`Workspace`] (project and catalogue) and a [`Session`] (a
//! connected account). It knows no command line and prints nothing: `cli` shows what comes back,
//! and a program that uses the library calls the same functions.

mod apply;
mod blocking;
mod destroy;
mod drift;
mod error;
mod inventory;
mod plan;
mod session;
mod test;
mod workspace;

pub use apply::apply;
pub use destroy::plan_to_destroy;
pub use drift::drift;
pub use error::Error;
pub use inventory::{inventory, inventory_of_files};
pub use plan::{Approvals, Planned, plan};
pub use session::{Access, AccountPlace, Session, SessionOptions};
pub use test::{Tests, test};
pub use workspace::{ProjectSource, Workspace};
