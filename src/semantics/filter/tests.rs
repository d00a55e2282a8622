use serde::Deserialize;

use super::*;
use crate::diagnostic::Level;

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// An expression and all its errors, each as `severity at text: message`.
#[derive(Deserialize)]
struct Case {
    expression: String,
    #[serde(default)]
    finds: Vec<String>,
}

fn cases() -> Vec<Case> {
    toml::from_str::<Cases>(include_str!("../../../tests/semantics/filters.toml"))
        .unwrap()
        .case
}

#[test]
fn every_case_has_its_errors() {
    for case in cases() {
        let found: Vec<String> = check(&case.expression)
            .iter()
            .map(|error| error.line(&case.expression))
            .collect();
        assert_eq!(found, case.finds, "{}", case.expression);
    }
}

#[test]
fn a_printed_filter_parses_to_the_same_filter() {
    for case in cases() {
        if let Ok(filter) = parse(&case.expression) {
            assert_eq!(
                parse(&filter.to_string()).as_ref(),
                Ok(&filter),
                "{} printed as {filter}",
                case.expression
            );
        }
    }
}

#[test]
fn a_filter_is_printed_in_one_form() {
    let printed = |text: &str| parse(text).unwrap().to_string();
    assert_eq!(
        printed("ok !partial duration <3"),
        "ok AND !partial AND duration < 3"
    );
    assert_eq!(
        printed("service{fault=true or(ok or !ok)}"),
        "service() { fault = true OR (ok OR !ok) }"
    );
    assert_eq!(
        printed(r#"edge(id(type:"T",name:"n"),"b")"#),
        r#"edge(id(name: "n", type: "T"), "b")"#
    );
    assert_eq!(printed("annotation.age>=1.50"), "annotation[age] >= 1.5");
}

#[test]
fn a_group_is_not_defined_by_groups() {
    let found = |text: &str| {
        check_group(text)
            .iter()
            .map(|error| error.severity)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found(r#"fault AND !(group.name = "x")"#),
        [Level::Warning, Level::Error]
    );
    assert_eq!(
        found(r#"rootcause.fault.service { name = "x" }"#),
        [Level::Warning]
    );
    assert_eq!(found("fault"), []);
}

#[test]
fn literals_that_need_escapes_are_refused() {
    assert_eq!(quote("api/prod").as_deref(), Some("\"api/prod\""));
    assert_eq!((quote("a\"b"), quote("a\\b")), (None, None));
}

#[test]
fn deep_nesting_is_refused_and_not_fatal() {
    let deep = |levels: usize| format!("{}fault{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&deep(100)).is_ok());
    assert_eq!(
        parse(&deep(10_000)).unwrap_err()[0].message,
        "nested more than 128 levels deep"
    );
    assert!(parse(&"!".repeat(10_000)).is_err());
}
