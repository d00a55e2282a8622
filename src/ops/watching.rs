//! Which definitions watch the resources of a project's stacks.

use super::error::{Collector, Error};
use super::inventory::{self, ReadStacks};
use super::session::Session;
use super::workspace::Workspace;
use crate::diagnostic::{Leveled, WithDiagnostics};
use crate::inventory::{Inventory, ResourceId, Target};
use crate::stack::UnknownNames;
use crate::synth::{self, Coverage, Explanation, Inputs, Synthesis, Watching};

/// The desired state of a project's stacks, with the inventory that it comes from.
pub struct WatchedStacks<'w> {
    workspace: &'w Workspace,
    home: Target,
    now: i64,
    inventory: Inventory,
    synthesis: Synthesis,
}

impl<'w> WatchedStacks<'w> {
    /// Reads the stacks. Names that only a deployment gives are marked in the artifacts.
    ///
    /// # Errors
    /// When a stack is unreadable or has an error. Errors of single alarms are among the diagnostics.
    pub async fn read(
        workspace: &'w Workspace,
        session: &Session,
    ) -> Result<(Self, Leveled), Error> {
        let ReadStacks { system, .. } =
            inventory::read(workspace, session, UnknownNames::MarkUnknown).await?;
        Self::of(workspace, session.home(), session.now(), system)
    }

    /// The same from files alone. Names that a template leaves open are placeholders. `now` is in seconds since 1970.
    ///
    /// # Errors
    /// As [`Self::read`], and when a stack needs an account.
    pub fn of_files(workspace: &'w Workspace, now: i64) -> Result<(Self, Leveled), Error> {
        let home = assumed_home();
        let system = inventory::read_files(workspace, Some(&home), UnknownNames::UsePlaceholders)?;
        Self::of(workspace, &home, now, system)
    }

    fn of(
        workspace: &'w Workspace,
        home: &Target,
        now: i64,
        system: WithDiagnostics<Inventory>,
    ) -> Result<(Self, Leveled), Error> {
        let mut collector = Collector::new(&workspace.project.levels, &workspace.diagnostics);
        let mut watched = Self {
            workspace,
            home: home.clone(),
            now,
            inventory: collector.accept(system)?,
            synthesis: Synthesis::default(),
        };
        let too_many = synth::too_many_alarms(&watched.inputs());
        collector.extend(too_many.into_iter().collect())?;
        let synthesis = synth::synthesise(&watched.inputs());
        // An alarm with an error is a part of the answer.
        collector.tolerate(synthesis.diagnostics);
        watched.synthesis = synthesis.value;
        Ok((watched, collector.into_leveled()))
    }

    fn inputs(&self) -> Inputs<'_> {
        Inputs {
            inventory: &self.inventory,
            catalog: &self.workspace.catalog,
            project: &self.workspace.project,
            identity: &self.home,
            now: self.now,
        }
    }

    /// The definitions that watch each resource.
    pub fn watching(&self) -> Watching {
        synth::watching(&self.inputs(), &self.synthesis)
    }

    /// Compares the alarms with those that AWS recommends.
    pub fn coverage(&self) -> Coverage {
        synth::coverage(&self.inputs(), &self.synthesis)
    }

    /// What became of each definition that is for a resource.
    pub fn explanations(&self, resource: &ResourceId) -> Vec<Explanation> {
        synth::explanations(&self.inputs(), &self.synthesis, resource)
    }
}

/// The account and Region that stacks are read for where no account is asked.
fn assumed_home() -> Target {
    Target {
        partition: "aws".to_owned(),
        region: "us-east-1".to_owned(),
        account: "123456789012".to_owned(),
    }
}
