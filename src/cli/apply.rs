//! `tracewatch apply`

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, Format, GlobalOptions, Notes, StackOptions};
use super::output::{self, FailureFormat};
use super::plan::{AgreementOptions, diagnostics_of};
use super::progress::Progress;
use super::saved_plan;
use super::stop_signals::StopSignals;
use crate::apply::{ChangeResult, Report};
use crate::diagnostic::Diagnostic;
use crate::ops::{self, Access, Session};
use crate::plan::{Detail, Plan, Purpose, Verdict};
use crate::synth::ConsoleLink;

/// Make the account what the plan shows
///
/// Plans, asks, applies in dependency order, continues after a failure, and reports the results with links to the console.
/// An interrupted run can be repeated; a run without changes writes nothing.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch apply                                            shows the plan and asks
  tracewatch apply --yes                                      in a pipeline, right after the deployment
  tracewatch apply plan.json --yes                            what `tracewatch plan --out plan.json` showed, or nothing
  tracewatch apply --template template.yaml --sandbox --yes   without an AWS account")]
pub(crate) struct ApplyArgs {
    /// Apply only if the plan is still the one that `plan --out` wrote to this file, with the same options
    #[arg(value_name = "PLAN")]
    pub saved: Option<PathBuf>,
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    #[command(flatten)]
    pub agreement: AgreementOptions,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Leave out the changes that need a name which only a deployment gives
    #[arg(long)]
    pub skip_unknown: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

pub(crate) async fn run(args: &ApplyArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let saved = match &args.saved {
        Some(path) => Some((path, saved_plan::read(path).map_err(ops::Error::from)?)),
        None => None,
    };
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Write).await?;
    let planned = ops::plan(&workspace, &session, &args.agreement.approvals()).await?;
    if let Some((path, saved)) = &saved
        && let Err(outdated) = saved_plan::check(path, saved, &planned.plan)
    {
        session.close()?;
        return refuse(outdated, args.format, global);
    }
    let plan = if args.skip_unknown {
        planned.plan.without_unknown_names()
    } else {
        planned.plan
    };
    let plan = plan.refusing_absent_stacks();
    let options = ApplyOptions {
        yes: args.yes,
        format: args.format,
        links: &planned.links,
        command: "tracewatch apply",
    };
    let status = show_and_apply(plan, &session, &options, global).await;
    session.close()?;
    status
}

fn refuse(diagnostic: Diagnostic, format: Format, global: &GlobalOptions) -> Result<ExitStatus> {
    let format = match format {
        Format::Text => FailureFormat::Text,
        Format::Json => FailureFormat::Json,
    };
    output::failure(ops::Error::from(diagnostic).into(), format, global)?;
    Ok(ExitStatus::Refused)
}

/// The last line of an apply that is refused because of unknown names.
const NEEDS_DEPLOYMENT: &str = "Refused: some changes need names that only a deployment gives. Deploy the stack first, or leave these changes out with --skip-unknown.";

/// The settings of an apply.
pub(crate) struct ApplyOptions<'a> {
    pub yes: bool,
    pub format: Format,
    pub links: &'a [ConsoleLink],
    /// The command that makes the remaining changes after a failure.
    pub command: &'a str,
}

/// Shows the plan, asks, applies it and reports.
pub(crate) async fn show_and_apply(
    plan: Plan,
    session: &Session,
    options: &ApplyOptions<'_>,
    global: &GlobalOptions,
) -> Result<ExitStatus> {
    output::annotations(diagnostics_of(&plan), global);
    let shown = match options.format {
        Format::Text => {
            output::text(&plan.text(Purpose::Plan, Detail::Brief, global.colour()))?;
            Value::Null
        }
        Format::Json => serde_json::from_str(&plan.json())?,
    };
    let verdict = plan.verdict();
    if plan.has_unknown_names() && !matches!(verdict, Verdict::Refused(_)) {
        print_result(&shown, None, options, global.notes())?;
        output::refusal(NEEDS_DEPLOYMENT);
        return Ok(ExitStatus::Refused);
    }
    let conflicts = plan.conflicts().count();
    let report = match verdict {
        Verdict::Refused(_) => {
            // In text, the plan ends with the reason; links below it would hide that.
            if options.format == Format::Json {
                print_result(&shown, None, options, global.notes())?;
            }
            return Ok(ExitStatus::Refused);
        }
        Verdict::Nothing => None,
        Verdict::Changes => {
            if options.format == Format::Json && !options.yes {
                bail!(
                    "a confirmation cannot be asked for with `--format json`: give --yes, or use `tracewatch plan --format json`"
                );
            }
            if !options.yes && !confirm("Apply?")? {
                output::note("Nothing was changed.", global.notes());
                return Ok(ExitStatus::Done);
            }
            let stop = stop_on_signal(global.notes())?;
            let mut progress = Progress::new(plan.changes().count(), global.notes());
            let report = ops::apply(plan, session, &mut progress, &stop).await;
            progress.finish();
            Some(report)
        }
    };
    print_result(&shown, report.as_ref(), options, global.notes())?;
    let complete = conflicts == 0 && report.is_none_or(|report| report.is_complete());
    Ok(if complete {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    })
}

fn print_result(
    plan: &Value,
    report: Option<&Report>,
    options: &ApplyOptions<'_>,
    notes: Notes,
) -> Result<()> {
    let links = options.links.iter();
    let links: Vec<&ConsoleLink> = links.filter(|link| is_applied(link, report)).collect();
    match options.format {
        Format::Json => output::json(&json!({ "plan": plan, "report": report, "links": links })),
        Format::Text => {
            let done = report
                .map(|report| format!("\n{}", report.text(options.command)))
                .unwrap_or_default();
            let links = match notes {
                Notes::Shown => where_to_look(&links),
                Notes::Hidden => String::new(),
            };
            output::result(&(done + &links))
        }
    }
}

/// Whether the report has no failure for the artifact of a link.
fn is_applied(link: &ConsoleLink, report: Option<&Report>) -> bool {
    let entries = report.map(|report| report.entries.as_slice());
    let mut failures = entries
        .unwrap_or_default()
        .iter()
        .filter(|entry| entry.result != ChangeResult::Done);
    !failures.any(|entry| link.artifact.as_ref() == Some(&entry.id))
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

/// Asks on the terminal. Fails without a terminal.
fn confirm(question: &str) -> Result<bool> {
    if !stdin().is_terminal() {
        bail!(
            "a confirmation cannot be asked for, because standard input is not a terminal: give --yes"
        );
    }
    output::ask(&format!("\n{question} [y/N] "));
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}

/// A flag that the first stop signal sets; the second signal ends the process.
fn stop_on_signal(notes: Notes) -> Result<Arc<AtomicBool>> {
    let mut signals = StopSignals::new()?;
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stop);
    tokio::spawn(async move {
        if signals.next().await.is_ok() {
            seen.store(true, Ordering::Relaxed);
            output::note(
                "Stopping: what is under way is finished, nothing more is begun. Press Ctrl-C again to end at once.",
                notes,
            );
            if let Ok(signal) = signals.next().await {
                std::process::exit(signal as i32);
            }
        }
    });
    Ok(stop)
}
