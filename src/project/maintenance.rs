//! `[[maintenance]]`: times in which alarms do not notify.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{self, TimeZone};

use super::model::MaintenanceWindow;
use super::names::UniqueNames;
use crate::diagnostic::{Code, Diagnostic, nearest};
use crate::semantics::mute_rule::{Overlap, SHORTEST_AND_LONGEST, Schedule, Windows};
use crate::spanned::{Spanned, Table};

/// The time zone of a window without one.
const UTC: &str = "UTC";

pub(super) fn windows(table: &mut Table<'_>) -> Vec<MaintenanceWindow> {
    let mut names = UniqueNames::of("a maintenance window");
    let tables = table.tables("maintenance").into_iter();
    tables
        .filter_map(|table| window(table, &mut names))
        .collect()
}

fn window(mut table: Table<'_>, names: &mut UniqueNames) -> Option<MaintenanceWindow> {
    let name = names.read(&mut table);
    let written = table.required("schedule", Table::string);
    let schedule = written
        .as_ref()
        .and_then(|written| table.accept(schedule(written)));
    for doubt in written.iter().flat_map(doubts) {
        table.report(doubt);
    }
    let length = table
        .required("for", Table::seconds)
        .and_then(|length| table.accept(within_limits(&length)));
    let zone = match table.string("timezone") {
        Some(zone) => table.accept(time_zone(zone)),
        None => Some((UTC.to_owned(), TimeZone::UTC)),
    };
    let until = table.string("until");
    let resources = table.strings("resources");
    if resources.is_empty() && table.contains("resources") {
        let message = "a window without resources mutes nothing";
        let diagnostic = Diagnostic::new(Code::MissingKey, message).at(table.place());
        table.report(diagnostic.help("remove `resources` to mute all alarms"));
    }
    let (timezone, zone) = zone.unwrap_or((UTC.to_owned(), TimeZone::UTC));
    let expires = until
        .as_ref()
        .and_then(|until| table.accept(end_of_day(until, &zone)));
    if let (Some(until), Some(false)) = (&until, schedule.as_ref().map(Schedule::recurs)) {
        table.report(until.diagnostic(
            Code::ConflictingKeys,
            "a window that does not recur has no `until`: it ends after `for`",
        ));
    }
    let windows = schedule.zip(length).map(|(schedule, length)| Windows {
        schedule,
        zone,
        length,
        expires,
    });
    let windows = windows
        .zip(written.as_ref())
        .and_then(|(windows, written)| table.accept(with_pauses(windows, written)));
    table.finish();
    Some(MaintenanceWindow {
        name: name?,
        schedule: written?,
        timezone,
        windows: windows?,
        resources,
    })
}

fn schedule(written: &Spanned<String>) -> Result<Schedule, Diagnostic> {
    let schedule = Schedule::parse(&written.value).map_err(|error| {
        let diagnostic = written.diagnostic(Code::BadMaintenanceSchedule, error.message);
        match error.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    })?;
    if schedule.never_starts() {
        let message = format!("`{}` never starts: no such day exists", written.value);
        return Err(written
            .diagnostic(Code::BadMaintenanceSchedule, message)
            .help("`L` is the last day of each month"));
    }
    Ok(schedule)
}

fn doubts(written: &Spanned<String>) -> impl Iterator<Item = Diagnostic> {
    let doubts = Schedule::doubts(&written.value).into_iter();
    doubts.map(|doubt| {
        let diagnostic = written.diagnostic(Code::DoubtfulSchedule, doubt.message);
        match doubt.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    })
}

fn within_limits(length: &Spanned<u32>) -> Result<u32, Diagnostic> {
    if SHORTEST_AND_LONGEST.contains(&length.value) {
        return Ok(length.value);
    }
    let near = if length.value < *SHORTEST_AND_LONGEST.start() {
        "1m"
    } else {
        "360h"
    };
    Err(length
        .diagnostic(
            Code::BadDuration,
            "a maintenance window lasts one minute to fifteen days",
        )
        .help(format!("nearest: `{near}`")))
}

/// AWS takes the names of IANA only.
fn time_zone(name: Spanned<String>) -> Result<(String, TimeZone), Diagnostic> {
    match TimeZone::get(&name.value) {
        Ok(zone) if zone.iana_name() == Some(&name.value) => return Ok((name.value, zone)),
        Ok(_) | Err(_) => {}
    }
    let known: Vec<String> = tz::db()
        .available()
        .map(|zone| zone.as_str().to_owned())
        .collect();
    let message = format!("there is no time zone `{}`", name.value);
    let help = match nearest(&name.value, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a name of IANA, as in `Europe/Berlin`".to_owned(),
    };
    Err(name.diagnostic(Code::BadTimeZone, message).help(help))
}

/// The end of a day in seconds since 1970.
fn end_of_day(written: &Spanned<String>, zone: &TimeZone) -> Result<i64, Diagnostic> {
    let day: Option<Date> = written.value.parse().ok();
    let end = day
        .and_then(|day| day.tomorrow().ok())
        .and_then(|next| zone.to_timestamp(next.at(0, 0, 0, 0)).ok());
    end.map(Timestamp::as_second).ok_or_else(|| {
        let message = format!("`{}` is not a date", written.value);
        written
            .diagnostic(Code::BadMaintenanceSchedule, message)
            .help("the last day of the windows: year-month-day, as in `2026-12-31`")
    })
}

/// Refuses windows without a pause between them.
fn with_pauses(windows: Windows, schedule: &Spanned<String>) -> Result<Windows, Diagnostic> {
    let unending = Windows {
        expires: None,
        ..windows.clone()
    };
    if unending.overlap_each_other(0) != Some(Overlap::Always) {
        return Ok(windows);
    }
    let message = "each window begins before the previous one ends: the alarms would never notify";
    Err(schedule
        .diagnostic(Code::BadMaintenanceSchedule, message)
        .help("give `for` a shorter time than from one window to the next"))
}
