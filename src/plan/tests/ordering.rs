use super::*;

/// Three layers of composites whose names say nothing about the layers.
fn tall() -> State {
    let zone = composite("shop.zone", "ALARM(shop.any)");
    and(shop(), [zone, mute_rule("shop_nightly", &["shop.any"])])
}

#[test]
fn what_is_needed_is_made_first_and_goes_last() {
    insta::assert_snapshot!(actions_of(&between(State::default(), tall())).join("\n"), @r"
    + topic shop_critical
    + trace group shop-faults
    + sampling rule shop-api
    + event rule shop_insights
    + alarm shop.CreateOrder.errors
    + alarm shop.CreateOrder.throttles
    + alarm shop.GetOrder.errors
    + composite alarm shop.orders
    + composite alarm shop.any
    + composite alarm shop.zone
    + mute rule shop_nightly
    + dashboard shop_overview
    ");
    insta::assert_snapshot!(actions_of(&between(tall(), State::default())).join("\n"), @r"
    - dashboard shop_overview
    - composite alarm shop.zone
    - composite alarm shop.any
    - composite alarm shop.orders
    - alarm shop.CreateOrder.errors
    - alarm shop.CreateOrder.throttles
    - alarm shop.GetOrder.errors
    - event rule shop_insights
    - sampling rule shop-api
    - trace group shop-faults
    - topic shop_critical
    - mute rule shop_nightly
    ");
}

#[test]
fn deletions_come_after_everything_else() {
    let actual = and(shop(), [topic("shop_aaa", &[])]);
    let desired = and(shop(), [dashboard("shop_zzz", &[])]);
    assert_eq!(
        actions_of(&between(actual, desired)),
        ["+ dashboard shop_zzz", "- topic shop_aaa"]
    );
}

#[test]
fn each_wave_holds_what_does_not_need_each_other() {
    let parts = between(State::default(), tall()).into_parts();
    let waves: Vec<Wave> = parts.into_iter().flat_map(PlanPart::into_waves).collect();
    let names = |wave: &Wave| {
        wave.changes
            .iter()
            .map(Change::name)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let composites: Vec<String> = waves
        .iter()
        .filter(|wave| wave.kind == Kind::CompositeAlarm)
        .map(names)
        .collect();
    assert_eq!(composites, ["shop.orders", "shop.any", "shop.zone"]);
    let planned: usize = waves.iter().map(|wave| wave.changes.len()).sum();
    assert_eq!(
        planned,
        tall().len() - 1,
        "all but the setting of a log group that is not there"
    );
}

#[test]
fn a_ring_of_composites_is_still_planned() {
    let ring = || {
        State::from_iter([
            composite("shop.a", "ALARM(shop.b)"),
            composite("shop.b", "ALARM(shop.a)"),
            composite("shop.own", "ALARM(shop.own)"),
            composite("shop.over", "ALARM(shop.a)"),
        ])
    };
    assert_eq!(between(State::default(), ring()).changes().count(), 4);
    assert_eq!(between(ring(), State::default()).changes().count(), 4);
}

#[test]
fn the_order_in_which_artifacts_come_does_not_reach_the_bytes() {
    let artifacts: Vec<Artifact> = shop().into_artifacts().collect();
    let actual = || {
        and(
            alarms(30),
            [composite("shop.gone", "ALARM(shop.Function000.alarm00)")],
        )
    };
    let expected = between(actual(), shop()).json();
    for turn in 0..artifacts.len() {
        let mut turned = artifacts.clone();
        turned.rotate_left(turn);
        turned.swap(0, turn);
        let reversed = actual()
            .into_artifacts()
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        assert_eq!(
            between(reversed, turned.into_iter().collect()).json(),
            expected
        );
    }
}
