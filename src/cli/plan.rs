//! `tracewatch plan`

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, GlobalOptions, StackOptions};
use super::{output, saved_plan};
use crate::diagnostic::{Colour, Diagnostic, nearest};
use crate::ops::{self, Access, Approvals};
use crate::plan::{DeletionApproval, Detail, Plan, Purpose, Verdict};

/// Show the changes to the account, with their cost and dangers
///
/// Changes nothing and needs read permissions only.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch plan                                      the project file in this folder
  tracewatch plan --template template.yaml --sandbox   without an AWS account
  tracewatch plan --format markdown                    for a pull request
  tracewatch plan --format json | jq .summary
  tracewatch plan --out plan.json                      to apply just this plan later
  tracewatch plan --exit-code                          exit with 2 when there are changes
  tracewatch plan --message CreateOrderFunction.error-rate  the mail of an alarm, as its receivers get it")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub stack: StackOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    #[command(flatten)]
    pub agreement: AgreementOptions,
    /// How the plan is written
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// List every artifact with every field
    #[arg(long)]
    pub full: bool,
    /// Also write the plan to this file, for `tracewatch apply FILE`
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Exit with 2 when there are changes
    #[arg(long)]
    pub exit_code: bool,
    /// Print the mail that the receivers of this alarm get when it goes into ALARM, in place of the plan
    #[arg(long, value_name = "ALARM", conflicts_with_all = ["format", "full", "out", "exit_code"])]
    pub message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    Text,
    Json,
    Markdown,
}

/// Approvals given in advance.
#[derive(Debug, Args)]
pub(crate) struct AgreementOptions {
    /// Allow that many of the existing artifacts are deleted
    #[arg(long)]
    pub allow_deletes: bool,
    /// Take over an existing artifact of another owner; repeatable
    #[arg(long, value_name = "NAME")]
    pub adopt: Vec<String>,
}

impl AgreementOptions {
    pub(crate) fn approvals(&self) -> Approvals {
        Approvals {
            deletions: if self.allow_deletes {
                DeletionApproval::Given
            } else {
                DeletionApproval::NotGiven
            },
            adopt: self.adopt.iter().cloned().collect::<BTreeSet<_>>(),
        }
    }
}

impl PlanFormat {
    pub(crate) fn print(
        self,
        plan: &Plan,
        purpose: Purpose,
        detail: Detail,
        colour: Colour,
    ) -> Result<()> {
        match self {
            PlanFormat::Text => output::text(&plan.text(purpose, detail, colour)),
            PlanFormat::Json => output::result(&plan.json()),
            PlanFormat::Markdown => output::result(&plan.markdown(purpose)),
        }
    }
}

/// The diagnostics of a plan.
pub(crate) fn diagnostics_of(plan: &Plan) -> impl Iterator<Item = &Diagnostic> {
    let diagnostics = plan.findings().iter();
    diagnostics.map(|of_plan| &of_plan.diagnostic)
}

pub(crate) async fn run(args: &PlanArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    if args.full && args.format == PlanFormat::Markdown {
        bail!("--full cannot be used with --format markdown: it lists the fields of changes only");
    }
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Read).await?;
    let planned = ops::plan(&workspace, &session, &args.agreement.approvals()).await?;
    let plan = planned.plan;
    output::annotations(diagnostics_of(&plan), global);
    if let Some(alarm) = &args.message {
        return message(&plan, alarm);
    }
    let detail = if args.full {
        Detail::Full
    } else {
        Detail::Brief
    };
    args.format
        .print(&plan, Purpose::Plan, detail, global.colour())?;
    if let (Some(path), Verdict::Nothing | Verdict::Changes) = (&args.out, plan.verdict()) {
        saved_plan::write(path, &plan).map_err(ops::Error::from)?;
        output::note(
            &format!("The plan is in {}.", path.display()),
            global.notes(),
        );
    }
    Ok(match plan.verdict() {
        Verdict::Refused(_) => ExitStatus::Refused,
        Verdict::Changes if args.exit_code => ExitStatus::Changes,
        Verdict::Nothing if args.exit_code && plan.conflicts().next().is_some() => {
            ExitStatus::Changes
        }
        Verdict::Changes | Verdict::Nothing => ExitStatus::Done,
    })
}

/// Prints the mails of an alarm.
fn message(plan: &Plan, alarm: &str) -> Result<ExitStatus> {
    let Some(mails) = plan.mails(alarm) else {
        let help = match nearest(alarm, plan.alarm_names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`tracewatch plan --full` lists the alarms".to_owned(),
        };
        bail!("the stack has no alarm `{alarm}`: {help}");
    };
    if mails.is_empty() {
        output::text(&format!("`{alarm}` notifies nobody.\n"))?;
    }
    for mail in mails {
        output::text(&format!("Subject: {}\n\n{}\n", mail.subject, mail.text))?;
    }
    Ok(ExitStatus::Done)
}
