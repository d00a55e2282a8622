use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Cases {
    ids: Vec<String>,
    case: Vec<Case>,
}

/// An alarm's expression and all that is found in it, each as `severity at text: message`.
#[derive(Deserialize)]
struct Case {
    expression: String,
    #[serde(default)]
    finds: Vec<String>,
}

fn cases() -> Cases {
    toml::from_str(include_str!("../../../tests/semantics/math.toml")).unwrap()
}

#[test]
fn every_alarm_finds_what_it_says() {
    let cases = cases();
    let ids: Vec<&str> = cases.ids.iter().map(String::as_str).collect();
    for case in &cases.case {
        let errors = match parse(&case.expression) {
            Ok(expr) => check_alarm(&expr, &ids),
            Err(errors) => errors,
        };
        let found: Vec<String> = errors
            .iter()
            .map(|error| error.line(&case.expression))
            .collect();
        assert_eq!(found, case.finds, "{}", case.expression);
    }
}

#[test]
fn what_is_printed_reads_as_the_same_expression() {
    for case in cases().case {
        if let Ok(expr) = parse(&case.expression) {
            assert_eq!(
                parse(&expr.to_string()).as_ref(),
                Ok(&expr),
                "{} printed as {expr}",
                case.expression
            );
        }
    }
}

#[test]
fn operators_bind_as_usual_and_the_authors_parentheses_stay_where_they_matter() {
    let printed = |text: &str| parse(text).unwrap().to_string();
    assert_eq!(printed("m1+m2*m3"), "m1 + m2 * m3");
    assert_eq!(printed("(m1+m2)*m3"), "(m1 + m2) * m3");
    assert_eq!(printed("m1-(m2-m3)"), "m1 - (m2 - m3)");
    assert_eq!(printed("((m1))*(m2^2)"), "m1 * m2 ^ 2");
    assert_eq!(printed("-m1^2"), "-m1 ^ 2");
    assert_eq!(printed("(-m1)^-2"), "(-m1) ^ -2");
    assert_eq!(printed("m1^m2^m3"), "m1 ^ m2 ^ m3");
    assert_eq!(printed("(m1^m2)^m3"), "(m1 ^ m2) ^ m3");
    assert_eq!(
        printed("m1>1&&m2<2||m3==.5"),
        "m1 > 1 AND m2 < 2 OR m3 == 0.5"
    );
    assert_eq!(printed("m1 > (m2 OR m3)"), "m1 > (m2 OR m3)");
    assert_eq!(printed("IF( m1 , SUM([m1,m2]) )"), "IF(m1, SUM([m1, m2]))");
    assert_eq!(printed(r#"METRICS("err")"#), r#"METRICS("err")"#);
}

#[test]
fn parts_know_where_they_stand() {
    let text = "m1 + ABS( m2 ) * 3 ";
    let expr = parse(text).unwrap();
    let mut seen = Vec::new();
    expr.visit(&mut |part| seen.push(&text[part.span.clone()]));
    assert_eq!(
        seen,
        [
            "m1 + ABS( m2 ) * 3",
            "m1",
            "ABS( m2 ) * 3",
            "ABS( m2 )",
            "m2",
            "3"
        ]
    );
}

#[test]
fn a_known_quota_becomes_a_number_and_an_unknown_one_stays() {
    let expr = parse("100 * m1 / SERVICE_QUOTA(m2) + SERVICE_QUOTA(m3)").unwrap();
    assert_eq!(expr.service_quotas(), ["m2", "m3"].into());
    let given = with_quotas(&expr, &|id| (id == "m2").then_some(1000.0));
    assert_eq!(given.to_string(), "100 * m1 / 1000 + SERVICE_QUOTA(m3)");
    assert_eq!(given.ids(), ["m1", "m3"].into());
}

#[test]
fn renaming_touches_ids_and_nothing_else() {
    let expr = parse("IF(errors > 5, SUM(METRICS('errors')), [errors, total])").unwrap();
    let renamed = rename(&expr, &|id| format!("m_{id}"));
    assert_eq!(
        renamed.to_string(),
        "IF(m_errors > 5, SUM(METRICS('errors')), [m_errors, m_total])"
    );
    assert_eq!(
        expr.ids().into_iter().collect::<Vec<_>>(),
        ["errors", "total"]
    );
}

#[test]
fn types_follow_the_arguments() {
    let type_of = |text: &str| {
        let ids = ["m1", "m2", "many"];
        let known = |id: &str| {
            ids.contains(&id).then_some(if id == "many" {
                DataType::Array
            } else {
                DataType::Series
            })
        };
        check(&parse(text).unwrap(), &ids, &known).result
    };
    assert_eq!(type_of("1 + 2"), Some(DataType::Scalar));
    assert_eq!(type_of("m1 * 2"), Some(DataType::Series));
    assert_eq!(type_of("many * m1"), Some(DataType::Array));
    assert_eq!(type_of("many + [m1, m2]"), None);
    assert_eq!(type_of("SUM(many)"), Some(DataType::Series));
    assert_eq!(type_of("SUM(m1)"), Some(DataType::Scalar));
    assert_eq!(type_of("AVG(SUM(many))"), Some(DataType::Scalar));
    assert_eq!(type_of("SLICE(many, 0, 2)"), Some(DataType::Array));
    assert_eq!(type_of("SLICE(many, 0)"), Some(DataType::Series));
    assert_eq!(type_of("SORT(many, AVG, DESC, 3)"), Some(DataType::Array));
    assert_eq!(type_of("FILL(many, m1)"), Some(DataType::Array));
    assert_eq!(type_of("FILL(m1, LINEAR)"), Some(DataType::Series));
    assert_eq!(type_of("ANOMALY_DETECTION_BAND(m1)"), Some(DataType::Array));
    assert_eq!(type_of("IF(1, 2, 3)"), Some(DataType::Scalar));
    assert_eq!(type_of("IF(m1, 2)"), Some(DataType::Series));
    assert_eq!(type_of("many > 1"), None);
    assert_eq!(type_of("SUM(LAMBDA('f', m1, 5))"), Some(DataType::Unknown));
}

#[test]
fn depth_and_length_are_bounded() {
    let deep = |levels: usize| format!("{}m1{}", "(".repeat(levels), ")".repeat(levels));
    assert!(parse(&deep(100)).is_ok());
    assert_eq!(
        parse(&deep(1000)).unwrap_err()[0].message,
        "nested more than 128 levels deep"
    );
    assert_eq!(
        parse(&deep(10_000)).unwrap_err()[0].message,
        "the expression has 20002 characters; CloudWatch takes 2048"
    );
    for prefix in ["-", "m1^", "ABS(", "["] {
        assert!(parse(&prefix.repeat(600)).is_err());
    }
    let as_long_as_may_be = format!("m1 {}", " ".repeat(2045));
    assert!(parse(&as_long_as_may_be).is_ok() && parse(&(as_long_as_may_be + " ")).is_err());
    let long = vec!["m1"; 680].join("+");
    assert_eq!(
        parse(&long).unwrap().ids().len(),
        1,
        "a long chain is not deep"
    );
    let printed_longer = parse(&long).unwrap();
    assert!(
        check_alarm(&printed_longer, &["m1"])[0]
            .message
            .contains("2048"),
        "as it will be sent"
    );
}

#[test]
fn a_query_is_not_math() {
    assert!(is_metrics_insights(
        " select AVG(CPUUtilization) FROM \"AWS/EC2\""
    ));
    assert!(!is_metrics_insights("m1") && !is_metrics_insights("éééé"));
}
