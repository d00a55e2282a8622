//! `tracewatch apply`

use std::io::{IsTerminal, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::options::{AccountOptions, Format, GlobalOptions, StackOptions};
use super::plan::{AgreementOptions, diagnostics_of};
use super::progress::Progress;
use super::{Outcome, output};
use crate::apply::{ChangeResult, Report};
use crate::ops::{self, Access, Session};
use crate::plan::{Detail, Plan, Verdict};
use crate::synth::ConsoleLink;

/// Make the account what the plan shows
///
/// Plans, asks, applies in dependency order, goes on past a failure, and ends with what was made and where to look at it.
/// Stopped at any point and run again, it converges; a second run writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch apply                                            shows the plan and asks
  tracewatch apply --yes                                      in a pipeline, right after the deployment
  tracewatch apply --template template.yaml --sandbox --yes   without an AWS account")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    #[command(flatten)]
    pub agreement: AgreementOptions,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &ApplyArgs, global: &GlobalOptions) -> Result<Outcome> {
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Write).await?;
    let planned = ops::plan(&workspace, &session, &args.agreement.approvals()).await?;
    let options = ApplyOptions {
        yes: args.yes,
        format: args.format,
        links: &planned.links,
    };
    let outcome = show_and_apply(planned.plan, &session, &options, global).await;
    session.close()?;
    outcome
}

/// How a plan is applied and reported.
pub(crate) struct ApplyOptions<'a> {
    pub yes: bool,
    pub format: Format,
    pub links: &'a [ConsoleLink],
}

/// Shows the plan, asks, applies it and reports.
pub(crate) async fn show_and_apply(
    plan: Plan,
    session: &Session,
    options: &ApplyOptions<'_>,
    global: &GlobalOptions,
) -> Result<Outcome> {
    output::annotations(diagnostics_of(&plan), global);
    let shown = match options.format {
        Format::Text => {
            output::result(&plan.text(Detail::Brief, global.colour()))?;
            Value::Null
        }
        Format::Json => serde_json::from_str(&plan.json())?,
    };
    let conflicts = plan.conflicts().count();
    let report = match plan.verdict() {
        Verdict::Refused(_) => {
            tell(&shown, None, options)?;
            return Ok(Outcome::Refused);
        }
        Verdict::Nothing => None,
        Verdict::Changes => {
            if options.format == Format::Json && !options.yes {
                bail!(
                    "JSON is for programs, and those cannot be asked: give --yes, or look with `tracewatch plan --format json`"
                );
            }
            if !options.yes && !asked("Apply?")? {
                output::note("Nothing was changed.");
                return Ok(Outcome::Done);
            }
            let stop = stop_on_ctrl_c();
            let mut progress = Progress::new(plan.changes().count());
            let report = ops::apply(plan, session, &mut progress, &stop).await;
            progress.finish();
            Some(report)
        }
    };
    tell(&shown, report.as_ref(), options)?;
    let complete = conflicts == 0 && report.is_none_or(|report| report.is_complete());
    Ok(if complete {
        Outcome::Done
    } else {
        Outcome::Failed
    })
}

fn tell(plan: &Value, report: Option<&Report>, options: &ApplyOptions<'_>) -> Result<()> {
    let not_made: Vec<_> = report
        .iter()
        .flat_map(|report| &report.entries)
        .filter(|entry| entry.result != ChangeResult::Done)
        .collect();
    let is_there = |link: &&ConsoleLink| {
        !not_made
            .iter()
            .any(|entry| link.artifact.as_ref() == Some(&entry.id))
    };
    let links: Vec<&ConsoleLink> = options.links.iter().filter(is_there).collect();
    match options.format {
        Format::Json => output::json(&json!({ "plan": plan, "report": report, "links": links })),
        Format::Text => {
            let done = report
                .map(|report| format!("\n{}", report.text()))
                .unwrap_or_default();
            output::result(&(done + &where_to_look(&links)))
        }
    }
}

fn where_to_look(links: &[&ConsoleLink]) -> String {
    if links.is_empty() {
        return String::new();
    }
    let width = links
        .iter()
        .map(|link| link.title.len())
        .max()
        .unwrap_or_default();
    let lines: Vec<String> = links
        .iter()
        .map(|link| format!("  {:width$}  {}\n", link.title, link.url))
        .collect();
    format!("\nWhere to look:\n{}", lines.concat())
}

/// Asks on the terminal. Without one nobody can answer: that is said, and nothing is done.
fn asked(question: &str) -> Result<bool> {
    if !stdin().is_terminal() {
        bail!("nobody can be asked here: give --yes to go on without asking");
    }
    output::ask(&format!("\n{question} [y/N] "));
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// Set by the first Ctrl-C; a second one ends the process as usual.
fn stop_on_ctrl_c() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            seen.store(true, Ordering::Relaxed);
            output::note(
                "Stopping: what is under way is finished, nothing more is begun. Press Ctrl-C again to end at once.",
            );
            if tokio::signal::ctrl_c().await.is_ok() {
                std::process::exit(130);
            }
        }
    });
    stop
}
