//! The expression of a mute rule: `cron(…)` for windows that recur, `at(…)` for one.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use super::cron::Cron;
use crate::semantics::SyntaxError;

/// The times at which windows begin, on the clock of a time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Times);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Times {
    Once(DateTime),
    Recurring(Cron),
}

/// The form of the time in `at(…)`.
const AT: &str = "%Y-%m-%dT%H:%M";

/// The days in which the next time of a schedule is searched: 29 February is up to eight years away, and on a given day of the week forty.
const DAYS: usize = 41 * 366;

impl Schedule {
    /// Reads an expression.
    ///
    /// # Errors
    /// If CloudWatch would refuse it.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let (kind, inner) = call(text).ok_or_else(|| no_expression(text))?;
        let start = kind.len() + 1;
        match kind {
            "cron" => Ok(Self(Times::Recurring(Cron::parse(inner, start)?))),
            "at" => match DateTime::strptime(AT, inner) {
                Ok(time) if inner.len() == "2026-12-24T20:00".len() => Ok(Self(Times::Once(time))),
                _ => Err(bad_time(inner, start)),
            },
            _ => Err(no_expression(text)),
        }
    }

    /// Warnings about a valid expression: what AWS documents in two ways or not at all.
    pub fn doubts(text: &str) -> Vec<SyntaxError> {
        match call(text) {
            Some(("cron", inner)) => Cron::doubts(inner, "cron(".len()),
            _ => Vec::new(),
        }
    }

    pub fn recurs(&self) -> bool {
        matches!(self.0, Times::Recurring(_))
    }

    /// Whether no day of the calendar matches (30 February).
    pub fn never_starts(&self) -> bool {
        match &self.0 {
            Times::Once(_) => false,
            Times::Recurring(cron) => !cron.ever_matches(),
        }
    }

    /// The times in seconds since 1970, in order, from the first minute of a day on.
    pub(super) fn starts_from<'s>(
        &'s self,
        first: Date,
        zone: &'s TimeZone,
    ) -> Box<dyn Iterator<Item = i64> + 's> {
        match &self.0 {
            Times::Once(time) => {
                let time = Some(*time).filter(|time| time.date() >= first);
                Box::new(time.into_iter().filter_map(|time| seconds(time, zone)))
            }
            Times::Recurring(cron) if cron.ever_matches() => {
                let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
                let days = days.take(DAYS).filter(|day| cron.is_on(*day));
                Box::new(days.flat_map(move |day| {
                    cron.times()
                        .filter_map(move |(hour, minute)| seconds(day.at(hour, minute, 0, 0), zone))
                }))
            }
            Times::Recurring(_) => Box::new(std::iter::empty()),
        }
    }
}

fn seconds(time: DateTime, zone: &TimeZone) -> Option<i64> {
    let instant = zone.to_timestamp(time).ok()?;
    Some(instant.as_second())
}

/// `cron(…)` as `cron` and the text in the brackets.
fn call(text: &str) -> Option<(&str, &str)> {
    text.strip_suffix(')')?.split_once('(')
}

fn no_expression(text: &str) -> SyntaxError {
    let fields = text.split_whitespace().count();
    let help = match call(text) {
        None if fields == 5 => format!("with its brackets: `cron({})`", text.trim()),
        None if DateTime::strptime(AT, text).is_ok() => format!("with its brackets: `at({text})`"),
        Some(("rate", _)) => {
            "mute rules have no rates: `cron(0 */6 * * *)` is every six hours".to_owned()
        }
        _ => {
            "`cron(0 2 ? * SUN)` for windows that recur, `at(2026-12-24T20:00)` for one".to_owned()
        }
    };
    SyntaxError::error(0..text.len(), format!("`{text}` is not a schedule")).help(help)
}

fn bad_time(text: &str, start: usize) -> SyntaxError {
    let span = start..start + text.len();
    let parsed: Option<DateTime> = text.trim_end_matches('Z').parse().ok();
    let help = match parsed {
        Some(time) => format!("`at({})`; `timezone` has the time zone", time.strftime(AT)),
        None => "year-month-dayThour:minute: `at(2026-12-24T20:00)`".to_owned(),
    };
    SyntaxError::error(span, format!("`{text}` is not a time")).help(help)
}
