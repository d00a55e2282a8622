//! `tracewatch mute`

use std::sync::atomic::AtomicBool;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::{AccountOptions, Format, GlobalOptions, SourceOptions};
use super::output;
use super::progress::Progress;
use crate::apply::{ChangeResult, Report};
use crate::artifact::MuteStatus;
use crate::diagnostic::{Place, Source, counted};
use crate::ops::{self, Access, KnownMute, MuteRequest, PlannedMute, Session, Workspace};
use crate::plan::Plan;
use crate::semantics::mute_rule::{SHORTEST_AND_LONGEST, utc_text};
use crate::spanned::{self, Spanned};

/// The most characters of a reason: a rule's description has 1,024.
const REASON: usize = 900;

/// Silence the alarms of the stack for a while
///
/// Makes a CloudWatch mute rule for the alarms in the account, from the next full minute on. Alarms go on changing their states; what is still
/// in ALARM at the end notifies then. Neither `apply` nor `drift` ends a mute.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch mute --for 30m --reason \"release 42\"   before a deployment
  tracewatch unmute --when-steady                   after it: as soon as no alarm is in ALARM
  tracewatch mute --for 2h --resource NightlyBatch  the alarms of one resource, if nothing else shares their notification
  tracewatch mute --list                            what is muted, and until when")]
pub(crate) struct MuteArgs {
    #[command(flatten)]
    pub stack: SourceOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// For how long: 90s, 30m or 2h; a minute to 15 days (360h)
    #[arg(long = "for", value_name = "TIME", value_parser = length, required_unless_present = "list")]
    pub length: Option<u32>,
    /// Silence only the alarms of this resource, by its logical id, with `*` for any characters; `aws-account` is the account; repeatable
    #[arg(long, value_name = "ID")]
    pub resource: Vec<String>,
    /// Silence the alarms of other resources too that notify together with these
    #[arg(long, requires = "resource")]
    pub with_group: bool,
    /// Why: shown by every plan while the mute lasts
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub reason: Option<String>,
    /// List the mute rules of the stack: of this command, and of maintenance windows
    #[arg(long, conflicts_with_all = ["length", "resource", "with_group", "reason"])]
    pub list: bool,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Seconds of a time with a unit.
pub(super) fn seconds(text: &str) -> Result<u32, String> {
    let place = Place::new(&Source::new("", text), 0..text.len());
    let value = text.to_owned();
    let seconds = spanned::seconds(&Spanned { value, place });
    seconds.map(|seconds| seconds.value).map_err(|diagnostic| {
        diagnostic
            .help
            .map_or(diagnostic.message, |help| format!("write {help}"))
    })
}

fn length(text: &str) -> Result<u32, String> {
    let seconds = seconds(text)?;
    if SHORTEST_AND_LONGEST.contains(&seconds) {
        Ok(seconds)
    } else {
        Err("a mute lasts a minute to fifteen days (360h)".to_owned())
    }
}

fn reason(text: &str) -> Result<String, String> {
    if text.chars().count() > REASON || text.chars().any(char::is_control) {
        Err(format!(
            "a reason has one line of at most {REASON} characters"
        ))
    } else {
        Ok(text.to_owned())
    }
}

pub(crate) async fn run(args: &MuteArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let Some(seconds) = args.length else {
        let session = args.account.connect(&workspace, Access::Read).await?;
        return list(&workspace, &session, args.format).await;
    };
    let request = MuteRequest {
        seconds,
        resources: args.resource.clone(),
        reason: args.reason.clone(),
    };
    let session = args.account.connect(&workspace, Access::Write).await?;
    let planned = ops::plan_to_mute(&workspace, &session, &request).await;
    let status = match planned {
        Ok(planned) => mute(&workspace, &session, args, planned, global).await,
        Err(error) => Err(error.into()),
    };
    session.close()?;
    status
}

async fn mute(
    workspace: &Workspace,
    session: &Session,
    args: &MuteArgs,
    planned: PlannedMute,
    global: &GlobalOptions,
) -> Result<ExitStatus> {
    if !planned.others.is_empty() && !args.with_group {
        output::refusal(&mutes_more_text(&planned));
        return Ok(ExitStatus::Refused);
    }
    let report = apply(planned.plan.clone(), session, global).await;
    let failures = failures(&report);
    match args.format {
        Format::Json => output::json(&json!({
            "format_version": 1,
            "starts": instant(planned.starts),
            "ends": instant(planned.ends),
            "rules": planned.rules.iter().map(|(target, rule)| json!({
                "name": rule.name, "region": target.region, "alarms": rule.alarms,
            })).collect::<Vec<Value>>(),
            "also_muted": planned.others,
            "reason": args.reason,
            "failures": failures,
        }))?,
        Format::Text if failures.is_empty() => {
            output::text(&muted_text(&workspace.project.name, &planned))?;
        }
        Format::Text => {
            for failure in &failures {
                output::refusal(failure);
            }
        }
    }
    Ok(status_of(&failures))
}

/// Applies a plan of mute rules. Nothing asks: the command itself is the user's wish.
pub(super) async fn apply(plan: Plan, session: &Session, global: &GlobalOptions) -> Report {
    let mut progress = Progress::new(plan.changes().count(), global.notes());
    let report = ops::apply(plan, session, &mut progress, &AtomicBool::new(false)).await;
    progress.finish();
    report
}

/// The changes that were not made, as texts.
pub(super) fn failures(report: &Report) -> Vec<String> {
    let entries = report.entries.iter();
    let failed = entries.filter_map(|entry| match &entry.result {
        ChangeResult::Done => None,
        ChangeResult::Failed { error } => Some(format!("{}: {error}", entry.id)),
        ChangeResult::Conflict { owner } => {
            Some(format!("{}: {}", entry.id, owner.text(entry.id.kind)))
        }
        ChangeResult::Skipped { .. } | ChangeResult::NotStarted => {
            Some(format!("{}: not done", entry.id))
        }
    });
    failed.collect()
}

pub(super) fn status_of(failures: &[String]) -> ExitStatus {
    if failures.is_empty() {
        ExitStatus::Done
    } else {
        ExitStatus::Failed
    }
}

fn muted_text(stack: &str, planned: &PlannedMute) -> String {
    let alarms: usize = planned
        .rules
        .iter()
        .map(|(_, rule)| rule.alarms.len())
        .sum();
    let mut lines = vec![format!(
        "Muted from {} until {}: {} of {stack}.",
        utc_text(planned.starts),
        utc_text(planned.ends),
        counted(alarms, "alarm", "alarms")
    )];
    for (target, rule) in &planned.rules {
        lines.push(format!("  {} ({})", rule.name, target.region));
        lines.extend(rule.alarms.iter().map(|alarm| format!("    {alarm}")));
    }
    if !planned.others.is_empty() {
        lines.push(format!(
            "Also silent are {} of other resources: {}.",
            counted(planned.others.len(), "alarm", "alarms"),
            some_of(planned.others.iter().map(String::as_str))
        ));
    }
    lines.push(
        "`tracewatch unmute` ends it. At the end, what is still in ALARM notifies.".to_owned(),
    );
    lines.join("\n") + "\n"
}

/// The reason why a mute of resources is refused, and the ways out.
fn mutes_more_text(planned: &PlannedMute) -> String {
    format!(
        "Refused: {} of other resources would be silent too, because composite alarms notify for them together: {}.\n\
         `--with-group` mutes them all the same. With `grouping = \"resource\"` in `[notify]` each resource notifies by itself.",
        counted(planned.others.len(), "alarm", "alarms"),
        some_of(planned.others.iter().map(String::as_str))
    )
}

/// The first names, and the number of the others.
pub(super) fn some_of<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 5;
    let others = names.len().saturating_sub(SHOWN);
    let shown: Vec<&str> = names.take(SHOWN).collect();
    match others {
        0 => shown.join(", "),
        _ => format!("{} and {others} more", shown.join(", ")),
    }
}

async fn list(workspace: &Workspace, session: &Session, format: Format) -> Result<ExitStatus> {
    let mutes = ops::known_mutes(workspace, session).await?;
    match format {
        Format::Json => output::json(&json!({
            "format_version": 1,
            "mutes": mutes.iter().map(as_json).collect::<Vec<Value>>(),
        }))?,
        Format::Text if mutes.is_empty() => {
            output::text(&format!(
                "Nothing of {} is muted.\n",
                workspace.project.name
            ))?;
        }
        Format::Text => {
            let lines: Vec<String> = mutes.iter().map(as_text).collect();
            output::text(&lines.concat())?;
        }
    }
    Ok(ExitStatus::Done)
}

fn as_json(mute: &KnownMute) -> Value {
    let window = mute.window.as_ref();
    json!({
        "name": mute.rule.name,
        "region": mute.target.region,
        "status": mute.status,
        "by": if mute.is_by_command { "command" } else { "maintenance" },
        "starts": window.map(|window| instant(window.start)),
        "ends": window.map(|window| instant(window.end)),
        "schedule": mute.rule.schedule,
        "timezone": mute.rule.timezone,
        "description": mute.rule.description,
        "alarms": mute.rule.alarms,
    })
}

/// `2026-12-24T20:00:00Z`
fn instant(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}

fn as_text(mute: &KnownMute) -> String {
    let rule = &mute.rule;
    let when = match (mute.status, &mute.window) {
        (MuteStatus::Expired, _) | (_, None) => "over".to_owned(),
        (MuteStatus::Active, Some(window)) => format!("muted until {}", utc_text(window.end)),
        (MuteStatus::Scheduled, Some(window)) => format!(
            "from {} until {}",
            utc_text(window.start),
            utc_text(window.end)
        ),
    };
    format!(
        "{} ({}): {when}; {}\n  {}: {}\n",
        rule.name,
        mute.target.region,
        rule.description,
        counted(rule.alarms.len(), "alarm", "alarms"),
        some_of(rule.alarms.iter().map(String::as_str))
    )
}
