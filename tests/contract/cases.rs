//! What an account has to do behind the adapter, for every kind of artifact: made, read back, changed, owned and deleted.

use std::collections::BTreeSet;

use serde_json::json;
use tracewatch::artifact::{
    Artifact, ArtifactId, Kind, LogRetention, MetricFilter, Scope, State, Subscription,
};
use tracewatch::plan::{Change, TagChanges};
use tracewatch::provider::{AccountError, Owner, Reader};

use crate::foreign;
use crate::place::{Emulator, Place, assert_same};

pub(crate) async fn what_was_made_reads_back_exactly(place: &Place) {
    place.make_all().await;
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
}

pub(crate) async fn what_was_changed_reads_back_exactly(place: &Place) {
    place.make_all().await;
    let changed: Vec<Artifact> = place.wanted_changed();
    for new in &changed {
        let old = place.state().await.get(&new.id()).unwrap().clone();
        place
            .write(Change::Update {
                old,
                new: new.clone(),
                tags: TagChanges::new(),
            })
            .await
            .unwrap();
    }
    assert_same(&place.state().await, &changed.into_iter().collect());
    for artifact in place.wanted() {
        assert_eq!(
            place.owner(&artifact).await,
            place.ours(),
            "{}: an update keeps the mark",
            artifact.id()
        );
    }
}

pub(crate) async fn writing_it_again_changes_nothing_and_repeats_no_confirmation(place: &Place) {
    place.make_all().await;
    for new in place.wanted() {
        place
            .write(Change::Update {
                old: new.clone(),
                new,
                tags: TagChanges::new(),
            })
            .await
            .unwrap();
    }
    assert_same(&place.state().await, &place.wanted().into_iter().collect());
    if let Some(wire) = &place.wire {
        assert_eq!(
            wire.count("Action=Subscribe&"),
            1,
            "the one subscription still waits for its confirmation"
        );
        assert_eq!(
            wire.count("Action=SetTopicAttributes&"),
            1,
            "the policy already said so"
        );
    }
}

pub(crate) async fn owners_are_told_apart(place: &Place) {
    for artifact in place.wanted() {
        assert_eq!(
            place.owner(&artifact).await,
            Owner::Nobody,
            "{}",
            artifact.id()
        );
    }
    place.make_all().await;
    for artifact in place.wanted() {
        assert_eq!(
            place.owner(&artifact).await,
            place.ours(),
            "{}",
            artifact.id()
        );
    }
    let ids: Vec<ArtifactId> = place.wanted().iter().map(Artifact::id).collect();
    assert_eq!(place.account.owners(&ids).await.unwrap().len(), ids.len());
}

pub(crate) async fn what_others_made_is_told_apart_and_can_be_adopted(place: &Place) {
    foreign::make_unmarked(&place.other().await, &place.samples()).await;
    if place.has(Kind::Dashboard) {
        foreign::make_unmarked_dashboard(&place.other().await, &place.samples()).await;
    }
    if place.has(Kind::Alarm) {
        foreign::make_unmarked_alarm(&place.other().await, &place.samples()).await;
    }
    if place.has(Kind::MuteRule) {
        foreign::make_unmarked_mute_rule(&place.other().await, &place.samples()).await;
    }
    if place.has(Kind::ChatConfiguration) {
        foreign::make_unmarked_chat(&place.other().await, &place.samples()).await;
    }
    if place.has(Kind::ServiceLevelObjective) {
        foreign::make_unmarked_objective(&place.other().await, &place.samples()).await;
    }
    if place.has(Kind::TraceGroup) {
        foreign::make_unmarked_traces(&place.other().await, &place.samples()).await;
    }
    let there = place.state().await;
    for (id, old) in there.iter() {
        assert_eq!(place.owner(old).await, Owner::Unmarked, "{id}");
        let new = place
            .wanted()
            .into_iter()
            .find(|wanted| wanted.id() == *id)
            .unwrap();
        place
            .write(Change::Adopt {
                old: old.clone(),
                new: new.clone(),
            })
            .await
            .unwrap();
        assert_eq!(place.owner(old).await, place.ours(), "{id}");
        assert_eq!(place.state().await.get(id), Some(&new));
    }
    assert!(there.len() >= 2, "{there:?}");
}

pub(crate) async fn what_another_stack_made_is_its_own(place: &Place) {
    place.make_all().await;
    let ids: Vec<ArtifactId> = place.wanted().iter().map(Artifact::id).collect();
    let owners = place.connected_as("ours").await.owners(&ids).await.unwrap();
    assert!(
        owners.values().all(|owner| *owner == place.ours()),
        "{owners:?}"
    );
}

pub(crate) async fn a_boost_that_somebody_gave_a_sampling_rule_survives_an_update(place: &Place) {
    if !place.has(Kind::SamplingRule) {
        return;
    }
    foreign::make_unmarked_traces(&place.other().await, &place.samples()).await;
    let new = Artifact::from(place.samples().sampling_rule());
    let old = place.state().await.get(&new.id()).unwrap().clone();
    place
        .write(Change::Update {
            old,
            new: new.clone(),
            tags: TagChanges::new(),
        })
        .await
        .unwrap();
    assert_eq!(place.state().await.get(&new.id()), Some(&new));
    assert_eq!(
        foreign::boost_of(&place.other().await, new.name()).await,
        Some(foreign::boost())
    );
}

pub(crate) async fn a_rule_that_somebody_changed_in_ways_that_an_artifact_cannot_say_differs_and_is_put_right(
    place: &Place,
) {
    let rule = Artifact::EventRule(place.samples().event_rule());
    place
        .write(Change::Create { new: rule.clone() })
        .await
        .unwrap();
    foreign::tamper_with_rule(
        &place.other().await,
        &place.samples().event_rule(),
        &place.samples().topic_arn(),
    )
    .await;
    let state = place.state().await;
    let Some(old @ Artifact::EventRule(tampered)) = state.get(&rule.id()) else {
        panic!("{state:?}")
    };
    assert_eq!(
        tampered.description,
        "X-Ray Insights [with other State, Targets]"
    );
    place
        .write(Change::Update {
            old: old.clone(),
            new: rule.clone(),
            tags: TagChanges::new(),
        })
        .await
        .unwrap();
    assert_eq!(place.state().await.get(&rule.id()), Some(&rule));
}

pub(crate) async fn what_others_say_in_a_topics_policy_stays(place: &Place) {
    let topic = place.samples().topic(&[]);
    let arn = place.samples().topic_arn();
    place
        .write(Change::Create {
            new: Artifact::Topic(topic.clone()),
        })
        .await
        .unwrap();
    let theirs = json!({
        "Sid": "theirs", "Effect": "Allow", "Principal": { "AWS": "*" }, "Action": ["sns:Subscribe"], "Resource": arn,
        "Condition": { "StringEquals": { "aws:PrincipalOrgID": "o-1" } },
    });
    foreign::set_policy(
        &place.other().await,
        &arn,
        &json!({ "Version": "2012-10-17", "Id": "x", "Statement": [theirs] }),
    )
    .await;
    let mut old = topic.clone();
    old.statements.clear();
    assert_eq!(
        place
            .state()
            .await
            .get(&Artifact::Topic(topic.clone()).id()),
        Some(&Artifact::Topic(old.clone()))
    );
    place
        .write(Change::Update {
            old: Artifact::Topic(old),
            new: Artifact::Topic(topic.clone()),
            tags: TagChanges::new(),
        })
        .await
        .unwrap();
    let merged = foreign::policy(&place.other().await, &arn).await;
    let ours = topic.statements.values().next().unwrap();
    assert_eq!(
        merged,
        json!({ "Version": "2012-10-17", "Id": "x", "Statement": [theirs, ours] })
    );
}

pub(crate) async fn subscriptions_that_are_not_asked_for_stay_and_those_that_wait_are_not_repeated(
    place: &Place,
) {
    let topic = place.samples().topic(&["gone@example.com"]);
    place
        .write(Change::Create {
            new: Artifact::Topic(topic.clone()),
        })
        .await
        .unwrap();
    foreign::subscribe_queue(
        &place.other().await,
        &place.samples().topic_arn(),
        "arn:aws:sqs:us-east-1:123456789012:queue",
    )
    .await;
    let old = place
        .state()
        .await
        .get(&Artifact::Topic(topic.clone()).id())
        .unwrap()
        .clone();
    let new = Artifact::Topic(place.samples().topic(&["team@example.com"]));
    place
        .write(Change::Update {
            old,
            new: new.clone(),
            tags: TagChanges::new(),
        })
        .await
        .unwrap();
    let state = place.state().await;
    let Some(Artifact::Topic(actual)) = state.get(&new.id()) else {
        panic!("{state:?}")
    };
    let email = |endpoint: &str| Subscription {
        protocol: "email".to_owned(),
        endpoint: endpoint.to_owned(),
    };
    let mut expected = BTreeSet::from([email("team@example.com"), queue("queue")]);
    // Nobody can end a subscription that waits for its confirmation; other people's emulators confirm at once.
    if matches!(place.emulator, Emulator::Sandbox | Emulator::Aws) {
        expected.insert(email("gone@example.com"));
    }
    assert_eq!(actual.subscriptions, expected);
}

fn queue(name: &str) -> Subscription {
    Subscription {
        protocol: "sqs".to_owned(),
        endpoint: format!("arn:aws:sqs:us-east-1:123456789012:{name}"),
    }
}

pub(crate) async fn only_what_was_subscribed_for_the_project_is_unsubscribed(place: &Place) {
    let mut old = place.samples().topic(&[]);
    old.subscriptions = [queue("gone"), queue("kept")].into();
    old.recorded = old.subscriptions.iter().collect();
    let new = Artifact::Topic(old.clone());
    place.write(Change::Create { new }).await.unwrap();
    let other = queue("other");
    foreign::subscribe_queue(
        &place.other().await,
        &place.samples().topic_arn(),
        &other.endpoint,
    )
    .await;
    let mut new = old.clone();
    new.subscriptions.remove(&queue("gone"));
    new.recorded = new.subscriptions.iter().collect();
    for writing in 0..2 {
        place
            .write(Change::Update {
                old: Artifact::Topic(old.clone()),
                new: Artifact::Topic(new.clone()),
                tags: TagChanges::new(),
            })
            .await
            .unwrap();
        let state = place.state().await;
        let Some(Artifact::Topic(actual)) = state.get(&Artifact::Topic(new.clone()).id()) else {
            panic!("{state:?}")
        };
        assert_eq!(
            actual.subscriptions,
            BTreeSet::from([queue("kept"), other.clone()]),
            "writing {writing}"
        );
        assert_eq!(actual.recorded, new.recorded);
    }
    new.subscriptions.clear();
    new.recorded = new.subscriptions.iter().collect();
    let change = Change::Update {
        old: Artifact::Topic(old),
        new: Artifact::Topic(new.clone()),
        tags: TagChanges::new(),
    };
    place.write(change).await.unwrap();
    let topic = Artifact::Topic(new);
    assert_eq!(place.owner(&topic).await, place.ours());
    let state = place.state().await;
    let Some(Artifact::Topic(actual)) = state.get(&topic.id()) else {
        panic!("{state:?}")
    };
    assert_eq!(actual.subscriptions, BTreeSet::from([other]));
    assert_eq!(actual.recorded.hashes().count(), 0);
}

pub(crate) async fn a_log_groups_retention_is_set_and_taken_back_and_a_missing_group_is_no_setting(
    place: &Place,
) {
    let group = place.samples().log_group();
    foreign::make_log_group(&place.other().await, &group).await;
    foreign::make_log_group(&place.other().await, &format!("{group}-other")).await;
    let id = place.samples().retention(None).id();
    assert_same(
        &place.state().await,
        &[place.samples().retention(None)].into_iter().collect(),
    );
    for days in [Some(14), None, Some(3653)] {
        let (old, new) = (
            place.state().await.get(&id).unwrap().clone(),
            place.samples().retention(days),
        );
        place
            .write(Change::Update {
                old,
                new: new.clone(),
                tags: TagChanges::new(),
            })
            .await
            .unwrap();
        assert_same(&place.state().await, &[new].into_iter().collect());
    }
    place
        .write(Change::Delete {
            old: place.samples().retention(Some(3653)),
        })
        .await
        .unwrap();
    assert_same(
        &place.state().await,
        &[place.samples().retention(Some(3653))]
            .into_iter()
            .collect(),
    );
    let none = Artifact::LogRetention(LogRetention {
        log_group: "/aws/lambda/logs-none".to_owned(),
        days: Some(7),
    });
    let error = place.write(Change::Create { new: none }).await.unwrap_err();
    assert!(matches!(error, AccountError::NotFound { .. }), "{error}");
}

pub(crate) async fn a_metric_filter_reads_back_exactly_and_its_namespace_names_the_owner(
    place: &Place,
) {
    let first = place.samples().metric_filter();
    let filter = Artifact::MetricFilter(first.clone());
    let missing = place.write(Change::Create {
        new: filter.clone(),
    });
    let error = missing.await.unwrap_err();
    assert!(matches!(error, AccountError::NotFound { .. }), "{error}");
    let other_group = format!("{}-other", first.log_group);
    for group in [&first.log_group, &other_group] {
        foreign::make_log_group(&place.other().await, group).await;
    }
    foreign::make_metric_filter(&place.other().await, &first).await;
    assert_eq!(place.owner(&filter).await, Owner::Unmarked);
    let theirs = filters(place).await;
    place
        .write(Change::Adopt {
            old: theirs.get(&filter.id()).unwrap().clone(),
            new: filter.clone(),
        })
        .await
        .unwrap();
    assert_eq!(place.owner(&filter).await, place.ours());
    let moved = Artifact::MetricFilter(MetricFilter {
        log_group: other_group,
        pattern: "{ $.latency > 0 }".to_owned(),
        value: "$.latency".to_owned(),
        default_value: Some(0.0),
        unit: Some("Milliseconds".to_owned()),
        ..first
    });
    for (old, new) in [(&filter, &filter), (&filter, &moved)] {
        let change = Change::Update {
            old: old.clone(),
            new: new.clone(),
            tags: TagChanges::new(),
        };
        place.write(change).await.unwrap();
        assert_same(&filters(place).await, &[new.clone()].into_iter().collect());
    }
    for _ in 0..2 {
        let old = moved.clone();
        place.write(Change::Delete { old }).await.unwrap();
        assert_eq!(place.owner(&moved).await, Owner::Nobody);
    }
}

async fn filters(place: &Place) -> State {
    let scope = Scope {
        metric_filter_prefix: place.samples().scope().alarm_prefix,
        ..Scope::default()
    };
    place.account.artifacts(&scope).await.unwrap().state
}

pub(crate) async fn what_is_deleted_is_gone_and_may_be_deleted_again(place: &Place) {
    place.make_all().await;
    let mut wanted = place.wanted();
    wanted.sort_by_key(|artifact| std::cmp::Reverse(artifact.kind()));
    for old in wanted {
        place
            .write(Change::Delete { old: old.clone() })
            .await
            .unwrap();
        assert_eq!(place.owner(&old).await, Owner::Nobody, "{}", old.id());
        place.write(Change::Delete { old }).await.unwrap();
    }
    assert_same(&place.state().await, &State::default());
}

pub(crate) async fn a_stack_that_is_not_deployed_is_none(place: &Place) {
    assert_eq!(place.account.deployed("no-such-stack").await.unwrap(), None);
}
