//! The evaluation window and the evaluation range of an alarm.

use jiff::tz::{Offset, TimeZone};

pub(super) const MINUTE: u32 = 60;
pub(super) const HOUR: u32 = 3600;
pub(super) const DAY: u32 = 86_400;
pub(super) const WEEK: u32 = 604_800;
/// The periods that `WallClockWindow` accepts.
pub const WALL_CLOCK_PERIODS: [u32; 5] = [MINUTE, 300, HOUR, DAY, WEEK];

/// The alignment of the evaluated periods (`EvaluationWindow`).
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// Periods end at the whole minute of the evaluation.
    Sliding,
    /// Periods are aligned to the clock of a time zone; only completed periods count.
    WallClock(TimeZone),
}

/// The number of periods that an alarm with a sliding window fetches. UNVERIFIED: AWS documents only that it exceeds N, with 5 for N = 3 as
/// its example; the rest follows published measurements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationRange {
    /// The minimum number of periods beyond N.
    pub least_extra: usize,
    /// One period beyond N for each `extra_for_each` periods of N.
    pub extra_for_each: usize,
    /// The minimum number of periods of one minute.
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
    pub(super) fn periods(self, period: u32, n: usize) -> usize {
        let range = n + n.div_ceil(self.extra_for_each.max(1)).max(self.least_extra);
        if period == MINUTE {
            range.max(self.least_minutes)
        } else {
            range
        }
    }
}

/// A time zone of `Timezone`: an IANA name, `Z`, or an offset such as `+05:30` or `UTC-08:00`.
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

/// An offset `hh:mm`, a multiple of five minutes.
fn fixed_offset(text: &str, sign: i32) -> Option<TimeZone> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    let well_formed = (0..24).contains(&hours) && (0..60).contains(&minutes) && minutes % 5 == 0;
    let offset = Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()?;
    well_formed.then(|| TimeZone::fixed(offset))
}

fn two_digits(text: &str) -> Option<i32> {
    text.parse().ok().filter(|_| text.len() == 2)
}
