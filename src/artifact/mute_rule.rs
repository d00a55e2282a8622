//! Alarm mute rules.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use serde::Serialize;

use crate::semantics::mute_rule::{Schedule, Windows};

/// A mute rule of CloudWatch: while one of its windows lasts, its alarms run no actions. At the end of a window those of the current state run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MuteRule {
    pub name: String,
    pub description: String,
    /// `cron(…)` or `at(…)`.
    pub schedule: String,
    /// The length of a window in seconds.
    pub duration: u32,
    /// The IANA name of the clock of the schedule.
    pub timezone: String,
    /// The end of the rule in seconds since 1970; `None`: it has no end.
    pub expires: Option<i64>,
    /// Names of alarms and composite alarms.
    pub alarms: BTreeSet<String>,
}

impl MuteRule {
    /// The windows of the rule; `None` for a schedule that tracewatch cannot read.
    pub fn windows(&self) -> Option<Windows> {
        Some(Windows {
            schedule: Schedule::parse(&self.schedule).ok()?,
            zone: TimeZone::get(&self.timezone).ok()?,
            length: self.duration,
            expires: self.expires,
        })
    }
}

/// What an actual mute rule does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MuteStatus {
    /// Its next window is in the future.
    Scheduled,
    /// A window lasts.
    Active,
    /// It has no further windows.
    Expired,
}
