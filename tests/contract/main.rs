//! What an account has to do behind the adapter, whoever answers: made, read back, changed, owned and deleted, for every kind; and
//! what the adapter has to do when answers are lost, refused or throttled.
//! Runs on the sandbox; with `TRACEWATCH_CONTRACT=ministack@host:port` (or `moto@…`), freshly started,
//! on another emulator, without what that is known to lack.

mod foreign;
mod samples;
mod wire;

use std::collections::{BTreeMap, BTreeSet};

use aws_config::SdkConfig;
use samples::Samples;
use serde_json::json;
use tracewatch::artifact::{Alarm, Artifact, ArtifactId, Condition, Kind, LogRetention, Scope, State, Subscription, Watched};
use tracewatch::inventory::Identity;
use tracewatch::plan::Change;
use tracewatch::provider::aws::{Account, Pace, Settings, connect};
use tracewatch::provider::{AccountError, Owner, Reader, Writer};
use tracewatch::sandbox::{self, Faults, Stack, StackResource, Status};
use wire::{Fault, Wire};

/// Who answers, and what of it is to be relied on.
#[derive(Clone, Copy)]
struct Emulator {
    name: &'static str,
    kinds: &'static [Kind],
    /// Whether it keeps `Metrics`, and with them metric math and anomaly bands.
    keeps_metrics: bool,
    /// Whether it tells subscriptions that wait for confirmation from confirmed ones.
    tells_pending: bool,
}

const SANDBOX: Emulator = Emulator {
    name: "sandbox",
    kinds: &[
        Kind::Topic,
        Kind::TraceGroup,
        Kind::SamplingRule,
        Kind::LogRetention,
        Kind::EventRule,
        Kind::Alarm,
        Kind::CompositeAlarm,
        Kind::Dashboard,
    ],
    keeps_metrics: true,
    tells_pending: true,
};

/// 1.5.33, with `cbor2` installed: no X-Ray, and its list of dashboards cannot be read.
const MINISTACK: Emulator = Emulator {
    name: "ministack",
    kinds: &[Kind::Topic, Kind::LogRetention, Kind::EventRule, Kind::Alarm, Kind::CompositeAlarm],
    keeps_metrics: false,
    tells_pending: false,
};

/// 5.2.5: does not speak CBOR, so nothing of CloudWatch; no X-Ray groups.
const MOTO: Emulator = Emulator {
    name: "moto",
    kinds: &[Kind::Topic, Kind::LogRetention, Kind::EventRule],
    keeps_metrics: false,
    tells_pending: false,
};

/// An emulator with a stack's account on it.
struct Place {
    stack: &'static str,
    emulator: Emulator,
    wire: Wire,
    who: Identity,
    account: Account,
}

impl Place {
    async fn new(stack: &'static str) -> Self {
        Self::with(Faults::default(), stack).await
    }

    /// Only the sandbox has these faults.
    async fn with(faults: Faults, stack: &'static str) -> Self {
        let (emulator, address) = match std::env::var("TRACEWATCH_CONTRACT") {
            Ok(named) => {
                let (name, address) = named.split_once('@').expect("TRACEWATCH_CONTRACT has the form name@host:port");
                let emulator = [MINISTACK, MOTO].into_iter().find(|emulator| emulator.name == name);
                (emulator.expect("ministack or moto"), address.to_owned())
            }
            Err(_) => (SANDBOX, sandbox(sandbox::Account::in_memory(), faults).await),
        };
        let wire = Wire::to(&address).await;
        let account = connected(&wire, stack).await;
        let who = account.identity().await.unwrap();
        Self { stack, emulator, wire, who, account }
    }

    /// Somebody else's client.
    fn other(&self) -> SdkConfig {
        foreign::client(&self.wire.endpoint, &self.who.region)
    }

    fn samples(&self) -> Samples<'_> {
        Samples { stack: self.stack, who: &self.who }
    }

    fn has(&self, kind: Kind) -> bool {
        self.emulator.kinds.contains(&kind)
    }

    fn scope(&self) -> Scope {
        let mut scope = self.samples().scope();
        for (kind, prefix) in [
            (Kind::Alarm, &mut scope.alarm_prefix),
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

    fn keeps(&self, artifact: &Artifact) -> bool {
        let is_plain = |alarm: &Alarm| {
            let with_threshold = match alarm.condition {
                Condition::Above(_) | Condition::AtLeast(_) | Condition::Below(_) | Condition::AtMost(_) => true,
                Condition::OutsideBand(_) | Condition::AboveBand(_) | Condition::BelowBand(_) => false,
            };
            with_threshold && matches!(alarm.watched, Watched::Metric(_))
        };
        let needs_metrics = matches!(artifact, Artifact::Alarm(alarm) if !is_plain(alarm));
        self.has(artifact.kind()) && (self.emulator.keeps_metrics || !needs_metrics)
    }

    fn wanted(&self) -> Vec<Artifact> {
        self.samples().all().into_iter().filter(|artifact| self.keeps(artifact)).collect()
    }

    async fn state(&self) -> State {
        self.account.state(&self.scope()).await.unwrap()
    }

    /// In an order that AWS accepts: a composite alarm needs its children.
    async fn make_all(&self) {
        let mut wanted = self.wanted();
        wanted.sort_by_key(Artifact::kind);
        for new in wanted {
            self.write(Change::Create { new }).await.unwrap();
        }
    }

    async fn write(&self, change: Change) -> Result<(), AccountError> {
        let mut results = self.account.write(&[change]).await;
        assert_eq!(results.len(), 1);
        results.remove(0)
    }

    async fn owner(&self, artifact: &Artifact) -> Owner {
        let id = artifact.id();
        self.account.owners(std::slice::from_ref(&id)).await.unwrap().remove(&id).unwrap()
    }
}

async fn connected(wire: &Wire, stack: &str) -> Account {
    let settings = Settings { profile: None, region: None, endpoint: Some(wire.endpoint.clone()), pace: Pace::Documented };
    connect(&settings, stack, &BTreeMap::from([("team".to_owned(), "orders".to_owned())])).await.unwrap()
}

/// A sandbox of its own for a test, which ends with the test's runtime.
async fn sandbox(account: sandbox::Account, faults: Faults) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(sandbox::serve(listener, account, faults, jiff::Timestamp::now));
    address
}

fn difference(actual: &State, wanted: &State) -> String {
    let differing = wanted.iter().filter(|(id, artifact)| actual.get(id) != Some(artifact));
    let shown: Vec<String> = differing.map(|(id, wanted)| format!("{wanted:#?}\nbut is {:#?}", actual.get(id))).collect();
    let surplus: Vec<String> = actual.iter().filter(|(id, _)| wanted.get(id).is_none()).map(|(id, _)| id.to_string()).collect();
    format!("{}\nsurplus: {surplus:?}", shown.join("\n"))
}

fn assert_same(actual: &State, wanted: &State) {
    assert!(actual == wanted, "wanted {}", difference(actual, wanted));
}

#[tokio::test]
async fn what_was_made_reads_back_exactly() {
    let place = Place::new("made").await;
    place.make_all().await;
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
}

#[tokio::test]
async fn what_was_changed_reads_back_exactly() {
    let place = Place::new("changed").await;
    place.make_all().await;
    let changed: Vec<Artifact> = place.samples().all_changed().into_iter().filter(|new| place.keeps(new)).collect();
    for new in &changed {
        let old = place.state().await.get(&new.id()).unwrap().clone();
        place.write(Change::Update { old, new: new.clone() }).await.unwrap();
    }
    assert_same(&place.state().await, &changed.into_iter().collect());
    for artifact in place.wanted() {
        assert_eq!(place.owner(&artifact).await, Owner::Stack("changed".to_owned()), "{}: an update keeps the mark", artifact.id());
    }
}

#[tokio::test]
async fn writing_it_again_changes_nothing_and_repeats_no_confirmation() {
    let place = Place::new("again").await;
    place.make_all().await;
    for new in place.wanted() {
        place.write(Change::Update { old: new.clone(), new }).await.unwrap();
    }
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
    assert_eq!(place.wire.count("Action=Subscribe&"), 1, "the one subscription still waits for its confirmation");
    assert_eq!(place.wire.count("Action=SetTopicAttributes&"), 1, "the policy already said so");
}

#[tokio::test]
async fn owners_are_told_apart() {
    let place = Place::new("owned").await;
    for artifact in place.wanted() {
        assert_eq!(place.owner(&artifact).await, Owner::Nobody, "{}", artifact.id());
    }
    place.make_all().await;
    for artifact in place.wanted() {
        assert_eq!(place.owner(&artifact).await, Owner::Stack("owned".to_owned()), "{}", artifact.id());
    }
    let ids: Vec<ArtifactId> = place.wanted().iter().map(Artifact::id).collect();
    assert_eq!(place.account.owners(&ids).await.unwrap().len(), ids.len());
}

#[tokio::test]
async fn what_others_made_is_told_apart_and_can_be_adopted() {
    let place = Place::new("adopted").await;
    foreign::make_unmarked(&place.other(), &place.samples()).await;
    if place.has(Kind::Dashboard) {
        foreign::make_unmarked_dashboard(&place.other(), &place.samples()).await;
    }
    if place.has(Kind::Alarm) {
        foreign::make_unmarked_alarm(&place.other(), &place.samples()).await;
    }
    if place.has(Kind::TraceGroup) {
        foreign::make_unmarked_traces(&place.other(), &place.samples()).await;
    }
    let there = place.state().await;
    for (id, old) in there.iter() {
        assert_eq!(place.owner(old).await, Owner::Unmarked, "{id}");
        let new = place.wanted().into_iter().find(|wanted| wanted.id() == *id).unwrap();
        place.write(Change::Adopt { old: old.clone(), new: new.clone() }).await.unwrap();
        assert_eq!(place.owner(old).await, Owner::Stack("adopted".to_owned()), "{id}");
        assert_eq!(place.state().await.get(id), Some(&new));
    }
    assert!(there.len() >= 2, "{there:?}");
}

#[tokio::test]
async fn what_another_stack_made_is_its_own() {
    let place = Place::new("theirs").await;
    place.make_all().await;
    let ids: Vec<ArtifactId> = place.wanted().iter().map(Artifact::id).collect();
    let owners = connected(&place.wire, "ours").await.owners(&ids).await.unwrap();
    assert!(owners.values().all(|owner| *owner == Owner::Stack("theirs".to_owned())), "{owners:?}");
}

#[tokio::test]
async fn a_boost_that_somebody_gave_a_sampling_rule_survives_an_update() {
    let place = Place::new("boosted").await;
    if !place.has(Kind::SamplingRule) {
        return;
    }
    foreign::make_unmarked_traces(&place.other(), &place.samples()).await;
    let new = Artifact::SamplingRule(place.samples().sampling_rule());
    let old = place.state().await.get(&new.id()).unwrap().clone();
    place.write(Change::Update { old, new: new.clone() }).await.unwrap();
    assert_eq!(place.state().await.get(&new.id()), Some(&new));
    assert_eq!(foreign::boost_of(&place.other(), new.name()).await, Some(foreign::boost()));
}

#[tokio::test]
async fn a_rule_that_somebody_changed_in_ways_that_an_artifact_cannot_say_differs_and_is_put_right() {
    let place = Place::new("tampered").await;
    let rule = Artifact::EventRule(place.samples().event_rule());
    place.write(Change::Create { new: rule.clone() }).await.unwrap();
    foreign::tamper_with_rule(&place.other(), rule.name(), &place.samples().topic_arn()).await;
    let state = place.state().await;
    let Some(old @ Artifact::EventRule(tampered)) = state.get(&rule.id()) else { panic!("{state:?}") };
    assert_eq!(tampered.description, "X-Ray Insights [with other State, Targets]");
    place.write(Change::Update { old: old.clone(), new: rule.clone() }).await.unwrap();
    assert_eq!(place.state().await.get(&rule.id()), Some(&rule));
}

#[tokio::test]
async fn what_others_say_in_a_topics_policy_stays() {
    let place = Place::new("policy").await;
    let topic = place.samples().topic(&[]);
    let arn = place.samples().topic_arn();
    place.write(Change::Create { new: Artifact::Topic(topic.clone()) }).await.unwrap();
    let theirs = json!({
        "Sid": "theirs", "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": ["sns:Subscribe"], "Resource": arn,
        "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" } },
    });
    foreign::set_policy(&place.other(), &arn, &json!({ "Version": "2012-10-17", "Id": "x", "Statement": [theirs] })).await;
    let mut old = topic.clone();
    old.statements.clear();
    assert_eq!(place.state().await.get(&Artifact::Topic(topic.clone()).id()), Some(&Artifact::Topic(old.clone())));
    place.write(Change::Update { old: Artifact::Topic(old), new: Artifact::Topic(topic.clone()) }).await.unwrap();
    let merged = foreign::policy(&place.other(), &arn).await;
    let ours = topic.statements.values().next().unwrap();
    assert_eq!(merged, json!({ "Version": "2012-10-17", "Id": "x", "Statement": [theirs, ours] }));
}

#[tokio::test]
async fn a_confirmed_subscription_that_is_unwanted_ends_and_one_that_waits_stays() {
    let place = Place::new("unsubscribed").await;
    let topic = place.samples().topic(&["gone@example.com"]);
    place.write(Change::Create { new: Artifact::Topic(topic.clone()) }).await.unwrap();
    foreign::subscribe_queue(&place.other(), &place.samples().topic_arn(), "arn:aws:sqs:us-east-1:123456789012:queue").await;
    let old = place.state().await.get(&Artifact::Topic(topic.clone()).id()).unwrap().clone();
    let new = Artifact::Topic(place.samples().topic(&["team@example.com"]));
    place.write(Change::Update { old, new: new.clone() }).await.unwrap();
    let state = place.state().await;
    let Some(Artifact::Topic(actual)) = state.get(&new.id()) else { panic!("{state:?}") };
    let email = |endpoint: &str| Subscription { protocol: "email".to_owned(), endpoint: endpoint.to_owned() };
    let mut expected = BTreeSet::from([email("team@example.com")]);
    if place.emulator.tells_pending {
        expected.insert(email("gone@example.com"));
    }
    assert_eq!(actual.subscriptions, expected);
}

#[tokio::test]
async fn a_log_groups_retention_is_set_and_taken_back_and_a_missing_group_is_no_setting() {
    let place = Place::new("logs").await;
    let group = place.samples().log_group();
    foreign::make_log_group(&place.other(), &group).await;
    foreign::make_log_group(&place.other(), &format!("{group}-other")).await;
    let id = place.samples().retention(None).id();
    assert_same(&place.state().await, &[place.samples().retention(None)].into_iter().collect());
    for days in [Some(14), None, Some(3653)] {
        let (old, new) = (place.state().await.get(&id).unwrap().clone(), place.samples().retention(days));
        place.write(Change::Update { old, new: new.clone() }).await.unwrap();
        assert_same(&place.state().await, &[new].into_iter().collect());
    }
    place.write(Change::Delete { old: place.samples().retention(Some(3653)) }).await.unwrap();
    assert_same(&place.state().await, &[place.samples().retention(Some(3653))].into_iter().collect());
    let none = Artifact::LogRetention(LogRetention { log_group: "/aws/lambda/logs-none".to_owned(), days: Some(7) });
    let error = place.write(Change::Create { new: none }).await.unwrap_err();
    assert!(matches!(error, AccountError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_may_be_deleted_again() {
    let place = Place::new("deleted").await;
    place.make_all().await;
    let mut wanted = place.wanted();
    wanted.sort_by_key(|artifact| std::cmp::Reverse(artifact.kind()));
    for old in wanted {
        place.write(Change::Delete { old: old.clone() }).await.unwrap();
        assert_eq!(place.owner(&old).await, Owner::Nobody, "{}", old.id());
        place.write(Change::Delete { old }).await.unwrap();
    }
    assert_same(&place.state().await, &State::default());
}

#[tokio::test]
async fn many_alarms_are_listed_on_pages_and_deleted_in_few_calls() {
    let place = Place::new("many").await;
    if !place.has(Kind::Alarm) {
        return;
    }
    let alarms: Vec<Artifact> = (0..230).map(|n| Artifact::Alarm(place.samples().plain_alarm(&format!("a{n}")))).collect();
    for new in &alarms {
        place.write(Change::Create { new: new.clone() }).await.unwrap();
    }
    assert_same(&place.state().await, &alarms.iter().cloned().collect());
    assert_eq!(place.wire.count("operation/DescribeAlarms"), 3);
    let mut deletes: Vec<Change> = alarms.into_iter().map(|old| Change::Delete { old }).collect();
    place.write(deletes[17].clone()).await.unwrap();
    let calls = place.wire.count("operation/DeleteAlarms");
    for change in &mut deletes[..3] {
        if let Change::Delete { old: Artifact::Alarm(alarm) } = change {
            alarm.name.push_str("-never-made");
        }
    }
    let results = place.account.write(&deletes).await;
    assert_eq!(results, vec![Ok(()); 230]);
    assert_eq!(place.state().await.len(), 3);
    assert!(place.wire.count("operation/DeleteAlarms") - calls <= 4);
}

#[tokio::test]
async fn a_lost_answer_to_a_creation_is_no_failure() {
    for (fault, stack) in [(Fault::LoseAnswer, "lost1"), (Fault::LoseRequest, "lost2")] {
        let place = Place::new(stack).await;
        for operation in [
            "operation/PutMetricAlarm",
            "operation/PutDashboard",
            "/CreateGroup",
            "/CreateSamplingRule",
            "Action=CreateTopic&",
            "AWSEvents.PutRule",
        ] {
            place.wire.spoil(operation, [fault.clone()]);
        }
        place.make_all().await;
        assert_same(&place.state().await, &place.wanted().into_iter().collect());
    }
}

#[tokio::test]
async fn throttled_calls_are_repeated() {
    let place = Place::new("throttled").await;
    let json = |body: &str| Fault::Answer { status: 400, content_type: "application/json", body: body.to_owned() };
    let throttled = json(r#"{"__type":"ThrottledException","Message":"Rate exceeded"}"#);
    let rule = json(r#"{"__type":"ThrottlingException","message":"Rate exceeded"}"#);
    let topic =
        "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>";
    let topic = Fault::Answer { status: 400, content_type: "text/xml", body: topic.to_owned() };
    place.wire.spoil("/CreateGroup", [throttled.clone(), throttled]);
    place.wire.spoil("AWSEvents.PutRule", [rule]);
    place.wire.spoil("Action=CreateTopic&", [topic]);
    place.make_all().await;
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
}

#[tokio::test]
async fn a_large_stack_is_made_although_every_second_call_is_throttled() {
    let faults = Faults { throttles: vec!["PutMetricAlarm=2".parse().unwrap()], ..Faults::default() };
    let place = Place::with(faults, "busy").await;
    if !place.has(Kind::Alarm) {
        return;
    }
    let alarms: Vec<Artifact> = (0..40).map(|n| Artifact::Alarm(place.samples().plain_alarm(&format!("a{n}")))).collect();
    let creates: Vec<Change> = alarms.iter().cloned().map(|new| Change::Create { new }).collect();
    let written =
        futures_util::future::join_all(creates.iter().map(|create| place.account.write(std::slice::from_ref(create)))).await;
    assert!(written.into_iter().flatten().all(|result| result == Ok(())));
    assert_same(&place.state().await, &alarms.into_iter().collect());
}

#[tokio::test]
async fn a_denied_call_says_so_once() {
    let place = Place::new("denied").await;
    let body = r#"{"__type":"AccessDeniedException","message":"User is not authorized to perform: events:PutRule"}"#.to_owned();
    place.wire.spoil("AWSEvents.PutRule", vec![Fault::Answer { status: 400, content_type: "application/json", body }; 5]);
    let error = place.write(Change::Create { new: Artifact::EventRule(place.samples().event_rule()) }).await.unwrap_err();
    assert_eq!(error.to_string(), "PutRule: access denied: User is not authorized to perform: events:PutRule");
    assert_eq!(place.wire.count("AWSEvents.PutRule"), 1);
}

#[tokio::test]
async fn a_server_that_is_no_aws_is_an_error_and_no_crash() {
    let place = Place::new("page").await;
    if !place.has(Kind::Alarm) {
        return;
    }
    let body = "<html>not here</html>".to_owned();
    place.wire.spoil("operation/DescribeAlarms", [Fault::Answer { status: 404, content_type: "text/html", body }]);
    let error = place.account.state(&place.scope()).await.unwrap_err();
    assert!(error.to_string().starts_with("DescribeAlarms: HTTP 404"), "{error}");
}

#[tokio::test]
async fn what_is_not_asked_for_is_not_read() {
    let place = Place::new("unasked").await;
    let before = place.wire.total();
    assert!(place.account.state(&Scope::default()).await.unwrap().is_empty());
    assert_eq!(place.wire.total(), before);
}

#[tokio::test]
async fn a_stack_that_is_not_deployed_is_none() {
    let place = Place::new("undeployed").await;
    assert_eq!(place.account.deployed("no-such-stack").await.unwrap(), None);
}

#[tokio::test]
async fn a_deployed_stack_is_read_whole() {
    let resource = |n: usize| StackResource {
        logical_id: format!("Function{n}"),
        physical_id: if n == 7 { String::new() } else { format!("shop-function-{n}") },
        resource_type: "AWS::Lambda::Function".to_owned(),
        status: Status(if n == 9 { "DELETE_COMPLETE" } else { "CREATE_COMPLETE" }.to_owned()),
    };
    let stack = Stack {
        name: "shop".to_owned(),
        status: Status("UPDATE_ROLLBACK_COMPLETE".to_owned()),
        template: "Transform: AWS::Serverless-2016-10-31".to_owned(),
        processed_template: Some("Resources: {}".to_owned()),
        parameters: [("Stage".to_owned(), "prod".to_owned())].into(),
        resources: (0..250).map(resource).collect(),
        ..Stack::default()
    };
    let mut account = sandbox::Account::in_memory();
    account.seed_stack("us-east-1", stack);
    let wire = Wire::to(&sandbox(account, Faults::default()).await).await;
    let deployed = connected(&wire, "shop").await.deployed("shop").await.unwrap().unwrap();
    assert_eq!((deployed.name.as_str(), deployed.status.as_str()), ("shop", "UPDATE_ROLLBACK_COMPLETE"));
    assert_eq!(deployed.template, "Resources: {}");
    assert_eq!(deployed.parameters["Stage"], "prod");
    assert_eq!(deployed.resources.len(), 249, "all but the deleted one");
    assert_eq!(deployed.resources["Function7"].physical_id, None);
    assert_eq!(deployed.resources["Function249"].physical_id.as_deref(), Some("shop-function-249"));
}
