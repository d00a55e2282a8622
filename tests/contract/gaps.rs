//! What emulators are known to lack (`gaps.toml`): it is left out of their runs, and a gap that has been closed is a failure here.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt;
use futures_util::future::join_all;
use serde::Deserialize;
use tracewatch::artifact::{Artifact, Kind, Scope};
use tracewatch::plan::Change;
use tracewatch::provider::Reader;

use crate::place::{Emulator, Place};

/// AWS itself is asked only when the environment says so: it costs a little, and leaves something behind if it is interrupted.
const ON_AWS: &str = "TRACEWATCH_TEST_AWS";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Gap {
    lacks: Lack,
    /// What was seen.
    seen: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Lack {
    /// A kind of artifact (`trace-group`), or one form of it (`alarm:rate`).
    Artifact(String),
    /// A case of the contract.
    Case(String),
}

fn of(emulator: Emulator) -> Vec<Gap> {
    let mut all: BTreeMap<Emulator, Vec<Gap>> = toml::from_str(include_str!("gaps.toml")).unwrap();
    all.remove(&emulator).unwrap_or_default()
}

/// The artifacts that an emulator does not keep as AWS does.
pub(crate) fn of_artifacts(emulator: Emulator) -> BTreeSet<String> {
    let artifact = |gap: Gap| match gap.lacks {
        Lack::Artifact(name) => Some(name),
        Lack::Case(_) => None,
    };
    of(emulator).into_iter().filter_map(artifact).collect()
}

/// What a gap calls a kind.
pub(crate) fn kind(kind: Kind) -> String {
    serde_json::to_value(kind)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

/// What a gap calls one form of a kind: the last part of the name that the samples give it.
pub(crate) fn form(artifact: &Artifact) -> String {
    let last = artifact.name().rsplit('.').next().unwrap_or_default();
    format!("{}:{last}", kind(artifact.kind()))
}

/// Runs a case. Where it is a known gap it has to fail.
pub(crate) async fn hold(
    emulator: Emulator,
    name: &str,
    stack: &str,
    case: impl AsyncFnOnce(&Place),
) {
    if emulator == Emulator::Aws && std::env::var(ON_AWS).as_deref() != Ok("1") {
        return;
    }
    let place = Place::on(emulator, stack).await;
    let outcome = AssertUnwindSafe(case(&place)).catch_unwind().await;
    place.clean_up().await;
    let gap = of(emulator)
        .into_iter()
        .find(|gap| matches!(&gap.lacks, Lack::Case(known) if known == name));
    match (outcome, gap) {
        (Ok(()), Some(gap)) => {
            panic!("{emulator:?} lacks this no longer, so take it out of gaps.toml: {gap:?}")
        }
        (Err(failure), None) => resume_unwind(failure),
        (Ok(()), None) | (Err(_), Some(_)) => {}
    }
}

/// Every artifact that an emulator is said not to keep, tried on it: all at once, because what fails is tried again and again.
pub(crate) async fn are_gaps_still(emulator: Emulator) {
    join_all(
        of_artifacts(emulator)
            .iter()
            .enumerate()
            .map(|(at, lacking)| is_gap_still(emulator, at, lacking)),
    )
    .await;
}

async fn is_gap_still(emulator: Emulator, at: usize, lacking: &str) {
    let place = Place::on(emulator, &format!("gap{at}")).await;
    let samples = place.samples().all();
    let artifact = samples
        .iter()
        .find(|artifact| form(artifact) == lacking || kind(artifact.kind()) == lacking);
    let artifact = artifact.unwrap_or_else(|| {
        panic!("gaps.toml names `{lacking}`, which is no artifact of the samples")
    });
    assert!(
        !is_kept(&place, &samples, artifact).await,
        "{emulator:?} keeps `{lacking}` now, so take it out of gaps.toml"
    );
}

/// Whether an artifact reads back exactly. A composite alarm needs its children, as far as they can be made.
async fn is_kept(place: &Place, samples: &[Artifact], artifact: &Artifact) -> bool {
    if artifact.kind() == Kind::CompositeAlarm {
        for child in samples.iter().filter(|sample| sample.kind() == Kind::Alarm) {
            let _ = place.write(Change::Create { new: child.clone() }).await;
        }
    }
    if place
        .write(Change::Create {
            new: artifact.clone(),
        })
        .await
        .is_err()
    {
        return false;
    }
    let id = artifact.id();
    let actual = if artifact.kind() == Kind::LogRetention {
        place.account.settings(&[id.clone()].into()).await
    } else {
        let scope = only(artifact.kind(), place.samples().scope());
        let actual = place.account.artifacts(&scope).await;
        actual.map(|actual| actual.state)
    };
    actual.is_ok_and(|actual| actual.get(&id) == Some(artifact))
}

/// The part of a scope that is about one kind: the other kinds may be gaps, too.
fn only(kind: Kind, scope: Scope) -> Scope {
    let nothing = Scope::default();
    match kind {
        Kind::Topic => Scope {
            topics: scope.topics,
            ..nothing
        },
        Kind::ChatConfiguration => Scope {
            chat_prefix: scope.chat_prefix,
            has_chats: scope.has_chats,
            ..nothing
        },
        Kind::TraceGroup => Scope {
            group_prefix: scope.group_prefix,
            ..nothing
        },
        Kind::SamplingRule => Scope {
            sampling_rule_prefix: scope.sampling_rule_prefix,
            ..nothing
        },
        Kind::LogRetention => nothing,
        Kind::MetricFilter => Scope {
            metric_filter_prefix: scope.alarm_prefix,
            ..nothing
        },
        Kind::EventRule => Scope {
            event_rule_prefix: scope.event_rule_prefix,
            ..nothing
        },
        Kind::Alarm | Kind::CompositeAlarm => Scope {
            alarm_prefix: scope.alarm_prefix,
            ..nothing
        },
        Kind::MuteRule => Scope {
            mute_rule_prefix: scope.mute_rule_prefix,
            ..nothing
        },
        Kind::ServiceLevelObjective => Scope {
            objective_prefix: scope.objective_prefix,
            ..nothing
        },
        Kind::Dashboard => Scope {
            dashboard_prefix: scope.dashboard_prefix,
            ..nothing
        },
    }
}

/// Checks that every gap has its evidence, and that the case it names is one of the emulator's.
pub(crate) fn name_what_is_there(emulator: Emulator, cases: &[&str]) {
    for gap in of(emulator) {
        assert!(!gap.seen.is_empty(), "{gap:?} needs evidence");
        if let Lack::Case(name) = &gap.lacks {
            assert!(
                cases.contains(&name.as_str()),
                "gaps.toml names the case `{name}`, which the contract does not have"
            );
        }
    }
}
