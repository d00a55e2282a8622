use super::*;

#[test]
fn nothing_changes_and_there_is_no_plan() {
    let plan = between(shop(), shop());
    assert_eq!(actions_of(&plan), [""; 0]);
    assert_eq!(plan.verdict(), Verdict::Nothing);
    insta::assert_snapshot!(text(&plan), @r"
    cost per month: $0.00 → $0.00 (+$0.00)

    No changes: 11 artifacts of stack shop (111122223333, eu-west-1), all as they should be.
    ");
}

#[test]
fn an_edited_threshold_changes_exactly_that_alarm() {
    let desired = with_alarm(shop(), "shop.CreateOrder.errors", |alarm| {
        alarm.condition = Condition::AtLeast(10.0);
        alarm.datapoints_to_alarm = 2;
    });
    insta::assert_snapshot!(text(&between(shop(), desired)), @r"
    alarms
      ~ shop.CreateOrder.errors
          when        > 5 → >= 10
          datapoints  3 of 5 → 2 of 5

    info[alarm-loosened]: alarm shop.CreateOrder.errors would fire less often: >= 10 instead of > 5

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
}

#[test]
fn everything_of_a_function_goes_with_it() {
    let actual = and(
        shop(),
        [alarm("shop.Old.errors"), alarm("shop.Old.throttles")],
    );
    insta::assert_snapshot!(text(&between(actual, shop())), @r"
    alarms
      - shop.Old.errors     Errors Sum > 5, 3 of 5 × 1m
      - shop.Old.throttles  Errors Sum > 5, 3 of 5 × 1m

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 2 to delete; 11 unchanged.
    ");
}

#[test]
fn a_subscription_made_by_hand_is_left_alone() {
    let by_hand = and(
        shop(),
        [topic(
            "shop_critical",
            &["ops@example.com", "eve@example.com"],
        )],
    );
    let plan = between(by_hand, shop());
    assert_eq!(actions_of(&plan), [""; 0]);
    insta::assert_snapshot!(text(&plan), @r"
    info[other-subscriptions]: topic `shop_critical` has subscriptions that the project does not ask for (1); they are left alone
     |
     = help: they were made by hand, or by a version of tracewatch that kept no record: remove by hand those that nobody needs

    cost per month: $0.00 → $0.00 (+$0.00)

    No changes: 11 artifacts of stack shop (111122223333, eu-west-1), all as they should be.
    ");
}

#[test]
fn a_missing_subscription_is_added_and_the_others_stay() {
    let actual = and(shop(), [topic("shop_critical", &["eve@example.com"])]);
    let plan = between(actual, shop());
    let Some(Change::Update {
        new: Artifact::Topic(topic),
        ..
    }) = plan.changes().next()
    else {
        unreachable!("{:?}", actions_of(&plan))
    };
    let endpoints: Vec<&str> = topic
        .subscriptions
        .iter()
        .map(|subscription| subscription.endpoint.as_str())
        .collect();
    assert_eq!(endpoints, ["eve@example.com", "ops@example.com"]);
}

/// The topic with a record of the subscriptions of these addresses.
fn recorded(mut topic: Artifact, emails: &[&str]) -> Artifact {
    let Artifact::Topic(made) = super::topic("made", emails) else {
        unreachable!()
    };
    if let Artifact::Topic(topic) = &mut topic {
        topic.recorded = made.subscriptions.iter().collect();
    }
    topic
}

#[test]
fn a_subscription_of_the_record_is_removed_and_others_stay() {
    let emails = ["eve@example.com", "gone@example.com", "ops@example.com"];
    let actual = recorded(
        topic("shop_critical", &emails),
        &["gone@example.com", "ops@example.com"],
    );
    insta::assert_snapshot!(text(&between(and(shop(), [actual]), shop())), @r"
    topics
      ~ shop_critical
          subscriptions  - email:gone@example.com

    info[other-subscriptions]: topic `shop_critical` has subscriptions that the project does not ask for (1); they are left alone
     |
     = help: they were made by hand, or by a version of tracewatch that kept no record: remove by hand those that nobody needs

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
}

#[test]
fn a_subscription_that_waits_for_its_confirmation_stays_in_the_record() {
    let mut actual = recorded(
        topic("shop_critical", &["gone@example.com", "ops@example.com"]),
        &["gone@example.com", "ops@example.com"],
    );
    if let Artifact::Topic(topic) = &mut actual {
        let waiting = topic.subscriptions.first().cloned();
        topic.delivery.unconfirmed.extend(waiting);
    }
    let plan = between(and(shop(), [actual]), shop());
    assert_eq!(actions_of(&plan), [""; 0]);
    assert!(
        text(&plan).contains("gone@example.com cannot be unsubscribed"),
        "{}",
        text(&plan)
    );
}

#[test]
fn a_record_of_what_is_no_longer_subscribed_is_cut() {
    let actual = recorded(
        topic("shop_critical", &["ops@example.com"]),
        &["gone@example.com"],
    );
    let plan = between(and(shop(), [actual]), shop());
    assert!(
        text(&plan).contains("record of subscriptions"),
        "{}",
        text(&plan)
    );
}

#[test]
fn a_policy_statement_of_ours_is_compared() {
    let mut bare = topic("shop_critical", &["ops@example.com"]);
    if let Artifact::Topic(topic) = &mut bare {
        topic.statements.clear();
    }
    insta::assert_snapshot!(text(&between(and(shop(), [bare]), shop())), @r#"
    topics
      ~ shop_critical
          policy AllowAlarms  + {"Action":"sns:Publish","Effect":"Allow"}

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    "#);
}

#[test]
fn a_setting_is_never_deleted() {
    let plan = between(shop(), without(shop(), "/aws/lambda/create-order"));
    assert_eq!(actions_of(&plan), [""; 0]);
}

#[test]
fn a_setting_of_a_log_group_that_is_not_there_is_told_and_not_planned() {
    let plan = between(without(shop(), "/aws/lambda/create-order"), shop());
    assert_eq!(actions_of(&plan), [""; 0]);
    insta::assert_snapshot!(text(&plan), @r"
    info[log-group-missing]: log group `/aws/lambda/create-order` does not exist yet; its retention will be set by the first apply after it does

    cost per month: $0.00 → $0.00 (+$0.00)

    No changes: 10 artifacts of stack shop (111122223333, eu-west-1), all as they should be.
    ");
}

#[test]
fn a_widget_put_first_is_one_difference() {
    let desired = and(
        shop(),
        [dashboard("shop_overview", &["Traces", "Errors", "Latency"])],
    );
    insta::assert_snapshot!(text(&between(shop(), desired)), @r"
    dashboards
      ~ shop_overview
          1 widget added: Traces

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
}

#[test]
fn dashboards_are_compared_by_value_not_by_text() {
    let parsed = |text: &str| {
        let body = serde_json::from_str(text).expect("valid JSON");
        State::from_iter([Artifact::Dashboard(Dashboard {
            name: "shop_overview".into(),
            body,
        })])
    };
    let plan = between(
        parsed(r#"{"widgets": [], "start":"-PT3H"}"#),
        parsed(r#"{"start" : "-PT3H","widgets":[]}"#),
    );
    assert_eq!(actions_of(&plan), [""; 0]);
}

#[test]
fn widgets_in_another_order_are_a_change_that_is_told() {
    let desired = and(shop(), [dashboard("shop_overview", &["Latency", "Errors"])]);
    insta::assert_snapshot!(text(&between(shop(), desired)), @r"
    dashboards
      ~ shop_overview
          widgets in another order

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
}
