//! The five fields of `cron(minute hour day-of-month month day-of-week)`. User guide, "Alarm mute rules": `*`, `,`, `-` and `/` in the
//! minute, hour and month; also `?` and `L` in the days; `#` in the day of the week.

use std::ops::{Range, RangeInclusive};

use jiff::civil::Date;

use crate::diagnostic::nearest;
use crate::semantics::SyntaxError;

/// The times of a recurring schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: Numbers,
    hours: Numbers,
    days: Days,
    months: Numbers,
    weekdays: Weekdays,
}

/// A set of numbers below 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Numbers(u64);

/// The day of the month.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    Any,
    On { numbers: Numbers, is_last: bool },
}

/// The day of the week. Weekdays are numbered from Sunday, 1.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Weekdays {
    Any,
    On(Vec<Weekday>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weekday {
    Every(Numbers),
    /// `FRI#2`: the second of a month.
    Nth(u8, u8),
    /// `FRIL`: the last of a month.
    Last(u8),
}

/// A part of an expression, with its offset.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    text: &'a str,
    start: usize,
}

/// The valid values of a field.
struct Field {
    name: &'static str,
    numbers: RangeInclusive<u8>,
    /// Names for the numbers from the first on.
    words: &'static [&'static str],
}

const MINUTE: Field = Field {
    name: "minute",
    numbers: 0..=59,
    words: &[],
};
const HOUR: Field = Field {
    name: "hour",
    numbers: 0..=23,
    words: &[],
};
const DAY: Field = Field {
    name: "day of the month",
    numbers: 1..=31,
    words: &[],
};
const MONTH: Field = Field {
    name: "month",
    numbers: 1..=12,
    words: &[
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
    ],
};
const WEEKDAY: Field = Field {
    name: "day of the week",
    numbers: 0..=7,
    words: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
};

/// The number of days of each month; 29 for February.
const LENGTHS: [u8; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Cron {
    /// Reads the text between the brackets, which begins at `start` of the expression.
    pub(super) fn parse(text: &str, start: usize) -> Result<Self, SyntaxError> {
        let fields: Vec<Part<'_>> = parts(Part { text, start }, char::is_whitespace);
        let [minute, hour, day, month, weekday] = fields.as_slice() else {
            return Err(wrong_number_of_fields(text, start, &fields));
        };
        Ok(Self {
            minutes: MINUTE.numbers(*minute)?,
            hours: HOUR.numbers(*hour)?,
            days: days(*day)?,
            months: MONTH.numbers(*month)?,
            weekdays: weekdays(*weekday)?,
        })
    }

    /// Warnings about what AWS does not document.
    pub(super) fn doubts(text: &str, start: usize) -> Vec<SyntaxError> {
        let fields: Vec<Part<'_>> = parts(Part { text, start }, char::is_whitespace);
        let [_, _, day, _, weekday] = fields.as_slice() else {
            return Vec::new();
        };
        let mut doubts = Vec::new();
        if !is_any(day.text) && !is_any(weekday.text) {
            doubts.push(
                SyntaxError::warning(
                    day.start..weekday.span().end,
                    "the day of the month and the day of the week are both given: AWS does not say whether one of them or both have to match",
                )
                .help("write `?` in one of the two fields"),
            );
        }
        let is_number = |item: &Part<'_>| item.text.starts_with(|c: char| c.is_ascii_digit());
        if parts(*weekday, |c| c == ',').iter().any(is_number) {
            doubts.push(
                SyntaxError::warning(
                    weekday.span(),
                    "AWS does not say which day of the week has which number",
                )
                .help(format!("one of: {}", WEEKDAY.words.join(", "))),
            );
        }
        doubts
    }

    /// Whether a day of the calendar ever matches.
    pub(super) fn ever_matches(&self) -> bool {
        let (Days::On { numbers, is_last }, Weekdays::Any) = (&self.days, &self.weekdays) else {
            return true;
        };
        *is_last
            || (1..).zip(LENGTHS).any(|(month, days)| {
                self.months.has(month) && (1..=days).any(|day| numbers.has(day))
            })
    }

    pub(super) fn is_on(&self, date: Date) -> bool {
        self.months.has(unsigned(date.month()))
            && match (&self.days, &self.weekdays) {
                (Days::Any, Weekdays::Any) => true,
                (days, Weekdays::Any) => days.contain(date),
                (Days::Any, weekdays) => weekdays.contain(date),
                // As in a crontab of Unix.
                (days, weekdays) => days.contain(date) || weekdays.contain(date),
            }
    }

    /// The hours and minutes of a day, in order.
    pub(super) fn times(&self) -> impl Iterator<Item = (i8, i8)> {
        let (hours, minutes) = (self.hours, self.minutes);
        (0..24_i8)
            .filter(move |hour| hours.has(unsigned(*hour)))
            .flat_map(move |hour| {
                (0..60_i8)
                    .filter(move |minute| minutes.has(unsigned(*minute)))
                    .map(move |minute| (hour, minute))
            })
    }
}

impl Days {
    fn contain(&self, date: Date) -> bool {
        match self {
            Days::Any => true,
            Days::On { numbers, is_last } => {
                numbers.has(unsigned(date.day()))
                    || *is_last && date.day() == date.last_of_month().day()
            }
        }
    }
}

impl Weekdays {
    fn contain(&self, date: Date) -> bool {
        let Weekdays::On(weekdays) = self else {
            return true;
        };
        let today = unsigned(date.weekday().to_sunday_one_offset());
        let day = unsigned(date.day());
        let last = unsigned(date.last_of_month().day());
        weekdays.iter().any(|weekday| match weekday {
            Weekday::Every(numbers) => numbers.has(today),
            Weekday::Nth(of, n) => today == *of && day.div_ceil(7) == *n,
            Weekday::Last(of) => today == *of && day + 7 > last,
        })
    }
}

impl Numbers {
    fn has(self, number: u8) -> bool {
        self.0 & 1 << number != 0
    }

    fn with(self, number: u8) -> Self {
        Self(self.0 | 1 << number)
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Part<'_> {
    fn span(&self) -> Range<usize> {
        self.start..self.start + self.text.len()
    }
}

impl Field {
    /// A list of numbers, ranges and steps.
    fn numbers(&self, field: Part<'_>) -> Result<Numbers, SyntaxError> {
        parts(field, |c| c == ',')
            .into_iter()
            .try_fold(
                Numbers::default(),
                |all, item| Ok(all.and(self.item(item)?)),
            )
    }

    /// `*`, `5`, `MON-FRI`, `*/15`
    fn item(&self, item: Part<'_>) -> Result<Numbers, SyntaxError> {
        let (range, step) = match item.text.split_once('/') {
            Some((range, step)) => (range, self.step(item, step)?),
            None => (item.text, 1),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (*self.numbers.start(), *self.numbers.end()),
            Some((first, last)) => (self.number(item, first)?, self.number(item, last)?),
            None if step > 1 => (self.number(item, range)?, *self.numbers.end()),
            None => {
                let number = self.number(item, range)?;
                (number, number)
            }
        };
        if first > last {
            let message = format!("the {} ends before it begins: `{}`", self.name, item.text);
            return Err(SyntaxError::error(item.span(), message).help(format!(
                "two ranges, with a comma between them: `{first}-{},{}-{last}`",
                self.numbers.end(),
                self.numbers.start()
            )));
        }
        Ok((first..=last)
            .step_by(step)
            .fold(Numbers::default(), Numbers::with))
    }

    fn step(&self, item: Part<'_>, step: &str) -> Result<usize, SyntaxError> {
        match step.parse() {
            Ok(step @ 1..=59) => Ok(step),
            _ => Err(self.wrong(item, step)),
        }
    }

    fn number(&self, item: Part<'_>, text: &str) -> Result<u8, SyntaxError> {
        let word = self
            .words
            .iter()
            .position(|word| word.eq_ignore_ascii_case(text));
        if let Some(number) = word.and_then(|at| u8::try_from(at).ok()) {
            // A word counts from the first number; weekdays from 1, and 0 is another name of the first.
            return Ok(number + 1);
        }
        let number: Option<u8> = text.parse().ok();
        number
            .filter(|number| self.numbers.contains(number))
            .ok_or_else(|| self.wrong(item, text))
    }

    fn wrong(&self, item: Part<'_>, text: &str) -> SyntaxError {
        let numbers = format!("{} to {}", self.numbers.start(), self.numbers.end());
        let help = match nearest(&text.to_uppercase(), self.words.iter().copied()) {
            Some(word) => format!("did you mean `{word}`?"),
            None if self.words.is_empty() => format!("{numbers}, or `*`"),
            None => format!("one of: {}", self.words.join(", ")),
        };
        let message = format!("`{text}` cannot be the {}", self.name);
        SyntaxError::error(item.span(), message).help(help)
    }
}

fn days(field: Part<'_>) -> Result<Days, SyntaxError> {
    if is_any(field.text) {
        return Ok(Days::Any);
    }
    let (mut numbers, mut is_last) = (Numbers::default(), false);
    for item in parts(field, |c| c == ',') {
        if item.text == "L" {
            is_last = true;
        } else {
            numbers = numbers.and(DAY.item(item)?);
        }
    }
    Ok(Days::On { numbers, is_last })
}

fn weekdays(field: Part<'_>) -> Result<Weekdays, SyntaxError> {
    if is_any(field.text) {
        return Ok(Weekdays::Any);
    }
    let items = parts(field, |c| c == ',').into_iter();
    Ok(Weekdays::On(items.map(weekday).collect::<Result<_, _>>()?))
}

fn weekday(item: Part<'_>) -> Result<Weekday, SyntaxError> {
    if let Some((day, n)) = item.text.split_once('#') {
        let day = from_sunday(WEEKDAY.number(item, day)?);
        return match n.parse() {
            Ok(n @ 1..=5) => Ok(Weekday::Nth(day, n)),
            _ => Err(SyntaxError::error(
                item.span(),
                format!("`{n}` is no number of a week in a month"),
            )
            .help("1 to 5")),
        };
    }
    match item.text.strip_suffix('L') {
        // The last day of a week.
        Some("") => Ok(Weekday::Every(Numbers::default().with(7))),
        Some(day) => Ok(Weekday::Last(from_sunday(WEEKDAY.number(item, day)?))),
        None => {
            let numbers = WEEKDAY.item(item)?;
            Ok(Weekday::Every(if numbers.has(0) {
                numbers.with(1)
            } else {
                numbers
            }))
        }
    }
}

/// Sunday is 1 as in EventBridge, or 0 as in a crontab of Unix.
fn from_sunday(number: u8) -> u8 {
    number.max(1)
}

fn is_any(field: &str) -> bool {
    matches!(field, "*" | "?")
}

fn wrong_number_of_fields(text: &str, start: usize, fields: &[Part<'_>]) -> SyntaxError {
    let span = start..start + text.len();
    let message = format!(
        "a mute rule has five fields, and this has {}: minute, hour, day of the month, month, day of the week",
        fields.len()
    );
    let help = match fields {
        // EventBridge's last field is the year.
        [five @ .., _] if five.len() == 5 => {
            let five: Vec<&str> = five.iter().map(|field| field.text).collect();
            format!("without the year: `cron({})`", five.join(" "))
        }
        _ => "for example `cron(0 2 ? * SUN)`: every Sunday at two".to_owned(),
    };
    SyntaxError::error(span, message).help(help)
}

/// The parts between separators.
fn parts(whole: Part<'_>, is_separator: fn(char) -> bool) -> Vec<Part<'_>> {
    let mut start = whole.start;
    let mut parts = Vec::new();
    for piece in whole.text.split_inclusive(is_separator) {
        let text = piece.strip_suffix(is_separator).unwrap_or(piece);
        if !text.is_empty() || !is_separator(' ') {
            parts.push(Part { text, start });
        }
        start += piece.len();
    }
    parts
}

/// Fields of dates and times are never negative.
fn unsigned(field: i8) -> u8 {
    field.unsigned_abs()
}
