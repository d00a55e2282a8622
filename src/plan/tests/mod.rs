//! Plans read as before and after: build what is desired, derive what is there from it, change one thing, read the plan.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::*;
use crate::artifact::{
    Actions, Alarm, AlarmQuery, Artifact, ArtifactId, CompositeAlarm, Condition, Dashboard,
    Delivery, EventRule, Kind, LogRetention, Metric, Missing, MuteRule, OWNER_TAG, Origin,
    SamplingRule, State, Subscription, SubscriptionRecord, Tags, Topic, TraceGroup,
};
use crate::diagnostic::{Colour, LevelPolicy, Leveled};
use crate::inventory::{ResourceId, Target};

mod changes;
mod muting;
mod ordering;
mod ownership;
mod rendering;
mod safe;

pub(crate) const STACK: &str = "shop";

/// Nobody agreed to deletions, and the account has only its own X-Ray group `Default`.
pub(crate) const CALM: SafetyContext = SafetyContext {
    deletions: DeletionApproval::NotGiven,
    other_trace_groups: 1,
};

/// The tags of artifacts in each target, as an account returns them.
pub(crate) type Found = BTreeMap<Target, BTreeMap<ArtifactId, Option<Tags>>>;

pub(crate) fn target() -> Target {
    Target {
        partition: "aws".into(),
        region: "eu-west-1".into(),
        account: "111122223333".into(),
    }
}

pub(crate) fn arn(topic: &str) -> String {
    format!("arn:aws:sns:eu-west-1:111122223333:{topic}")
}

pub(crate) fn actions(topic: &str) -> Actions {
    Actions {
        enabled: true,
        alarm: [arn(topic)].into(),
        ok: [arn(topic)].into(),
        insufficient_data: BTreeSet::new(),
    }
}

pub(crate) fn topic(name: &str, emails: &[&str]) -> Artifact {
    let subscription = |email: &&str| Subscription {
        protocol: "email".into(),
        endpoint: (*email).into(),
    };
    let statements = [(
        "AllowAlarms".to_owned(),
        json!({"Effect": "Allow", "Action": "sns:Publish"}),
    )]
    .into();
    Artifact::Topic(Topic {
        name: name.into(),
        statements,
        subscriptions: emails.iter().map(subscription).collect(),
        recorded: SubscriptionRecord::default(),
        delivery: Delivery::default(),
    })
}

pub(crate) fn trace_group(name: &str, filter: &str) -> Artifact {
    Artifact::TraceGroup(TraceGroup {
        name: name.into(),
        filter: filter.into(),
        insights: true,
        notifications: true,
    })
}

pub(crate) fn sampling_rule(name: &str) -> Artifact {
    let any = || "*".to_owned();
    Artifact::from(SamplingRule {
        name: name.into(),
        priority: 5000,
        reservoir: 1,
        rate: 0.07,
        service_name: "shop-api/prod".into(),
        service_type: any(),
        host: any(),
        method: any(),
        path: any(),
        resource_arn: any(),
        attributes: BTreeMap::new(),
    })
}

pub(crate) fn retention(log_group: &str, days: Option<u32>) -> Artifact {
    Artifact::LogRetention(LogRetention {
        log_group: log_group.into(),
        days,
    })
}

pub(crate) fn event_rule(name: &str, topic: &str) -> Artifact {
    let pattern = json!({"source": ["aws.xray"], "detail": {"State": ["ACTIVE"]}});
    Artifact::EventRule(EventRule {
        name: name.into(),
        description: "Insights of shop".into(),
        pattern,
        targets: [arn(topic)].into(),
        input: None,
    })
}

pub(crate) fn alarm(name: &str) -> Artifact {
    let dimensions = [("FunctionName".to_owned(), "create-order".to_owned())].into();
    Artifact::from(Alarm {
        name: name.into(),
        description: "more than 5 errors".into(),
        query: AlarmQuery::Metric(Metric {
            namespace: "AWS/Lambda".into(),
            name: "Errors".into(),
            dimensions,
            stat: "Sum".into(),
        }),
        condition: Condition::Above(5.0),
        period: 60,
        datapoints_to_alarm: 3,
        evaluation_periods: 5,
        missing: Missing::NotBreaching,
        warm_up_minutes: None,
        evaluate_low_samples: true,
        actions: actions("shop_critical"),
    })
}

pub(crate) fn composite(name: &str, rule: &str) -> Artifact {
    let description = "the shop is not well".into();
    Artifact::from(CompositeAlarm {
        name: name.into(),
        description,
        rule: rule.into(),
        actions: actions("shop_critical"),
        suppressor: None,
    })
}

pub(crate) fn mute_rule(name: &str, alarms: &[&str]) -> Artifact {
    Artifact::MuteRule(MuteRule {
        name: name.to_owned(),
        description: String::new(),
        schedule: "cron(0 2 * * *)".to_owned(),
        duration: 3600,
        timezone: "UTC".to_owned(),
        expires: None,
        alarms: alarms.iter().map(|name| (*name).to_owned()).collect(),
    })
}

pub(crate) fn dashboard(name: &str, titles: &[&str]) -> Artifact {
    let widget =
        |title: &&str| json!({"type": "metric", "properties": {"title": title, "stat": "Sum"}});
    let widgets: Vec<_> = titles.iter().map(widget).collect();
    Artifact::Dashboard(Dashboard {
        name: name.into(),
        body: json!({"start": "-PT3H", "widgets": widgets}),
    })
}

/// One of each kind, with a composite over a composite.
pub(crate) fn shop() -> State {
    State::from_iter([
        topic("shop_critical", &["ops@example.com"]),
        trace_group("shop-faults", "service(\"shop\") { fault }"),
        sampling_rule("shop-api"),
        retention("/aws/lambda/create-order", Some(30)),
        event_rule("shop_insights", "shop_critical"),
        alarm("shop.CreateOrder.errors"),
        alarm("shop.CreateOrder.throttles"),
        alarm("shop.GetOrder.errors"),
        composite(
            "shop.any",
            r#"ALARM("shop.orders") OR ALARM("shop.GetOrder.errors")"#,
        ),
        composite(
            "shop.orders",
            r#"ALARM("shop.CreateOrder.errors") OR ALARM("shop.CreateOrder.throttles")"#,
        ),
        dashboard("shop_overview", &["Errors", "Latency"]),
    ])
}

pub(crate) fn without(state: State, name: &str) -> State {
    state
        .into_artifacts()
        .filter(|artifact| artifact.name() != name)
        .collect()
}

pub(crate) fn and(state: State, more: impl IntoIterator<Item = Artifact>) -> State {
    state.into_artifacts().chain(more).collect()
}

pub(crate) fn with_alarm(state: State, name: &str, edit: impl Fn(&mut Alarm)) -> State {
    with_each_alarm(state, |alarm| {
        if alarm.name == name {
            edit(alarm);
        }
    })
}

/// The artifacts keep their origins.
pub(crate) fn with_each_alarm(state: State, mut edit: impl FnMut(&mut Alarm)) -> State {
    let (artifacts, mut origins) = state.into_parts();
    let mut edited = State::default();
    for (id, mut artifact) in artifacts {
        if let Artifact::Alarm(alarm) = &mut artifact {
            edit(alarm);
        }
        match origins.remove(&id) {
            Some(origin) => edited.insert_from(origin, artifact),
            None => edited.insert(artifact),
        };
    }
    edited
}

/// Alarms with their origins: twelve for each function.
pub(crate) fn alarms(count: usize) -> State {
    let mut state = State::default();
    for index in 0..count {
        let function = format!("Function{:03}", index / 12);
        let definition = format!("alarm{:02}", index % 12);
        let origin =
            Origin::of_stack("x", &definition).with_resource(&ResourceId::new(STACK, &*function));
        state.insert_from(origin, alarm(&format!("{STACK}.{function}.{definition}")));
    }
    state
}

pub(crate) fn comparison(actual: State, desired: State) -> Comparison {
    let states = TargetStates {
        target: target(),
        actual,
        desired,
    };
    Comparison::between(STACK, [states])
}

/// The tags of an artifact with this owner.
pub(crate) fn tagged(owner: &Owner) -> Option<Tags> {
    match owner {
        Owner::Nobody => None,
        Owner::Stack(stack) => Some([(OWNER_TAG.to_owned(), stack.clone())].into()),
        Owner::Unmarked => Some(Tags::new()),
    }
}

/// The rules of a project without tags.
pub(crate) fn rules(adopt: &BTreeSet<String>) -> OwnershipRules<'_> {
    static NONE: Tags = Tags::new();
    OwnershipRules {
        tags: &NONE,
        adopt,
        foreign_deletions: ForeignDeletions::Note,
    }
}

/// Asks `owner` about each artifact that has to be verified.
pub(crate) fn tags_of(
    comparison: &Comparison,
    adopt: &BTreeSet<String>,
    owner: impl Fn(&ArtifactId) -> Owner,
) -> Found {
    let mut found = Found::new();
    for (target, ids) in comparison.to_verify(adopt) {
        let ids = ids.written.into_iter().chain(ids.surplus);
        let of_target = ids.map(|id| (id.clone(), tagged(&owner(&id))));
        found.insert(target, of_target.collect());
    }
    found
}

/// Every existing artifact belongs to the stack.
pub(crate) fn owned(comparison: Comparison) -> OwnedChanges {
    let nothing = BTreeSet::new();
    let found = tags_of(&comparison, &nothing, |_| Owner::Stack(STACK.into()));
    comparison.with_tags(&found, rules(&nothing))
}

/// A plan without cost and without diagnostics of earlier stages.
pub(crate) fn plan_with(changes: OwnedChanges, context: &SafetyContext) -> Plan {
    changes.into_plan(
        Cost::default(),
        Leveled::default(),
        context,
        &LevelPolicy::default(),
    )
}

/// The plan where every existing artifact belongs to the stack.
pub(crate) fn between(actual: State, desired: State) -> Plan {
    plan_with(owned(comparison(actual, desired)), &CALM)
}

/// The plan where no existing artifact is known to belong to the stack.
fn unowned(comparison: Comparison) -> Plan {
    plan_with(
        comparison.with_tags(&Found::new(), rules(&BTreeSet::new())),
        &CALM,
    )
}

fn text(plan: &Plan) -> String {
    plan.text(Purpose::Plan, Detail::Brief, Colour::Never)
}

pub(crate) fn actions_of(plan: &Plan) -> Vec<String> {
    plan.changes()
        .map(|change| format!("{} {}", change.action().sign(), change.id()))
        .collect()
}

fn codes(plan: &Plan) -> Vec<&'static str> {
    plan.findings()
        .iter()
        .map(|finding| finding.diagnostic.code.name())
        .collect()
}
