//! The windows of a mute rule in time.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::schedule::Schedule;

/// The windows of a mute rule. All times are seconds since 1970.
#[derive(Debug, Clone, PartialEq)]
pub struct Windows {
    pub schedule: Schedule,
    pub zone: TimeZone,
    /// The length of each window.
    pub length: u32,
    /// No window lasts longer than this.
    pub expires: Option<i64>,
}

/// Two windows at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// The first one begins at this time.
    First(i64),
    /// Each window begins before the previous one ends.
    Always,
}

/// The number of windows that are compared.
const COMPARED: usize = 1000;

/// The time in which windows are compared: two years.
const SPAN: i64 = 2 * 366 * 86_400;

impl Windows {
    /// The windows that last at `from` or begin after it, in order.
    pub fn from(&self, from: i64) -> impl Iterator<Item = Range<i64>> {
        let length = i64::from(self.length);
        let first = date(from - length, &self.zone);
        let starts = first.map(|first| self.schedule.starts_from(first, &self.zone));
        starts
            .into_iter()
            .flatten()
            .map(move |start| start..self.end(start + length))
            .filter(move |window| !window.is_empty() && window.end > from)
    }

    fn end(&self, end: i64) -> i64 {
        self.expires.map_or(end, |expires| end.min(expires))
    }

    /// The window that lasts at a time. Of several, the last to begin.
    pub fn at(&self, time: i64) -> Option<Range<i64>> {
        self.from(time)
            .take_while(|window| window.start <= time)
            .filter(|window| window.contains(&time))
            .last()
    }

    /// Whether no window is left at a time.
    pub fn are_over(&self, time: i64) -> bool {
        self.expires.is_some_and(|expires| expires <= time) || self.from(time).next().is_none()
    }

    /// Whether windows of this rule overlap each other.
    pub fn overlap_each_other(&self, from: i64) -> Option<Overlap> {
        let windows: Vec<Range<i64>> = self.compared(from).collect();
        let overlaps = |pair: &&[Range<i64>]| pair[1].start < pair[0].end;
        let first = windows.windows(2).find(overlaps)?;
        let touches = |pair: &[Range<i64>]| pair[1].start <= pair[0].end;
        if windows.windows(2).all(touches) {
            Some(Overlap::Always)
        } else {
            Some(Overlap::First(first[1].start))
        }
    }

    /// The first time at which windows of both last.
    pub fn overlap_with(&self, other: &Self, from: i64) -> Option<i64> {
        let (mut ours, mut theirs) = (
            self.compared(from).peekable(),
            other.compared(from).peekable(),
        );
        while let (Some(left), Some(right)) = (ours.peek(), theirs.peek()) {
            if left.start < right.end && right.start < left.end {
                return Some(left.start.max(right.start));
            }
            if left.end <= right.start {
                ours.next();
            } else {
                theirs.next();
            }
        }
        None
    }

    fn compared(&self, from: i64) -> impl Iterator<Item = Range<i64>> {
        self.from(from)
            .take(COMPARED)
            .take_while(move |window| window.start < from + SPAN)
    }
}

fn date(time: i64, zone: &TimeZone) -> Option<Date> {
    let instant = Timestamp::from_second(time).ok()?;
    Some(instant.to_zoned(zone.clone()).date())
}

/// The minute of a time: `2026-12-24 20:00 UTC`.
pub fn utc_text(seconds: i64) -> String {
    Timestamp::from_second(seconds).map_or_else(
        |_| seconds.to_string(),
        |time| time.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    )
}
