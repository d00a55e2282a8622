use super::*;
use crate::diagnostic::{Code, Diagnostic};

fn is_refused(plan: &Plan) -> bool {
    match plan.verdict() {
        Verdict::Refused(_) => true,
        Verdict::Nothing | Verdict::Changes => false,
    }
}

#[test]
fn many_deletions_are_refused_from_a_share_and_a_number_on() {
    let cases = [
        (10, 3, false),
        (10, 4, true),
        (9, 9, false),
        (100, 30, false),
        (100, 31, true),
    ];
    for (existing, deleted, refused) in cases {
        let plan = between(
            alarms(existing),
            alarms(existing).into_artifacts().skip(deleted).collect(),
        );
        assert_eq!(is_refused(&plan), refused, "{deleted} of {existing}");
    }
}

#[test]
fn a_refusal_says_how_much_and_the_way_out() {
    insta::assert_snapshot!(text(&between(alarms(12), alarms(3))), @r"
    alarms
      - shop.Function000.alarm03  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm04  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm05  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm06  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm07  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm08  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm09  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm10  Errors Sum > 5, 3 of 5 × 1m
      - shop.Function000.alarm11  Errors Sum > 5, 3 of 5 × 1m

    error[many-deletions]: 9 of 12 existing artifacts would be deleted: 75 %, more than the 30 % that go unasked
     |
     = help: if they are meant to go, say so with `--allow-deletes`; if not, see whether the stack was read as you expect

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 9 to delete; 3 unchanged.

    Refused because of 1 error.
    ");
}

#[test]
fn who_agreed_to_deletions_is_only_warned() {
    let consent = SafetyContext {
        deletions: DeletionApproval::Given,
        ..CALM
    };
    let plan = plan_with(owned(comparison(alarms(12), State::default())), &consent);
    assert_eq!(plan.verdict(), Verdict::Changes);
    assert_eq!(codes(&plan), ["many-deletions-allowed"]);
}

#[test]
fn deletions_of_what_is_not_ours_do_not_count() {
    let plan = unowned(comparison(alarms(12), State::default()));
    assert_eq!(plan.verdict(), Verdict::Nothing);
    assert!(!codes(&plan).contains(&"many-deletions"));
}

fn edit(edit: impl Fn(&mut Alarm)) -> Vec<&'static str> {
    codes(&between(
        shop(),
        with_alarm(shop(), "shop.CreateOrder.errors", edit),
    ))
}

/// The shop without composite alarms: each alarm notifies by itself.
fn ungrouped() -> State {
    without(without(shop(), "shop.any"), "shop.orders")
}

fn edit_ungrouped(edit: impl Fn(&mut Alarm)) -> Vec<&'static str> {
    codes(&between(
        ungrouped(),
        with_alarm(ungrouped(), "shop.CreateOrder.errors", edit),
    ))
}

#[test]
fn an_alarm_that_loses_its_receivers_is_warned_about() {
    assert_eq!(
        edit_ungrouped(|alarm| alarm.actions.enabled = false),
        ["alarm-silenced"]
    );
    assert_eq!(
        edit_ungrouped(|alarm| alarm.actions.alarm.clear()),
        ["alarm-silenced"]
    );
    assert_eq!(
        edit_ungrouped(|alarm| alarm.actions.alarm = [arn("shop_warning")].into()),
        [""; 0],
        "another topic is notified"
    );
}

#[test]
fn an_alarm_that_its_group_notifies_for_is_not_silenced() {
    assert_eq!(edit(|alarm| alarm.actions.alarm.clear()), [""; 0]);
}

#[test]
fn an_alarm_that_was_silent_is_not_silenced() {
    let silent = || {
        with_alarm(shop(), "shop.CreateOrder.errors", |alarm| {
            alarm.actions = Actions::default();
        })
    };
    let desired = with_alarm(silent(), "shop.CreateOrder.errors", |alarm| {
        alarm.period = 300;
    });
    assert_eq!(codes(&between(silent(), desired)), [""; 0]);
}

#[test]
fn an_alarm_that_fires_less_often_is_noted() {
    use Condition::{Above, AboveBand, AtLeast, AtMost, Below, OutsideBand};
    let cases = [
        (Above(5.0), Above(6.0), true),
        (Above(5.0), Above(4.0), false),
        (AtLeast(5.0), Above(5.0), true),
        (Above(5.0), AtLeast(5.0), false),
        (Below(5.0), Below(4.0), true),
        (Below(5.0), Below(6.0), false),
        (AtMost(5.0), Below(5.0), true),
        (OutsideBand(2.0), OutsideBand(3.0), true),
        (Above(5.0), Below(1.0), false),
        (OutsideBand(2.0), AboveBand(3.0), false),
    ];
    for (old, new, looser) in cases {
        let with = |condition| {
            with_alarm(shop(), "shop.CreateOrder.errors", |alarm| {
                alarm.condition = condition;
            })
        };
        let plan = between(with(old), with(new));
        assert_eq!(
            codes(&plan) == ["alarm-loosened"],
            looser,
            "{old:?} to {new:?}"
        );
    }
    assert_eq!(
        edit(|alarm| alarm.datapoints_to_alarm = 4),
        ["alarm-loosened"]
    );
}

fn groups(range: std::ops::Range<usize>) -> State {
    range
        .map(|index| {
            trace_group(
                &format!("shop-{index:02}"),
                &format!("responsetime > {index}"),
            )
        })
        .collect()
}

#[test]
fn more_trace_groups_than_fit_are_refused_or_take_two_runs() {
    let others = |other_trace_groups| SafetyContext {
        other_trace_groups,
        ..CALM
    };
    let cases: [(State, State, usize, &[&str]); 4] = [
        (groups(0..0), groups(0..5), 20, &[]),
        (groups(0..0), groups(0..5), 21, &["too-many-trace-groups"]),
        (
            groups(0..4),
            groups(2..6),
            20,
            &["trace-groups-in-two-runs"],
        ),
        (groups(0..9), groups(0..4), 20, &[]),
    ];
    for (actual, desired, others_there, expected) in cases {
        let plan = plan_with(owned(comparison(actual, desired)), &others(others_there));
        assert_eq!(
            codes(&plan),
            expected,
            "{others_there} of others: {:?}",
            actions_of(&plan)
        );
    }
}

#[test]
fn an_edited_filter_and_a_new_name_for_a_group_are_told_apart() {
    let group = |name, filter| State::from_iter([trace_group(name, filter)]);
    assert_eq!(
        codes(&between(group("shop-a", "fault"), group("shop-a", "error"))),
        ["trace-group-filter-edited"]
    );
    assert_eq!(
        codes(&between(group("shop-a", "fault"), group("shop-b", "fault"))),
        ["trace-group-replaced"]
    );
    assert_eq!(
        codes(&between(group("shop-a", "fault"), group("shop-b", "error"))),
        [""; 0]
    );
}

#[test]
fn a_shorter_retention_is_warned_about() {
    let days = |days| State::from_iter([retention("/aws/lambda/x", days)]);
    assert_eq!(
        codes(&between(days(None), days(Some(30)))),
        ["retention-shortened"]
    );
    assert_eq!(
        codes(&between(days(Some(30)), days(Some(7)))),
        ["retention-shortened"]
    );
    assert_eq!(codes(&between(days(Some(7)), days(Some(30)))), [""; 0]);
    assert_eq!(codes(&between(days(Some(7)), days(None))), [""; 0]);
}

#[test]
fn a_cost_over_the_limit_refuses_the_plan() {
    let cost = |after| Cost {
        before: 3.0,
        after,
        limit: Some(20.0),
        ..Cost::default()
    };
    let plan = |actual, after| {
        owned(comparison(actual, shop())).into_plan(
            cost(after),
            Leveled::default(),
            &CALM,
            &LevelPolicy::default(),
        )
    };
    assert_eq!(plan(State::default(), 20.0).verdict(), Verdict::Changes);
    assert!(is_refused(&plan(State::default(), 20.01)));
    let unchanged = plan(shop(), 99.0);
    assert_eq!(
        unchanged.verdict(),
        Verdict::Nothing,
        "there is nothing to refuse, but it is said"
    );
    assert_eq!(codes(&unchanged), ["cost-over-limit"]);
}

#[test]
fn what_other_stages_found_refuses_a_plan_only_when_it_is_an_error() {
    let plan = |diagnostic| {
        let changes = owned(comparison(State::default(), shop()));
        let earlier = Leveled {
            diagnostics: vec![diagnostic],
            allowed: 0,
        };
        changes.into_plan(Cost::default(), earlier, &CALM, &LevelPolicy::default())
    };
    assert_eq!(
        plan(Diagnostic::new(Code::ResourceWithoutAlarms, "…")).verdict(),
        Verdict::Changes
    );
    assert!(is_refused(&plan(Diagnostic::new(Code::ManyDeletions, "…"))));
}

#[test]
fn a_model_of_an_alarm_without_its_band_is_left() {
    let banded = |condition| {
        with_alarm(shop(), "shop.CreateOrder.errors", |alarm| {
            alarm.condition = condition;
        })
    };
    let without_alarm = without(shop(), "shop.CreateOrder.errors");
    let cases = [
        (
            "deleted",
            banded(Condition::OutsideBand(2.0)),
            without_alarm.clone(),
            true,
        ),
        (
            "gets a threshold",
            banded(Condition::AboveBand(2.0)),
            shop(),
            true,
        ),
        (
            "another width",
            banded(Condition::BelowBand(2.0)),
            banded(Condition::BelowBand(3.0)),
            false,
        ),
        (
            "gets a band",
            shop(),
            banded(Condition::OutsideBand(2.0)),
            false,
        ),
        ("never had one", shop(), without_alarm, false),
    ];
    for (case, actual, desired, expected) in cases {
        let plan = between(actual, desired);
        let found = codes(&plan).contains(&"anomaly-model-left");
        assert_eq!(found, expected, "{case}");
    }
}
