use crate::artifact::Dimensions;

use serde_json::Value;

use super::*;
use crate::artifact::{Actions, AlarmQuery, CompositeAlarm, Metric, Missing, TraceGroup};

fn alarm(name: &str, metrics: usize, period: u32, condition: Condition) -> Artifact {
    let metric = Metric {
        namespace: "N".into(),
        name: "m".into(),
        dimensions: Dimensions::default(),
        stat: "Sum".into(),
    };
    let query = if metrics == 1 {
        AlarmQuery::Metric(metric)
    } else {
        let metrics = (0..metrics)
            .map(|n| (format!("m{n}"), metric.clone()))
            .collect();
        AlarmQuery::Math {
            expression: "m0".into(),
            label: "m0".into(),
            metrics,
        }
    };
    Artifact::from(Alarm {
        name: name.into(),
        description: String::new(),
        query,
        condition,
        period,
        datapoints_to_alarm: 1,
        evaluation_periods: 1,
        missing: Missing::NotBreaching,
        warm_up_minutes: None,
        evaluate_low_samples: true,
        actions: Actions::default(),
    })
}

fn of_traffic(traffic: impl Into<Vec<TracedTraffic>>) -> Usage {
    Usage {
        traffic: traffic.into(),
        scanned_gb: None,
        ..Usage::default()
    }
}

fn board(name: &str, metrics: usize) -> Artifact {
    let rows: Vec<Value> = (0..metrics)
        .map(|n| serde_json::json!(["N", format!("m{n}")]))
        .collect();
    let expression = serde_json::json!([{ "expression": "m1" }]);
    let rows: Vec<Value> = rows.into_iter().chain([expression]).collect();
    let widget = serde_json::json!({ "properties": { "metrics": rows } });
    let text = serde_json::json!({ "type": "text", "properties": { "markdown": "" } });
    Artifact::Dashboard(Dashboard {
        name: name.into(),
        body: serde_json::json!({ "widgets": [widget, text] }),
    })
}

fn group(name: &str, insights: bool) -> Artifact {
    Artifact::TraceGroup(TraceGroup {
        name: name.into(),
        filter: "fault".into(),
        insights,
        notifications: false,
    })
}

fn traffic(requests_per_second: f64, sampling: SamplingInForce) -> TracedTraffic {
    TracedTraffic {
        entry_point: "api/dev".into(),
        requests_per_second: Some(requests_per_second),
        sampling,
    }
}

fn rule(reservoir: u32, rate: f64) -> SamplingInForce {
    SamplingInForce::Rules(vec![RuleInForce {
        reservoir,
        rate,
        share: None,
    }])
}

#[track_caller]
fn assert_near(found: f64, expected: f64, tolerance: f64) {
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} is not {expected}"
    );
}

fn group_of(node: &str) -> Artifact {
    Artifact::TraceGroup(TraceGroup {
        name: node.into(),
        filter: format!("service(id(name: \"{node}\", type: \"AWS::Lambda::Function\"))"),
        insights: true,
        notifications: false,
    })
}

/// Each group counts the traces of its own entry point.
#[test]
fn groups_cost_by_the_traffic_of_their_entry_point() {
    let nodes: Vec<String> = (0..200).map(|number| format!("fn{number}")).collect();
    let state: State = nodes.iter().map(|node| group_of(node)).collect();
    let traffic: Vec<TracedTraffic> = nodes
        .iter()
        .map(|node| TracedTraffic {
            entry_point: node.clone(),
            requests_per_second: Some(0.01),
            sampling: SamplingInForce::LambdaFixed,
        })
        .collect();
    let found = estimate([&state], &of_traffic(traffic), &Prices::built_in());
    let traces = 200.0 * 0.01 * SECONDS_PER_MONTH;
    for line in &found.lines {
        assert_near(line.quantity, traces, 1.0);
    }
    assert_eq!(found.lines.len(), 3);
}

#[test]
fn unknown_traffic_costs_nothing_and_is_said() {
    let state = State::from_iter([group_of("api/dev")]);
    let traffic = [TracedTraffic {
        requests_per_second: None,
        ..traffic(0.0, rule(1, 0.05))
    }];
    let found = estimate([&state], &of_traffic(traffic), &Prices::built_in());
    assert_eq!(found.lines, []);
    let note = found.assumptions.last().unwrap();
    assert!(
        note.contains("unknown: api/dev. One request a second"),
        "{note}"
    );
}

/// Amounts of AWS's price pages, and of the services' guides.
#[test]
fn published_examples_come_out() {
    let prices = Prices::built_in();
    let of_month = |per_second: f64, days: f64| {
        prices
            .trace_recorded
            .usd_beyond_free(per_second * 86_400.0 * days)
    };
    assert_near(
        prices.trace_recorded.usd_beyond_free(148_800.0),
        0.244,
        0.0001,
    );
    assert_near(
        prices.trace_watched_by_insights.usd_beyond_free(148_800.0),
        0.15,
        0.002,
    );
    assert_near(
        of_month(rule(1, 0.05).traced_per_second(50.0), 30.0),
        44.21,
        0.005,
    );
    assert_near(
        of_month(rule(1, 0.01).traced_per_second(50.0), 30.0),
        18.81,
        0.005,
    );
    assert_near(
        of_month(rule(1, 0.05).traced_per_second(0.05), 30.0),
        0.148,
        0.0005,
    );
}

/// (metrics, period, condition, US dollars before the free tier)
#[test]
fn an_alarm_costs_as_many_metrics_as_it_refers_to() {
    let cases = [
        (1, 60, Condition::Above(1.0), 0.10),
        (3, 300, Condition::AtMost(1.0), 0.30),
        (1, 30, Condition::Above(1.0), 0.30),
        (1, 60, Condition::OutsideBand(2.0), 0.30),
        (1, 10, Condition::AboveBand(2.0), 0.90),
    ];
    for (metrics, period, condition, usd) in cases {
        let state = State::from_iter([alarm("a", metrics, period, condition)]);
        let found = estimate([&state], &Usage::default(), &Prices::built_in());
        assert_near(found.total_before_free_tier_usd, usd, 1e-9);
    }
}

#[test]
fn a_reservoir_is_traced_whole_and_the_rate_counts_beyond_it() {
    assert_near(rule(5, 0.0).traced_per_second(100.0), 5.0, 1e-9);
    assert_near(rule(5, 1.0).traced_per_second(100.0), 100.0, 1e-9);
    assert_near(
        SamplingInForce::LambdaFixed.traced_per_second(21.0),
        2.0,
        1e-9,
    );
    assert_near(
        SamplingInForce::Rules(Vec::new()).traced_per_second(9.0),
        0.0,
        1e-9,
    );
}

#[test]
fn rules_without_a_known_share_are_taken_at_their_dearest() {
    let health = RuleInForce {
        reservoir: 0,
        rate: 0.0,
        share: Some(0.5),
    };
    let checkout = RuleInForce {
        reservoir: 2,
        rate: 1.0,
        share: Some(0.1),
    };
    let own = RuleInForce {
        reservoir: 1,
        rate: 0.05,
        share: None,
    };
    let known = SamplingInForce::Rules(vec![health, checkout, own]);
    assert_near(
        known.traced_per_second(100.0),
        10.0 + 1.0 + 0.05 * 39.0,
        1e-9,
    );
    let unknown = SamplingInForce::Rules(vec![
        RuleInForce {
            share: None,
            ..checkout
        },
        own,
    ]);
    assert_near(unknown.traced_per_second(100.0), 100.0, 1e-9);
}

#[test]
fn an_estimate_shows_its_lines_and_assumptions() {
    let alarms = (0..12).map(|n| alarm(&format!("a{n}"), 1, 60, Condition::Above(1.0)));
    let boards = [
        board("b1", 50),
        board("b2", 1),
        board("b3", 1),
        board("b4", 1),
        board("b5", 51),
    ];
    let composite = CompositeAlarm {
        name: "c".into(),
        description: String::new(),
        rule: String::new(),
        actions: Actions::default(),
        suppressor: None,
    };
    let groups = [group("all", true), group("faults", false)];
    let state: State = alarms
        .chain(boards)
        .chain(groups)
        .chain([composite.into()])
        .collect();
    let found = estimate(
        [&state],
        &of_traffic([traffic(50.0, rule(1, 0.05))]),
        &Prices::built_in(),
    );
    insta::assert_snapshot!(found, @"
    about 69.21 USD per month (80.21 without the free tier), prices of us-east-1 as of 2025-10
      alarms                  0.20 USD  12 alarm metrics (1.00 USD of them free)
      composite alarms        0.50 USD  1 composite alarm
      dashboards              3.00 USD  4 dashboards with up to 50 metrics (9.00 USD of them free)
      large dashboards        3.00 USD  1 dashboard with more than 50 metrics
      traces                 44.86 USD  9.07 million traces recorded (0.50 USD of them free)
      trace groups            8.57 USD  18.15 million traces that groups match, at most (0.50 USD of them free)
      Insights                9.07 USD  9.07 million traces that Insights watch, at most
      assumed: a month has 30.4375 days; everything stays for the whole month
      assumed: prices of us-east-1; the free tier is the account's, and counted here as if no other stack used it
      assumed: notifications and log storage are not counted
      assumed: requests come evenly, which records the most: api/dev (50/s)
      assumed: every trace of an entry point is in every group of it: an upper bound
    ");
}

#[test]
fn log_widgets_cost_what_they_scan() {
    let widget = serde_json::json!({ "type": "log", "properties": { "query": "" } });
    let board = Artifact::Dashboard(Dashboard {
        name: "b".into(),
        body: serde_json::json!({ "widgets": [widget] }),
    });
    let state = State::from_iter([board]);
    let unknown = estimate([&state], &Usage::default(), &Prices::built_in());
    insta::assert_snapshot!(unknown.assumptions.last().unwrap(), @"queries are not counted: the dashboards have 1 log widget; each scans the logs of the shown time whenever somebody looks, for 0.005 USD a GB; `cost.scanned_gb` gives the GB of a month");
    let known = Usage {
        scanned_gb: Some(400.0),
        ..Usage::default()
    };
    let line = |state: &State| {
        let found = estimate([state], &known, &Prices::built_in());
        let mut lines = found.lines.into_iter();
        lines.find(|line| line.what == "log widgets")
    };
    assert_near(line(&state).unwrap().usd, 2.0, 1e-9);
    assert_eq!(line(&State::default()), None);
}

#[test]
fn nothing_costs_nothing() {
    let found = estimate([&State::default()], &Usage::default(), &Prices::built_in());
    assert_eq!((found.total_usd, found.lines.len()), (0.0, 0));
    insta::assert_snapshot!(found.summary(), @"
    about 0.00 USD per month (0.00 without the free tier), prices of us-east-1 as of 2025-10
    ");
}
