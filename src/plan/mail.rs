//! The mail that the receivers of an alarm get, before anything is wrong.
//!
//! The layout is that of CloudWatch's mails (observed in the history of alarms; AWS documents only the JSON form). The name and the
//! description are the alarm's; times, values and reasons are examples.

use std::collections::BTreeSet;

use super::model::{Plan, PlanPart};
use super::notified::Notified;
use crate::artifact::{Actions, Alarm, Artifact, CompositeAlarm, Condition, Kind};
use crate::inventory::Target;
use crate::semantics::composite::{self, name_of};

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
            Some(mails_of(part, found))
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

fn mails_of(part: &PlanPart, alarm: &Artifact) -> Vec<Mail> {
    let notified = Notified::after(part);
    let above = notified.composites_above(alarm.name());
    let mut composites: Vec<&CompositeAlarm> = alarm.as_composite_alarm().into_iter().collect();
    composites.extend(above);
    let names = composites.iter().map(|composite| composite.name.as_str());
    let in_alarm: BTreeSet<&str> = names.chain([alarm.name()]).collect();
    let mut senders = Vec::new();
    if let Artifact::Alarm(alarm) = alarm
        && notifies(&alarm.actions)
    {
        senders.push(Sender::of_alarm(alarm));
    }
    let notifying = composites
        .into_iter()
        .filter(|composite| notifies(&composite.actions));
    senders.extend(notifying.map(|composite| Sender::of_composite(composite, &in_alarm)));
    senders
        .into_iter()
        .map(|sender| sender.mail(&part.target))
        .collect()
}

fn notifies(actions: &Actions) -> bool {
    actions.enabled && !actions.alarm.is_empty()
}

/// An alarm that sends a mail.
struct Sender<'a> {
    name: &'a str,
    description: &'a str,
    reason: String,
    /// The last part of the mail: the threshold, or the children in ALARM.
    end: String,
}

impl<'a> Sender<'a> {
    fn of_alarm(alarm: &'a Alarm) -> Self {
        let (compared, bound) = (compared(alarm.condition), alarm.condition.bound());
        let (breaching, periods) = (alarm.datapoints_to_alarm, alarm.evaluation_periods);
        let period = alarm.period;
        Self {
            name: &alarm.name,
            description: &alarm.description,
            reason: format!("Threshold Crossed: {breaching} datapoints were {compared} ({bound})."),
            end: format!(
                "Threshold:\n- The alarm is in the ALARM state when the metric is {compared} {bound} for at least {breaching} of the last {periods} period(s) of {period} seconds.\n"
            ),
        }
    }

    /// `in_alarm`: the alarms that are in ALARM in the example.
    fn of_composite(alarm: &'a CompositeAlarm, in_alarm: &BTreeSet<&str>) -> Self {
        let child = triggering_child(alarm, in_alarm);
        Self {
            name: &alarm.name,
            description: &alarm.description,
            reason: format!("{child} transitioned to ALARM at {WHEN}"),
            end: format!(
                "Alarm Rule:\n- {}\n\nTriggering children (max. 10):\n- {child}: ALARM\n",
                alarm.rule
            ),
        }
    }

    fn mail(&self, target: &Target) -> Mail {
        let Self {
            name,
            description,
            reason,
            end,
        } = self;
        let Target {
            partition,
            region,
            account,
        } = target;
        let text = format!(
            "You are receiving this email because your Amazon CloudWatch Alarm \"{name}\" in the {region} region has entered the ALARM state, because \"{reason}\" at \"{WHEN}\".\n\n\
             View this alarm in the AWS Management Console:\n\
             https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#alarmsV2:alarm/{name}\n\n\
             Alarm Details:\n\
             - Name: {name}\n\
             - Description: {description}\n\
             - State Change: OK -> ALARM\n\
             - Reason for State Change: {reason}\n\
             - Timestamp: {WHEN}\n\
             - AWS Account: {account}\n\
             - Alarm Arn: arn:{partition}:cloudwatch:{region}:{account}:alarm:{name}\n\n\
             {end}"
        );
        Mail {
            subject: format!("ALARM: \"{name}\" in {region}"),
            text,
        }
    }
}

/// The alarm of the rule that is in ALARM; the first one of the rule where only the composite alarm itself is asked about.
fn triggering_child(alarm: &CompositeAlarm, in_alarm: &BTreeSet<&str>) -> String {
    let rule = composite::parse(&alarm.rule).ok();
    let children = rule.iter().flat_map(composite::AlarmRule::children);
    let names: Vec<&str> = children.map(name_of).collect();
    let child = names.iter().find(|name| in_alarm.contains(**name));
    let child = child.or(names.first());
    child.map_or_else(String::new, |name| (*name).to_owned())
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
