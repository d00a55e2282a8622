//! `tracewatch destroy`

use anyhow::Result;
use clap::Args;

use super::apply::{ApplyOptions, show_and_apply};
use super::exit_status::ExitStatus;
use super::options::{AccountOptions, Format, GlobalOptions, SourceOptions};
use super::output;
use crate::diagnostic::counted;
use crate::ops::{self, Access};

/// Remove everything that tracewatch made for the stack
///
/// Deletes only artifacts with the stack's tag. Settings (the retention of log groups) stay: tracewatch does not know their
/// former values.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch destroy          shows what would go, and asks
  tracewatch destroy --yes    in a pipeline, before the stack is deleted")]
pub(crate) struct DestroyArgs {
    #[command(flatten)]
    pub stack: SourceOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &DestroyArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    if let Some(days) = workspace.project.cost.log_retention {
        output::note(
            &format!(
                "Log groups keep their retention of {}: settings are not undone.",
                counted(days as usize, "day", "days")
            ),
            global.notes(),
        );
    }
    let session = args.account.connect(&workspace, Access::Write).await?;
    let plan = ops::plan_to_destroy(&workspace, &session).await?;
    let options = ApplyOptions {
        yes: args.yes,
        format: args.format,
        links: &[],
        command: "tracewatch destroy",
    };
    let status = show_and_apply(plan, &session, &options, global).await;
    session.close()?;
    status
}
