//! Every write call of apply, update and destroy, spoiled in every way: each run ends with a clear report, and the next one converges.
//! Also pipelines at the same time on one account.
//!
//! By default a sample; `TRACEWATCH_FAULTS=all` takes every call and fault (some minutes).
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "../support/mod.rs"]
mod support;

mod account;
mod wire;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use account::{Account, Contents};
use support::program::{Finished, Program};
use support::project::Project;
use wire::{FAULTS, Fault, Wire, WriteCall};

/// What the program does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// The first apply.
    Apply,
    /// An apply of a changed project: updates, creations and deletions.
    Update,
    Destroy,
}

const PHASES: [Phase; 3] = [Phase::Apply, Phase::Update, Phase::Destroy];

impl Phase {
    fn project(self) -> Project {
        let folder = match self {
            Phase::Apply | Phase::Destroy => "before",
            Phase::Update => "after",
        };
        let project = Project::copy(&format!("tests/faults/{folder}"));
        let alarms = "alarms/outage.toml";
        std::fs::create_dir(project.folder.join("alarms")).unwrap();
        let source = support::repository(&format!("tests/faults/{folder}/{alarms}"));
        std::fs::copy(source, project.folder.join(alarms)).unwrap();
        project
    }

    fn command(self) -> &'static str {
        match self {
            Phase::Apply | Phase::Update => "apply",
            Phase::Destroy => "destroy",
        }
    }

    fn account(self, latency: Duration) -> Account {
        match self {
            Phase::Apply => Account::serve(None, latency),
            Phase::Update | Phase::Destroy => Account::serve(Some(applied()), latency),
        }
    }

    fn program(self, folder: &Path, endpoint: &str) -> Program {
        let sandbox = format!("--sandbox={endpoint}");
        Program::new(folder, &[self.command(), "--yes", &sandbox])
    }
}

/// The file of an account after the first apply.
fn applied() -> &'static Path {
    static APPLIED: OnceLock<(Project, PathBuf)> = OnceLock::new();
    let (_, file) = APPLIED.get_or_init(|| {
        let project = Phase::Apply.project();
        let arguments = ["apply", "--yes", "--sandbox=account.json"];
        Program::new(&project.folder, &arguments).run().exits(0);
        let file = project.folder.join("account.json");
        assert!(file.is_file());
        (project, file)
    });
    file
}

/// A run without faults: its write calls, and the account after it.
fn undisturbed(phase: Phase) -> (Vec<WriteCall>, Contents) {
    let account = phase.account(Duration::ZERO);
    let wire = Wire::to(&account.address, None);
    let project = phase.project();
    phase
        .program(&project.folder, &wire.endpoint)
        .run()
        .exits(0);
    (wire.writes(), account.contents())
}

/// One fault of one call, and what has to come of it.
struct Case<'a> {
    phase: Phase,
    call: &'a WriteCall,
    fault: Fault,
    expected: &'a Contents,
}

impl Case<'_> {
    fn check(&self) -> Result<(), String> {
        let account = self.phase.account(Duration::ZERO);
        let wire = Wire::to(&account.address, Some((self.call.clone(), self.fault)));
        let project = self.phase.project();
        let program = self.phase.program(&project.folder, &wire.endpoint).start();
        wire.is_used_by(program.id());
        let disturbed = program.wait();
        if !wire.has_spoiled() {
            return Err("the call was not made".to_owned());
        }
        self.check_report(&disturbed)?;
        if disturbed.code == Some(0) && account.contents() != *self.expected {
            return Err("exit code 0, but not all is done".to_owned());
        }
        let next = self
            .phase
            .program(&project.folder, &account.endpoint())
            .run();
        if next.code != Some(0) {
            return Err(format!(
                "the next run fails:\n{}{}",
                next.stdout, next.stderr
            ));
        }
        if account.contents() != *self.expected {
            return Err("the next run does not converge".to_owned());
        }
        Ok(())
    }

    fn check_report(&self, finished: &Finished) -> Result<(), String> {
        let Finished {
            code,
            stdout,
            stderr,
        } = finished;
        let again = format!("Run `tracewatch {}` again", self.phase.command());
        let is_clear = match (self.fault, *code) {
            (Fault::Kill, code) => code.is_none(),
            (
                Fault::Drop
                | Fault::Reset
                | Fault::Error500
                | Fault::Error503
                | Fault::Throttle
                | Fault::Hang
                | Fault::Outage,
                code,
            ) => code == Some(0) && stdout.contains(" done\n"),
            // Later calls may make up for it.
            (_, Some(0)) => stdout.contains(" done\n"),
            (Fault::Interrupt | Fault::Terminate, code) => {
                code == Some(1) && stderr.contains("Stopping") && stdout.contains(&again)
            }
            (Fault::Denied, code) => {
                code == Some(1) && stdout.contains("access denied") && stdout.contains(&again)
            }
            (Fault::Expired, code) => {
                code == Some(1)
                    && stdout.contains("no usable AWS credentials")
                    && stdout.contains(&again)
            }
            (Fault::Garbage, code) => code == Some(1) && stdout.contains(&again),
            (Fault::Html, code) => {
                code == Some(1) && stdout.contains("an HTML page") && stdout.contains(&again)
            }
        };
        if is_clear {
            Ok(())
        } else {
            Err(format!("exit code {code:?}\n{stdout}{stderr}"))
        }
    }
}

/// The number of sampled cases of each phase.
const SAMPLE: usize = 10;

fn takes_all() -> bool {
    std::env::var_os("TRACEWATCH_FAULTS").is_some_and(|value| value == "all")
}

/// A sample for most runs. A call that hangs takes ten seconds: only one of them is in a sample.
fn sampled(phase: Phase, cases: Vec<Case<'_>>) -> Vec<Case<'_>> {
    if takes_all() {
        return cases;
    }
    let (slow, fast): (Vec<_>, Vec<_>) = cases
        .into_iter()
        .partition(|case| case.fault == Fault::Hang);
    let mut step = fast.len() / SAMPLE;
    // Without a common divisor with the number of faults the sample has all of them.
    while step.is_multiple_of(2) || step.is_multiple_of(3) {
        step += 1;
    }
    let hanging = slow.into_iter().take(usize::from(phase == Phase::Update));
    fast.into_iter().step_by(step).chain(hanging).collect()
}

/// The number of cases at a time. They mostly wait.
const AT_ONCE: usize = 4;

#[test]
fn a_run_after_any_fault_converges() {
    let undisturbed = PHASES.map(undisturbed);
    let mut cases = Vec::new();
    for (phase, (calls, expected)) in PHASES.into_iter().zip(&undisturbed) {
        let of_phase = calls.iter().flat_map(|call| {
            FAULTS.map(|fault| Case {
                phase,
                call,
                fault,
                expected,
            })
        });
        cases.extend(sampled(phase, of_phase.collect()));
    }
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(message) = case.check() {
                        let WriteCall { operation, nth } = case.call;
                        let (phase, fault) = (case.phase, case.fault);
                        let failure = format!("{phase:?} {operation} {nth} {fault:?}: {message}");
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {} cases:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn the_phases_make_every_kind_of_write_call() {
    let mut operations: Vec<String> = PHASES
        .into_iter()
        .flat_map(|phase| undisturbed(phase).0)
        .map(|call| call.operation)
        .collect();
    operations.sort();
    operations.dedup();
    insta::assert_snapshot!(operations.join("\n"), @r"
    CreateGroup
    CreateSamplingRule
    CreateServiceLevelObjective
    CreateTopic
    DeleteAlarmMuteRule
    DeleteAlarms
    DeleteDashboards
    DeleteGroup
    DeleteRule
    DeleteSamplingRule
    DeleteServiceLevelObjective
    DeleteTopic
    EnableAlarmActions
    PutAlarmMuteRule
    PutCompositeAlarm
    PutDashboard
    PutMetricAlarm
    PutRetentionPolicy
    PutRule
    PutTargets
    RemoveTargets
    SetAlarmState
    SetTopicAttributes
    Subscribe
    TagResource
    UpdateGroup
    UpdateSamplingRule
    UpdateServiceLevelObjective
    ");
}

#[test]
fn an_endpoint_that_dies_is_given_up_once_for_all_artifacts() {
    for (phase, operation) in [
        (Phase::Apply, "PutMetricAlarm"),
        (Phase::Destroy, "DeleteTopic"),
    ] {
        let account = phase.account(Duration::ZERO);
        let call = WriteCall {
            operation: operation.to_owned(),
            nth: 0,
        };
        let wire = Wire::to(&account.address, Some((call, Fault::Outage)));
        let project = phase.project();
        let start = Instant::now();
        let stopped = phase
            .program(&project.folder, &wire.endpoint)
            .run()
            .exits(1);
        assert!(start.elapsed() < Duration::from_secs(20), "{phase:?}");
        let again = format!("Run `tracewatch {}` again", phase.command());
        // An outage at the last calls ends before the endpoint is given up.
        for part in ["no answer", &again] {
            assert!(stopped.stdout.contains(part), "{part}:\n{}", stopped.stdout);
        }
        phase
            .program(&project.folder, &account.endpoint())
            .run()
            .exits(0);
        assert!(account.contents() == undisturbed(phase).1, "{phase:?}");
    }
}

/// Runs two pipelines on one account at the same time, and then the second alone.
fn race(first: Phase, second: Phase) {
    let expected = undisturbed(second).1;
    let rounds = if takes_all() { 10 } else { 1 };
    for round in 0..rounds {
        let account = second.account(Duration::from_millis(5));
        let projects = [first.project(), second.project()];
        let [one, other] = [(first, &projects[0]), (second, &projects[1])]
            .map(|(phase, project)| phase.program(&project.folder, &account.endpoint()).start());
        for finished in [one.wait(), other.wait()] {
            let is_reported = finished.code == Some(0)
                || finished.code == Some(1) && finished.stdout.contains(" again");
            assert!(
                is_reported,
                "{first:?} and {second:?}, round {round}: exit code {:?}\n{}{}",
                finished.code, finished.stdout, finished.stderr
            );
        }
        second
            .program(&projects[1].folder, &account.endpoint())
            .run()
            .exits(0);
        // Settings belong to nobody: a destroy leaves what an apply set before.
        let contents = account.contents();
        assert_eq!(contents.owners, expected.owners, "{first:?}, {second:?}");
        assert_eq!(
            contents.artifacts, expected.artifacts,
            "{first:?}, {second:?}"
        );
    }
}

#[test]
fn two_applies_at_once_end_right() {
    race(Phase::Apply, Phase::Apply);
    race(Phase::Update, Phase::Update);
}

#[test]
fn an_apply_and_a_destroy_at_once_end_right() {
    race(Phase::Update, Phase::Destroy);
    race(Phase::Destroy, Phase::Update);
}
