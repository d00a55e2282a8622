//! What the objectives of a definition file measure: its table `[sli]` (service-level indicators).

use crate::diagnostic::Code;
use crate::semantics::math::{self, Expr};
use crate::semantics::place::in_text;
use crate::spanned::{Spanned, Table};

/// `[sli]`: which of the file's metrics tell good from bad.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Measures {
    pub total: Option<Spanned<Expr>>,
    pub bad: Option<Spanned<Expr>>,
    /// The metric of `latency_below`.
    pub latency: Option<Threshold>,
    /// The metric of `age_below`.
    pub age: Option<Threshold>,
}

/// A metric whose values are compared with a duration.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    pub metric: Spanned<String>,
    pub unit: LatencyUnit,
}

/// The unit of a metric's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyUnit {
    Milliseconds,
    Seconds,
}

const UNITS: [(&str, LatencyUnit); 2] = [
    ("ms", LatencyUnit::Milliseconds),
    ("s", LatencyUnit::Seconds),
];

impl LatencyUnit {
    pub fn of_seconds(self, seconds: f64) -> f64 {
        match self {
            LatencyUnit::Milliseconds => seconds * 1000.0,
            LatencyUnit::Seconds => seconds,
        }
    }
}

/// Reads `[sli]`.
pub fn measures(mut table: Table<'_>) -> Measures {
    let measures = Measures {
        total: expression(&mut table, "total"),
        bad: expression(&mut table, "bad"),
        latency: table.table("latency").and_then(threshold),
        age: table.table("age").and_then(threshold),
    };
    table.finish();
    measures
}

fn threshold(mut table: Table<'_>) -> Option<Threshold> {
    let metric = table.required("metric", Table::string);
    let unit = table.required("unit", |table, key| table.choice(key, &UNITS));
    table.finish();
    Some(Threshold {
        metric: metric?,
        unit: unit?.value,
    })
}

/// A key with metric math.
pub(super) fn expression(table: &mut Table<'_>, key: &'static str) -> Option<Spanned<Expr>> {
    let written = table.string(key)?;
    match math::parse(&written.value) {
        Ok(expression) => Some(written.map(|_| expression)),
        Err(errors) => {
            for error in &errors {
                table.report(in_text(&written.place, Code::BadExpression, error));
            }
            None
        }
    }
}
