#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Overlap, Schedule, Windows, iso_duration, seconds_of};

fn time(text: &str) -> i64 {
    text.parse::<Timestamp>().unwrap().as_second()
}

fn windows(expression: &str, minutes: u32, zone: &str) -> Windows {
    Windows {
        schedule: Schedule::parse(expression).unwrap(),
        zone: TimeZone::get(zone).unwrap(),
        length: minutes * 60,
        expires: None,
    }
}

/// The first starts after a time, in UTC.
fn starts(windows: &Windows, from: &str) -> Vec<String> {
    let windows = windows.from(time(from)).take(3);
    windows
        .map(|window| Timestamp::from_second(window.start).unwrap().to_string())
        .collect()
}

#[test]
fn expressions_have_their_times() {
    let cases = [
        (
            "cron(0 2 ? * SUN)",
            [
                "2026-01-04T02:00:00Z",
                "2026-01-11T02:00:00Z",
                "2026-01-18T02:00:00Z",
            ],
        ),
        (
            "cron(*/30 2,3 1 * *)",
            [
                "2026-01-01T02:00:00Z",
                "2026-01-01T02:30:00Z",
                "2026-01-01T03:00:00Z",
            ],
        ),
        (
            "cron(15 22 L * ?)",
            [
                "2026-01-31T22:15:00Z",
                "2026-02-28T22:15:00Z",
                "2026-03-31T22:15:00Z",
            ],
        ),
        (
            "cron(0 0 ? JAN-MAR FRI#2)",
            [
                "2026-01-09T00:00:00Z",
                "2026-02-13T00:00:00Z",
                "2026-03-13T00:00:00Z",
            ],
        ),
        (
            "cron(0 0 ? * FRIL)",
            [
                "2026-01-30T00:00:00Z",
                "2026-02-27T00:00:00Z",
                "2026-03-27T00:00:00Z",
            ],
        ),
        (
            "cron(0 0 29 2 *)",
            [
                "2028-02-29T00:00:00Z",
                "2032-02-29T00:00:00Z",
                "2036-02-29T00:00:00Z",
            ],
        ),
        (
            "cron(0 6 ? * MON-FRI)",
            [
                "2026-01-01T06:00:00Z",
                "2026-01-02T06:00:00Z",
                "2026-01-05T06:00:00Z",
            ],
        ),
    ];
    for (expression, expected) in cases {
        assert_eq!(
            starts(&windows(expression, 10, "UTC"), "2026-01-01T00:00:00Z"),
            expected,
            "{expression}"
        );
    }
}

#[test]
fn the_clock_of_a_time_zone_decides() {
    let daily = windows("cron(0 2 * * *)", 60, "Europe/Berlin");
    assert_eq!(
        starts(&daily, "2026-03-28T00:00:00Z")[..2],
        ["2026-03-28T01:00:00Z", "2026-03-29T01:00:00Z"]
    );
    assert_eq!(
        starts(&daily, "2026-03-30T00:00:00Z")[..1],
        ["2026-03-30T00:00:00Z"]
    );
    let once = windows("at(2026-12-24T20:00)", 60, "Asia/Tokyo");
    assert_eq!(
        starts(&once, "2026-01-01T00:00:00Z"),
        ["2026-12-24T11:00:00Z"]
    );
}

#[test]
fn wrong_expressions_have_an_error_with_the_nearest_right_one() {
    let cases = [
        (
            "cron(0 2 ? * SUN *)",
            "error at `0 2 ? * SUN *`: a mute rule has five fields, and this has 6: minute, hour, day of the month, month, day of the week (without the year: `cron(0 2 ? * SUN)`)",
        ),
        (
            "0 2 ? * SUN",
            "error at `0 2 ? * SUN`: `0 2 ? * SUN` is not a schedule (with its brackets: `cron(0 2 ? * SUN)`)",
        ),
        (
            "cron(0 25 ? * SUN)",
            "error at `25`: `25` cannot be the hour (0 to 23, or `*`)",
        ),
        (
            "cron(0 2 ? * SUNDAY)",
            "error at `SUNDAY`: `SUNDAY` cannot be the day of the week (did you mean `SUN`?)",
        ),
        (
            "cron(0 2 ? JUN-FEB *)",
            "error at `JUN-FEB`: the month ends before it begins: `JUN-FEB` (two ranges, with a comma between them: `6-12,1-2`)",
        ),
        (
            "cron(0/0 2 * * *)",
            "error at `0/0`: `0` cannot be the minute (0 to 59, or `*`)",
        ),
        (
            "cron(0 2 * * FRI#6)",
            "error at `FRI#6`: `6` is no number of a week in a month (1 to 5)",
        ),
        (
            "rate(6 hours)",
            "error at `rate(6 hours)`: `rate(6 hours)` is not a schedule (mute rules have no rates: `cron(0 */6 * * *)` is every six hours)",
        ),
        (
            "at(2026-12-24T20:00:00Z)",
            "error at `2026-12-24T20:00:00Z`: `2026-12-24T20:00:00Z` is not a time (`at(2026-12-24T20:00)`; `timezone` has the time zone)",
        ),
        (
            "at(2026-02-30T20:00)",
            "error at `2026-02-30T20:00`: `2026-02-30T20:00` is not a time (year-month-dayThour:minute: `at(2026-12-24T20:00)`)",
        ),
        (
            "",
            "error at ``: `` is not a schedule (`cron(0 2 ? * SUN)` for windows that recur, `at(2026-12-24T20:00)` for one)",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(Schedule::parse(text).unwrap_err().line(text), expected);
    }
}

#[test]
fn what_aws_does_not_document_is_a_doubt() {
    let doubts = |text: &str| -> Vec<String> {
        let doubts = Schedule::doubts(text);
        doubts.iter().map(|doubt| doubt.line(text)).collect()
    };
    assert_eq!(doubts("cron(0 2 ? * SUN)"), [""; 0]);
    assert_eq!(doubts("at(2026-12-24T20:00)"), [""; 0]);
    assert_eq!(
        doubts("cron(0 2 1 * MON)"),
        [
            "warning at `1 * MON`: the day of the month and the day of the week are both given: AWS does not say whether one of them or both have to match (write `?` in one of the two fields)"
        ]
    );
    assert_eq!(
        doubts("cron(0 2 ? * 1-5)"),
        [
            "warning at `1-5`: AWS does not say which day of the week has which number (one of: SUN, MON, TUE, WED, THU, FRI, SAT)"
        ]
    );
}

#[test]
fn days_that_no_month_has_never_come() {
    for (text, never) in [
        ("cron(0 2 30 2 *)", true),
        ("cron(0 2 31 4,6,9,11 ?)", true),
        ("cron(0 2 29 2 *)", false),
        ("cron(0 2 31 * *)", false),
        ("cron(0 2 30,L 2 *)", false),
        ("cron(0 2 30 2 MON)", false),
        ("at(2020-01-01T00:00)", false),
    ] {
        assert_eq!(
            Schedule::parse(text).unwrap().never_starts(),
            never,
            "{text}"
        );
    }
    assert_eq!(windows("cron(0 2 30 2 *)", 60, "UTC").from(0).next(), None);
}

#[test]
fn a_window_lasts_for_its_length_or_until_the_rule_expires() {
    let mut nightly = windows("cron(0 23 * * *)", 120, "UTC");
    let start = time("2026-05-01T23:00:00Z");
    assert_eq!(nightly.at(start - 1), None);
    assert_eq!(nightly.at(start + 7199), Some(start..start + 7200));
    assert_eq!(nightly.at(start + 7200), None);
    nightly.expires = Some(start + 3600);
    assert_eq!(nightly.at(start), Some(start..start + 3600));
    assert!(!nightly.are_over(start + 3599));
    assert!(nightly.are_over(start + 3600));
    let once = windows("at(2026-05-01T23:00)", 120, "UTC");
    assert!(!once.are_over(start + 7199));
    assert!(once.are_over(start + 7200));
}

#[test]
fn overlapping_windows_are_found() {
    let now = time("2026-01-01T00:00:00Z");
    let of = |expression, minutes| windows(expression, minutes, "UTC");
    let sundays = of("cron(0 2 ? * SUN)", 120);
    let cases = [
        (of("cron(0 3 1 * *)", 60), Some("2026-02-01T03:00:00Z")),
        (of("cron(0 4 1 * *)", 60), None),
        (
            of("at(2026-03-07T23:00)", 240),
            Some("2026-03-08T02:00:00Z"),
        ),
        (of("at(2025-12-28T02:00)", 60), None),
    ];
    for (other, expected) in cases {
        let expected = expected.map(time);
        assert_eq!(sundays.overlap_with(&other, now), expected, "{other:?}");
        assert_eq!(other.overlap_with(&sundays, now), expected, "{other:?}");
    }
    assert_eq!(sundays.overlap_each_other(now), None);
    assert_eq!(of("cron(0 * * * *)", 60).overlap_each_other(now), None);
    assert_eq!(
        of("cron(0 * * * *)", 61).overlap_each_other(now),
        Some(Overlap::Always)
    );
    assert_eq!(
        of("cron(0,30 2 * * *)", 60).overlap_each_other(now),
        Some(Overlap::First(time("2026-01-01T02:30:00Z")))
    );
}

#[test]
fn durations_are_read_and_written() {
    for (text, seconds) in [
        ("PT1M", 60),
        ("PT2H", 7200),
        ("P2DT12H", 216_000),
        ("P15D", 1_296_000),
        ("PT1H30M15S", 5415),
    ] {
        assert_eq!(seconds_of(text), Some(seconds), "{text}");
        assert_eq!(iso_duration(seconds), text);
    }
    for (text, seconds) in [("PT120M", 7200), ("P1W", 604_800), ("PT24H", 86_400)] {
        assert_eq!(seconds_of(text), Some(seconds), "{text}");
    }
    for text in ["2h", "P1M", "P1Y", "-PT1H", "P", "", "PT"] {
        assert_eq!(seconds_of(text), None, "{text}");
    }
}
