//! The schedule expressions of EventBridge rules and EventBridge Scheduler: `rate(…)` and AWS's `cron(…)` with six fields. EventBridge user guide,
//! "Creating a rule that runs on a schedule"; EventBridge Scheduler user guide, "Schedule types".
//!
//! Inferred, because AWS does not document it: a range may wrap (`FRI-MON`), and a step may follow a single number (`5/15`: from 5 to the end).

use std::fmt;
use std::ops::RangeInclusive;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The years that a cron expression may name.
const YEARS: RangeInclusive<u32> = 1970..=2199;

/// The years that are searched for days: the calendar repeats after 28 years, but for a missing leap year.
const SEARCHED_YEARS: RangeInclusive<u32> = 2001..=2048;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The longest time between two starts of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    Seconds(u64),
    /// The schedule ends: it starts once (`at(…)`), or in some years only.
    Endless,
}

/// The reason why an expression promises no start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScheduleError {
    /// AWS refuses the expression.
    Syntax(String),
    /// No day has the date.
    NeverStarts,
}

impl fmt::Display for ScheduleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(message) => formatter.write_str(message),
            Self::NeverStarts => formatter.write_str("never starts: no year has such a day"),
        }
    }
}

/// The longest time between two starts, without daylight saving time.
pub fn longest_gap(expression: &str) -> Result<Gap, ScheduleError> {
    match call(expression) {
        Some(("rate", value)) => rate(value).map(Gap::Seconds),
        Some(("cron", fields)) => Cron::parse(fields)?.longest_gap(),
        Some(("at", _)) => Ok(Gap::Endless),
        _ => Err(not_a_schedule()),
    }
}

fn not_a_schedule() -> ScheduleError {
    syntax("is not `rate(…)`, `cron(…)` or `at(…)`")
}

/// The longest time between two starts of a schedule in a time zone with daylight saving time. In autumn a day has an hour more. In spring, a start
/// in the hour that the clocks leave out does not take place, wherever that hour is.
pub fn longest_gap_in_zone(expression: &str, zone: &str) -> Result<Gap, ScheduleError> {
    let gap = longest_gap(expression)?;
    let is_clock_time = matches!(call(expression), Some(("cron", _)));
    let has_summer_time = !["", "UTC", "GMT", "Etc/UTC", "Etc/GMT", "Z"].contains(&zone);
    Ok(match gap {
        Gap::Seconds(seconds) if is_clock_time && has_summer_time => {
            Gap::Seconds(seconds + skipped(seconds))
        }
        gap => gap,
    })
}

/// The starts per second, in the mean over the years. Zero for a schedule that starts once.
pub fn starts_per_second(expression: &str) -> Result<f64, ScheduleError> {
    match call(expression) {
        Some(("rate", value)) => rate(value).map(|seconds| 1.0 / seconds as f64),
        Some(("cron", fields)) => Cron::parse(fields)?.starts_per_second(),
        Some(("at", _)) => Ok(0.0),
        _ => Err(not_a_schedule()),
    }
}

/// The time that a change of the clocks adds at most: until the start after the one that is left out, or the hour of the autumn, which is not
/// repeated. A change lies on one day, so that gaps of several days have the hour alone.
fn skipped(gap: u64) -> u64 {
    if gap <= DAY { gap.max(HOUR) } else { HOUR }
}

/// `rate` and `5 minutes` of `rate(5 minutes)`.
fn call(expression: &str) -> Option<(&str, &str)> {
    let (name, rest) = expression.trim().split_once('(')?;
    Some((name.trim(), rest.strip_suffix(')')?))
}

/// EventBridge user guide, "Rate expressions reference": the unit is singular after 1 and plural otherwise. EventBridge Scheduler's guide has no
/// such rule; what is unsure promises no start.
fn rate(text: &str) -> Result<u64, ScheduleError> {
    let mut words = text.split_whitespace();
    let (value, unit, rest) = (words.next(), words.next(), words.next());
    let value = value.and_then(|value| value.parse::<u32>().ok());
    let is_plural = unit.is_some_and(|unit| unit.ends_with('s'));
    let unit = match unit {
        Some("minute" | "minutes") => Some(MINUTE),
        Some("hour" | "hours") => Some(HOUR),
        Some("day" | "days") => Some(DAY),
        _ => None,
    };
    match (value, unit, rest) {
        (Some(1), Some(_), None) if is_plural => Err(syntax(
            "is not a rate: after 1, EventBridge takes `minute`, `hour` or `day` only",
        )),
        (Some(2..), Some(_), None) if !is_plural => Err(syntax(
            "is not a rate: after a number above 1, EventBridge takes `minutes`, `hours` or `days` only",
        )),
        (Some(value), Some(unit), None) if value > 0 => Ok(u64::from(value) * unit),
        _ => Err(syntax(
            "is not a rate: a whole number above zero, then minutes, hours or days",
        )),
    }
}

fn syntax(message: &str) -> ScheduleError {
    ScheduleError::Syntax(message.to_owned())
}

/// A cron expression.
#[derive(Debug)]
struct Cron {
    /// Minutes of the day, sorted.
    times: Vec<u64>,
    months: Vec<u32>,
    days: Days,
    every_year: bool,
}

/// The days of a month on which a schedule starts.
#[derive(Debug)]
enum Days {
    OfMonth(Vec<DayOfMonth>),
    OfWeek(Vec<DayOfWeek>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum DayOfMonth {
    Number(u32),
    Last,
    LastWeekday,
    WeekdayNearest(u32),
}

/// Days of the week are numbers from 1, Sunday.
#[derive(Debug, Clone, Copy, PartialEq)]
enum DayOfWeek {
    Every(u32),
    Last(u32),
    Nth(u32, u32),
}

impl Cron {
    fn parse(text: &str) -> Result<Self, ScheduleError> {
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [minutes, hours, day, month, weekday, year] = fields.as_slice() else {
            return Err(syntax(
                "has not six fields: minutes, hours, day of month, month, day of week, year",
            ));
        };
        let minutes = numbers("minutes", minutes, 0..=59, &[])?;
        let hours = numbers("hours", hours, 0..=23, &[])?;
        let times = hours.iter().flat_map(|hour| {
            let minutes = minutes.iter();
            minutes.map(move |minute| u64::from(hour * 60 + minute))
        });
        let years = numbers("year", year, YEARS, &[])?;
        Ok(Self {
            times: times.collect(),
            months: numbers("month", month, 1..=12, &MONTHS)?,
            days: days(day, weekday)?,
            every_year: years.len() == YEARS.count(),
        })
    }

    fn longest_gap(&self) -> Result<Gap, ScheduleError> {
        let days = self.days();
        let (Some(first), Some(last)) = (self.times.first(), self.times.last()) else {
            return Err(ScheduleError::NeverStarts);
        };
        if days.is_empty() {
            return Err(ScheduleError::NeverStarts);
        }
        if !self.every_year {
            return Ok(Gap::Endless);
        }
        let within_day = pairs(&self.times).map(|(earlier, later)| later - earlier);
        let overnight =
            pairs(&days).map(|(earlier, later)| (later - earlier) * 24 * 60 + first - last);
        let minutes = within_day.chain(overnight).max();
        Ok(minutes.map_or(Gap::Endless, |minutes| Gap::Seconds(minutes * MINUTE)))
    }

    fn starts_per_second(&self) -> Result<f64, ScheduleError> {
        let days = self.days().len();
        if days == 0 {
            return Err(ScheduleError::NeverStarts);
        }
        let searched = SEARCHED_YEARS.flat_map(|year| (1..=12).map(move |month| (year, month)));
        let searched: u32 = searched
            .map(|(year, month)| month_length(year, month))
            .sum();
        let starts = days * self.times.len();
        Ok(starts as f64 / (f64::from(searched) * DAY as f64))
    }

    /// The days with starts, counted from the first searched one.
    fn days(&self) -> Vec<u64> {
        let mut days = Vec::new();
        let mut before = 0;
        // 1 January 2001 was a Monday.
        let mut weekday = 2;
        for year in SEARCHED_YEARS {
            for month in 1..=12 {
                let length = month_length(year, month);
                if self.months.contains(&month) {
                    let of_month =
                        (1..=length).filter(|day| self.days.contains(*day, length, weekday));
                    days.extend(of_month.map(|day| before + u64::from(day)));
                }
                before += u64::from(length);
                weekday = weekday_after(weekday, length);
            }
        }
        days
    }
}

fn pairs(sorted: &[u64]) -> impl Iterator<Item = (u64, u64)> {
    sorted.iter().copied().zip(sorted.iter().copied().skip(1))
}

impl Days {
    /// Whether a day of a month is one of them. `first` is the day of the week of the month's first day.
    fn contains(&self, day: u32, length: u32, first: u32) -> bool {
        let weekday = weekday_after(first, day - 1);
        match self {
            Self::OfMonth(days) => days.iter().any(|wanted| match *wanted {
                DayOfMonth::Number(number) => day == number,
                DayOfMonth::Last => day == length,
                DayOfMonth::LastWeekday => day == nearest_weekday(length, length, first),
                DayOfMonth::WeekdayNearest(number) => {
                    number <= length && day == nearest_weekday(number, length, first)
                }
            }),
            Self::OfWeek(days) => days.iter().any(|wanted| match *wanted {
                DayOfWeek::Every(number) => weekday == number,
                DayOfWeek::Last(number) => weekday == number && day + 7 > length,
                DayOfWeek::Nth(number, nth) => weekday == number && day.div_ceil(7) == nth,
            }),
        }
    }
}

/// The day from Monday to Friday that is nearest to a day, in the same month.
fn nearest_weekday(day: u32, length: u32, first: u32) -> u32 {
    match weekday_after(first, day - 1) {
        1 if day == length => day - 2,
        1 => day + 1,
        7 if day == 1 => day + 2,
        7 => day - 1,
        _ => day,
    }
}

/// The day of the week, 1 to 7, some days after another one.
fn weekday_after(weekday: u32, days: u32) -> u32 {
    (weekday - 1 + days) % 7 + 1
}

fn month_length(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The two fields for days; one of them is `?`.
fn days(day: &str, weekday: &str) -> Result<Days, ScheduleError> {
    match (day, weekday) {
        ("?", "?") | ("*", "*") => Err(syntax(
            "gives both or none of its fields for days: one of them must be `?`",
        )),
        (_, "?") => {
            let items = day
                .split(',')
                .map(days_of_month)
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Days::OfMonth(items.concat()))
        }
        ("?", _) => {
            let items = weekday
                .split(',')
                .map(days_of_week)
                .collect::<Result<Vec<_>, _>>()?;
            Ok(Days::OfWeek(items.concat()))
        }
        _ => Err(syntax(
            "gives both or none of its fields for days: one of them must be `?`",
        )),
    }
}

fn days_of_month(item: &str) -> Result<Vec<DayOfMonth>, ScheduleError> {
    let one = |number: u32| (1..=31).contains(&number);
    Ok(match item {
        "L" => vec![DayOfMonth::Last],
        "LW" => vec![DayOfMonth::LastWeekday],
        _ => match item.strip_suffix('W').map(str::parse) {
            Some(Ok(number)) if one(number) => vec![DayOfMonth::WeekdayNearest(number)],
            Some(_) => return Err(outside("day of month", item)),
            None => {
                let numbers = numbers("day of month", item, 1..=31, &[])?.into_iter();
                numbers.map(DayOfMonth::Number).collect()
            }
        },
    })
}

fn days_of_week(item: &str) -> Result<Vec<DayOfWeek>, ScheduleError> {
    const FIELD: &str = "day of week";
    if item == "L" {
        return Ok(vec![DayOfWeek::Every(7)]);
    }
    if let Some((weekday, nth)) = item.split_once('#') {
        let weekday = number(FIELD, weekday, &(1..=7), &WEEKDAYS)?;
        return match nth.parse() {
            Ok(nth) if (1..=5).contains(&nth) => Ok(vec![DayOfWeek::Nth(weekday, nth)]),
            _ => Err(outside(FIELD, item)),
        };
    }
    if let Some(weekday) = item.strip_suffix('L') {
        let weekday = number(FIELD, weekday, &(1..=7), &WEEKDAYS)?;
        return Ok(vec![DayOfWeek::Last(weekday)]);
    }
    let numbers = numbers(FIELD, item, 1..=7, &WEEKDAYS)?.into_iter();
    Ok(numbers.map(DayOfWeek::Every).collect())
}

/// The numbers of a field, sorted: `*`, `5`, `1-5`, `0/15`, `MON-FRI`, and lists of these.
fn numbers(
    field: &str,
    text: &str,
    range: RangeInclusive<u32>,
    names: &[&str],
) -> Result<Vec<u32>, ScheduleError> {
    let mut found = Vec::new();
    for item in text.split(',') {
        let (span, step) = match item.split_once('/') {
            Some((span, step)) => (span, Some(step)),
            None => (item, None),
        };
        let step_by = match step.map(str::parse::<usize>) {
            None => 1,
            Some(Ok(step)) if step > 0 => step,
            Some(_) => return Err(outside(field, item)),
        };
        let (first, last) = match span.split_once('-') {
            _ if span == "*" => (*range.start(), *range.end()),
            Some((first, last)) => (
                number(field, first, &range, names)?,
                number(field, last, &range, names)?,
            ),
            None => {
                let first = number(field, span, &range, names)?;
                (first, if step.is_some() { *range.end() } else { first })
            }
        };
        if first <= last {
            found.extend((first..=last).step_by(step_by));
        } else {
            let wrapped = (first..=*range.end()).chain(*range.start()..=last);
            found.extend(wrapped.step_by(step_by));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

fn number(
    field: &str,
    text: &str,
    range: &RangeInclusive<u32>,
    names: &[&str],
) -> Result<u32, ScheduleError> {
    let named = names.iter().zip(*range.start()..);
    let mut named = named.filter(|(name, _)| name.eq_ignore_ascii_case(text));
    let number = named.next().map(|(_, number)| number);
    let number = number.or_else(|| text.parse().ok());
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| outside(field, text))
}

fn outside(field: &str, text: &str) -> ScheduleError {
    ScheduleError::Syntax(format!("has no {field} `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(gap: Result<Gap, ScheduleError>) -> String {
        match gap {
            Ok(Gap::Endless) => "endless".to_owned(),
            Ok(Gap::Seconds(seconds)) => {
                match (seconds / DAY, seconds % DAY / HOUR, seconds % HOUR / MINUTE) {
                    (days, 0, 0) => format!("{days} d"),
                    (days, hours, minutes) => format!("{days} d {hours} h {minutes} min"),
                }
            }
            Err(ScheduleError::NeverStarts) => "never".to_owned(),
            Err(ScheduleError::Syntax(message)) => message,
        }
    }

    #[test]
    fn the_starts_of_an_expression() {
        for (expression, per_day) in [
            ("rate(5 minutes)", 288.0),
            ("rate(2 days)", 0.5),
            ("cron(0/15 9-16 * * ? *)", 32.0),
            ("cron(0 2 ? * MON-FRI *)", 5.0 / 7.0),
            ("cron(0 0 1 * ? *)", 12.0 / 365.25),
            ("at(2030-01-01T00:00:00)", 0.0),
        ] {
            let found = starts_per_second(expression).unwrap() * DAY as f64;
            assert!((found - per_day).abs() < 1e-3, "{expression}: {found}");
        }
        assert!(starts_per_second("cron(0 0 31 2 ? *)").is_err());
        assert!(starts_per_second("hourly").is_err());
    }

    #[test]
    fn the_longest_gap_of_an_expression() {
        for (expression, expected) in [
            ("rate(5 minutes)", "0 d 0 h 5 min"),
            ("rate(1 hour)", "0 d 1 h 0 min"),
            ("rate(2 hours)", "0 d 2 h 0 min"),
            ("rate(7 days)", "7 d"),
            ("at(2030-01-01T00:00:00)", "endless"),
            ("cron(0/15 * * * ? *)", "0 d 0 h 15 min"),
            ("cron(0 2 * * ? *)", "1 d"),
            ("cron(0,30 2,3 * * ? *)", "0 d 22 h 30 min"),
            ("cron(15 10 ? * MON-FRI *)", "3 d"),
            ("cron(0 8-17 ? * 2-6 *)", "2 d 15 h 0 min"),
            ("cron(0/10 9-17 * * ? *)", "0 d 15 h 10 min"),
            ("cron(0 0 ? * FRI-MON *)", "4 d"),
            ("cron(0 0 ? * SUN *)", "7 d"),
            ("cron(0 0 1 * ? *)", "31 d"),
            ("cron(0 0 31 * ? *)", "61 d"),
            ("cron(0 0 L * ? *)", "31 d"),
            ("cron(0 0 LW * ? *)", "33 d"),
            ("cron(0 0 15W * ? *)", "32 d"),
            ("cron(0 0 ? * 6L *)", "35 d"),
            ("cron(0 0 ? * MON#1 *)", "35 d"),
            ("cron(0 0 ? * 3#2,5#4 *)", "19 d"),
            ("cron(0 12 29 2 ? *)", "1461 d"),
            ("cron(0 12 1 JAN,jul ? *)", "184 d"),
            ("cron(0 0 * * ? 2027)", "endless"),
            ("cron(0 0 * * ? 1970-2199)", "1 d"),
        ] {
            assert_eq!(text(longest_gap(expression)), expected, "{expression}");
        }
    }

    #[test]
    fn a_date_that_no_year_has_never_starts() {
        for expression in [
            "cron(0 0 30 2 ? *)",
            "cron(0 0 31 4,6,9,11 ? *)",
            "cron(0 0 30,31 FEB ? 2030)",
        ] {
            assert_eq!(text(longest_gap(expression)), "never", "{expression}");
        }
    }

    #[test]
    fn an_expression_that_aws_refuses_is_an_error() {
        for (expression, expected) in [
            ("every day", "is not `rate(…)`, `cron(…)` or `at(…)`"),
            ("rate(5 minutes", "is not `rate(…)`, `cron(…)` or `at(…)`"),
            (
                "rate(1 minutes)",
                "is not a rate: after 1, EventBridge takes `minute`, `hour` or `day` only",
            ),
            (
                "rate(5 minute)",
                "is not a rate: after a number above 1, EventBridge takes `minutes`, `hours` or `days` only",
            ),
            (
                "rate(0 minutes)",
                "is not a rate: a whole number above zero, then minutes, hours or days",
            ),
            (
                "rate(5 weeks)",
                "is not a rate: a whole number above zero, then minutes, hours or days",
            ),
            (
                "cron(0 2 * * ?)",
                "has not six fields: minutes, hours, day of month, month, day of week, year",
            ),
            (
                "cron(0 2 * * * *)",
                "gives both or none of its fields for days: one of them must be `?`",
            ),
            (
                "cron(0 2 ? * ? *)",
                "gives both or none of its fields for days: one of them must be `?`",
            ),
            ("cron(60 2 * * ? *)", "has no minutes `60`"),
            ("cron(0 24 * * ? *)", "has no hours `24`"),
            ("cron(0 2 ? * MOO *)", "has no day of week `MOO`"),
            ("cron(0 2 ? * MON#6 *)", "has no day of week `MON#6`"),
            ("cron(0 2 40W * ? *)", "has no day of month `40W`"),
            ("cron(*/0 2 * * ? *)", "has no minutes `*/0`"),
            ("cron(0 2 * 13 ? *)", "has no month `13`"),
        ] {
            assert_eq!(text(longest_gap(expression)), expected, "{expression}");
        }
    }

    #[test]
    fn a_change_of_the_clocks_makes_a_gap_longer() {
        for (expression, zone, expected) in [
            ("cron(30 2 * * ? *)", "Europe/Berlin", "2 d"),
            ("cron(30 2 * * ? *)", "UTC", "1 d"),
            ("cron(30 2 * * ? *)", "", "1 d"),
            (
                "cron(0 2 ? * MON-FRI *)",
                "America/New_York",
                "3 d 1 h 0 min",
            ),
            ("cron(0 * * * ? *)", "Europe/Berlin", "0 d 2 h 0 min"),
            ("cron(0/15 * * * ? *)", "Europe/Berlin", "0 d 1 h 15 min"),
            ("rate(1 hour)", "Europe/Berlin", "0 d 1 h 0 min"),
        ] {
            assert_eq!(
                text(longest_gap_in_zone(expression, zone)),
                expected,
                "{expression} in {zone}"
            );
        }
    }
}
