//! Durations of mute rules in the form of ISO 8601.

use std::ops::RangeInclusive;

use jiff::Span;

const DAY: u32 = 86_400;

/// The lengths of a window in seconds: `PT1M` to `P15D`.
pub const SHORTEST_AND_LONGEST: RangeInclusive<u32> = 60..=15 * DAY;

/// The seconds of a duration such as `P2DT12H`; `None` for other texts, and for years and months, which have no fixed length.
pub fn seconds_of(text: &str) -> Option<u32> {
    let span: Span = text.starts_with('P').then(|| text.parse().ok())??;
    if span.get_years() != 0 || span.get_months() != 0 {
        return None;
    }
    let days = i64::from(span.get_weeks()) * 7 + i64::from(span.get_days());
    let hours = days * 24 + i64::from(span.get_hours());
    let minutes = hours * 60 + span.get_minutes();
    u32::try_from(minutes * 60 + span.get_seconds()).ok()
}

/// The shortest form of a duration: `P2DT12H`, `PT30M`.
pub fn iso_duration(seconds: u32) -> String {
    let days = in_units(seconds, &[('D', DAY)]);
    let time = in_units(seconds % DAY, &[('H', 3600), ('M', 60), ('S', 1)]);
    match (days.is_empty(), time.is_empty()) {
        (true, true) => "PT0S".to_owned(),
        (false, true) => format!("P{days}"),
        (_, false) => format!("P{days}T{time}"),
    }
}

/// The number of each unit that fits, the largest first.
fn in_units(mut seconds: u32, units: &[(char, u32)]) -> String {
    let mut parts = Vec::new();
    for (unit, size) in units {
        let count = seconds / size;
        seconds %= size;
        if count > 0 {
            parts.push(format!("{count}{unit}"));
        }
    }
    parts.concat()
}
