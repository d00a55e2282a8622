//! Reads `[[slo]]` of a project file and of definition files.

use std::collections::BTreeMap;

use super::budget::budget;
use super::burn_rate::{BurnRate, Counting, budget_spent, fitting_rates};
use super::measure::expression;
use super::model::{Indicator, Objective, OwnMetric, Ratio};
use crate::artifact::{Metric, Severity};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::inventory::SortedMap;
use crate::semantics::limits::{is_query_id, is_region};
use crate::semantics::math::{BinaryOperator, Expr};
use crate::semantics::place::in_text;
use crate::semantics::statistics;
use crate::spanned::{Item, Spanned, Table};

/// The window without `window`, which the published burn rates are made for.
const DAYS: u32 = 30;
pub const MOST_DAYS: u32 = 90;

/// Failures of a long window that do not notify without `min_failures`.
pub const MIN_FAILURES: f64 = 10.0;

/// Units of windows, in seconds.
const WINDOW_UNITS: [(char, u32); 3] = [('m', 60), ('h', 3600), ('d', 86_400)];

const SEVERITIES: [(&str, Severity); 3] = [
    ("critical", Severity::Critical),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
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
    let (indicator, percent, days) = (indicator?, percent?, days?);
    check_metrics(&table, &indicator, &metrics, resource.as_ref());
    let burn_rates = rates(&table, written, percent, days, indicator.counting());
    table.finish();
    Some(Objective {
        name: name.unwrap_or_else(|| indicator.word().to_owned()),
        resource,
        definitions,
        indicator,
        percent,
        days,
        min_failures,
        burn_rates,
        metrics,
        runbook,
        place,
    })
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

/// A burn rate as written.
struct WrittenRate {
    burn: BurnRate,
    place: Place,
}

/// `[[slo.burn]]`; `None` without any, for the published rates.
fn burn_rates(table: &mut Table<'_>) -> Option<Vec<WrittenRate>> {
    if !table.contains("burn") {
        return None;
    }
    let tables = table.tables("burn");
    if tables.is_empty() {
        let message = "an objective without a burn rate has no alarm";
        let diagnostic = Diagnostic::new(Code::BadBurnRate, message).at(table.place());
        table.report(diagnostic.help("remove `burn`: the published rates then apply"));
    }
    let tables = tables.into_iter();
    Some(tables.filter_map(burn_rate).collect())
}

fn burn_rate(mut table: Table<'_>) -> Option<WrittenRate> {
    let place = table.place();
    let rate = table.required("rate", |table, key| table.number_in(key, 0.1..));
    let long = window(&mut table, "long");
    let short = window(&mut table, "short");
    let severity = table.required("severity", |table, key| table.choice(key, &SEVERITIES));
    table.finish();
    let burn = BurnRate {
        rate: rate?.value,
        long: long?.value,
        short: short?.value,
        severity: severity?.value,
    };
    Some(WrittenRate { burn, place })
}

/// A window, written `5m`, `6h` or `3d`.
fn window(table: &mut Table<'_>, key: &'static str) -> Option<Spanned<u32>> {
    let text = table.required(key, Table::string)?;
    let seconds = WINDOW_UNITS.iter().find_map(|(unit, size)| {
        let number = text.value.strip_suffix(*unit)?.parse::<u32>().ok()?;
        number.checked_mul(*size).filter(|seconds| *seconds > 0)
    });
    if let Some(seconds) = seconds {
        return Some(text.map(|_| seconds));
    }
    let message = format!("`{}` is not the window of a burn rate", text.value);
    let diagnostic = text.diagnostic(Code::BadBurnRate, message);
    table.report(diagnostic.help("whole minutes, hours or days: `5m`, `6h`, `3d`"));
    None
}

/// The written rates, checked; or those of the published ones that fit.
fn rates(
    table: &Table<'_>,
    written: Option<Vec<WrittenRate>>,
    percent: f64,
    days: u32,
    counting: Counting,
) -> Vec<BurnRate> {
    let Some(written) = written else {
        return fitting_rates(percent, days, counting);
    };
    let budget = budget(percent);
    report_equal_windows(table, &written);
    let checked = written.into_iter().filter_map(|written| {
        table.accept(checked(&written.burn, budget, days, counting).map_err(
            |(message, help)| {
                let diagnostic = Diagnostic::new(Code::BadBurnRate, message);
                diagnostic.at(written.place.clone()).help(help)
            },
        ))?;
        Some(written.burn)
    });
    checked.collect()
}

/// The long window names a rate's alarms.
fn report_equal_windows(table: &Table<'_>, rates: &[WrittenRate]) {
    for (index, rate) in rates.iter().enumerate() {
        let earlier = rates[..index].iter();
        if let Some(first) = earlier
            .clone()
            .find(|first| first.burn.long == rate.burn.long)
        {
            let message = "two burn rates have the same long window";
            let diagnostic = Diagnostic::new(Code::BadBurnRate, message).at(rate.place.clone());
            table.report(diagnostic.at(first.place.clone().labelled("here first")));
        }
    }
}

/// Whether CloudWatch can watch a burn rate; otherwise a message and its help.
fn checked(
    burn: &BurnRate,
    budget: f64,
    days: u32,
    counting: Counting,
) -> Result<(), (String, String)> {
    if burn.rate * budget >= 1.0 {
        let most = 1.0 / budget;
        return Err((
            format!(
                "the budget cannot burn at {} times: when everything fails it burns at {most:.1} times",
                burn.rate
            ),
            format!("write a rate below {most:.1}, or a stricter objective"),
        ));
    }
    if burn.short >= burn.long {
        return Err((
            "the short window is not shorter than the long one".to_owned(),
            "a twelfth of the long one is usual: `long = \"1h\", short = \"5m\"`".to_owned(),
        ));
    }
    let spent = budget_spent(burn.rate, burn.long, days);
    if spent >= 1.0 {
        return Err((
            format!(
                "the budget of {days}d is spent before the long window ends: the rate spends {:.0} % of it",
                100.0 * spent
            ),
            "write a lower rate or a shorter window".to_owned(),
        ));
    }
    let is_held = |window| counting.periods(window).is_some();
    if is_held(burn.long) && is_held(burn.short) {
        return Ok(());
    }
    let help = match counting {
        Counting::Requests => "up to a day, or 2 to 7 whole days: `6h`, `1d`, `3d`",
        Counting::Minutes => "minutes are counted for up to a day: `6h`, `1d`",
    };
    Err((
        "CloudWatch cannot evaluate a window of this length".to_owned(),
        help.to_owned(),
    ))
}

/// `[slo.metrics]`: metrics by word.
fn metrics(table: &mut Table<'_>) -> BTreeMap<String, OwnMetric> {
    let entries = table.table("metrics").map(Table::entries);
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .filter_map(|(word, item)| {
            let metric = own_metric(&item)?;
            if is_query_id(&word.value) {
                return Some((word.value, metric));
            }
            let message = format!(
                "`{}` cannot be the name of a metric in an expression",
                word.value
            );
            item.report(
                word.diagnostic(Code::BadMetricWord, message)
                    .help("a lower-case letter, then letters, digits and `_`"),
            );
            None
        })
        .collect()
}

fn own_metric(item: &Item<'_>) -> Option<OwnMetric> {
    let mut table = item.table()?;
    let name = table.required("name", Table::string);
    let stat = table.string("stat");
    let region = table.string("region");
    let dimensions = table.string_map("dimensions").into_iter();
    let dimensions: SortedMap<String, String> = dimensions
        .map(|(name, value)| (name.value, value.value))
        .collect();
    table.finish();
    let name = name?;
    let Some((namespace, metric)) = name.value.split_once(' ') else {
        let message = format!("`{}` is not the name of a metric", name.value);
        item.report(
            name.diagnostic(Code::BadMetricName, message)
                .help("a namespace, a space, and a metric: `AWS/Lambda Errors`"),
        );
        return None;
    };
    if let Some(stat) = &stat
        && let Err(error) = statistics::parse(&stat.value)
    {
        item.report(in_text(&stat.place, Code::BadStatistic, &error));
        return None;
    }
    if let Some(region) = region.as_ref().filter(|region| !is_region(&region.value)) {
        let message = format!("`{}` is not the name of a Region", region.value);
        let diagnostic = region.diagnostic(Code::BadRegion, message);
        item.report(diagnostic.help("as in `us-east-1`"));
    }
    Some(OwnMetric {
        metric: Metric {
            namespace: namespace.to_owned(),
            name: metric.trim().to_owned(),
            dimensions,
            stat: stat.map_or_else(|| "Sum".to_owned(), |stat| stat.value),
        },
        region,
    })
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
