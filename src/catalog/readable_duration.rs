//! Durations as people say them.

const MINUTE: f64 = 60.0;
const HOUR: f64 = 60.0 * MINUTE;
const DAY: f64 = 24.0 * HOUR;

/// `500 ms`, `2.7 s`, `15 min`, `3 h 20 min`, `3 d 4 h`: at most two units, rounded down to the smaller one. Up to two minutes are
/// seconds, so that a value and its limit have the same unit.
pub(crate) fn readable_duration(seconds: f64) -> String {
    if seconds < 1.0 {
        return format!("{} ms", (seconds * 1000.0).round());
    }
    if seconds <= 2.0 * MINUTE {
        return format!("{} s", (seconds * 10.0).round() / 10.0);
    }
    let [large, small] = if seconds < 2.0 * HOUR {
        [(MINUTE, "min"), (1.0, "s")]
    } else if seconds < 2.0 * DAY {
        [(HOUR, "h"), (MINUTE, "min")]
    } else {
        [(DAY, "d"), (HOUR, "h")]
    };
    let whole = (seconds / large.0).floor();
    let rest = ((seconds - whole * large.0) / small.0).floor();
    if rest > 0.0 {
        format!("{whole} {} {rest} {}", large.1, small.1)
    } else {
        format!("{whole} {}", large.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_at_most() {
        for (seconds, expected) in [
            (0.0, "0 ms"),
            (0.5, "500 ms"),
            (2.7, "2.7 s"),
            (54.0, "54 s"),
            (60.0, "60 s"),
            (120.0, "120 s"),
            (150.0, "2 min 30 s"),
            (900.0, "15 min"),
            (5400.0, "90 min"),
            (12_000.0, "3 h 20 min"),
            (86_400.0, "24 h"),
            (276_480.0, "3 d 4 h"),
            (345_600.0, "4 d"),
            (1_209_600.0, "14 d"),
        ] {
            assert_eq!(readable_duration(seconds), expected, "{seconds}");
        }
    }
}
