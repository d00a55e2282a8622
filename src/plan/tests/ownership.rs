use super::*;

const ERRORS: &str = "shop.CreateOrder.errors";

fn id(name: &str) -> ArtifactId {
    ArtifactId {
        kind: Kind::Alarm,
        name: name.into(),
    }
}

fn edited() -> State {
    with_alarm(shop(), ERRORS, |alarm| {
        alarm.condition = Condition::Above(9.0);
    })
}

fn adopting(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// The account answers for the alarm [`ERRORS`] alone.
fn owners(owner: Owner) -> Owners {
    [(target(), [(id(ERRORS), owner)].into())].into()
}

fn plan(comparison: Comparison, owners: &Owners, adopt: &[&str]) -> Plan {
    plan_with(comparison.with_owners(owners, &adopting(adopt)), &CALM)
}

fn to_verify(comparison: &Comparison, adopt: &[&str]) -> Vec<ArtifactId> {
    let targets = comparison.ids_to_verify(&adopting(adopt));
    targets.into_iter().flat_map(|(_, ids)| ids).collect()
}

#[test]
fn the_owner_decides_what_becomes_of_a_change() {
    let ours = Owner::Stack(STACK.into());
    let other = Owner::Stack("shop-two".into());
    let update = || comparison(shop(), edited());
    let delete = || comparison(shop(), without(shop(), ERRORS));
    let create = || comparison(without(shop(), ERRORS), shop());
    let cases: [(&str, Comparison, Owner, &[&str], &str); 13] = [
        ("ours is updated", update(), ours.clone(), &[], "~"),
        (
            "of another stack, not updated",
            update(),
            other.clone(),
            &[],
            "conflict",
        ),
        (
            "unmarked, not updated",
            update(),
            Owner::Unmarked,
            &[],
            "conflict",
        ),
        ("gone, made anew", update(), Owner::Nobody, &[], "+"),
        (
            "unmarked but adopted",
            update(),
            Owner::Unmarked,
            &[ERRORS],
            "adopt",
        ),
        (
            "of another stack but adopted",
            update(),
            other.clone(),
            &[ERRORS],
            "adopt",
        ),
        (
            "ours needs no adoption",
            update(),
            ours.clone(),
            &[ERRORS],
            "~",
        ),
        ("ours is deleted", delete(), ours.clone(), &[], "-"),
        (
            "of another stack, not deleted",
            delete(),
            other.clone(),
            &[],
            "",
        ),
        ("unmarked, not deleted", delete(), Owner::Unmarked, &[], ""),
        ("gone already", delete(), Owner::Nobody, &[], ""),
        (
            "a name that turned out to be taken",
            create(),
            Owner::Unmarked,
            &[],
            "conflict",
        ),
        (
            "made already by a run whose answer was lost",
            create(),
            ours,
            &[],
            "+",
        ),
    ];
    for (case, comparison, owner, adopt, expected) in cases {
        let plan = plan(comparison, &owners(owner), adopt);
        let mut seen: Vec<String> = plan.conflicts().map(|_| "conflict".to_owned()).collect();
        seen.extend(plan.changes().map(|change| match change.action() {
            Action::Adopt => "adopt".to_owned(),
            Action::Create | Action::Update | Action::Delete => change.action().sign().to_string(),
        }));
        assert_eq!(seen.join(" "), expected, "{case}");
    }
}

#[test]
fn silence_about_an_owner_is_no_proof() {
    let plan = plan(comparison(shop(), edited()), &Owners::new(), &[]);
    assert_eq!(actions_of(&plan), [""; 0]);
    assert_eq!(plan.conflicts().count(), 1);
}

#[test]
fn only_what_is_to_be_written_has_to_be_proved() {
    let desired = without(edited(), "shop.GetOrder.errors");
    let desired = and(
        desired,
        [
            alarm("shop.New.errors"),
            retention("/aws/lambda/create-order", Some(7)),
        ],
    );
    let proved = to_verify(&comparison(shop(), desired), &[]);
    assert_eq!(proved, [id(ERRORS), id("shop.GetOrder.errors")]);
    assert_eq!(
        to_verify(&comparison(shop(), shop()), &[]),
        [],
        "without changes nothing has to be asked of the account"
    );
}

#[test]
fn settings_are_nobodys_and_change_without_a_proof() {
    let desired = and(shop(), [retention("/aws/lambda/create-order", Some(90))]);
    let plan = plan(comparison(shop(), desired), &Owners::new(), &[]);
    assert_eq!(
        actions_of(&plan),
        ["~ log retention /aws/lambda/create-order"]
    );
}

#[test]
fn what_is_as_it_should_be_but_unmarked_can_be_adopted() {
    let comparison = comparison(shop(), shop());
    assert_eq!(to_verify(&comparison, &[ERRORS]), [id(ERRORS)]);
    let plan = plan(comparison, &owners(Owner::Unmarked), &[ERRORS]);
    insta::assert_snapshot!(text(&plan), @r"
    alarms
      ~ adopted: shop.CreateOrder.errors

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to adopt; 10 unchanged.
    ");
}

#[test]
fn a_conflict_says_whose_it_is_and_the_way_out() {
    let plan = plan(comparison(shop(), edited()), &owners(Owner::Unmarked), &[]);
    insta::assert_snapshot!(text(&plan), @r"
    not this stack's, and not touched
      ! alarm shop.CreateOrder.errors exists without the tag `tracewatch:stack`; `--adopt shop.CreateOrder.errors` takes it over

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 not to touch; 10 unchanged.
    ");
}

#[test]
fn a_name_to_adopt_that_is_nowhere_is_told() {
    let plan = plan(
        comparison(shop(), shop()),
        &Owners::new(),
        &["shop.CreateOrder.erors"],
    );
    assert_eq!(codes(&plan), ["adopt-matches-nothing"]);
}

#[test]
fn what_is_named_like_ours_but_unmarked_is_told() {
    let plan = plan(
        comparison(shop(), without(shop(), ERRORS)),
        &owners(Owner::Unmarked),
        &[],
    );
    assert_eq!(codes(&plan), ["unmarked"]);
}
