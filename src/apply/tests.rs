//! Plans applied to an account in memory that can fail, lose responses and change owners.

use std::cell::{Cell, RefCell};

use super::*;
use crate::artifact::{Artifact, ChatWorkspace, Condition, Scope, State, Tags};
use crate::diagnostic::Colour;
use crate::inventory::Target;
use crate::plan::tests::{
    CALM, STACK, actions_of, alarm, alarms, and, comparison, composite, dashboard, plan_with,
    rules, shop, tagged, tags_of, target, topic, with_alarm, without,
};
use crate::plan::{Detail, Purpose};
use crate::provider::{Actual, TagIndex};
use crate::stack::DeployedStack;

/// An account in memory with owner tags and faults.
#[derive(Default)]
struct Account {
    artifacts: RefCell<BTreeMap<ArtifactId, Artifact>>,
    /// The owner tags.
    tags: RefCell<BTreeMap<ArtifactId, String>>,
    /// Writes of these names are denied.
    denied: BTreeSet<&'static str>,
    /// Writes of these names succeed, but the response is lost.
    unanswered: BTreeSet<&'static str>,
    without_credentials: bool,
    /// The number of writes after which the endpoint is given up.
    out_of_reach_after: Option<usize>,
    /// The number of writes after which the stop flag is set.
    stop_after: Option<usize>,
    stop: AtomicBool,
    writes: Cell<usize>,
    in_flight: Cell<usize>,
    most_in_flight: Cell<usize>,
    log: RefCell<Vec<String>>,
}

impl Account {
    /// An account whose artifacts all have our owner tag.
    fn with(state: State) -> Self {
        let account = Account::default();
        for artifact in state.into_artifacts() {
            account.put(artifact, Some(STACK));
        }
        account
    }

    fn put(&self, artifact: Artifact, tag: Option<&str>) {
        let id = artifact.id();
        if let Some(tag) = tag.filter(|_| !id.kind.is_setting()) {
            self.tags.borrow_mut().insert(id.clone(), tag.to_owned());
        }
        self.artifacts.borrow_mut().insert(id, artifact);
    }

    fn state(&self) -> State {
        self.artifacts.borrow().values().cloned().collect()
    }

    fn owner(&self, id: &ArtifactId) -> Owner {
        match (
            self.artifacts.borrow().contains_key(id),
            self.tags.borrow().get(id),
        ) {
            (false, _) => Owner::Nobody,
            (true, Some(stack)) => Owner::Stack(stack.clone()),
            (true, None) => Owner::Unmarked,
        }
    }

    /// As AWS does: an update ignores tags.
    fn carry_out(&self, change: &Change) -> Result<(), AccountError> {
        let name = change.name();
        if self.denied.contains(name) {
            return Err(AccountError::Denied {
                operation: "Put",
                message: format!("not on {name}"),
            });
        }
        if self.out_of_reach_after == Some(self.writes.get()) {
            return Err(AccountError::Unreachable {
                message: "no answer".into(),
            });
        }
        match change {
            Change::Create { new } | Change::Adopt { new, .. } => {
                self.put(new.clone(), Some(STACK));
            }
            Change::Update { new, .. } => self.put(new.clone(), None),
            Change::Delete { old } => {
                self.artifacts.borrow_mut().remove(&old.id());
                self.tags.borrow_mut().remove(&old.id());
            }
        }
        self.writes.set(self.writes.get() + 1);
        self.stop.store(
            self.stop_after
                .is_some_and(|after| self.writes.get() >= after),
            Ordering::Relaxed,
        );
        if self.unanswered.contains(name) {
            return Err(AccountError::NoAnswer {
                operation: "Put",
                message: "timed out".into(),
            });
        }
        Ok(())
    }

    fn note(&self, entry: String) {
        self.log.borrow_mut().push(entry);
    }

    fn plan(&self, desired: State) -> Plan {
        self.adopting_plan(desired, &BTreeSet::new())
    }

    fn adopting_plan(&self, desired: State, adopt: &BTreeSet<String>) -> Plan {
        let comparison = comparison(self.state(), desired);
        let tags = tags_of(&comparison, adopt, |id| self.owner(id));
        plan_with(comparison.with_tags(&tags, rules(adopt)), &CALM)
    }

    async fn apply(&self, desired: State) -> Report {
        self.carry(self.plan(desired)).await
    }

    async fn carry(&self, plan: Plan) -> Report {
        self.carry_before(plan, &mut NoProgress).await
    }

    async fn carry_before(&self, plan: Plan, observer: &mut impl Observer) -> Report {
        apply(plan, &[(target(), self)].into(), observer, &self.stop).await
    }

    /// The same artifacts in an account without faults.
    fn without_faults(self) -> Self {
        Account {
            artifacts: self.artifacts,
            tags: self.tags,
            ..Account::default()
        }
    }
}

impl Reader for &Account {
    async fn identity(&self) -> Result<Target, AccountError> {
        Ok(target())
    }

    async fn artifacts(&self, _: &Scope) -> Result<Actual, AccountError> {
        let artifacts = self.state().into_artifacts();
        Ok(Actual {
            state: artifacts
                .filter(|artifact| !artifact.kind().is_setting())
                .collect(),
            ..Actual::default()
        })
    }

    async fn settings(&self, ids: &BTreeSet<ArtifactId>) -> Result<State, AccountError> {
        let artifacts = self.state().into_artifacts();
        Ok(artifacts
            .filter(|artifact| ids.contains(&artifact.id()))
            .collect())
    }

    async fn tag_index(&self) -> Result<TagIndex, AccountError> {
        Ok(TagIndex::default())
    }

    async fn tags(
        &self,
        ids: &[ArtifactId],
    ) -> Result<BTreeMap<ArtifactId, Option<Tags>>, AccountError> {
        self.note(format!("owners of {}", ids.len()));
        if self.without_credentials {
            return Err(AccountError::NoCredentials {
                message: "expired".into(),
            });
        }
        assert!(
            ids.iter().all(|id| !id.kind.is_setting()),
            "settings have no owner"
        );
        Ok(ids
            .iter()
            .map(|id| (id.clone(), tagged(&self.owner(id))))
            .collect())
    }

    async fn chat_workspaces(&self) -> Result<BTreeSet<ChatWorkspace>, AccountError> {
        Ok(BTreeSet::new())
    }

    async fn telemetry_tags(&self) -> Result<bool, AccountError> {
        Ok(false)
    }

    async fn deployed(&self, _: &str) -> Result<Option<DeployedStack>, AccountError> {
        Ok(None)
    }

    async fn tagged(&self, _: &BTreeMap<String, String>) -> Result<BTreeSet<String>, AccountError> {
        Ok(BTreeSet::new())
    }
}

impl Writer for &Account {
    async fn write(&self, changes: &[Change]) -> Vec<Result<(), AccountError>> {
        self.in_flight.set(self.in_flight.get() + 1);
        self.most_in_flight
            .set(self.most_in_flight.get().max(self.in_flight.get()));
        tokio::task::yield_now().await;
        self.in_flight.set(self.in_flight.get() - 1);
        let kind = changes
            .first()
            .map(|change| format!("{} {}", change.action(), change.kind()))
            .unwrap_or_default();
        self.note(format!("{kind} {}", changes.len()));
        changes
            .iter()
            .map(|change| self.carry_out(change))
            .collect()
    }
}

struct NoProgress;

impl Observer for NoProgress {
    fn on(&mut self, _: ApplyEvent<'_>) {}
}

fn id(kind: Kind, name: &str) -> ArtifactId {
    ArtifactId {
        kind,
        name: name.into(),
    }
}

/// The account before the first apply: log groups exist already.
fn bare() -> State {
    let setting = |artifact: &Artifact| artifact.kind().is_setting();
    shop().into_artifacts().filter(setting).collect()
}

#[tokio::test]
async fn a_second_apply_makes_no_call() {
    let account = Account::with(bare());
    assert!(account.apply(shop()).await.is_complete());
    assert_eq!(account.state(), shop());
    account.log.borrow_mut().clear();
    let report = account.apply(shop()).await;
    assert_eq!((report.entries.len(), account.log.borrow().len()), (0, 0));
}

#[tokio::test]
async fn owners_are_read_before_each_batch_of_writes() {
    let account = Account::default();
    account
        .apply(and(alarms(150), [topic("shop_critical", &[])]))
        .await;
    let log = account.log.borrow();
    let owners: Vec<&String> = log
        .iter()
        .filter(|entry| entry.starts_with("owners"))
        .collect();
    let sizes = [1, 6, 12, 24, 48, 60].map(|size| format!("owners of {size}"));
    assert_eq!(owners, sizes.iter().collect::<Vec<_>>());
    assert_eq!(log.get(1).map(String::as_str), Some("create topic 1"));
    assert_eq!(
        log.iter().position(|entry| entry == "owners of 12"),
        Some(3 + 6),
        "after the writes of the batch before"
    );
}

#[tokio::test]
async fn at_most_sixteen_writes_are_in_flight() {
    let account = Account::default();
    account.apply(alarms(100)).await;
    assert_eq!(account.most_in_flight.get(), 16);
}

#[tokio::test]
async fn deletions_are_batched_where_one_call_takes_many_names() {
    let composites = [
        composite("shop.a", "ALARM(x)"),
        composite("shop.b", "ALARM(x)"),
    ];
    let account = Account::with(and(
        and(alarms(120), composites),
        [dashboard("shop_one", &[]), dashboard("shop_two", &[])],
    ));
    assert!(account.apply(State::default()).await.is_complete());
    insta::assert_snapshot!(account.log.borrow().join("\n"), @r"
    owners of 2
    delete dashboard 2
    owners of 2
    delete composite alarm 1
    delete composite alarm 1
    owners of 24
    delete alarm 24
    owners of 48
    delete alarm 48
    owners of 48
    delete alarm 48
    ");
}

#[tokio::test]
async fn a_failure_skips_only_dependent_changes() {
    let account = Account {
        denied: ["shop.CreateOrder.errors", "shop.CreateOrder.throttles"].into(),
        ..Account::with(bare())
    };
    let report = account.apply(shop()).await;
    insta::assert_snapshot!(report.text("tracewatch apply"), @r"
    failed    + alarm shop.CreateOrder.errors: Put: access denied: not on shop.CreateOrder.errors
    failed    + alarm shop.CreateOrder.throttles: Put: access denied: not on shop.CreateOrder.throttles
    skipped   + composite alarm shop.orders: it needs alarm shop.CreateOrder.errors
    7 done, 2 failed, 1 skipped
    Run `tracewatch apply` again once the cause is gone: it does only what is left.
    ");
    let account = account.without_faults();
    assert!(account.apply(shop()).await.is_complete());
    assert_eq!(account.state(), shop());
}

#[tokio::test]
async fn a_group_does_without_an_alarm_that_failed_until_the_next_run() {
    let account = Account {
        denied: ["shop.CreateOrder.errors"].into(),
        ..Account::with(bare())
    };
    account.apply(shop()).await;
    let orders = ArtifactId {
        kind: Kind::CompositeAlarm,
        name: "shop.orders".to_owned(),
    };
    let state = account.state();
    let Some(Artifact::CompositeAlarm(group)) = state.get(&orders) else {
        panic!("{state:?}");
    };
    assert_eq!(group.rule, r#"ALARM("shop.CreateOrder.throttles")"#);
    let account = account.without_faults();
    assert!(account.apply(shop()).await.is_complete());
    assert_eq!(account.state(), shop());
}

#[tokio::test]
async fn without_its_topic_an_alarm_is_skipped_and_a_dashboard_is_created() {
    let account = Account {
        denied: ["shop_critical"].into(),
        ..Account::with(bare())
    };
    let counts = account.apply(shop()).await.counts();
    assert_eq!(
        counts,
        Counts {
            done: 3,
            failed: 1,
            skipped: 6,
            ..Counts::default()
        }
    );
    assert!(
        account
            .state()
            .get(&id(Kind::Dashboard, "shop_overview"))
            .is_some()
    );
}

#[tokio::test]
async fn an_alarm_is_written_although_the_update_of_its_topic_failed() {
    let actual = and(
        without(shop(), "shop.GetOrder.errors"),
        [topic("shop_critical", &[])],
    );
    let account = Account {
        denied: ["shop_critical"].into(),
        ..Account::with(actual)
    };
    let counts = account.apply(shop()).await.counts();
    assert_eq!(
        counts,
        Counts {
            done: 1,
            failed: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test]
async fn an_artifact_that_is_still_referred_to_is_not_deleted() {
    let account = Account {
        denied: ["shop.any"].into(),
        ..Account::with(shop())
    };
    let report = account.apply(bare()).await;
    insta::assert_snapshot!(report.text("tracewatch apply"), @r"
    failed    - composite alarm shop.any: Put: access denied: not on shop.any
    skipped   - composite alarm shop.orders: composite alarm shop.any still mentions it
    skipped   - alarm shop.CreateOrder.errors: composite alarm shop.orders still mentions it
    skipped   - alarm shop.CreateOrder.throttles: composite alarm shop.orders still mentions it
    skipped   - alarm shop.GetOrder.errors: composite alarm shop.any still mentions it
    skipped   - topic shop_critical: alarm shop.GetOrder.errors still mentions it
    4 done, 1 failed, 5 skipped
    Run `tracewatch apply` again once the cause is gone: it does only what is left.
    ");
    assert!(
        account
            .state()
            .get(&id(Kind::Alarm, "shop.GetOrder.errors"))
            .is_some()
    );
}

#[tokio::test]
async fn a_lost_response_is_a_failure_and_the_next_plan_has_no_change() {
    let account = Account {
        unanswered: ["shop.GetOrder.errors", "shop_overview"].into(),
        ..Account::with(bare())
    };
    let report = account.apply(shop()).await;
    assert_eq!(report.counts().failed, 2);
    let account = account.without_faults();
    assert!(account.apply(shop()).await.is_complete());
    assert_eq!(actions_of(&account.plan(shop())), [""; 0]);
}

#[tokio::test]
async fn a_create_after_a_lost_response_overwrites_the_artifact() {
    let account = Account::with(bare());
    let plan = account.plan(shop());
    account.put(alarm("shop.GetOrder.errors"), Some(STACK));
    assert!(account.carry(plan).await.is_complete());
}

#[tokio::test]
async fn an_artifact_that_changed_its_owner_after_the_plan_is_not_written() {
    let errors = id(Kind::Alarm, "shop.GetOrder.errors");
    let edited = || {
        with_alarm(shop(), "shop.GetOrder.errors", |alarm| {
            alarm.condition = Condition::Above(9.0);
        })
    };
    let cases = [
        ("updated", edited()),
        ("deleted", without(shop(), "shop.GetOrder.errors")),
    ];
    for (case, desired) in cases {
        for tag in [None, Some("shop-two")] {
            let account = Account::with(shop());
            let plan = account.plan(desired.clone());
            account.tags.borrow_mut().remove(&errors);
            account.put(alarm("shop.GetOrder.errors"), tag);
            let report = account.carry(plan).await;
            assert_eq!(report.counts().conflicts, 1, "{case} though {tag:?}");
            assert_eq!(account.writes.get(), 0, "{case} though {tag:?}");
        }
    }
}

#[tokio::test]
async fn a_name_that_was_taken_after_the_plan_is_a_conflict() {
    let account = Account::with(bare());
    let plan = account.plan(shop());
    let foreign = topic("shop_critical", &["eve@example.com"]);
    account.put(foreign.clone(), None);
    let report = account.carry(plan).await;
    assert_eq!(report.counts().conflicts, 1);
    assert_eq!(account.state().get(&foreign.id()), Some(&foreign));
    let told = account
        .state()
        .get(&id(Kind::Alarm, "shop.GetOrder.errors"))
        .is_some();
    assert!(
        !told,
        "no alarm tells people through a topic that is not ours"
    );
}

#[tokio::test]
async fn an_artifact_deleted_after_the_plan_is_created_again_with_its_tag() {
    let errors = id(Kind::Alarm, "shop.GetOrder.errors");
    let account = Account::with(shop());
    let desired = with_alarm(shop(), "shop.GetOrder.errors", |alarm| {
        alarm.condition = Condition::Above(9.0);
    });
    let plan = account.plan(desired.clone());
    account.artifacts.borrow_mut().remove(&errors);
    account.tags.borrow_mut().remove(&errors);
    assert!(account.carry(plan).await.is_complete());
    assert_eq!(account.owner(&errors), Owner::Stack(STACK.into()));
    assert_eq!(account.state(), desired);
}

#[tokio::test]
async fn an_adopted_artifact_gets_the_owner_tag_and_the_new_content() {
    let errors = id(Kind::Alarm, "shop.GetOrder.errors");
    let account = Account::with(without(shop(), "shop.GetOrder.errors"));
    account.put(alarm("shop.GetOrder.errors"), None);
    let adopt = [errors.name.clone()].into();
    let plan = account.adopting_plan(shop(), &adopt);
    assert!(account.carry(plan).await.is_complete());
    assert_eq!(account.owner(&errors), Owner::Stack(STACK.into()));
}

#[tokio::test]
async fn a_conflict_of_the_plan_is_in_the_report_and_skips_dependent_changes() {
    let account = Account::with(bare());
    account.put(topic("shop_critical", &[]), Some("shop-two"));
    let report = account.apply(shop()).await;
    assert_eq!(
        report.counts(),
        Counts {
            done: 3,
            skipped: 6,
            conflicts: 1,
            ..Counts::default()
        }
    );
    assert!(!report.is_complete());
}

#[tokio::test]
async fn after_refused_credentials_no_change_starts() {
    let account = Account {
        without_credentials: true,
        ..Account::with(bare())
    };
    let report = account.apply(shop()).await;
    assert_eq!(
        report.counts(),
        Counts {
            failed: 1,
            not_started: 9,
            ..Counts::default()
        }
    );
    assert_eq!(account.log.borrow().len(), 1);
}

#[tokio::test]
async fn after_the_endpoint_was_given_up_only_writes_in_flight_finish() {
    let account = Account {
        out_of_reach_after: Some(20),
        ..Account::with(bare())
    };
    let desired = and(alarms(100), [dashboard("shop_x", &[])]);
    let report = account.apply(and(bare(), desired.into_artifacts())).await;
    let counts = report.counts();
    assert_eq!(counts.done, 20);
    assert!((1..=CONCURRENT).contains(&counts.failed), "{counts:?}");
    assert_eq!(counts.failed + counts.not_started, 81);
    let text = report.text("tracewatch apply");
    assert!(text.contains(" alarms, 1 dashboard)\n"), "{text}");
}

#[tokio::test]
async fn stopped_at_any_point_and_run_again_it_converges() {
    let actual = || {
        and(
            and(bare(), alarms(20).into_artifacts()),
            [
                composite("shop.old", "ALARM(shop.Function000.alarm00)"),
                topic("shop_old", &[]),
            ],
        )
    };
    let whole = Account::with(actual());
    let total = whole.apply(shop()).await.counts().done;
    for point in 0..=total {
        let account = Account {
            stop_after: Some(point),
            ..Account::with(actual())
        };
        account.stop.store(point == 0, Ordering::Relaxed);
        let report = account.apply(shop()).await;
        let counts = report.counts();
        assert_eq!(
            counts.done + counts.not_started,
            total,
            "stopped after {point}"
        );
        assert_eq!(
            counts.done,
            account.plan_progress(total, shop()),
            "the report tells what is there"
        );
        let account = account.without_faults();
        assert!(account.apply(shop()).await.is_complete());
        assert_eq!(account.state(), shop(), "stopped after {point}");
    }
}

impl Account {
    fn plan_progress(&self, total: usize, desired: State) -> usize {
        total - self.plan(desired).changes().count()
    }
}

#[tokio::test]
async fn after_a_stop_only_writes_in_flight_finish() {
    let account = Account {
        stop_after: Some(1),
        ..Account::default()
    };
    let report = account.apply(alarms(100)).await;
    assert_eq!(
        report.counts(),
        Counts {
            done: 6,
            not_started: 94,
            ..Counts::default()
        }
    );
    insta::assert_snapshot!(report.text("tracewatch apply"), @r"
    6 done, 94 not started (94 alarms)
    Stopped. Run `tracewatch apply` again: it does only what is left.
    ");
}

/// The received progress as text.
#[derive(Default)]
struct Notes(Vec<String>);

impl Observer for Notes {
    fn on(&mut self, event: ApplyEvent<'_>) {
        self.0.push(match event {
            ApplyEvent::Started { work, kind, count } => format!("{work:?} {count} of {kind}"),
            ApplyEvent::Finished { id, result } => format!(
                "{id}: {}",
                if *result == ChangeResult::Done {
                    "done"
                } else {
                    "not done"
                }
            ),
        });
    }
}

#[tokio::test]
async fn an_observer_receives_every_wave_and_every_change() {
    let account = Account {
        denied: ["shop.b"].into(),
        ..Account::with(State::from_iter([dashboard("shop_old", &[])]))
    };
    let desired = State::from_iter([
        topic("shop_critical", &[]),
        alarm("shop.a"),
        alarm("shop.b"),
        composite("shop.c", "ALARM(shop.b)"),
    ]);
    let mut notes = Notes::default();
    account
        .carry_before(account.plan(desired), &mut notes)
        .await;
    insta::assert_snapshot!(notes.0.join("\n"), @r"
    Make 1 of topic
    topic shop_critical: done
    Make 2 of alarm
    alarm shop.b: not done
    alarm shop.a: done
    Make 1 of composite alarm
    composite alarm shop.c: not done
    Remove 1 of dashboard
    dashboard shop_old: done
    ");
}

#[tokio::test]
async fn a_report_of_many_failures_has_a_limited_number_of_lines() {
    let account = Account {
        denied: ["shop_critical"].into(),
        ..Account::default()
    };
    let report = account
        .apply(and(alarms(150), [topic("shop_critical", &[])]))
        .await;
    assert_eq!(report.counts().skipped, 150);
    assert_eq!(report.text("tracewatch apply").lines().count(), 43);
}

#[tokio::test]
async fn a_report_as_json() {
    let account = Account {
        denied: ["shop_critical"].into(),
        ..Account::default()
    };
    let report = account
        .apply(State::from_iter([
            topic("shop_critical", &[]),
            alarm("shop.a"),
            dashboard("shop_x", &[]),
        ]))
        .await;
    insta::assert_snapshot!(serde_json::to_string_pretty(&report).expect("a report is JSON"), @r#"
    {
      "stack": "shop",
      "entries": [
        {
          "region": "eu-west-1",
          "action": "create",
          "kind": "topic",
          "name": "shop_critical",
          "outcome": "failed",
          "error": "Put: access denied: not on shop_critical"
        },
        {
          "region": "eu-west-1",
          "action": "create",
          "kind": "alarm",
          "name": "shop.a",
          "outcome": "skipped",
          "because": {
            "reason": "needs",
            "id": {
              "kind": "topic",
              "name": "shop_critical"
            }
          }
        },
        {
          "region": "eu-west-1",
          "action": "create",
          "kind": "dashboard",
          "name": "shop_x",
          "outcome": "done"
        }
      ]
    }
    "#);
}

/// Pseudo-random numbers, the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A state from a few names, so that two states share many.
    fn state(&mut self) -> State {
        let mut state = State::default();
        for index in 0..12 {
            let name = format!("shop.R{}.a{index}", index % 3);
            let artifact = match self.below(6) {
                0 => topic(
                    &format!("shop_{index}"),
                    if self.below(2) == 0 {
                        &[]
                    } else {
                        &["ops@example.com"]
                    },
                ),
                1 => dashboard(
                    &format!("shop_{index}"),
                    if self.below(2) == 0 {
                        &["A"]
                    } else {
                        &["B", "A"]
                    },
                ),
                2 => composite(
                    &name,
                    &format!(
                        "ALARM(shop.R0.a{}) OR ALARM(shop.R1.a{})",
                        self.below(12),
                        self.below(12)
                    ),
                ),
                3 | 4 => {
                    let threshold = self.below(3) as f64;
                    let one = with_alarm(State::from_iter([alarm(&name)]), &name, |alarm| {
                        alarm.condition = Condition::Above(threshold);
                    });
                    state = and(state, one.into_artifacts());
                    continue;
                }
                _ => continue,
            };
            state.insert(artifact);
        }
        state
    }
}

#[tokio::test]
async fn one_apply_leads_from_any_state_to_any_other() {
    let mut dice = Dice(7);
    for round in 0..300 {
        let (actual, desired) = (dice.state(), dice.state());
        let account = Account::with(actual);
        let plan = account.plan(desired.clone());
        let shown = plan.text(Purpose::Plan, Detail::Brief, Colour::Never);
        assert!(
            account.carry(plan).await.is_complete(),
            "round {round}: {shown}"
        );
        let second = account.plan(desired);
        assert_eq!(actions_of(&second), [""; 0], "round {round}: {shown}");
        let untagged = account
            .artifacts
            .borrow()
            .keys()
            .filter(|id| !account.owner(id).is_stack(STACK))
            .count();
        assert_eq!(untagged, 0, "round {round}");
    }
}

#[tokio::test]
async fn artifacts_of_others_never_change() {
    let mut dice = Dice(11);
    for round in 0..200 {
        let (actual, desired) = (dice.state(), dice.state());
        let account = Account::with(actual);
        let foreign: Vec<Artifact> = account
            .state()
            .into_artifacts()
            .filter(|_| dice.below(3) == 0)
            .collect();
        for artifact in &foreign {
            account.tags.borrow_mut().remove(&artifact.id());
        }
        account.apply(desired).await;
        let after = account.state();
        for artifact in &foreign {
            assert_eq!(after.get(&artifact.id()), Some(artifact), "round {round}");
        }
    }
}
