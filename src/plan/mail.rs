//! The mail that the receivers of an alarm get, before anything is wrong.
//!
//! The layout is that of CloudWatch's mails (observed in the history of alarms; AWS documents only the JSON form). The name and the
//! description are the alarm's; times, values and reasons are examples.

use super::model::{Plan, PlanPart};
use super::notified::Notified;
use crate::artifact::{Alarm, Artifact, Condition, Kind};
use crate::inventory::Target;

/// The time of the example, as CloudWatch writes it.
const WHEN: &str = "Sunday 01 March, 2026 12:05:00 UTC";

/// A mail: its subject and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    pub subject: String,
    pub text: String,
}

impl Plan {
    /// The mails that are sent when an alarm goes into ALARM: its own, or those of the composite alarms that notify in its place. Empty
    /// for an alarm that notifies nobody; `None` for an unknown one. The stack's name at the beginning may be left out.
    pub fn mails(&self, alarm: &str) -> Option<Vec<Mail>> {
        let full = format!("{}.{alarm}", self.stack);
        self.parts.iter().find_map(|part| {
            let found = alarms(part).find(|known| [alarm, &full].contains(&known.name()))?;
            let notified = Notified::after(part);
            let senders = notified.senders(part, found);
            Some(
                senders
                    .into_iter()
                    .map(|sender| mail(&part.target, sender, found))
                    .collect(),
            )
        })
    }

    /// The names of all alarms after the plan, without the stack's name.
    pub fn alarm_names(&self) -> impl Iterator<Item = &str> {
        let prefix = format!("{}.", self.stack);
        let alarms = self.parts.iter().flat_map(alarms);
        alarms.map(move |alarm| {
            let name = alarm.name();
            name.strip_prefix(&prefix).unwrap_or(name)
        })
    }
}

fn alarms(part: &PlanPart) -> impl Iterator<Item = &Artifact> {
    part.after()
        .filter(|artifact| matches!(artifact.kind(), Kind::Alarm | Kind::CompositeAlarm))
}

fn mail(target: &Target, sender: &Artifact, cause: &Artifact) -> Mail {
    let name = sender.name();
    let region = &target.region;
    let reason = reason(sender, cause);
    let page = format!(
        "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}"
    );
    let Target {
        partition, account, ..
    } = target;
    let details = [
        ("Name", name.to_owned()),
        ("Description", description(sender).to_owned()),
        ("State Change", "OK -> ALARM".to_owned()),
        ("Reason for State Change", reason.clone()),
        ("Timestamp", WHEN.to_owned()),
        ("AWS Account", account.clone()),
        (
            "Alarm Arn",
            format!("arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}"),
        ),
    ];
    let details: Vec<String> = details
        .iter()
        .map(|(word, value)| format!("- {word}: {value}"))
        .collect();
    let text = format!(
        "You are receiving this email because your Amazon CloudWatch Alarm \"{name}\" in the {region} region has entered the ALARM state, because \"{reason}\" at \"{WHEN}\".\n\n\
         View this alarm in the AWS Management Console:\n{page}\n\n\
         Alarm Details:\n{}\n{}",
        details.join("\n"),
        watched(sender, cause)
    );
    Mail {
        subject: format!("ALARM: \"{name}\" in {region}"),
        text,
    }
}

/// What makes the alarm go into ALARM, in CloudWatch's words.
fn reason(sender: &Artifact, cause: &Artifact) -> String {
    match sender {
        Artifact::Alarm(alarm) => format!(
            "Threshold Crossed: {} datapoints were {} ({}).",
            alarm.datapoints_to_alarm,
            compared(alarm.condition),
            alarm.condition.bound()
        ),
        _ => format!("{} transitioned to ALARM at {WHEN}", cause.name()),
    }
}

/// The last part of the mail: the threshold, or the children in ALARM.
fn watched(sender: &Artifact, cause: &Artifact) -> String {
    match sender {
        Artifact::Alarm(alarm) => threshold(alarm),
        Artifact::CompositeAlarm(alarm) => format!(
            "\nAlarm Rule:\n- {}\n\nTriggering children (max. 10):\n- {}: ALARM\n",
            alarm.rule,
            cause.name()
        ),
        _ => String::new(),
    }
}

fn threshold(alarm: &Alarm) -> String {
    format!(
        "\nThreshold:\n- The alarm is in the ALARM state when the metric is {} {} for at least {} of the last {} period(s) of {} seconds.\n",
        compared(alarm.condition),
        alarm.condition.bound(),
        alarm.datapoints_to_alarm,
        alarm.evaluation_periods,
        alarm.period
    )
}

fn description(alarm: &Artifact) -> &str {
    match alarm {
        Artifact::Alarm(alarm) => &alarm.description,
        Artifact::CompositeAlarm(alarm) => &alarm.description,
        _ => "",
    }
}

fn compared(condition: Condition) -> &'static str {
    match condition {
        Condition::Above(_) => "greater than the threshold",
        Condition::AtLeast(_) => "greater than or equal to the threshold",
        Condition::Below(_) => "less than the threshold",
        Condition::AtMost(_) => "less than or equal to the threshold",
        Condition::OutsideBand(_) => "outside the band of width",
        Condition::AboveBand(_) => "above the band of width",
        Condition::BelowBand(_) => "below the band of width",
    }
}
