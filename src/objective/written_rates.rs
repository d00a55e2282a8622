//! Reads `[[slo.burn]]`.

use super::budget::budget;
use super::burn_rate::{BurnRate, Counting, budget_spent, fitting_rates};
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::spanned::{Spanned, Table};

/// Units of windows, in seconds.
const WINDOW_UNITS: [(char, u32); 3] = [('m', 60), ('h', 3600), ('d', 86_400)];

/// A burn rate as written.
pub(super) struct WrittenRate {
    burn: BurnRate,
    place: Place,
}

/// `[[slo.burn]]`; `None` without any, for the published rates.
pub(super) fn burn_rates(table: &mut Table<'_>) -> Option<Vec<WrittenRate>> {
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
    let severity = table.required("severity", |table, key| table.choice(key, &Severity::WORDS));
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
pub(super) fn rates(
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
