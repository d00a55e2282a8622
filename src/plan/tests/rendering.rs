use super::*;

fn everything() -> Plan {
    let desired = with_alarm(
        without(shop(), "shop.GetOrder.errors"),
        "shop.CreateOrder.errors",
        |alarm| alarm.period = 300,
    );
    let actual = and(
        without(shop(), "shop_overview"),
        [trace_group("shop-faults", "fault")],
    );
    let line = CostLine {
        what: "metric alarms".into(),
        quantity: "2 metrics".into(),
        monthly: 0.2,
    };
    let cost = Cost {
        before: 0.3,
        after: 0.2,
        limit: None,
        driver: Some("most of it: metric alarms, $0.20".into()),
        lines: vec![line],
        notes: vec!["us-east-1 prices".into()],
    };
    owned(comparison(actual, desired)).into_plan(
        cost,
        Leveled::default(),
        &CALM,
        &LevelPolicy::default(),
    )
}

#[test]
fn the_headline_names_the_purpose() {
    let plan = everything();
    for (purpose, headline) in [
        (Purpose::Plan, "Plan for stack shop ("),
        (Purpose::Drift, "Drift of stack shop ("),
    ] {
        let text = plan.text(purpose, Detail::Full, Colour::Never);
        let last = text.lines().last().unwrap_or_default();
        assert!(last.starts_with(headline), "{last}");
        let markdown = plan.markdown(purpose);
        assert!(
            markdown.starts_with(&format!("### tracewatch: {headline}")),
            "{markdown}"
        );
    }
}

#[test]
fn for_a_terminal() {
    insta::assert_snapshot!(text(&everything()), @r#"
    trace groups
      ~ shop-faults
          filter  fault → service("shop") { fault }

    alarms
      ~ shop.CreateOrder.errors
          period  1m → 5m
      - shop.GetOrder.errors  Errors Sum > 5, 3 of 5 × 1m

    dashboards
      + shop_overview  2 widgets

    info[trace-group-filter-edited]: trace group shop-faults gets another filter: its metric counts by it from now on, and graphs of a time that holds both mix the two

    cost per month: $0.30 → $0.20 (-$0.10)
      most of it: metric alarms, $0.20

    Plan for stack shop (111122223333, eu-west-1): 1 to create, 2 to update, 1 to delete; 7 unchanged.
    "#);
}

#[test]
fn for_a_terminal_in_full() {
    insta::assert_snapshot!(everything().text(Purpose::Plan, Detail::Full, Colour::Never), @r#"
    trace groups
      ~ shop-faults
          filter  fault → service("shop") { fault }

    alarms
      ~ shop.CreateOrder.errors
          period  1m → 5m
      - shop.GetOrder.errors
          description        more than 5 errors
          watches            AWS/Lambda Errors, Sum, FunctionName=create-order
          when               > 5
          datapoints         3 of 5
          period             1m
          missing            notBreaching
          few samples        evaluate
          actions            on
          notifies on ALARM  arn:aws:sns:eu-west-1:111122223333:shop_critical
          notifies on OK     arn:aws:sns:eu-west-1:111122223333:shop_critical

    dashboards
      + shop_overview
          widget 1  Errors
          widget 2  Latency
          start     -PT3H

    info[trace-group-filter-edited]: trace group shop-faults gets another filter: its metric counts by it from now on, and graphs of a time that holds both mix the two

    cost per month: $0.30 → $0.20 (-$0.10)
      most of it: metric alarms, $0.20
          $0.20  metric alarms, 2 metrics
      us-east-1 prices

    Plan for stack shop (111122223333, eu-west-1): 1 to create, 2 to update, 1 to delete; 7 unchanged.
    "#);
}

#[test]
fn for_a_pull_request() {
    insta::assert_snapshot!(everything().markdown(Purpose::Plan), @r#"
    ### tracewatch: Plan for stack shop (111122223333, eu-west-1): 1 to create, 2 to update, 1 to delete; 7 unchanged.

    | | + create | ~ update | ~ adopt | - delete |
    |---|---:|---:|---:|---:|
    | trace groups |  | 1 |  |  |
    | alarms |  | 1 |  | 1 |
    | dashboards | 1 |  |  |  |

    - **info** `trace-group-filter-edited`: trace group shop-faults gets another filter: its metric counts by it from now on, and graphs of a time that holds both mix the two

    **$0.20** per month, now $0.30

    | | | per month |
    |---|---|---:|
    | metric alarms | 2 metrics | $0.20 |

    <details><summary>trace groups</summary>

    ```text
      ~ shop-faults
          filter  fault → service("shop") { fault }
    ```

    </details>

    <details><summary>alarms</summary>

    ```text
      ~ shop.CreateOrder.errors
          period  1m → 5m
      - shop.GetOrder.errors  Errors Sum > 5, 3 of 5 × 1m
    ```

    </details>

    <details><summary>dashboards</summary>

    ```text
      + shop_overview  2 widgets
    ```

    </details>
    "#);
}

#[test]
#[allow(clippy::too_many_lines, reason = "the snapshot is the whole document")]
fn for_programs() {
    let mut desired = State::default();
    desired.insert_from(
        Origin::of_stack("tracing", "faults"),
        trace_group("shop-faults", "fault"),
    );
    let plan = between(State::from_iter([alarm("shop.Old.errors")]), desired);
    insta::assert_snapshot!(plan.json(), @r#"
    {
      "format_version": 1,
      "stack": "shop",
      "identity": {
        "partition": "aws",
        "region": "eu-west-1",
        "account": "111122223333"
      },
      "summary": {
        "create": 1,
        "update": 0,
        "adopt": 0,
        "delete": 1,
        "unchanged": 0
      },
      "changes": [
        {
          "action": "create",
          "kind": "trace-group",
          "name": "shop-faults",
          "region": "eu-west-1",
          "origin": {
            "resource": null,
            "definition": "tracing.faults",
            "item": null,
            "severity": null
          },
          "old": null,
          "new": {
            "kind": "trace-group",
            "name": "shop-faults",
            "filter": "fault",
            "insights": true,
            "notifications": true
          },
          "tags": {},
          "differences": []
        },
        {
          "action": "delete",
          "kind": "alarm",
          "name": "shop.Old.errors",
          "region": "eu-west-1",
          "origin": null,
          "old": {
            "kind": "alarm",
            "name": "shop.Old.errors",
            "description": "more than 5 errors",
            "watched": {
              "metric": {
                "namespace": "AWS/Lambda",
                "name": "Errors",
                "dimensions": {
                  "FunctionName": "create-order"
                },
                "stat": "Sum"
              }
            },
            "condition": {
              "above": 5.0
            },
            "period": 60,
            "datapoints_to_alarm": 3,
            "evaluation_periods": 5,
            "missing": "notBreaching",
            "evaluate_low_samples": true,
            "actions": {
              "enabled": true,
              "alarm": [
                "arn:aws:sns:eu-west-1:111122223333:shop_critical"
              ],
              "ok": [
                "arn:aws:sns:eu-west-1:111122223333:shop_critical"
              ],
              "insufficient_data": []
            }
          },
          "new": null,
          "tags": {},
          "differences": []
        }
      ],
      "conflicts": [],
      "findings": [],
      "diagnostics_allowed": 0,
      "cost": {
        "before": 0.0,
        "after": 0.0,
        "limit": null,
        "lines": [],
        "notes": []
      }
    }
    "#);
}

#[test]
fn a_first_apply_of_many_alarms_stays_readable() {
    insta::assert_snapshot!(text(&between(State::default(), alarms(30))), @r"
    alarms
      + Function000    12  alarm00, alarm01, alarm02, alarm03, alarm04, alarm05, alarm06, alarm07, alarm08, alarm09, …
      + Function001    12  alarm00, alarm01, alarm02, alarm03, alarm04, alarm05, alarm06, alarm07, alarm08, alarm09, …
      + Function002     6  alarm00, alarm01, alarm02, alarm03, alarm04, alarm05

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 30 to create; 0 unchanged.
    ");
}

#[test]
fn repeated_alarms_are_listed_under_their_resource() {
    let mut desired = State::default();
    for index in 0..11 {
        let item = format!("by-{index:02}");
        let origin = Origin {
            item: Some(item.as_str().into()),
            ..Origin::of_stack("dynamodb", "index-throttles")
                .with_resource(&ResourceId::new(STACK, "Orders"))
        };
        let name = format!("{STACK}.Orders.index-throttles.{item}");
        desired.insert_from(origin, alarm(&name));
    }
    let text = text(&between(State::default(), desired));
    let rows: Vec<&str> = text.lines().filter(|line| line.contains("  + ")).collect();
    assert_eq!(rows.len(), 1, "{text}");
    assert!(
        rows[0].contains("+ Orders    11  index-throttles.by-00, index-throttles.by-01, "),
        "{text}"
    );
}

#[test]
fn alike_updates_are_told_once() {
    let moved = with_each_alarm(alarms(30), |alarm| {
        alarm.actions.alarm = [arn("shop_warning")].into();
    });
    insta::assert_snapshot!(text(&between(alarms(30), moved)), @r"
    alarms
      ~ 30 alike: Function000.alarm00, Function000.alarm01, Function000.alarm02, Function000.alarm03, Function000.alarm04, Func…
          notifies on ALARM  arn:aws:sns:eu-west-1:111122223333:shop_critical → arn:aws:sns:eu-west-1:111122223333:shop_warning

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 30 to update; 0 unchanged.
    ");
}

#[test]
fn long_values_are_cut_where_they_part() {
    let long = "a long description that begins the same way on both sides and ends with ".repeat(3);
    let with = |end: &str| {
        with_alarm(shop(), "shop.GetOrder.errors", |alarm| {
            alarm.description = format!("{long}{end}");
        })
    };
    insta::assert_snapshot!(text(&between(with("this"), with("that"))), @r"
    alarms
      ~ shop.GetOrder.errors
          description
            - …h sides and ends with this
            + …h sides and ends with that

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
}

#[test]
fn colours_only_repeat_what_is_there() {
    let plan = everything();
    let coloured = plan.text(Purpose::Plan, Detail::Brief, Colour::Always);
    assert!(coloured.contains("\u{1b}[32m+\u{1b}[0m"));
    assert!(!text(&plan).contains('\u{1b}'));
}

#[test]
fn control_characters_of_the_account_reach_no_terminal() {
    let name = "shop.x\u{1b}[2J.errors";
    let with = |text: &str| {
        with_alarm(State::from_iter([alarm(name)]), name, |alarm| {
            alarm.description = text.into();
        })
    };
    let plan = between(with("a\u{7}b"), with("two\nlines"));
    for shown in [
        text(&plan),
        plan.text(Purpose::Plan, Detail::Full, Colour::Never),
        plan.markdown(Purpose::Plan),
    ] {
        assert!(
            !shown
                .chars()
                .any(|character| character.is_control() && character != '\n'),
            "{shown:?}"
        );
        assert!(shown.contains(r"two\nlines"), "{shown}");
    }
    let conflict = unowned(comparison(with("a"), with("b")));
    let finding = unowned(comparison(with("a"), State::default()));
    assert_eq!(
        (conflict.conflicts().count(), finding.findings().len()),
        (1, 1)
    );
    assert!(!text(&conflict).contains('\u{1b}') && !text(&finding).contains('\u{1b}'));
}

#[test]
fn the_text_for_a_pull_request_fits_however_large_the_plan() {
    let mut number = 0..;
    let numbered = with_each_alarm(alarms(10_000), |alarm| {
        alarm.description = format!("```` {:?}", number.next());
    });
    let markdown = between(alarms(10_000), numbered).markdown(Purpose::Plan);
    assert!(
        markdown.chars().count() < 65_536,
        "{}",
        markdown.chars().count()
    );
    assert!(markdown.contains("more lines"));
}
