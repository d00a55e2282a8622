//! The times of an alarm's evaluations, and the periods of each. All times are seconds since 1970.

use jiff::tz::TimeZone;
use jiff::{RoundMode, Timestamp, ToSpan, Unit, Zoned, ZonedRound};

use super::settings::EvaluationSettings;
use super::windows::{DAY, HOUR, MINUTE, WEEK, Window};

impl EvaluationSettings {
    /// Seconds between evaluations: 10 for high resolution, an hour for windows of more than a day, else a minute.
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

    /// The start of each period that an evaluation at `now` uses, oldest first.
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
            .take(self.range.periods(self.period, self.evaluation_periods))
            .map(|back| end - back * period)
            .collect();
        starts.reverse();
        starts
    }
}

/// The latest completed periods of a clock, oldest first; fewer at the start of the calendar's range.
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

/// The start of the clock's period that contains a time. Weeks begin on Monday.
fn clock_boundary(time: i64, zone: &TimeZone, period: u32) -> Option<i64> {
    let at: Zoned = Timestamp::from_second(time).ok()?.to_zoned(zone.clone());
    let boundary = match period {
        WEEK => {
            let days = i64::from(at.weekday().to_monday_zero_offset());
            at.checked_sub(days.days()).ok()?.start_of_day().ok()?
        }
        DAY => at.start_of_day().ok()?,
        HOUR => round_down(&at, Unit::Hour, 1)?,
        _ => {
            let minutes = i64::from(period / MINUTE).clamp(1, 30);
            round_down(&at, Unit::Minute, minutes)?
        }
    };
    Some(boundary.timestamp().as_second())
}

fn round_down(at: &Zoned, unit: Unit, increment: i64) -> Option<Zoned> {
    let round = ZonedRound::new()
        .smallest(unit)
        .increment(increment)
        .mode(RoundMode::Trunc);
    at.round(round).ok()
}
