//! Reads `[[alarm]]`, `[[composite]]` and `[[trace_group]]`.

use super::metrics::region;
use super::reader::{DefinitionReader, enabled};
use crate::artifact::{AlarmScope, Missing, Severity};
use crate::catalog::definition::{
    AlarmDefinition, CompositeDefinition, Floor, GroupDefinition, Periods, Tolerance, Window,
    check_window,
};
use crate::catalog::testing;
use crate::catalog::text::TextUse;
use crate::diagnostic::Code;
use crate::semantics::math::{self, Expr};
use crate::semantics::place::in_text;
use crate::spanned::{Spanned, Table};
use crate::trial;

const LOW_SAMPLES: [(&str, bool); 2] = [("evaluate", true), ("ignore", false)];

pub(super) fn alarm(
    mut table: Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<AlarmDefinition> {
    let name = table.required("name", Table::string);
    let text_use = if table.contains("each") {
        TextUse::RepeatedAlarm
    } else {
        TextUse::Alarm
    };
    let summary = reader.required_text(&mut table, "summary", text_use);
    let fix = reader.optional_text(&mut table, "fix", text_use);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let severity = table.required("severity", |table, key| table.choice(key, &Severity::WORDS));
    let value = table
        .required("value", Table::string)
        .and_then(|written| expression(&table, &written));
    let floor = table.table("floor").and_then(floor);
    let tolerate = table.table("tolerate").and_then(tolerance);
    let when = reader.required_when(&mut table, "when");
    let window = window(&mut table, reader);
    let warm_up = table
        .boolean("warm_up")
        .is_some_and(|warm_up| warm_up.value);
    let region = region(&mut table);
    let applies = reader.optional_cel(&mut table, "if");
    let each = reader.optional_cel(&mut table, "each");
    let scope = table.choice("scope", &AlarmScope::WORDS);
    let missing = table
        .choice("missing", &Missing::WORDS)
        .map_or(Missing::Missing, |missing| missing.value);
    let evaluate_low_samples = table
        .choice("low_samples", &LOW_SAMPLES)
        .is_none_or(|low| low.value);
    let enabled = enabled(&mut table);
    let tests = testing::tests(&mut table);
    let trials = trial::trials(&mut table);
    table.finish();
    let name = name?;
    Some(AlarmDefinition {
        summary: summary?,
        severity: severity?.value,
        value: value?,
        when: when?,
        place: name.place,
        name: name.value,
        fix,
        runbook,
        floor,
        tolerate,
        region,
        applies,
        each,
        scope,
        window: window?,
        warm_up,
        missing,
        evaluate_low_samples,
        enabled,
        tests,
        trials,
    })
}

pub(super) fn composite(
    mut table: Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<CompositeDefinition> {
    let name = table.required("name", Table::string);
    let summary = reader.required_text(&mut table, "summary", TextUse::Composite);
    let fix = reader.optional_text(&mut table, "fix", TextUse::Composite);
    let runbook = table.web_page("runbook").map(|page| page.value);
    let severity = table.required("severity", |table, key| table.choice(key, &Severity::WORDS));
    let rule = table.required("rule", Table::string);
    let enabled = enabled(&mut table);
    let tests = testing::tests(&mut table);
    let trials = trial::trials(&mut table);
    table.finish();
    let name = name?;
    Some(CompositeDefinition {
        summary: summary?,
        severity: severity?.value,
        rule: rule?,
        place: name.place,
        name: name.value,
        fix,
        runbook,
        enabled,
        tests,
        trials,
    })
}

pub(super) fn trace_group(
    mut table: Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<GroupDefinition> {
    let name = table.required("name", Table::string);
    let filter = reader.required_text(&mut table, "filter", TextUse::Filter);
    let insights = table
        .boolean("insights")
        .is_some_and(|insights| insights.value);
    table.finish();
    let name = name?;
    Some(GroupDefinition {
        name: name.value,
        filter: filter?,
        insights,
        place: name.place,
    })
}

fn floor(mut table: Table<'_>) -> Option<Floor> {
    let metric = table.required("metric", Table::string);
    let min = table.required("min", Table::number);
    table.finish();
    Some(Floor {
        metric: metric?,
        min: min?.value,
    })
}

fn tolerance(mut table: Table<'_>) -> Option<Tolerance> {
    let metric = table.required("metric", Table::string);
    let count = table.required("count", |table, key| table.number_in(key, 0.0..));
    table.finish();
    Some(Tolerance {
        metric: metric?,
        count: count?.value,
    })
}

/// The computed window, or the period and M of N within CloudWatch's limits.
fn window(table: &mut Table<'_>, reader: &mut DefinitionReader<'_>) -> Option<Window> {
    table.exclusive(&["window", "period"]);
    table.exclusive(&["window", "datapoints"]);
    let computed = reader.optional_cel(table, "window");
    if table.contains("window") {
        let _ = (table.seconds("period"), table.m_of_n("datapoints"));
        return computed.map(Window::Computed);
    }
    let period = table.required("period", Table::seconds);
    let datapoints = table.required("datapoints", Table::m_of_n);
    let (period, datapoints) = (period?, datapoints?);
    table.accept(check_window(&period, &datapoints))?;
    Some(Window::Fixed(Periods {
        period: period.value,
        datapoints: datapoints.value,
    }))
}

fn expression(table: &Table<'_>, written: &Spanned<String>) -> Option<Spanned<Expr>> {
    match math::parse(&written.value) {
        Ok(expression) => Some(written.clone().map(|_| expression)),
        Err(errors) => {
            for error in &errors {
                table.report(in_text(&written.place, Code::BadExpression, error));
            }
            None
        }
    }
}
