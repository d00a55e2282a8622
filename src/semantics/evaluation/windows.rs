//! When an alarm is evaluated, and over which stretches of time. All times are seconds since 1970.

use jiff::tz::{Offset, TimeZone};
use jiff::{RoundMode, Timestamp, ToSpan, Unit, Zoned, ZonedRound};

use super::Rule;

const MINUTE: u32 = 60;
const HOUR: u32 = 3600;
const DAY: u32 = 86_400;
const WEEK: u32 = 604_800;
/// Periods that a wall clock takes (`WallClockWindow`).
pub const WALL_CLOCK_PERIODS: [u32; 5] = [MINUTE, 300, HOUR, DAY, WEEK];

/// How evaluated periods lie in time (`EvaluationWindow`).
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// Ending at the whole minute of the evaluation, and moving with it.
    Sliding,
    /// On the boundaries of a clock; only completed periods.
    WallClock(TimeZone),
}

/// How many periods a sliding alarm fetches. UNVERIFIED: AWS says only that it is more than N, and gives 5 for N = 3 as its example; the
/// rest follows what others measured. The one place for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationRange {
    /// Periods beside N, at least.
    pub least_extra: usize,
    /// One more period for each so many of N.
    pub extra_for_each: usize,
    /// Periods of a minute, at least.
    pub least_minutes: usize,
}

impl Default for EvaluationRange {
    fn default() -> Self {
        Self {
            least_extra: 2,
            extra_for_each: 3,
            least_minutes: 5,
        }
    }
}

impl EvaluationRange {
    fn periods(self, rule: &Rule) -> usize {
        let n = rule.evaluation_periods;
        let range = n + n.div_ceil(self.extra_for_each.max(1)).max(self.least_extra);
        if rule.period == MINUTE {
            range.max(self.least_minutes)
        } else {
            range
        }
    }
}

impl Rule {
    /// Seconds between evaluations: 10 for high resolution, an hour for windows over a day, else a minute.
    pub fn evaluation_interval(&self) -> u32 {
        if self.period < MINUTE {
            10
        } else if self.spans_more_than_a_day() {
            HOUR
        } else {
            MINUTE
        }
    }

    fn spans_more_than_a_day(&self) -> bool {
        u64::from(self.period).saturating_mul(self.evaluation_periods as u64) > u64::from(DAY)
    }

    /// The start of each period that an evaluation at `now` looks at, oldest first.
    pub fn periods_at(&self, now: i64) -> Vec<i64> {
        match &self.window {
            Window::Sliding => self.sliding_periods(now),
            Window::WallClock(zone) => {
                wall_clock_periods(now, zone, self.period, self.evaluation_periods)
            }
        }
    }

    fn sliding_periods(&self, now: i64) -> Vec<i64> {
        let end = now - now.rem_euclid(i64::from(self.evaluation_interval()));
        let period = i64::from(self.period);
        let mut starts: Vec<i64> = (1_i64..)
            .take(self.range.periods(self))
            .map(|back| end - back * period)
            .collect();
        starts.reverse();
        starts
    }
}

/// The latest completed periods on a clock, oldest first; fewer where the calendar ends.
fn wall_clock_periods(now: i64, zone: &TimeZone, period: u32, count: usize) -> Vec<i64> {
    let mut starts = Vec::new();
    let mut boundary = clock_boundary(now, zone, period);
    while let Some(end) = boundary.filter(|_| starts.len() < count) {
        boundary = clock_boundary(end - 1, zone, period);
        starts.extend(boundary);
    }
    starts.reverse();
    starts
}

/// The start of the clock's period that holds a time. Weeks begin on Monday.
fn clock_boundary(time: i64, zone: &TimeZone, period: u32) -> Option<i64> {
    let at: Zoned = Timestamp::from_second(time).ok()?.to_zoned(zone.clone());
    let down = |unit: Unit, increment: i64| {
        at.round(
            ZonedRound::new()
                .smallest(unit)
                .increment(increment)
                .mode(RoundMode::Trunc),
        )
        .ok()
    };
    let boundary = match period {
        WEEK => {
            let days = i64::from(at.weekday().to_monday_zero_offset());
            at.checked_sub(days.days()).ok()?.start_of_day().ok()?
        }
        DAY => at.start_of_day().ok()?,
        HOUR => down(Unit::Hour, 1)?,
        _ => down(Unit::Minute, i64::from(period / MINUTE).clamp(1, 30))?,
    };
    Some(boundary.timestamp().as_second())
}

/// A time zone as `Timezone` names it: an IANA name, `Z`, or an offset such as `+05:30` or `UTC-08:00`.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    let offset = name
        .strip_prefix("UTC")
        .or_else(|| name.strip_prefix("GMT"))
        .unwrap_or(name);
    if matches!(offset, "" | "Z") && !name.is_empty() {
        return Some(TimeZone::UTC);
    }
    if let Some(sign) = offset
        .strip_prefix('+')
        .map(|_| 1)
        .or_else(|| offset.strip_prefix('-').map(|_| -1))
    {
        return fixed_offset(&offset[1..], sign);
    }
    TimeZone::get(name).ok()
}

/// `hh:mm`, in steps of five minutes.
fn fixed_offset(text: &str, sign: i32) -> Option<TimeZone> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |digits: &str| digits.parse::<i32>().ok().filter(|_| digits.len() == 2);
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let well_formed = (0..24).contains(&hours) && (0..60).contains(&minutes) && minutes % 5 == 0;
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
    well_formed.then(|| TimeZone::fixed(offset))
}
