//! Artifacts of every kind and form, under the names that a stack's artifacts have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tracewatch::artifact::{
    Actions, Alarm, AlarmQuery, Artifact, ArtifactId, ChatChannel, ChatConfiguration,
    CompositeAlarm, Condition, Dashboard, Delivery, EventRule, InputTransformer, LogRetention,
    Metric, MetricFilter, Missing, MuteRule, STATEMENT_SIDS, SamplingRule, Scope,
    ServiceLevelObjective, Sli, SliSeries, Subscription, Suppressor, Topic, TraceGroup,
};
use tracewatch::inventory::Target;

/// The workspace and the team that the sandbox authorises.
pub(crate) const CHAT_WORKSPACE: &str = "T0123ABCD";
pub(crate) const CHAT_TEAM: (&str, &str) = (
    "0f1e2d3c-1111-2222-3333-444455556666",
    "0f1e2d3c-7777-8888-9999-aaaabbbbcccc",
);

pub(crate) struct Samples<'a> {
    pub stack: &'a str,
    pub who: &'a Target,
}

impl Samples<'_> {
    pub(crate) fn scope(&self) -> Scope {
        let stack = self.stack;
        Scope {
            alarm_prefix: format!("{stack}."),
            account_alarm_prefix: String::new(),
            dashboard_prefix: format!("{stack}_"),
            group_prefix: format!("{stack}-"),
            sampling_rule_prefix: format!("{stack}-"),
            event_rule_prefix: format!("{stack}_"),
            metric_filter_prefix: String::new(),
            mute_rule_prefix: format!("{stack}_"),
            chat_prefix: format!("{stack}_"),
            has_chats: true,
            objective_prefix: format!("{stack}."),
            topics: [format!("{stack}_critical"), format!("{stack}_none")].into(),
        }
    }

    /// The settings of one existing log group and of one that does not exist.
    pub(crate) fn settings(&self) -> BTreeSet<ArtifactId> {
        let missing = LogRetention {
            log_group: format!("/aws/lambda/{}-none", self.stack),
            days: None,
        };
        [
            self.retention(None).id(),
            Artifact::LogRetention(missing).id(),
        ]
        .into()
    }

    pub(crate) fn log_group(&self) -> String {
        format!("/aws/lambda/{}-create", self.stack)
    }

    pub(crate) fn topic_arn(&self) -> String {
        let Target {
            partition,
            region,
            account,
        } = self.who;
        format!(
            "arn:{partition}:sns:{region}:{account}:{}_critical",
            self.stack
        )
    }

    /// One of every kind but the setting and the metric filter, which need a log group, and an alarm of every form.
    pub(crate) fn all(&self) -> Vec<Artifact> {
        let metric = |name: &str, stat: &str| AlarmQuery::Metric(metric(name, stat));
        let mut all = vec![
            Artifact::Topic(self.topic(&["team@example.com"])),
            Artifact::TraceGroup(self.group()),
            self.sampling_rule().into(),
            Artifact::EventRule(self.event_rule()),
            self.composite().into(),
            Artifact::MuteRule(self.mute_rule()),
            Artifact::ChatConfiguration(self.chat()),
            Artifact::ChatConfiguration(self.teams_chat()),
            self.objective("availability", requests("errors")),
            self.objective("paid", requests("invocations - errors")),
            self.objective("age", minutes()),
            Artifact::Dashboard(self.dashboard("# Shop")),
        ];
        let alarms = [
            ("errors", metric("Errors", "Sum"), Condition::Above(5.0)),
            (
                "slow",
                metric("Duration", "p99.9"),
                Condition::AtLeast(2700.5),
            ),
            (
                "idle",
                metric("Invocations", "SampleCount"),
                Condition::Below(1.0),
            ),
            (
                "trimmed",
                metric("Duration", "TM(10%:90%)"),
                Condition::AtMost(0.1),
            ),
            ("rate", math(), Condition::Above(5.0)),
            ("fleet", fleet(), Condition::Above(5.0)),
            (
                "odd",
                metric("Duration", "Average"),
                Condition::OutsideBand(2.0),
            ),
            ("odd-rate", math(), Condition::AboveBand(3.5)),
            (
                "dull",
                metric("Duration", "Average"),
                Condition::BelowBand(2.0),
            ),
        ];
        all.extend(
            alarms
                .map(|(name, query, condition)| Artifact::from(self.alarm(name, query, condition))),
        );
        all
    }

    /// The same artifacts, each of them changed.
    pub(crate) fn all_changed(&self) -> Vec<Artifact> {
        let changed = |artifact| match artifact {
            Artifact::Topic(_) => {
                Artifact::Topic(self.topic(&["team@example.com", "lead@example.com"]))
            }
            Artifact::ChatConfiguration(chat) => Artifact::ChatConfiguration(ChatConfiguration {
                role: format!("arn:aws:iam::{}:role/other", self.who.account),
                topics: BTreeSet::new(),
                ..chat
            }),
            Artifact::TraceGroup(group) => Artifact::TraceGroup(TraceGroup {
                filter: "fault OR error".to_owned(),
                insights: false,
                notifications: false,
                ..group
            }),
            Artifact::SamplingRule(rule) => {
                let attributes = BTreeMap::from([("tenant".to_owned(), "gold".to_owned())]);
                SamplingRule {
                    priority: 7,
                    reservoir: 0,
                    rate: 0.3,
                    attributes,
                    ..*rule
                }
                .into()
            }
            Artifact::LogRetention(setting) => Artifact::LogRetention(setting),
            Artifact::MetricFilter(filter) => Artifact::MetricFilter(filter),
            Artifact::EventRule(rule) => {
                let other = format!("{}x", self.topic_arn());
                Artifact::EventRule(EventRule {
                    pattern: json!({ "source": ["aws.health"] }),
                    targets: [other].into(),
                    ..rule
                })
            }
            Artifact::Alarm(alarm) => Artifact::from(Alarm {
                description: String::new(),
                period: 300,
                datapoints_to_alarm: 1,
                evaluation_periods: 1,
                missing: Missing::Missing,
                actions: Actions {
                    enabled: false,
                    ..Actions::default()
                },
                ..*alarm
            }),
            Artifact::CompositeAlarm(alarm) => {
                let rule = format!("ALARM(\"{}.create.errors\")", self.stack);
                CompositeAlarm {
                    rule,
                    description: "changed".to_owned(),
                    ..*alarm
                }
                .into()
            }
            Artifact::MuteRule(rule) => Artifact::MuteRule(MuteRule {
                description: String::new(),
                schedule: "at(2099-12-24T20:00)".to_owned(),
                duration: 15 * 86_400,
                expires: None,
                alarms: [format!("{}.create.errors", self.stack)].into(),
                ..rule
            }),
            Artifact::ServiceLevelObjective(objective) => {
                Artifact::ServiceLevelObjective(Box::new(changed_objective(*objective)))
            }
            Artifact::Dashboard(_) => Artifact::Dashboard(self.dashboard("# Shop, changed")),
        };
        self.all().into_iter().map(changed).collect()
    }

    pub(crate) fn alarm(&self, name: &str, query: AlarmQuery, condition: Condition) -> Alarm {
        Alarm {
            name: format!("{}.create.{name}", self.stack),
            description: "more than 5 % of invocations fail — look at the newest deployment"
                .to_owned(),
            query,
            condition,
            period: 60,
            datapoints_to_alarm: 3,
            evaluation_periods: 5,
            missing: Missing::NotBreaching,
            warm_up_minutes: None,
            evaluate_low_samples: true,
            actions: Actions {
                enabled: true,
                alarm: [self.topic_arn()].into(),
                ok: [self.topic_arn()].into(),
                ..Actions::default()
            },
        }
    }

    pub(crate) fn plain_alarm(&self, name: &str) -> Alarm {
        self.alarm(
            name,
            AlarmQuery::Metric(metric("Errors", "Sum")),
            Condition::Above(5.0),
        )
    }

    fn composite(&self) -> CompositeAlarm {
        let stack = self.stack;
        CompositeAlarm {
            name: format!("{stack}.create"),
            description: String::new(),
            rule: format!("ALARM(\"{stack}.create.errors\") OR ALARM(\"{stack}.create.slow\")"),
            actions: Actions {
                enabled: true,
                ..Actions::default()
            },
            suppressor: Some(Suppressor {
                alarm: format!("{stack}.create.errors"),
                wait: 60,
                extension: 120,
            }),
        }
    }

    pub(crate) fn topic(&self, emails: &[&str]) -> Topic {
        let statement = json!({
            "Sid": STATEMENT_SIDS[0], "Effect": "Allow", "Principal": { "Service": "cloudwatch.amazonaws.com" },
            "Action": "sns:Publish", "Resource": self.topic_arn(),
            "Condition": { "StringEquals": { "aws:SourceAccount": self.who.account } },
        });
        let email = |address: &&str| Subscription {
            protocol: "email".to_owned(),
            endpoint: (*address).to_owned(),
        };
        let subscriptions: BTreeSet<Subscription> = emails.iter().map(email).collect();
        Topic {
            name: format!("{}_critical", self.stack),
            statements: [(STATEMENT_SIDS[0].to_owned(), statement)].into(),
            recorded: subscriptions.iter().collect(),
            subscriptions,
            delivery: Delivery::default(),
        }
    }

    /// Its topic does not exist: a topic of a chat has one more subscription.
    pub(crate) fn chat(&self) -> ChatConfiguration {
        let Target {
            partition,
            region,
            account,
        } = self.who;
        let stack = self.stack;
        ChatConfiguration {
            name: format!("{stack}_slack_{CHAT_WORKSPACE}_{stack}"),
            channel: ChatChannel::Slack {
                workspace: CHAT_WORKSPACE.to_owned(),
                channel: stack.to_owned(),
            },
            role: format!("arn:aws:iam::{account}:role/chat"),
            topics: [format!(
                "arn:{partition}:sns:{region}:{account}:{stack}_none"
            )]
            .into(),
        }
    }

    pub(crate) fn teams_chat(&self) -> ChatConfiguration {
        let (tenant, team) = CHAT_TEAM;
        ChatConfiguration {
            name: format!("{}_teams", self.stack),
            channel: ChatChannel::Teams {
                tenant: tenant.to_owned(),
                team: team.to_owned(),
                channel: format!("19%3A{}%40thread.tacv2", self.stack),
            },
            ..self.chat()
        }
    }

    pub(crate) fn group(&self) -> TraceGroup {
        let filter =
            "service(id(name: \"shop\", type: \"AWS::Lambda::Function\")) { fault }".to_owned();
        TraceGroup {
            name: format!("{}-faults", self.stack),
            filter,
            insights: true,
            notifications: true,
        }
    }

    pub(crate) fn sampling_rule(&self) -> SamplingRule {
        let any = || "*".to_owned();
        SamplingRule {
            name: format!("{}-orders", self.stack),
            priority: 100,
            reservoir: 1,
            rate: 0.05,
            service_name: "shop/prod".to_owned(),
            service_type: any(),
            host: any(),
            method: "POST".to_owned(),
            path: "/orders".to_owned(),
            resource_arn: any(),
            attributes: BTreeMap::new(),
        }
    }

    pub(crate) fn event_rule(&self) -> EventRule {
        EventRule {
            name: format!("{}_insights", self.stack),
            description: "X-Ray Insights".to_owned(),
            pattern: json!({ "source": ["aws.xray"], "detail-type": ["AWS X-Ray Insight Update"] }),
            targets: [self.topic_arn()].into(),
            input: Some(InputTransformer {
                paths: [("group".to_owned(), "$.detail.GroupName".to_owned())].into(),
                template: "\"Insight of <group>\"".to_owned(),
            }),
        }
    }

    pub(crate) fn metric_filter(&self) -> MetricFilter {
        let name = format!("{}.create.timed-out", self.stack);
        MetricFilter {
            log_group: self.log_group(),
            pattern: "\"Task timed out after\"".to_owned(),
            namespace: MetricFilter::namespace_of(self.stack),
            metric: name.clone(),
            name,
            value: "1".to_owned(),
            default_value: None,
            unit: None,
        }
    }

    pub(crate) fn mute_rule(&self) -> MuteRule {
        let stack = self.stack;
        MuteRule {
            name: format!("{stack}_maintenance_yearly"),
            description: "Backups — every New Year".to_owned(),
            schedule: "cron(30 3 1 JAN ?)".to_owned(),
            duration: 90 * 60,
            timezone: "Europe/Berlin".to_owned(),
            // 2099-12-31T23:00:00Z
            expires: Some(4_102_441_200),
            alarms: ["create.errors", "create"]
                .map(|name| format!("{stack}.{name}"))
                .into(),
        }
    }

    /// A service-level objective.
    pub(crate) fn objective(&self, name: &str, indicator: Sli) -> Artifact {
        Artifact::ServiceLevelObjective(Box::new(ServiceLevelObjective {
            name: format!("{}.create.{name}", self.stack),
            description: "99.9 % of the calls succeed — in 30 days".to_owned(),
            indicator,
            goal: 99.9,
            days: 30,
            warning_threshold: 50.0,
            burn_windows: [5, 60, 4320].into(),
        }))
    }

    pub(crate) fn dashboard(&self, title: &str) -> Dashboard {
        let widget = json!({ "type": "text", "x": 0, "y": 0, "width": 24, "height": 2, "properties": { "markdown": title } });
        Dashboard {
            name: format!("{}_overview", self.stack),
            body: json!({ "widgets": [widget] }),
        }
    }

    pub(crate) fn retention(&self, days: Option<u32>) -> Artifact {
        Artifact::LogRetention(LogRetention {
            log_group: self.log_group(),
            days,
        })
    }
}

pub(crate) fn metric(name: &str, stat: &str) -> Metric {
    let dimensions = [("FunctionName", "create"), ("Resource", "create:live")];
    let dimensions = dimensions
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    Metric {
        namespace: "AWS/Lambda".to_owned(),
        name: name.to_owned(),
        dimensions,
        stat: stat.to_owned(),
    }
}

fn requests(bad: &str) -> Sli {
    let series = |expression: &str, ids: &[&str]| SliSeries {
        expression: expression.to_owned(),
        metrics: [("errors", "Errors"), ("invocations", "Invocations")]
            .into_iter()
            .filter(|(id, _)| ids.contains(id))
            .map(|(id, name)| (id.to_owned(), metric(name, "Sum")))
            .collect(),
    };
    let ids: Vec<&str> = ["errors", "invocations"]
        .into_iter()
        .filter(|id| bad.contains(id))
        .collect();
    Sli::Requests {
        total: series("invocations", &["invocations"]),
        bad: series(bad, &ids),
    }
}

fn minutes() -> Sli {
    Sli::Minutes {
        metric: metric("IteratorAge", "Maximum"),
        bad_from: 300_000.0,
    }
}

/// An objective of minutes becomes one of requests, which changes its type.
fn changed_objective(objective: ServiceLevelObjective) -> ServiceLevelObjective {
    let indicator = match objective.indicator {
        Sli::Requests { .. } => requests("2 * errors"),
        Sli::Minutes { .. } => requests("errors"),
    };
    ServiceLevelObjective {
        description: "changed".to_owned(),
        indicator,
        goal: 95.0,
        days: 7,
        burn_windows: [60].into(),
        ..objective
    }
}

fn fleet() -> AlarmQuery {
    AlarmQuery::Insights {
        query: "SELECT SUM(\"Errors\") FROM SCHEMA(\"AWS/Lambda\", \"FunctionName\") WHERE tag.\"aws:cloudformation:stack-name\" = 'shop' GROUP BY \"FunctionName\" ORDER BY SUM() DESC".to_owned(),
    }
}

fn math() -> AlarmQuery {
    AlarmQuery::Math {
        expression: "IF(invocations >= 20, 100 * errors / invocations, 0)".to_owned(),
        label: "error rate".to_owned(),
        metrics: [("errors", "Errors"), ("invocations", "Invocations")]
            .map(|(id, name)| (id.to_owned(), metric(name, "Sum")))
            .into(),
    }
}
