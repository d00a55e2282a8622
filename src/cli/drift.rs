//! `tracewatch drift`

use anyhow::Result;
use clap::Args;

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, GlobalOptions, StackOptions};
use super::output;
use super::plan::{PlanFormat, diagnostics_of};
use crate::diagnostic::Code;
use crate::ops::{self, Access};
use crate::plan::{Detail, Purpose, Verdict};

/// Show where the account has moved away from what tracewatch would make
///
/// Lists every difference with every field. Exits with 2 if differences exist, or if somebody encrypted a topic of ours.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch drift                  what somebody changed by hand since the last apply
  tracewatch drift --format json    for a scheduled check")]
pub(crate) struct DriftArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// How the differences are written
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
}

pub(crate) async fn run(args: &DriftArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Read).await?;
    let plan = ops::drift(&workspace, &session).await?.plan;
    output::annotations(diagnostics_of(&plan), global);
    args.format
        .print(&plan, Purpose::Drift, Detail::Full, global.colour())?;
    let drifted = plan.conflicts().next().is_some()
        || plan.verdict() != Verdict::Nothing
        || diagnostics_of(&plan).any(|diagnostic| diagnostic.code == Code::TopicEncrypted);
    Ok(if drifted {
        ExitStatus::Changes
    } else {
        ExitStatus::Done
    })
}
