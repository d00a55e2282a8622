//! The coverage of a project's stacks: the alarms that AWS recommends, and why they are not there.

use super::error::{Collector, Error};
use super::inventory::{self, ReadStacks};
use super::session::Session;
use super::workspace::Workspace;
use crate::diagnostic::{Leveled, WithDiagnostics};
use crate::inventory::{Inventory, Target};
use crate::stack::UnknownNames;
use crate::synth::{self, Coverage, Inputs};

/// Compares the alarms of the project's stacks with AWS's recommendations.
///
/// # Errors
/// When a stack is unreadable or has an error. Errors of single alarms are among the diagnostics.
pub async fn coverage(
    workspace: &Workspace,
    session: &Session,
) -> Result<(Coverage, Leveled), Error> {
    let ReadStacks { system, .. } =
        inventory::read(workspace, session, UnknownNames::MarkUnknown).await?;
    compared(workspace, session.home(), session.now(), system)
}

/// The same from files alone. Names that a template leaves open are placeholders. `now` is in seconds since 1970.
///
/// # Errors
/// As [`coverage`], and when a stack needs an account.
pub fn coverage_of_files(workspace: &Workspace, now: i64) -> Result<(Coverage, Leveled), Error> {
    let home = assumed_home();
    let system = inventory::read_files(workspace, Some(&home), UnknownNames::UsePlaceholders)?;
    compared(workspace, &home, now, system)
}

/// The account and Region that stacks are read for where no account is asked.
fn assumed_home() -> Target {
    Target {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
    }
}

fn compared(
    workspace: &Workspace,
    home: &Target,
    now: i64,
    system: WithDiagnostics<Inventory>,
) -> Result<(Coverage, Leveled), Error> {
    let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
    let inventory = collector.accept(system)?;
    let inputs = Inputs {
        inventory: &inventory,
        catalog: &workspace.catalog,
        project: &workspace.project,
        identity: home,
        now,
    };
    collector.extend(synth::too_many_alarms(&inputs).into_iter().collect())?;
    let synthesis = synth::synthesise(&inputs);
    // An alarm with an error is a part of the answer.
    collector.tolerate(synthesis.diagnostics);
    let coverage = synth::coverage(&inputs, &synthesis.value);
    Ok((coverage, collector.into_leveled()))
}
