use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Table {
    group: Vec<VectorGroup>,
}

/// Series in words (`-` is a missing point), and what expressions make of them.
#[derive(Deserialize)]
struct VectorGroup {
    metrics: BTreeMap<String, String>,
    results: BTreeMap<String, String>,
}

/// Monday, 5 January 2026, 23:58 UTC.
const START: i64 = 1_767_657_480;

fn points(text: &str) -> Points {
    text.split_whitespace()
        .map(|word| {
            if word == "-" {
                None
            } else {
                Some(word.parse().unwrap())
            }
        })
        .collect()
}

fn words(points: &[Option<f64>]) -> String {
    let word = |point: &Option<f64>| {
        point.map_or("-".to_owned(), |number| {
            format!("{}", (number * 1000.0).round() / 1000.0)
        })
    };
    points.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn result(expression: &str, metrics: &BTreeMap<String, Points>) -> String {
    let periods = metrics.values().map(Vec::len).max().unwrap_or(0);
    let starts: Vec<i64> = (START..).step_by(60).take(periods).collect();
    let grid = Grid {
        starts: &starts,
        period: 60,
    };
    match evaluate(&parse(expression).unwrap(), metrics, grid) {
        Ok(MathValue::Scalar(number)) => format!("scalar {}", words(&[Some(number)])),
        Ok(MathValue::Series(points)) => words(&points),
        Ok(MathValue::Array(all)) => all
            .iter()
            .map(|points| words(points))
            .collect::<Vec<_>>()
            .join(" | "),
        Err(error) => error.message,
    }
}

#[test]
fn every_expression_gives_its_result() {
    let table: Table =
        toml::from_str(include_str!("../../../tests/semantics/math-vectors.toml")).unwrap();
    for group in table.group {
        let metrics = group
            .metrics
            .iter()
            .map(|(id, text)| (id.clone(), points(text)))
            .collect();
        for (expression, expected) in group.results {
            assert_eq!(
                result(&expression, &metrics),
                expected,
                "{expression} over {:?}",
                group.metrics
            );
        }
    }
}
