//! Plans read as before and after: build what is desired, derive what is there from it, change one thing, read the plan.

use serde_json::json;

use super::*;
use crate::artifact::{
    Actions, Alarm, AlarmQuery, CompositeAlarm, Condition, Dashboard, EventRule, LogRetention,
    Metric, Missing, SamplingRule, Subscription, Topic, TraceGroup,
};
use crate::diagnostic::{Colour, Diagnostic};

mod changes;
mod ordering;
mod ownership;
mod rendering;
mod safe;

pub(crate) const STACK: &str = "shop";

pub(crate) fn target() -> Target {
    let identity = Identity {
        partition: "aws".into(),
        region: "eu-west-1".into(),
        account: "111122223333".into(),
    };
    Target {
        stack: STACK.into(),
        identity,
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
    let edited = |mut artifact: Artifact| {
        if let Artifact::Alarm(alarm) = &mut artifact
            && alarm.name == name
        {
            edit(alarm);
        }
        artifact
    };
    state.into_artifacts().map(edited).collect()
}

pub(crate) fn between(actual: State, desired: State) -> Plan {
    Plan::between(target(), actual, desired)
}

/// Every change ours.
pub(crate) fn owned(plan: Plan) -> Plan {
    let owner = |id| (id, Owner::Stack(STACK.into()));
    let owners = plan
        .ids_to_verify(&BTreeSet::new())
        .into_iter()
        .map(owner)
        .collect();
    plan.with_owners(&owners, &BTreeSet::new())
}

pub(crate) fn alarms(count: usize) -> State {
    (0..count)
        .map(|index| {
            alarm(&format!(
                "shop.Function{:03}.alarm{:02}",
                index / 12,
                index % 12
            ))
        })
        .collect()
}

fn text(plan: &Plan) -> String {
    plan.text(Detail::Brief, Colour::Never)
}

fn actions_of(plan: &Plan) -> Vec<String> {
    plan.changes()
        .iter()
        .map(|change| format!("{} {}", change.action().sign(), change.id()))
        .collect()
}

fn codes(plan: &Plan) -> Vec<&'static str> {
    plan.findings()
        .iter()
        .map(|finding| finding.diagnostic.code.name())
        .collect()
}
