use super::band::{Banded, approximate_band};
use super::data::{History, Math, Samples};
use super::mute::mute;
use super::suppression::{
    SuppressedBy, Suppression, SuppressionEvent, SuppressionHistory, suppress,
};
use super::timeline::{EvaluatedAlarm, Transition, transitions};
use super::windows::time_zone;
use super::*;
use crate::semantics::state::AlarmState;
use crate::semantics::statistics;

const MISSING: [MissingData; 4] = [
    MissingData::Missing,
    MissingData::Ignore,
    MissingData::Breaching,
    MissingData::NotBreaching,
];

/// An alarm on values above zero.
fn settings(m: usize, n: usize, missing: MissingData) -> EvaluationSettings {
    EvaluationSettings {
        period: 60,
        evaluation_periods: n,
        datapoints_to_alarm: m,
        criterion: Criterion::Threshold(ComparisonOperator::GreaterThan, 0.0),
        missing,
        samples_needed: None,
        window: Window::Sliding,
        range: EvaluationRange::default(),
        warm_up: None,
    }
}

/// `0` does not breach, `X` does, `-` is missing.
fn points(pattern: &str) -> Vec<Option<Datapoint>> {
    let point = |word: &str| match word {
        "0" => Some(Datapoint::from(0.0)),
        "X" => Some(Datapoint::from(1.0)),
        "-" => None,
        other => panic!("{other} is no point"),
    };
    pattern.split_whitespace().map(point).collect()
}

mod documented {
    use super::*;

    fn rows() -> impl Iterator<Item = Vec<&'static str>> {
        include_str!("../../../tests/semantics/alarm-rows.csv")
            .lines()
            .skip(1)
            .map(|row| row.split(',').collect())
    }

    fn check(cell: &str, got: AlarmState, previous: AlarmState, row: &[&str]) {
        match cell {
            "" => {}
            "RETAIN" => assert_eq!(got, previous, "{row:?}"),
            "NOT_ALARM" => assert_ne!(got, AlarmState::Alarm, "{row:?}"),
            state => assert_eq!(
                Some(got),
                AlarmState::named(state),
                "{row:?} from {previous}"
            ),
        }
    }

    #[test]
    fn every_row_of_the_user_guide_has_its_state() {
        for row in rows() {
            let (n, m) = (row[1].parse().unwrap(), row[2].parse().unwrap());
            let points = points(row[4]);
            assert_eq!(points.len(), row[3].parse::<usize>().unwrap());
            for (cell, missing) in row[6..10].iter().zip(MISSING) {
                let previous_states = if *cell == "NOT_ALARM" {
                    vec![AlarmState::Ok]
                } else {
                    AlarmState::ALL.to_vec()
                };
                for previous in previous_states {
                    check(
                        cell,
                        evaluate(&points, &settings(m, n, missing), previous).state,
                        previous,
                        &row,
                    );
                }
            }
        }
    }

    #[test]
    fn missing_points_are_filled_in_the_numbers_of_the_user_guide() {
        for row in rows() {
            let (n, m) = (row[1].parse().unwrap(), row[2].parse().unwrap());
            let basis = evaluate(
                &points(row[4]),
                &settings(m, n, MissingData::Breaching),
                AlarmState::Ok,
            )
            .basis;
            let Basis::Points { filled, .. } = basis else {
                panic!("{row:?}")
            };
            assert_eq!(filled, row[5].parse::<usize>().unwrap(), "{row:?}");
        }
    }
}

mod properties {
    use super::*;

    /// Every pattern of points with this length.
    fn patterns(length: usize) -> Vec<Vec<Option<Datapoint>>> {
        let kinds = [None, Some(Datapoint::from(0.0)), Some(Datapoint::from(1.0))];
        let mut all = vec![Vec::new()];
        for _ in 0..length {
            all = all
                .into_iter()
                .flat_map(|shorter: Vec<_>| {
                    kinds.map(|kind| [shorter.clone(), vec![kind]].concat())
                })
                .collect();
        }
        all
    }

    fn all_settings() -> impl Iterator<Item = EvaluationSettings> {
        let pairs = (1..=4).flat_map(|n| (1..=n).map(move |m| (m, n)));
        pairs.flat_map(|(m, n)| MISSING.map(|missing| settings(m, n, missing)))
    }

    #[test]
    fn one_more_breaching_point_never_turns_alarm_into_ok() {
        for settings in all_settings() {
            for pattern in patterns(6) {
                for previous in AlarmState::ALL {
                    if evaluate(&pattern, &settings, previous).state != AlarmState::Alarm {
                        continue;
                    }
                    for place in 0..pattern.len() {
                        let mut worse = pattern.clone();
                        worse[place] = Some(Datapoint::from(1.0));
                        let state = evaluate(&worse, &settings, previous).state;
                        assert_ne!(
                            state,
                            AlarmState::Ok,
                            "{pattern:?} then {place}, {settings:?}, {previous}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn without_missing_points_the_breaching_points_are_counted() {
        for settings in all_settings() {
            for pattern in patterns(6)
                .into_iter()
                .filter(|pattern| pattern.iter().all(Option::is_some))
            {
                let newest = &pattern[pattern.len() - settings.evaluation_periods..];
                let breaching = newest
                    .iter()
                    .flatten()
                    .filter(|point| point.value > 0.0)
                    .count();
                let expected = if breaching >= settings.datapoints_to_alarm {
                    AlarmState::Alarm
                } else {
                    AlarmState::Ok
                };
                assert_eq!(
                    evaluate(&pattern, &settings, AlarmState::InsufficientData).state,
                    expected
                );
            }
        }
    }

    #[test]
    fn the_order_in_which_samples_arrive_does_not_matter() {
        let settings = settings(2, 3, MissingData::Missing);
        let mut samples: Vec<(i64, f64)> = Vec::new();
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..200 {
            samples.push((
                i64::try_from(next(3600)).unwrap(),
                f64::from(u8::try_from(next(3)).unwrap()) - 1.0,
            ));
        }
        let run = |samples: Vec<(i64, f64)>| {
            transitions(
                &settings,
                &Samples::new(statistics::Statistic::Sum, samples),
                0,
                3600,
            )
        };
        let in_order = run(samples.clone());
        assert!(in_order.len() > 5, "the samples make the alarm change");
        for _ in 0..20 {
            for place in (1..samples.len()).rev() {
                let other = usize::try_from(next(place as u64 + 1)).unwrap();
                samples.swap(place, other);
            }
            assert_eq!(run(samples.clone()), in_order);
        }
    }
}

#[test]
fn few_samples_keep_the_state() {
    let mut settings = settings(1, 1, MissingData::Missing);
    settings.samples_needed = statistics::parse("p99").unwrap().samples_needed();
    let point = |samples: f64| {
        [Some(Datapoint {
            value: 1.0,
            samples: Some(samples),
            band: None,
        })]
    };
    assert_eq!(
        evaluate(&point(999.0), &settings, AlarmState::Ok).state,
        AlarmState::Ok
    );
    assert_eq!(
        evaluate(&point(1001.0), &settings, AlarmState::Ok).state,
        AlarmState::Alarm
    );
    assert_eq!(
        evaluate(&[None], &settings, AlarmState::Ok).state,
        AlarmState::InsufficientData,
        "no sample is missing data"
    );
    let [old] = point(999.0);
    assert_eq!(
        evaluate(&[old, None, None], &settings, AlarmState::Ok).state,
        AlarmState::Ok,
        "an older point is evaluated and has too few samples"
    );
}

#[test]
fn the_minimum_of_samples_is_enough_and_unknown_numbers_of_samples_are_not_checked() {
    let mut settings = settings(1, 2, MissingData::Missing);
    settings.samples_needed = Some(20.0);
    let state = |samples: [Option<f64>; 2]| {
        let points = samples.map(|samples| {
            Some(Datapoint {
                value: 1.0,
                samples,
                band: None,
            })
        });
        evaluate(&points, &settings, AlarmState::Ok).state
    };
    assert_eq!(state([Some(10.0), Some(10.0)]), AlarmState::Alarm);
    assert_eq!(state([Some(10.0), Some(9.0)]), AlarmState::Ok);
    assert_eq!(state([Some(10.0), None]), AlarmState::Alarm);
}

#[test]
fn aws_operators_compare_with_the_threshold() {
    let breached = |operator: &str| {
        let criterion = Criterion::named(operator, Some(5.0)).unwrap();
        [4.0, 5.0, 6.0].map(|value| criterion.breached_by(&Datapoint::from(value)).unwrap())
    };
    assert_eq!(breached("GreaterThanThreshold"), [false, false, true]);
    assert_eq!(
        breached("GreaterThanOrEqualToThreshold"),
        [false, true, true]
    );
    assert_eq!(breached("LessThanThreshold"), [true, false, false]);
    assert_eq!(breached("LessThanOrEqualToThreshold"), [true, true, false]);
    assert_eq!(Criterion::named("GreaterThanThreshold", None), None);
    assert_eq!(Criterion::named("GreaterThan", Some(1.0)), None);
    assert_eq!(
        Criterion::named("LessThanLowerOrGreaterThanUpperThreshold", None),
        Some(Criterion::Band(BandOperator::Outside))
    );
    assert_eq!(
        MissingData::named("notBreaching"),
        Some(MissingData::NotBreaching)
    );
    assert_eq!(MissingData::named("NotBreaching"), None);
}

#[test]
fn the_edges_of_a_band_belong_to_it() {
    for side in [
        BandOperator::Above,
        BandOperator::Below,
        BandOperator::Outside,
    ] {
        for value in [1.0, 2.0] {
            let point = Datapoint {
                value,
                samples: None,
                band: Some((1.0, 2.0)),
            };
            assert_eq!(
                Criterion::Band(side).breached_by(&point),
                Some(false),
                "{side:?} {value}"
            );
        }
    }
}

#[test]
fn a_band_operator_selects_the_edges_that_breach() {
    let state = |side, value| {
        let mut settings = settings(1, 1, MissingData::Missing);
        settings.criterion = Criterion::Band(side);
        evaluate(
            &[Some(Datapoint {
                value,
                samples: None,
                band: Some((1.0, 2.0)),
            })],
            &settings,
            AlarmState::Ok,
        )
        .state
    };
    assert_eq!(
        [0.0, 1.5, 3.0].map(|value| state(BandOperator::Above, value)),
        [AlarmState::Ok, AlarmState::Ok, AlarmState::Alarm]
    );
    assert_eq!(
        [0.0, 1.5, 3.0].map(|value| state(BandOperator::Below, value)),
        [AlarmState::Alarm, AlarmState::Ok, AlarmState::Ok]
    );
    assert_eq!(
        [0.0, 1.5, 3.0].map(|value| state(BandOperator::Outside, value)),
        [AlarmState::Alarm, AlarmState::Ok, AlarmState::Alarm]
    );
}

#[test]
fn a_point_without_its_band_is_missing() {
    let mut settings = settings(1, 1, MissingData::NotBreaching);
    settings.criterion = Criterion::Band(BandOperator::Outside);
    assert_eq!(
        evaluate(&[Some(Datapoint::from(9.0))], &settings, AlarmState::Alarm).state,
        AlarmState::Ok
    );
}

#[test]
fn dynamo_db_ignores_missing_data_by_default() {
    let of = |set, switch| missing_data_for("AWS/DynamoDB", set, switch);
    assert_eq!(of(None, DynamoDbMissingData::AsSet), MissingData::Ignore);
    assert_eq!(
        of(Some(MissingData::Breaching), DynamoDbMissingData::AsSet),
        MissingData::Breaching
    );
    assert_eq!(
        of(
            Some(MissingData::Breaching),
            DynamoDbMissingData::AlwaysIgnored
        ),
        MissingData::Ignore
    );
    assert_eq!(
        missing_data_for("AWS/Lambda", None, DynamoDbMissingData::AlwaysIgnored),
        MissingData::Missing
    );
}

mod in_time {
    use super::*;

    fn seconds(text: &str) -> i64 {
        format!("2026-01-05T{text}Z")
            .parse::<jiff::Timestamp>()
            .unwrap()
            .as_second()
    }

    fn clock(second: i64) -> String {
        jiff::Timestamp::from_second(second)
            .unwrap()
            .strftime("%a %H:%M:%S")
            .to_string()
    }

    fn newest(settings: &EvaluationSettings, now: &str, count: usize) -> Vec<String> {
        settings
            .periods_at(seconds(now))
            .iter()
            .rev()
            .take(count)
            .map(|start| clock(*start)[4..].to_owned())
            .collect()
    }

    #[test]
    fn windows_end_at_the_whole_minute_of_the_evaluation() {
        for row in include_str!("../../../tests/semantics/windows.csv")
            .lines()
            .skip(1)
        {
            let cells: Vec<&str> = row.split(',').collect();
            let mut settings = settings(1, 3, MissingData::Missing);
            settings.period = cells[1].parse().unwrap();
            let expected: Vec<&str> = cells[2].split_whitespace().collect();
            assert_eq!(
                newest(&settings, cells[0], expected.len()),
                expected,
                "{row}"
            );
        }
    }

    #[test]
    fn more_periods_are_fetched_than_are_evaluated() {
        let fetched = |period, n| {
            let mut settings = settings(1, n, MissingData::Missing);
            settings.period = period;
            settings.periods_at(0).len()
        };
        assert_eq!(fetched(60, 3), 5, "AWS's own example");
        assert_eq!(
            [fetched(60, 1), fetched(300, 1), fetched(60, 15)],
            [5, 3, 20]
        );
    }

    #[test]
    fn long_windows_are_evaluated_by_the_hour() {
        let mut settings = settings(1, 2, MissingData::Missing);
        settings.period = 86_400;
        assert_eq!(settings.evaluation_interval(), 3600);
        assert_eq!(
            newest(&settings, "14:25:00", 1),
            ["14:00:00"],
            "a day that ended at 14:00"
        );
        settings.evaluation_periods = 1;
        assert_eq!(settings.evaluation_interval(), 60);
        settings.period = 10;
        assert_eq!(settings.evaluation_interval(), 10);
    }

    fn by_the_clock(period: u32, zone: &str, now: &str) -> Vec<String> {
        let mut settings = settings(1, 2, MissingData::Missing);
        settings.period = period;
        settings.window = Window::WallClock(time_zone(zone).unwrap());
        let now = now.parse::<jiff::Timestamp>().unwrap().as_second();
        settings
            .periods_at(now)
            .into_iter()
            .map(|start| jiff::Timestamp::from_second(start).unwrap().to_string())
            .collect()
    }

    #[test]
    fn a_wall_clock_window_uses_completed_periods_only() {
        assert_eq!(
            by_the_clock(300, "UTC", "2026-01-05T12:16:40Z"),
            ["2026-01-05T12:05:00Z", "2026-01-05T12:10:00Z"]
        );
        assert_eq!(
            by_the_clock(3600, "+05:30", "2026-01-05T12:16:40Z"),
            ["2026-01-05T09:30:00Z", "2026-01-05T10:30:00Z"]
        );
        assert_eq!(
            by_the_clock(3600, "GMT+05:45", "2026-01-05T12:16:40Z"),
            ["2026-01-05T10:15:00Z", "2026-01-05T11:15:00Z"]
        );
        assert_eq!(
            by_the_clock(86_400, "UTC-08:00", "2026-01-05T12:16:40Z"),
            ["2026-01-03T08:00:00Z", "2026-01-04T08:00:00Z"]
        );
        assert_eq!(
            by_the_clock(604_800, "Z", "2026-01-08T12:16:40Z"),
            ["2025-12-22T00:00:00Z", "2025-12-29T00:00:00Z"]
        );
        assert_eq!(
            by_the_clock(60, "GMT", "2026-01-05T12:16:00Z"),
            ["2026-01-05T12:14:00Z", "2026-01-05T12:15:00Z"],
            "just completed"
        );
    }

    #[test]
    fn offsets_are_written_with_hours_and_minutes() {
        for wrong in [
            "",
            "+5:30",
            "+05:33",
            "+25:00",
            "+05",
            "UTC+",
            "Mars/Olympus",
            "05:30",
        ] {
            assert!(time_zone(wrong).is_none(), "{wrong}");
        }
    }

    /// The changes of an alarm over values by minute (`_` is none), as `minute STATE`.
    fn story(settings: &EvaluationSettings, values: &str) -> Vec<String> {
        let values: Vec<Option<f64>> = values
            .split_whitespace()
            .map(|word| word.parse().ok())
            .collect();
        let data = |start: i64, _: u32| {
            let minute = usize::try_from(start.div_euclid(60)).ok()?;
            values.get(minute).copied().flatten().map(Datapoint::from)
        };
        let until = i64::try_from(values.len()).unwrap() * 60;
        transitions(settings, &data, 0, until)
            .iter()
            .map(|change| format!("{} {}", change.at / 60, change.to))
            .collect()
    }

    #[test]
    fn an_alarm_changes_when_its_points_do() {
        let settings = settings(2, 3, MissingData::NotBreaching);
        assert_eq!(
            story(&settings, "0 0 5 5 0 0 0 0"),
            ["0 OK", "4 ALARM", "6 OK"]
        );
        assert_eq!(
            story(&settings, "0 5 0 0 5 0 0"),
            ["0 OK"],
            "two of three are needed"
        );
    }

    #[test]
    fn evaluations_begin_at_creation_and_go_on_at_whole_minutes() {
        let flips =
            |start: i64, _: u32| Some(Datapoint::from(if start % 120 == 0 { 1.0 } else { 0.0 }));
        let alarm = settings(1, 1, MissingData::Missing);
        let times: Vec<(i64, AlarmState)> = transitions(&alarm, &flips, 90, 240)
            .iter()
            .map(|change| (change.at, change.to))
            .collect();
        let expected = [
            (90, AlarmState::Alarm),
            (120, AlarmState::Ok),
            (180, AlarmState::Alarm),
            (240, AlarmState::Ok),
        ];
        assert_eq!(times, expected);
    }

    #[test]
    fn a_single_error_keeps_the_alarm_until_it_leaves_the_range() {
        let one = settings(1, 1, MissingData::NotBreaching);
        assert_eq!(
            story(&one, "0 5 _ _ _ _ _ _ _"),
            ["0 OK", "2 ALARM", "7 OK"],
            "until it leaves the range of five minutes"
        );
        assert_eq!(
            story(&one, "0 5 0 _ _ _ _ _ _"),
            ["0 OK", "2 ALARM", "3 OK"]
        );
    }

    #[test]
    fn an_alarm_warms_up_until_its_periods_are_full() {
        let mut settings = settings(1, 3, MissingData::Breaching);
        settings.period = 300;
        let first_data = seconds("10:04:00");
        let data = |start: i64, _: u32| (start >= first_data).then(|| Datapoint::from(1.0));
        let first_change = |warm_up| {
            let settings = EvaluationSettings {
                warm_up,
                ..settings.clone()
            };
            transitions(&settings, &data, seconds("10:00:00"), seconds("12:00:00"))
                .first()
                .map(|change| clock(change.at))
        };
        let warm_up = |ends| Some(WarmUp { minutes: 60, ends });
        assert_eq!(first_change(None).as_deref(), Some("Mon 10:00:00"));
        assert_eq!(
            first_change(warm_up(WarmUpEnd::OnceFull)).as_deref(),
            Some("Mon 10:19:00"),
            "AWS's own example"
        );
        assert_eq!(
            first_change(warm_up(WarmUpEnd::AfterItsMinutes)).as_deref(),
            Some("Mon 11:00:00")
        );
    }

    fn texts(settings: &EvaluationSettings, values: &[f64]) -> Vec<String> {
        let start = seconds("08:00:00");
        let data = |at: i64, _: u32| {
            let place = usize::try_from((at - start).div_euclid(60)).ok()?;
            values.get(place).copied().map(Datapoint::from)
        };
        let until = start + 60 * i64::try_from(values.len()).unwrap();
        let mut alarm = EvaluatedAlarm::new(settings, start);
        let mut texts = vec![alarm.reason().to_owned()];
        for now in (start..=until).step_by(60) {
            texts.extend(
                alarm
                    .evaluate(now, &data)
                    .map(|change: Transition| change.reason),
            );
        }
        texts
    }

    #[test]
    fn reasons_have_cloudwatchs_wording() {
        let mut settings = settings(1, 3, MissingData::Missing);
        settings.criterion = Criterion::Threshold(ComparisonOperator::GreaterThan, 31.0);
        insta::assert_snapshot!(texts(&settings, &[1.0, 32.6, 40.0, 1.0, 2.0, 3.5]).join("\n"), @r"
        Unchecked: Initial alarm creation
        Threshold Crossed: 1 out of the last 1 datapoints [1.0 (05/01/26 08:00:00)] was not greater than the threshold (31.0) (minimum 3 datapoints for ALARM -> OK transition).
        Threshold Crossed: 1 out of the last 2 datapoints [32.6 (05/01/26 08:01:00)] was greater than the threshold (31.0) (minimum 1 datapoint for OK -> ALARM transition).
        Threshold Crossed: 3 out of the last 3 datapoints [3.5 (05/01/26 08:05:00), 2.0 (05/01/26 08:04:00), 1.0 (05/01/26 08:03:00)] were not greater than the threshold (31.0) (minimum 3 datapoints for ALARM -> OK transition).
        ");
        settings.missing = MissingData::NotBreaching;
        insta::assert_snapshot!(texts(&settings, &[]).join("\n"), @r"
        Unchecked: Initial alarm creation
        Threshold Crossed: 3 datapoints were missing and treated as [NonBreaching].
        ");
        settings.missing = MissingData::Missing;
        let nothing = evaluate(&[None; 5], &settings, AlarmState::Ok);
        assert_eq!(
            reason(&nothing, &[None; 5], &[0; 5], &settings).as_deref(),
            Some("Insufficient Data: 5 datapoints were unknown.")
        );
    }
}

mod data {
    use super::*;
    use statistics::Statistic;

    fn values(data: &impl DatapointSource, starts: &[i64], period: u32) -> Vec<Option<f64>> {
        data.points(starts, period)
            .iter()
            .map(|point| point.map(|point| point.value))
            .collect()
    }

    #[test]
    fn samples_belong_to_the_period_that_contains_them() {
        let samples = Samples::new(
            Statistic::Sum,
            vec![(299, 4.0), (0, 1.0), (59, 2.0), (300, 8.0)],
        );
        assert_eq!(
            values(&samples, &[0, 60, 300], 60),
            [Some(3.0), None, Some(8.0)]
        );
        assert_eq!(
            values(&samples, &[0, 60], 300),
            [Some(7.0), Some(12.0)],
            "shifted windows"
        );
        assert_eq!(samples.points(&[0], 60)[0].unwrap().samples, Some(2.0));
    }

    #[test]
    fn points_are_combined_into_longer_periods_for_statistics_that_allow_it() {
        let minutes = || vec![(0, 4.0), (60, 1.0), (180, 5.0)];
        let over_two_minutes = |statistic| {
            values(
                &History::new(statistic, minutes()).unwrap(),
                &[0, 60, 120, 240],
                120,
            )
        };
        assert_eq!(
            over_two_minutes(Statistic::Sum),
            [Some(5.0), Some(1.0), Some(5.0), None]
        );
        assert_eq!(
            over_two_minutes(Statistic::Minimum),
            [Some(1.0), Some(1.0), Some(5.0), None]
        );
        assert_eq!(
            over_two_minutes(Statistic::Maximum),
            [Some(4.0), Some(1.0), Some(5.0), None]
        );
        assert!(History::new(Statistic::Average, minutes()).is_none());
        assert!(History::new(Statistic::Percentile(99.0), minutes()).is_none());
    }

    fn counts(values: &[f64]) -> Box<dyn DatapointSource> {
        let values = values.to_vec();
        Box::new(move |start: i64, _: u32| {
            let value = values.get(usize::try_from(start / 60).ok()?)?;
            Some(Datapoint::from(*value))
        })
    }

    #[test]
    fn math_uses_all_points_that_the_alarm_fetches() {
        let metrics = || {
            std::collections::BTreeMap::from([
                ("errors".to_owned(), counts(&[1.0, 2.0])),
                ("calls".to_owned(), counts(&[4.0, 4.0, 4.0])),
            ])
        };
        let math = |text: &str| Math::new(crate::semantics::math::parse(text).unwrap(), metrics());
        let over_four = |text: &str| values(&math(text).ok().unwrap(), &[0, 60, 120, 180], 60);
        assert_eq!(
            over_four("100 * errors / calls"),
            [Some(25.0), Some(50.0), Some(0.0), None]
        );
        assert_eq!(over_four("TIME_SERIES(SUM(calls))"), [Some(12.0); 4]);
        assert_eq!(
            math("errors / callss").err().unwrap().message,
            "`callss` is not among the metrics"
        );
        assert_eq!(
            math("[errors, calls]").err().unwrap().message,
            "the expression gives several time series"
        );
    }
}

mod acting {
    use super::*;

    const SUPPRESSION: Suppression = Suppression {
        wait: 2,
        extension: 3,
    };

    fn composite(at: i64, state: AlarmState) -> (i64, SuppressionEvent) {
        (at, SuppressionEvent::Composite(state))
    }

    fn suppressor(at: i64, state: AlarmState) -> (i64, SuppressionEvent) {
        (at, SuppressionEvent::Suppressor(state))
    }

    fn run(changes: &[(i64, SuppressionEvent)]) -> SuppressionHistory {
        suppress(SUPPRESSION, changes, 20)
    }

    use AlarmState::{Alarm, Ok};
    use SuppressedBy::{ExtensionPeriod, WaitPeriod};

    #[test]
    fn scenario_1_a_wait_passes() {
        let history = run(&[composite(2, Alarm)]);
        assert_eq!(
            history,
            SuppressionHistory {
                actions: vec![(4, Alarm)],
                suppressed: vec![(2..4, WaitPeriod)]
            }
        );
    }

    #[test]
    fn scenario_2_the_suppressor_alarms_during_the_wait() {
        let history = run(&[composite(2, Alarm), suppressor(3, Alarm)]);
        assert_eq!(
            history,
            SuppressionHistory {
                actions: vec![],
                suppressed: vec![(2..3, WaitPeriod)]
            }
        );
    }

    #[test]
    fn scenario_3_a_change_begins_a_new_wait() {
        let history = run(&[composite(2, Alarm), composite(3, Ok)]);
        assert_eq!(
            history,
            SuppressionHistory {
                actions: vec![(5, Ok)],
                suppressed: vec![(2..3, WaitPeriod), (3..5, WaitPeriod)]
            }
        );
    }

    #[test]
    fn scenario_4_the_suppressor_is_already_in_alarm() {
        let history = run(&[suppressor(1, Alarm), composite(2, Alarm)]);
        assert_eq!(history, SuppressionHistory::default());
    }

    #[test]
    fn scenario_5_an_extension_passes() {
        let history = run(&[composite(2, Alarm), suppressor(3, Alarm), suppressor(6, Ok)]);
        assert_eq!(history.actions, [(9, Alarm)]);
        assert_eq!(
            history.suppressed,
            [
                (2..3, WaitPeriod),
                (3..6, SuppressedBy::Alarm),
                (6..9, ExtensionPeriod)
            ]
        );
    }

    #[test]
    fn scenario_6_a_change_cuts_the_extension_short() {
        let history = run(&[
            composite(2, Alarm),
            suppressor(3, Alarm),
            suppressor(6, Ok),
            composite(7, Ok),
        ]);
        assert_eq!(history.actions, [(9, Ok)]);
        assert_eq!(
            history.suppressed[2..],
            [(6..7, ExtensionPeriod), (7..9, WaitPeriod)]
        );
    }

    #[test]
    fn an_extension_without_delayed_actions_runs_none() {
        assert_eq!(run(&[suppressor(3, Alarm), suppressor(6, Ok)]).actions, []);
    }

    #[test]
    fn only_leaving_alarm_begins_an_extension() {
        assert_eq!(
            run(&[
                suppressor(1, AlarmState::InsufficientData),
                composite(2, Alarm)
            ])
            .actions,
            [(4, Alarm)]
        );
        assert_eq!(
            run(&[
                composite(2, Alarm),
                suppressor(3, AlarmState::InsufficientData)
            ])
            .actions,
            [(4, Alarm)]
        );
    }

    #[test]
    fn a_period_ends_at_its_end_time() {
        assert_eq!(
            run(&[composite(2, Alarm), suppressor(4, Alarm)]).actions,
            [(4, Alarm)]
        );
        assert_eq!(
            suppress(SUPPRESSION, &[composite(2, Alarm)], 4).actions,
            [(4, Alarm)]
        );
        assert_eq!(suppress(SUPPRESSION, &[composite(2, Alarm)], 3).actions, []);
        let none = Suppression {
            wait: 0,
            extension: 0,
        };
        assert_eq!(
            suppress(none, &[composite(2, Alarm), composite(3, Ok)], 2),
            SuppressionHistory {
                actions: vec![(2, Alarm)],
                suppressed: vec![]
            }
        );
    }

    #[test]
    fn without_periods_actions_run_at_once() {
        let none = Suppression {
            wait: 0,
            extension: 0,
        };
        let history = suppress(
            none,
            &[
                composite(2, Alarm),
                suppressor(3, Alarm),
                composite(4, Ok),
                suppressor(6, Ok),
            ],
            20,
        );
        assert_eq!(history.actions, [(2, Alarm), (6, Ok)]);
    }

    #[test]
    fn muted_actions_run_at_the_end_of_the_window_if_the_state_is_the_same() {
        assert_eq!(
            mute(&[(1, Alarm), (5, Ok), (8, Alarm)], &[4..6, 6..10]),
            [(1, Alarm), (10, Alarm)]
        );
        assert_eq!(
            mute(&[(5, Alarm), (7, Ok), (12, Alarm)], &[1..2, 4..10]),
            [(10, Ok), (12, Alarm)]
        );
        assert_eq!(
            mute(&[(5, Alarm)], &[4..6, 6..9, 20..30]),
            [(9, Alarm)],
            "windows that touch"
        );
        assert_eq!(mute(&[(5, Alarm)], &[]), [(5, Alarm)]);
    }
}

#[test]
fn an_approximate_band_follows_the_time_of_day() {
    let day = 86_400;
    let history: Vec<(i64, f64)> = (0..14 * 24)
        .map(|hour| (hour * 3600, if hour % 24 == 12 { 100.0 } else { 10.0 }))
        .collect();
    let at_noon = approximate_band(&history, 14 * day + 12 * 3600, 2.0).unwrap();
    let at_night = approximate_band(&history, 14 * day, 2.0).unwrap();
    assert!(
        (at_noon.0 - 100.0).abs() < 1e-9 && (at_night.1 - 10.0).abs() < 1e-9,
        "{at_noon:?} {at_night:?}"
    );
    let short = [(0, 1.0), (3600, 3.0)];
    assert_eq!(
        approximate_band(&short, 3 * 3600 - 1, 2.0),
        None,
        "less than three hours"
    );
    assert_eq!(
        approximate_band(&short, 3 * 3600, 2.0),
        Some((0.0, 4.0)),
        "two deviations of 1 around 2"
    );
    assert_eq!(approximate_band(&[], 0, 2.0), None);
}

#[test]
fn an_alarm_on_a_band_waits_for_its_history() {
    let mut settings = settings(1, 1, MissingData::Missing);
    settings.criterion = Criterion::Band(BandOperator::Above);
    settings.period = 3600;
    let value = |hour: i64| {
        if hour == 8 {
            50.0
        } else {
            f64::from(u8::try_from(hour % 2).unwrap())
        }
    };
    let history: Vec<(i64, f64)> = (0..24).map(|hour| (hour * 3600, value(hour))).collect();
    let hourly =
        move |start: i64, _: u32| (start >= 0).then(|| Datapoint::from(value(start / 3600)));
    let data = Banded::new(hourly, history, 2.0);
    let changes = transitions(&settings, &data, 0, 12 * 3600);
    let hours: Vec<(i64, AlarmState)> = changes
        .iter()
        .map(|change| (change.at / 3600, change.to))
        .collect();
    assert_eq!(
        hours,
        [
            (4, AlarmState::Ok),
            (9, AlarmState::Alarm),
            (10, AlarmState::Ok)
        ]
    );
}
