//! `tracewatch unmute`

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use super::exit_status::ExitStatus;
use super::mute::{apply, failures, seconds, some_of, status_of};
use super::options::{AccountOptions, Format, GlobalOptions, Notes, SourceOptions};
use super::output;
use crate::artifact::MuteStatus;
use crate::diagnostic::counted;
use crate::ops::{self, Access, KnownMute, Session, Workspace};
use crate::plan::Plan;
use crate::semantics::mute_rule::utc_text;

/// The time between two looks at the alarms.
const INTERVAL: Duration = Duration::from_secs(15);

/// End what `tracewatch mute` began
///
/// Deletes the mute rules of `tracewatch mute`; maintenance windows stay. What is in ALARM notifies at once. With --when-steady it waits until
/// no alarm that notifies is in ALARM, at most until the mute ends by itself. Exits with 1 if alarms are then still in ALARM.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch unmute                     at once
  tracewatch unmute --when-steady       after a deployment: when no alarm was in ALARM for five minutes
  tracewatch unmute --when-steady=15m   or for fifteen

Exit codes: 0 unmuted, or nothing was muted; 1 failure, or alarms were in ALARM until the end of the mute.")]
pub(crate) struct UnmuteArgs {
    #[command(flatten)]
    pub stack: SourceOptions,
    #[command(flatten)]
    pub account: AccountOptions,
    /// Wait until no alarm that notifies was in ALARM for this time
    #[arg(long, value_name = "TIME", num_args = 0..=1, require_equals = true, default_missing_value = "5m", value_parser = seconds)]
    pub when_steady: Option<u32>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// How a wait ended.
enum Waited {
    Steady,
    /// The mute ended with these alarms in ALARM.
    Ended(BTreeSet<String>),
}

pub(crate) async fn run(args: &UnmuteArgs, global: &GlobalOptions) -> Result<ExitStatus> {
    let workspace = args.stack.open(global)?;
    let session = args.account.connect(&workspace, Access::Write).await?;
    let status = unmute(&workspace, &session, args, global).await;
    session.close()?;
    status
}

async fn unmute(
    workspace: &Workspace,
    session: &Session,
    args: &UnmuteArgs,
    global: &GlobalOptions,
) -> Result<ExitStatus> {
    let waited = match args.when_steady {
        Some(seconds) => wait(workspace, session, seconds, global.notes()).await?,
        None => Waited::Steady,
    };
    let plan = ops::plan_to_unmute(workspace, session).await?;
    let rules = rules_of(&plan);
    let conflicts = plan.conflicts().map(ToString::to_string);
    let mut failures_seen: Vec<String> = conflicts.collect();
    let report = apply(plan, session, global).await;
    failures_seen.extend(failures(&report));
    let in_alarm = match waited {
        Waited::Steady => BTreeSet::new(),
        Waited::Ended(alarms) => alarms,
    };
    match args.format {
        Format::Json => output::json(&json!({
            "format_version": 1,
            "rules": rules,
            "in_alarm": in_alarm,
            "failures": failures_seen,
        }))?,
        Format::Text => {
            for failure in &failures_seen {
                output::refusal(failure);
            }
            output::text(&text(&workspace.project.name, &rules, &in_alarm))?;
        }
    }
    Ok(if in_alarm.is_empty() {
        status_of(&failures_seen)
    } else {
        ExitStatus::Failed
    })
}

/// The names of the rules that a plan deletes.
fn rules_of(plan: &Plan) -> Vec<String> {
    let changes = plan.changes();
    changes.map(|change| change.name().to_owned()).collect()
}

fn text(stack: &str, rules: &[String], in_alarm: &BTreeSet<String>) -> String {
    let ended = match rules {
        [] => format!("No mute of {stack} is left to end.\n"),
        rules => format!("Ended: {}.\n", rules.join(", ")),
    };
    if in_alarm.is_empty() {
        return ended;
    }
    format!(
        "{ended}The mute is over, and {} in ALARM: {}.\n",
        counted(in_alarm.len(), "alarm is", "alarms are"),
        some_of(in_alarm.iter().map(String::as_str))
    )
}

/// Waits until no alarm was in ALARM for some seconds, or until the last mute ends.
async fn wait(
    workspace: &Workspace,
    session: &Session,
    seconds: u32,
    notes: Notes,
) -> Result<Waited> {
    let ends = end_of_mutes(workspace, session).await?;
    let mut steady_since = None;
    let mut shown = None;
    loop {
        let in_alarm = ops::alarms_in_alarm(workspace, session).await?;
        let now = Timestamp::now().as_second();
        let mut pause = INTERVAL;
        if in_alarm.is_empty() {
            let since = *steady_since.get_or_insert(now);
            let left = i64::from(seconds) - (now - since);
            if left <= 0 {
                return Ok(Waited::Steady);
            }
            pause = pause.min(Duration::from_secs(left.unsigned_abs()));
        } else {
            steady_since = None;
        }
        if ends.is_none_or(|ends| ends <= now) {
            return Ok(if in_alarm.is_empty() {
                Waited::Steady
            } else {
                Waited::Ended(in_alarm)
            });
        }
        if shown.as_ref() != Some(&in_alarm) {
            output::note(&waiting(&in_alarm, seconds, ends), notes);
            shown = Some(in_alarm);
        }
        tokio::time::sleep(pause).await;
    }
}

/// The end of the last mute of `tracewatch mute` that is not over.
async fn end_of_mutes(workspace: &Workspace, session: &Session) -> Result<Option<i64>> {
    let mutes = ops::known_mutes(workspace, session).await?;
    let mutes = mutes.iter().filter(|mute| is_left(mute));
    let windows = mutes.filter_map(|mute| mute.window.as_ref());
    Ok(windows.map(|window| window.end).max())
}

fn is_left(mute: &KnownMute) -> bool {
    mute.is_by_command && mute.status != MuteStatus::Expired
}

fn waiting(in_alarm: &BTreeSet<String>, seconds: u32, ends: Option<i64>) -> String {
    let end = ends.map(utc_text).unwrap_or_default();
    if in_alarm.is_empty() {
        return format!(
            "No alarm is in ALARM: waiting for {seconds} seconds without one, at most until {end}."
        );
    }
    format!(
        "{} in ALARM: {}. Waiting at most until {end}.",
        counted(in_alarm.len(), "alarm is", "alarms are"),
        some_of(in_alarm.iter().map(String::as_str))
    )
}
