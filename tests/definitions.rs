//! The definitions keep their own promises: every built-in alarm, event and log metric has tests, and all of them hold. And what `tracewatch test` shows
//! of tests that do not, one folder per fault. `BLESS=1` writes what is shown now.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::path::Path;

use support::faults::assert_shown_as_expected;
use support::program::Program;
use tracewatch::catalog::Catalog;
use tracewatch::catalog::testing::{DefinitionTest, Expect};
use tracewatch::diagnostic::Colour;
use tracewatch::project::Preset;
use tracewatch::semantics::state::AlarmState;
use tracewatch::simulate::trial::{self, TrialResult};
use tracewatch::simulate::{self, TestResult, render};

/// Tests that an alarm has at least: the failure it is for, the quiet case, missing data, recovery.
const LEAST: usize = 4;

fn catalog() -> Catalog {
    let loaded = Catalog::load_with_tests(None, None);
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.value
}

#[test]
fn every_test_of_the_built_in_definitions_passes() {
    let results = simulate::run(&catalog(), "");
    assert!(
        results.iter().all(TestResult::passed),
        "{}",
        render::text(&results, &[], Colour::Never)
    );
}

fn catalog_of_preset(preset: Preset) -> Catalog {
    let loaded = Catalog::load_with_tests(None, Some(preset));
    assert!(loaded.diagnostics.is_empty(), "{:?}", loaded.diagnostics);
    loaded.value
}

/// The built-in definitions are left out: they are tested above.
#[test]
fn every_test_of_the_presets_passes() {
    for (name, preset) in Preset::WORDS {
        let results = simulate::run(&catalog_of_preset(preset), ".aws-");
        assert!(results.len() > 100, "{name}: the filter finds the tests");
        assert!(
            results.iter().all(TestResult::passed),
            "{name}:\n{}",
            render::text(&results, &[], Colour::Never)
        );
    }
}

/// A test of the threshold, of the window and of the recovery, and one without data.
#[test]
fn every_alarm_of_a_preset_is_tested_to_fire_to_recover_and_without_data() {
    for (_, preset) in Preset::WORDS {
        let catalog = catalog_of_preset(preset);
        for service in catalog.definitions() {
            let on = service.alarms.iter().filter(|alarm| alarm.enabled.is_on());
            for alarm in on {
                let name = format!("{}.{}", service.file, alarm.name);
                let fires = |test: &&DefinitionTest| told_once(test) && recovers(&states(test));
                assert_eq!(alarm.tests.iter().filter(fires).count(), 1, "{name}");
                assert!(alarm.tests.len() > 1, "{name}: no test without data");
            }
        }
    }
}

#[test]
fn every_trial_of_the_built_in_definitions_passes() {
    let results = trial::run(&catalog(), &[], "");
    assert!(
        results.iter().all(TrialResult::passed),
        "{}",
        render::text(&[], &results, Colour::Never)
    );
}

/// An alarm on growth: the levels of trials stay at a mean.
const ON_GROWTH: &str = "event-source-mapping.lag-grows";

#[test]
fn every_built_in_alarm_has_a_trial_of_an_incident() {
    let catalog = catalog();
    let mut wanting = Vec::new();
    for service in catalog.definitions() {
        for alarm in &service.alarms {
            let has_incident = alarm.trials.iter().any(|trial| trial.incident.is_some());
            if !has_incident {
                wanting.push(format!("{}.{}", service.file, alarm.name));
            }
        }
    }
    assert_eq!(wanting, [ON_GROWTH]);
}

#[test]
fn a_trial_gives_the_same_result_every_time_and_whatever_runs_beside_it() {
    let name = "lambda.error-rate: a total outage of three calls a minute";
    let alone = trial::run(&catalog(), &[], name);
    let among_others = trial::run(&catalog(), &[], "lambda.error-rate");
    let shown = |results: &[TrialResult]| {
        let result = results.iter().find(|result| result.name() == name);
        format!("{:?}", result.expect("the trial").outcome)
    };
    assert_eq!(shown(&alone), shown(&among_others));
}

#[test]
fn every_built_in_alarm_is_tested_to_fire_and_to_recover() {
    let catalog = catalog();
    let alarms = catalog.definitions().flat_map(|watch| {
        let alarms = watch.alarms.iter().map(|alarm| (&alarm.name, &alarm.tests));
        let composites = watch
            .composites
            .iter()
            .map(|composite| (&composite.name, &composite.tests));
        alarms
            .chain(composites)
            .map(|(name, tests)| (format!("{}.{name}", watch.file), tests))
    });
    let wanting: Vec<String> = alarms
        .filter_map(|(name, tests)| Some(format!("{name}: {}", lacking(tests)?)))
        .collect();
    assert!(wanting.is_empty(), "{}", wanting.join("\n"));
}

#[test]
fn every_built_in_event_is_tested_to_match_and_not_to() {
    let catalog = catalog();
    for service in catalog.definitions() {
        for event in &service.events {
            for expect in [true, false] {
                assert!(
                    event.tests.iter().any(|test| test.expect == expect),
                    "{}.{}: no test expects {expect}",
                    service.file,
                    event.name
                );
            }
        }
    }
}

fn lacking(tests: &[DefinitionTest]) -> Option<&'static str> {
    if tests.len() < LEAST {
        Some("fewer than four tests")
    } else if !tests
        .iter()
        .any(|test| told_once(test) && states(test).contains(&AlarmState::Alarm))
    {
        Some("no test goes to ALARM and says that it does so once")
    } else if !tests.iter().any(|test| recovers(&states(test))) {
        Some("no test ends with OK after ALARM")
    } else {
        None
    }
}

fn told_once(test: &DefinitionTest) -> bool {
    test.notified.as_ref().is_some_and(|times| times.value == 1)
}

fn recovers(states: &[AlarmState]) -> bool {
    states.contains(&AlarmState::Alarm) && states.last() == Some(&AlarmState::Ok)
}

/// What a test expects, in the order of time.
fn states(test: &DefinitionTest) -> Vec<AlarmState> {
    match &test.expect {
        Expect::Throughout(state) => vec![*state],
        Expect::At(states) => states.iter().map(|(_, state, _)| *state).collect(),
    }
}

#[test]
fn every_built_in_log_metric_is_tested_to_match_and_not_to() {
    let catalog = catalog();
    let mut log_metrics = 0;
    for service in catalog.definitions() {
        for log_metric in &service.log_metrics {
            let name = format!("{}.{}", service.file, log_metric.name);
            let mut tests = log_metric.tests.iter();
            assert!(tests.clone().any(|test| !test.matches.is_empty()), "{name}");
            assert!(tests.any(|test| !test.ignores.is_empty()), "{name}");
            log_metrics += 1;
        }
    }
    assert!(log_metrics >= 2, "the judge finds log metrics");
}

/// Both streams and the exit code, as somebody sees them who works in the folder.
fn shown(folder: &Path) -> String {
    let finished = Program::new(folder, &["test", ".", "--filter", "x.", "--color", "never"]).run();
    format!(
        "{}{}exit {}\n",
        finished.stderr,
        finished.stdout,
        finished.code.expect("an exit code")
    )
}

#[test]
fn what_is_wrong_with_a_test_is_shown_as_expected() {
    assert_shown_as_expected("tests/definitions", shown);
}

#[test]
fn trials_of_the_objectives_of_a_project_file_run_without_its_stack() {
    let folder = support::repository("tests/definitions/slo-trials");
    let finished = Program::new(&folder, &["test", ".", "--filter", "tracewatch."]).run();
    let is_result = |line: &&str| line.starts_with("ok ") || line.starts_with("FAIL ");
    let shown: Vec<&str> = finished.stdout.lines().filter(is_result).collect();
    assert_eq!(
        shown,
        [
            "ok   tracewatch.checkout: half of the customers cannot pay: notified within 15 min in 100 %, notified once in 100 % (median 9 min)",
            "ok   tracewatch.availability: half of the budget: 0.0 notifications a week",
            "FAIL tracewatch.availability: without a definition file",
        ],
        "{}",
        finished.stderr
    );
    let reason = "a test reads no stack, and the objective does not name its definition file";
    assert!(finished.stdout.contains(reason), "{}", finished.stdout);
}

#[test]
fn a_path_is_a_project_its_alarms_or_one_file_of_them() {
    let folder = support::repository("tests/definitions/beyond-the-series");
    let files = |path: &str, filter: &str| {
        let line = ["test", path, "--filter", filter, "--format", "json"];
        let found = Program::new(&folder, &line).run().json();
        let tests = found["tests"].as_array().expect("tests").iter();
        let files = tests.map(|test| test["file"].as_str().unwrap().to_owned());
        files.collect::<Vec<_>>()
    };
    let built_in = files(".", "eventbus.");
    assert_eq!(files("alarms", "eventbus."), built_in);
    assert!(built_in.iter().any(|file| file == "eventbus"));
    let own = files("alarms/x.toml", "");
    assert!(
        !own.is_empty() && own.iter().all(|file| file == "x"),
        "{own:?}"
    );
    let absent = Program::new(&folder, &["test", "nowhere"]).run().exits(1);
    assert!(
        absent.stderr.contains("cannot read `nowhere`"),
        "{}",
        absent.stderr
    );
}
