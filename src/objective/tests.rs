use super::{Counting, Indicator, Objective, of_project};
use crate::diagnostic::Source;
use crate::spanned::SpannedDocument;

fn read(text: &str) -> Vec<Objective> {
    let document = SpannedDocument::parse(&Source::new("tracewatch.toml", text)).unwrap();
    let objectives = of_project(&mut document.root());
    assert_eq!(document.into_diagnostics(), []);
    objectives
}

fn one(keys: &str) -> Objective {
    let objectives = read(&format!("[[slo]]\nresource = 'Stage'\n{keys}"));
    objectives.into_iter().next().unwrap()
}

#[test]
fn every_form_is_read() {
    for (keys, name, counting) in [
        ("", "availability", Counting::Requests),
        ("latency_below = '1.5s'", "latency", Counting::Requests),
        ("age_below = '2m'", "age", Counting::Minutes),
        ("total = 'a'\nbad = 'b'", "availability", Counting::Requests),
        ("name = 'mine'", "mine", Counting::Requests),
    ] {
        let objective = one(&format!("objective = '99 %'\n{keys}"));
        assert_eq!((&*objective.name, objective.counting()), (name, counting));
    }
}

#[test]
fn what_is_not_good_is_bad() {
    let objective = one("objective = '99 %'\ntotal = 'a + b'\ngood = 'a'");
    let Indicator::Ratio(ratio) = objective.indicator else {
        panic!("{:?}", objective.indicator);
    };
    assert_eq!(ratio.bad.value.to_string(), "a + b - a");
}

#[test]
fn a_budget_has_no_error_of_binary_fractions() {
    for (percent, budget) in [("99.9 %", 0.001), ("99.99%", 0.0001), ("90 %", 0.1)] {
        let objective = one(&format!("objective = '{percent}'"));
        assert_eq!(objective.budget().to_string(), budget.to_string());
    }
}

#[test]
fn only_published_rates_that_fit_are_kept() {
    for (keys, rates) in [
        ("objective = '99.9 %'", &[14.4, 6.0, 3.0, 1.0][..]),
        // Everything fails at 10 times.
        ("objective = '90 %'", &[6.0, 3.0, 1.0]),
        // Minutes are counted for up to a day.
        ("objective = '99 %'\nage_below = '5m'", &[14.4, 6.0, 3.0]),
        // Six times for six hours are more than a day's budget.
        ("objective = '99 %'\nwindow = '1d'", &[14.4]),
    ] {
        let found: Vec<f64> = one(keys).burn_rates.iter().map(|burn| burn.rate).collect();
        assert_eq!(found, rates, "{keys}");
    }
}
