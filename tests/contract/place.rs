//! A stack's account behind the adapter, on whatever answers.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use serde::Deserialize;
use tracewatch::artifact::{Artifact, Delivery, Kind, Scope, State, Topic};
use tracewatch::inventory::Target;
use tracewatch::plan::Change;
use tracewatch::provider::aws::{Account, RateLimit, Settings, connect};
use tracewatch::provider::{AccountError, Owner, Reader, Writer};
use tracewatch::sandbox::{self, Faults};

use crate::samples::{CHAT_TEAM, CHAT_WORKSPACE, Samples};
use crate::support::server::Server;
use crate::wire::Wire;
use crate::{foreign, gaps};

/// Who answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Emulator {
    Sandbox,
    Ministack,
    Moto,
    /// No emulator: the account of whoever runs the tests.
    Aws,
}

pub(crate) struct Place {
    pub stack: String,
    pub emulator: Emulator,
    /// To an emulator; AWS is called without one.
    pub wire: Option<Wire>,
    pub who: Target,
    pub account: Account,
}

impl Place {
    pub(crate) async fn on(emulator: Emulator, stack: &str) -> Self {
        match emulator {
            Emulator::Sandbox => {
                Self::in_sandbox(sandbox::Account::in_memory(), Faults::default(), stack).await
            }
            Emulator::Ministack => {
                Self::behind_wire(emulator, Server::ministack().address(), stack).await
            }
            Emulator::Moto => Self::behind_wire(emulator, Server::moto().address(), stack).await,
            Emulator::Aws => {
                Box::pin(Self::new(emulator, None, &format!("tw-contract-{stack}"))).await
            }
        }
    }

    /// A sandbox of its own, which ends with the test's runtime.
    pub(crate) async fn in_sandbox(
        mut account: sandbox::Account,
        faults: Faults,
        stack: &str,
    ) -> Self {
        let (tenant, team) = CHAT_TEAM;
        account.authorise_slack(CHAT_WORKSPACE);
        account.authorise_team(tenant, team);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(sandbox::serve(
            listener,
            account,
            faults,
            jiff::Timestamp::now,
        ));
        Self::behind_wire(Emulator::Sandbox, &address, stack).await
    }

    async fn behind_wire(emulator: Emulator, address: &str, stack: &str) -> Self {
        let wire = Wire::to(address).await;
        Box::pin(Self::new(emulator, Some(wire), stack)).await
    }

    async fn new(emulator: Emulator, wire: Option<Wire>, stack: &str) -> Self {
        let account = connected(wire.as_ref(), stack).await;
        let who = account.identity().await.unwrap();
        Self {
            stack: stack.to_owned(),
            emulator,
            wire,
            who,
            account,
        }
    }

    /// The same account, in the hands of another stack.
    pub(crate) async fn connected_as(&self, stack: &str) -> Account {
        connected(self.wire.as_ref(), stack).await
    }

    /// Of cases that do not run on AWS.
    pub(crate) fn wire(&self) -> &Wire {
        self.wire.as_ref().expect("every emulator is behind a wire")
    }

    /// Somebody else's client.
    pub(crate) async fn other(&self) -> SdkConfig {
        foreign::client(
            self.wire.as_ref().map(|wire| wire.endpoint.as_str()),
            &self.who.region,
        )
        .await
    }

    pub(crate) fn samples(&self) -> Samples<'_> {
        Samples {
            stack: &self.stack,
            who: &self.who,
        }
    }

    pub(crate) fn has(&self, kind: Kind) -> bool {
        !gaps::of_artifacts(self.emulator).contains(&gaps::kind(kind))
    }

    fn keeps(&self, artifact: &Artifact) -> bool {
        self.has(artifact.kind())
            && !gaps::of_artifacts(self.emulator).contains(&gaps::form(artifact))
    }

    /// All that a stack may have, as far as it is known here.
    pub(crate) fn scope(&self) -> Scope {
        let mut scope = self.samples().scope();
        for (kind, prefix) in [
            (Kind::Alarm, &mut scope.alarm_prefix),
            (Kind::MuteRule, &mut scope.mute_rule_prefix),
            (Kind::ChatConfiguration, &mut scope.chat_prefix),
            (Kind::ServiceLevelObjective, &mut scope.objective_prefix),
            (Kind::Dashboard, &mut scope.dashboard_prefix),
            (Kind::TraceGroup, &mut scope.group_prefix),
            (Kind::SamplingRule, &mut scope.sampling_rule_prefix),
        ] {
            if !self.has(kind) {
                prefix.clear();
            }
        }
        scope
    }

    /// One of every kind, and an alarm of every form.
    pub(crate) fn wanted(&self) -> Vec<Artifact> {
        self.samples()
            .all()
            .into_iter()
            .filter(|artifact| self.keeps(artifact))
            .collect()
    }

    /// The same, each of them changed.
    pub(crate) fn wanted_changed(&self) -> Vec<Artifact> {
        self.samples()
            .all_changed()
            .into_iter()
            .filter(|artifact| self.keeps(artifact))
            .collect()
    }

    pub(crate) async fn state(&self) -> State {
        let mut state = self.account.artifacts(&self.scope()).await.unwrap().state;
        let settings = self.account.settings(&self.samples().settings()).await;
        state.extend(settings.unwrap().into_artifacts());
        let artifacts = state.into_artifacts().map(without_delivery);
        artifacts.collect()
    }

    /// In an order that AWS accepts: a composite alarm needs its children.
    pub(crate) async fn make_all(&self) {
        let mut wanted = self.wanted();
        wanted.sort_by_key(Artifact::kind);
        for new in wanted {
            self.write(Change::Create { new }).await.unwrap();
        }
    }

    pub(crate) async fn write(&self, change: Change) -> Result<(), AccountError> {
        let mut results = self.account.write(&[change]).await;
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    pub(crate) async fn owner(&self, artifact: &Artifact) -> Owner {
        let id = artifact.id();
        self.account
            .owners(std::slice::from_ref(&id))
            .await
            .unwrap()
            .remove(&id)
            .unwrap()
    }

    pub(crate) fn ours(&self) -> Owner {
        Owner::Stack(self.stack.clone())
    }

    /// Takes away what a case left on AWS. Emulators end with the tests.
    pub(crate) async fn clean_up(&self) {
        if self.emulator != Emulator::Aws {
            return;
        }
        let mut left: Vec<Artifact> = self.state().await.into_artifacts().collect();
        left.sort_by_key(|artifact| std::cmp::Reverse(artifact.kind()));
        for old in left {
            self.write(Change::Delete { old }).await.unwrap();
        }
        foreign::delete_log_groups(&self.other().await, &self.samples().log_group()).await;
    }
}

/// Whether receivers confirmed is not part of what was written.
fn without_delivery(artifact: Artifact) -> Artifact {
    match artifact {
        Artifact::Topic(topic) => Artifact::Topic(Topic {
            delivery: Delivery::default(),
            ..topic
        }),
        other => other,
    }
}

async fn connected(wire: Option<&Wire>, stack: &str) -> Account {
    let endpoint = wire.map(|wire| wire.endpoint.clone());
    let settings = Settings {
        profile: None,
        region: None,
        endpoint,
        rate_limit: RateLimit::Documented,
    };
    connect(
        &settings,
        stack,
        &BTreeMap::from([("team".to_owned(), "orders".to_owned())]),
    )
    .await
    .unwrap()
}

pub(crate) fn assert_same(actual: &State, wanted: &State) {
    assert!(actual == wanted, "wanted {}", difference(actual, wanted));
}

fn difference(actual: &State, wanted: &State) -> String {
    let differing = wanted
        .iter()
        .filter(|(id, artifact)| actual.get(id) != Some(artifact));
    let shown: Vec<String> = differing
        .map(|(id, wanted)| format!("{wanted:#?}\nbut is {:#?}", actual.get(id)))
        .collect();
    let surplus: Vec<String> = actual
        .iter()
        .filter(|(id, _)| wanted.get(id).is_none())
        .map(|(id, _)| id.to_string())
        .collect();
    format!("{}\nsurplus: {surplus:?}", shown.join("\n"))
}
