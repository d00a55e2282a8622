use super::*;
use crate::artifact::Muting;

/// Four alarms: two in a group that notifies, one in a group of its own, one that notifies by itself.
fn grouped() -> State {
    let silent = |name| {
        let mut alarm = alarm(name);
        *alarm.actions_mut().unwrap() = Actions::none();
        alarm
    };
    let mut work = composite("shop.work", "ALARM(shop.A.errors) OR ALARM(shop.B.errors)");
    let mut loud = composite("shop.loud", "ALARM(shop.C.errors) OR ALARM(shop.D.errors)");
    for group in [&mut work, &mut loud] {
        *group.actions_mut().unwrap() = actions("shop_critical");
    }
    let mut all = composite("shop.all", "ALARM(shop.work) OR ALARM(shop.loud)");
    *all.actions_mut().unwrap() = Actions::none();
    State::from_iter([
        silent("shop.A.errors"),
        silent("shop.B.errors"),
        silent("shop.C.errors"),
        alarm("shop.D.errors"),
        work,
        loud,
        all,
    ])
}

#[test]
fn a_mute_names_what_notifies_and_says_what_else_is_silent() {
    let cases = [
        ("shop.A", vec!["shop.work"], vec!["shop.B.errors"]),
        // An alarm that notifies by itself is not muted with its group.
        ("shop.C", vec!["shop.loud"], vec![]),
        (
            "shop.D",
            vec!["shop.D.errors", "shop.loud"],
            vec!["shop.C.errors"],
        ),
        (
            "shop.",
            vec!["shop.D.errors", "shop.loud", "shop.work"],
            vec![],
        ),
        ("other", vec![], vec![]),
    ];
    for (wanted, named, others) in cases {
        let muting = Muting::of(&grouped(), |id| id.name.starts_with(wanted));
        let texts = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>();
        assert_eq!(texts(&muting.named), named, "{wanted}");
        assert_eq!(texts(&muting.others), others, "{wanted}");
    }
}
