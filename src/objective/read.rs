//! Reads `[[slo]]` of a project file and of definition files.

use std::collections::BTreeMap;

use super::budget::budget;
use super::burn_rate::BurnRate;
use super::measure::expression;
use super::model::{Engine, Indicator, Objective, OwnMetric, Ratio};
use super::own_metrics::metrics;
use super::signals;
use super::written_rates::{burn_rates, rates};
use crate::diagnostic::{Code, Diagnostic};
use crate::semantics::math::{BinaryOperator, Expr};
use crate::spanned::{Spanned, Table};
use crate::trial::trials;

/// The window without `window`, which the published burn rates are made for.
const DAYS: u32 = 30;
pub const MOST_DAYS: u32 = 90;

/// Failures of a long window that do not notify without `min_failures`.
pub const MIN_FAILURES: f64 = 10.0;

/// The values of `engine`.
const ENGINES: [(&str, Engine); 2] = [
    ("alarms", Engine::Alarms),
    ("application-signals", Engine::ApplicationSignals),
];

/// Reads the `[[slo]]` of a project file: each belongs to a resource or has metrics of its own.
pub fn of_project(file: &mut Table<'_>) -> Vec<Objective> {
    let found = objectives(file, Measured::read);
    for objective in &found {
        if objective.resource.is_none() && objective.metrics.is_empty() {
            let message = "an objective of the project file needs a `resource`";
            let diagnostic = Diagnostic::new(Code::MissingKey, message).at(objective.place.clone());
            file.report(
                diagnostic.help(
                    "`resource = \"OrdersApiStage\"`; or metrics of its own in `[slo.metrics]`",
                ),
            );
        }
    }
    found
}

/// Reads the `[[slo]]` of a definition file: each is for every resource of its type.
pub fn of_definitions(file: &mut Table<'_>) -> Vec<Objective> {
    let without_resource = |table: &mut Table<'_>| {
        for key in ["resource", "definitions"] {
            table.refuse(key, |_| {
                "an objective of a definition file is for every resource of its type; one for a single resource belongs in tracewatch.toml".to_owned()
            });
        }
        Measured::default()
    };
    objectives(file, without_resource)
}

/// What an objective measures: a resource, and the definition file with its metrics.
#[derive(Default)]
struct Measured {
    resource: Option<Spanned<String>>,
    definitions: Option<Spanned<String>>,
}

impl Measured {
    fn read(table: &mut Table<'_>) -> Self {
        Self {
            resource: table.string("resource"),
            definitions: table.string("definitions"),
        }
    }
}

/// Two objectives of one resource need different names.
fn objectives(file: &mut Table<'_>, measured: fn(&mut Table<'_>) -> Measured) -> Vec<Objective> {
    let mut found: Vec<Objective> = Vec::new();
    for mut table in file.tables("slo") {
        let measured = measured(&mut table);
        let Some(objective) = objective(table, measured) else {
            continue;
        };
        match found.iter().find(|other| is_same(other, &objective)) {
            Some(first) => file.report(given_twice(&objective, first)),
            None => found.push(objective),
        }
    }
    found
}

/// Whether two objectives would make alarms of the same names.
fn is_same(one: &Objective, other: &Objective) -> bool {
    let resource = |objective: &Objective| Some(objective.resource.as_ref()?.value.clone());
    one.name == other.name && resource(one) == resource(other)
}

fn given_twice(objective: &Objective, first: &Objective) -> Diagnostic {
    let message = format!("the objective `{}` is given twice", objective.name);
    Diagnostic::new(Code::DuplicateName, message)
        .at(objective.place.clone())
        .at(first.place.clone().labelled("here first"))
        .help("give one of them another `name`")
}

/// Reads one `[[slo]]` table.
fn objective(mut table: Table<'_>, measured: Measured) -> Option<Objective> {
    let place = table.place();
    let name = table
        .string("name")
        .and_then(|name| table.accept(alarm_word(name)));
    let Measured {
        resource,
        definitions,
    } = measured;
    let metrics = metrics(&mut table);
    let indicator = indicator(&mut table);
    let percent = table
        .required("objective", Table::string)
        .and_then(|text| table.accept(percent(&text)));
    let days = match table.string("window") {
        Some(text) => table.accept(days(&text)),
        None => Some(DAYS),
    };
    let min_failures = table
        .number_in("min_failures", 1.0..)
        .map_or(MIN_FAILURES, |number| number.value);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let written = burn_rates(&mut table);
    let engine = table.choice("engine", &ENGINES);
    let trials = trials(&mut table);
    let (indicator, percent, days) = (indicator?, percent?, days?);
    check_metrics(&table, &indicator, &metrics, resource.as_ref());
    let burn_rates = rates(&table, written, percent, days, indicator.counting());
    let name = name.unwrap_or_else(|| indicator.word().to_owned());
    check_engine(&table, engine.as_ref(), &name, &burn_rates, days);
    table.finish();
    Some(Objective {
        name,
        resource,
        definitions,
        indicator,
        percent,
        days,
        min_failures,
        burn_rates,
        metrics,
        trials,
        engine: engine.map_or_else(Engine::default, |engine| engine.value),
        runbook,
        place,
    })
}

/// Reports what Application Signals would refuse.
fn check_engine(
    table: &Table<'_>,
    engine: Option<&Spanned<Engine>>,
    name: &str,
    burn_rates: &[BurnRate],
    days: u32,
) {
    if let Some(engine) = engine.filter(|engine| engine.value == Engine::ApplicationSignals) {
        for (message, help) in signals::violations(name, burn_rates, days) {
            let diagnostic = engine.diagnostic(Code::BadServiceLevelObjective, message);
            table.report(diagnostic.help(help));
        }
    }
}

/// Whether a name can be a part of the names of alarms.
pub fn is_objective_name(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(is_word)
}

/// The name is a part of the names of alarms.
fn alarm_word(name: Spanned<String>) -> Result<String, Diagnostic> {
    if is_objective_name(&name.value) {
        return Ok(name.value);
    }
    let message = format!("`{}` cannot be the name of an objective", name.value);
    Err(name
        .diagnostic(Code::BadName, message)
        .help("letters, digits and hyphens, at most 64"))
}

/// What is measured: at most one of the short forms, or a ratio.
fn indicator(table: &mut Table<'_>) -> Option<Indicator> {
    table.exclusive(&["latency_below", "age_below", "good", "bad"]);
    for below in ["latency_below", "age_below"] {
        if table.contains(below) {
            table.exclusive(&[below, "total"]);
        }
    }
    table.exclusive(&["age_below", "min_failures"]);
    let latency = table.duration("latency_below");
    let age = table.duration("age_below");
    let ratio = ratio(table);
    if let Some(latency) = latency {
        return Some(Indicator::LatencyBelow(latency.value));
    }
    if let Some(age) = age {
        return Some(Indicator::AgeBelow(age.value));
    }
    if ["latency_below", "age_below"]
        .iter()
        .any(|below| table.contains(below))
    {
        return None;
    }
    ratio
}

/// `total` with `good` or `bad`. Without all of them the definition file decides.
fn ratio(table: &mut Table<'_>) -> Option<Indicator> {
    let is_written = ["good", "bad", "total"]
        .iter()
        .any(|key| table.contains(key));
    if !is_written {
        return Some(Indicator::Availability);
    }
    let has_events = table.contains("good") || table.contains("bad");
    let good = expression(table, "good");
    let bad = expression(table, "bad");
    if has_events {
        table.required("total", Table::item);
    } else {
        let message = "an objective with `total` needs `good` or `bad`";
        let diagnostic = Diagnostic::new(Code::MissingKey, message).at(table.place());
        table.report(diagnostic.help("`bad = \"errors\"`, or `good = \"invocations - errors\"`"));
    }
    let total = expression(table, "total")?;
    let bad = match (good, bad) {
        (Some(good), None) => without(&total.value, &good),
        (_, bad) => bad?,
    };
    Some(Indicator::Ratio(Ratio { bad, total }))
}

/// All events without the good ones.
fn without(total: &Expr, good: &Spanned<Expr>) -> Spanned<Expr> {
    let bad = total
        .clone()
        .joined(BinaryOperator::Subtract, good.value.clone());
    good.clone().map(|_| bad)
}

/// `99.9 %` as 99.9.
fn percent(text: &Spanned<String>) -> Result<f64, Diagnostic> {
    let percent = text.value.strip_suffix('%').map(str::trim_end);
    let percent = percent.and_then(|percent| percent.parse::<f64>().ok());
    match percent {
        Some(percent) if percent > 0.0 && percent < 100.0 && budget(percent) > 0.0 => Ok(percent),
        Some(percent) if percent >= 100.0 => {
            let message = format!("an objective of {} leaves no failure", text.value);
            Err(text.diagnostic(Code::BadObjective, message).help(
                "the budget is what an alarm watches: 99.9 % of the requests leaves one failure in a thousand",
            ))
        }
        _ => Err(text
            .diagnostic(
                Code::BadObjective,
                format!("`{}` is not an objective", text.value),
            )
            .help("a percentage below 100: `99.9 %`")),
    }
}

/// A number of whole days.
fn days(text: &Spanned<String>) -> Result<u32, Diagnostic> {
    let days = text
        .value
        .strip_suffix('d')
        .and_then(|number| number.parse::<u32>().ok());
    match days {
        Some(days) if (1..=MOST_DAYS).contains(&days) => Ok(days),
        _ => Err(text
            .diagnostic(
                Code::BadObjective,
                format!("`{}` is not the window of an objective", text.value),
            )
            .help(format!("whole days, from 1 to {MOST_DAYS}: `30d`"))),
    }
}

/// An objective over metrics of its own is a ratio of them, and belongs to no resource.
fn check_metrics(
    table: &Table<'_>,
    indicator: &Indicator,
    metrics: &BTreeMap<String, OwnMetric>,
    resource: Option<&Spanned<String>>,
) {
    if metrics.is_empty() {
        return;
    }
    if let Some(resource) = resource {
        let message = "an objective with metrics of its own belongs to no resource";
        let diagnostic = resource.diagnostic(Code::ConflictingKeys, message);
        table
            .report(diagnostic.help("remove `resource`, or measure the metrics of its definition"));
    }
    let Indicator::Ratio(ratio) = indicator else {
        let message = "an objective with metrics of its own needs `total`, and `good` or `bad`";
        let diagnostic = Diagnostic::new(Code::MissingKey, message).at(table.place());
        table.report(diagnostic.help("`total = \"all\"`, `bad = \"failed\"`"));
        return;
    };
    for (expr, place) in [&ratio.bad, &ratio.total].map(|part| (&part.value, &part.place)) {
        for word in expr.ids() {
            if !metrics.contains_key(word) {
                let message = format!("`slo.metrics` has no metric `{word}`");
                table.report(Diagnostic::new(Code::UnknownMetric, message).at(place.clone()));
            }
        }
    }
}
