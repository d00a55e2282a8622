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
fn owners(owner: &Owner) -> Found {
    [(target(), [(id(ERRORS), tagged(owner))].into())].into()
}

/// The account answers for the alarm [`ERRORS`] alone, with these tags beside our owner tag.
fn ours_with(tags: &[(&str, &str)]) -> Found {
    let mut all = tagged(&Owner::Stack(STACK.into())).unwrap_or_default();
    all.extend(
        tags.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned())),
    );
    [(target(), [(id(ERRORS), Some(all))].into())].into()
}

fn plan(comparison: Comparison, found: &Found, adopt: &[&str]) -> Plan {
    plan_with(comparison.with_tags(found, rules(&adopting(adopt))), &CALM)
}

fn to_verify(comparison: &Comparison, adopt: &[&str]) -> ToVerify {
    let targets = comparison.to_verify(&adopting(adopt));
    let (_, ids) = targets.into_iter().next().unwrap();
    ids
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
        ("gone, created again", update(), Owner::Nobody, &[], "+"),
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
        let plan = plan(comparison, &owners(&owner), adopt);
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
    let plan = plan(comparison(shop(), edited()), &Found::new(), &[]);
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
    assert_eq!(proved.written, [id(ERRORS)]);
    assert_eq!(proved.surplus, [id("shop.GetOrder.errors")]);
    let unchanged = to_verify(&comparison(shop(), shop()), &[]);
    assert_eq!((unchanged.written, unchanged.surplus), (vec![], vec![]));
    assert!(unchanged.unchanged.contains(&id(ERRORS)));
    assert!(unchanged.unchanged.iter().all(|id| !id.kind.is_setting()));
}

#[test]
fn settings_are_nobodys_and_change_without_a_proof() {
    let desired = and(shop(), [retention("/aws/lambda/create-order", Some(90))]);
    let plan = plan(comparison(shop(), desired), &Found::new(), &[]);
    assert_eq!(
        actions_of(&plan),
        ["~ log retention /aws/lambda/create-order"]
    );
}

#[test]
fn what_is_as_it_should_be_but_unmarked_can_be_adopted() {
    let comparison = comparison(shop(), shop());
    assert_eq!(to_verify(&comparison, &[ERRORS]).written, [id(ERRORS)]);
    let plan = plan(comparison, &owners(&Owner::Unmarked), &[ERRORS]);
    insta::assert_snapshot!(text(&plan), @r"
    alarms
      ~ adopted: shop.CreateOrder.errors

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to adopt; 10 unchanged.
    ");
}

#[test]
fn a_conflict_says_whose_it_is_and_the_way_out() {
    let plan = plan(comparison(shop(), edited()), &owners(&Owner::Unmarked), &[]);
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
        &Found::new(),
        &["shop.CreateOrder.erors"],
    );
    assert_eq!(codes(&plan), ["adopt-matches-nothing"]);
}

#[test]
fn what_is_named_like_ours_but_unmarked_is_told() {
    let plan = plan(
        comparison(shop(), without(shop(), ERRORS)),
        &owners(&Owner::Unmarked),
        &[],
    );
    assert_eq!(codes(&plan), ["unmarked"]);
}

#[test]
fn an_unchanged_artifact_without_our_tag_is_a_conflict() {
    for owner in [Owner::Unmarked, Owner::Stack("shop-two".into())] {
        let plan = plan(comparison(shop(), shop()), &owners(&owner), &[]);
        let conflicts: Vec<_> = plan.conflicts().map(|one| (&one.id, &one.owner)).collect();
        assert_eq!(conflicts, [(&id(ERRORS), &owner)]);
    }
}

#[test]
fn an_unchanged_artifact_that_is_gone_is_created() {
    let plan = plan(comparison(shop(), shop()), &owners(&Owner::Nobody), &[]);
    assert_eq!(actions_of(&plan), [format!("+ alarm {ERRORS}")]);
}

#[test]
fn a_removal_of_everything_names_what_belongs_to_others() {
    let nothing = BTreeSet::new();
    let rules = OwnershipRules {
        foreign_deletions: ForeignDeletions::Conflict,
        ..rules(&nothing)
    };
    for owner in [Owner::Unmarked, Owner::Stack("shop-two".into())] {
        let comparison = comparison([alarm(ERRORS)].into_iter().collect(), State::default());
        let plan = plan_with(comparison.with_tags(&owners(&owner), rules), &CALM);
        let conflicts: Vec<String> = plan.conflicts().map(ToString::to_string).collect();
        let text = format!(
            "alarm {ERRORS} {}; delete it by hand if nobody needs it",
            owner.text(Kind::Alarm)
        );
        assert_eq!((plan.has_changes(), conflicts), (false, vec![text]));
    }
}

#[test]
fn differing_tags_are_a_change_with_and_without_another_one() {
    let tags: Tags = [("team", "payments"), ("tier", "1")]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
    let nothing = BTreeSet::new();
    let rules = OwnershipRules {
        tags: &tags,
        ..rules(&nothing)
    };
    let found = ours_with(&[("team", "orders"), ("aws:x", "y"), ("by-hand", "z")]);
    let plan_of = |desired| plan_with(comparison(shop(), desired).with_tags(&found, rules), &CALM);
    let retagged = plan_of(shop());
    assert_eq!(codes(&retagged), ["other-tags"]);
    insta::assert_snapshot!(text(&retagged), @r"
    alarms
      ~ shop.CreateOrder.errors
          tag team  orders → payments
          tag tier  + 1

    info[other-tags]: artifacts of this stack have tags that the project does not set: `by-hand` (1); they are left alone
     |
     = help: if one of them came from `[tags]` and was removed there, remove it by hand

    cost per month: $0.00 → $0.00 (+$0.00)

    Plan for stack shop (111122223333, eu-west-1): 1 to update; 10 unchanged.
    ");
    let both = plan_of(edited());
    let Some(Change::Update { old, new, tags }) = both.changes().next() else {
        panic!("{both:?}")
    };
    assert!(old != new && tags.len() == 2, "{tags:?}");
    let same = ours_with(&[("team", "payments"), ("tier", "1")]);
    let plan = plan_with(comparison(shop(), shop()).with_tags(&same, rules), &CALM);
    assert!(!plan.has_changes());
}
