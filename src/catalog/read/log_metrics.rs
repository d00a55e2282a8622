//! Reads `[[log_metric]]`.

use super::reader::DefinitionReader;
use crate::catalog::log_metric::{LogMetricDefinition, LogMetricTest};
use crate::catalog::text::TextUse;
use crate::diagnostic::Code;
use crate::semantics::limits;
use crate::semantics::log_pattern;
use crate::semantics::place::in_text;
use crate::spanned::{Item, ItemValue, Spanned, Table};
use crate::trial::given;

/// The units of metrics (CloudWatch service model, `StandardUnit`).
const UNITS: [(&str, &str); 26] = [
    ("Seconds", "Seconds"),
    ("Microseconds", "Microseconds"),
    ("Milliseconds", "Milliseconds"),
    ("Bytes", "Bytes"),
    ("Kilobytes", "Kilobytes"),
    ("Megabytes", "Megabytes"),
    ("Gigabytes", "Gigabytes"),
    ("Terabytes", "Terabytes"),
    ("Bits", "Bits"),
    ("Kilobits", "Kilobits"),
    ("Megabits", "Megabits"),
    ("Gigabits", "Gigabits"),
    ("Terabits", "Terabits"),
    ("Percent", "Percent"),
    ("Count", "Count"),
    ("Bytes/Second", "Bytes/Second"),
    ("Kilobytes/Second", "Kilobytes/Second"),
    ("Megabytes/Second", "Megabytes/Second"),
    ("Gigabytes/Second", "Gigabytes/Second"),
    ("Terabytes/Second", "Terabytes/Second"),
    ("Bits/Second", "Bits/Second"),
    ("Kilobits/Second", "Kilobits/Second"),
    ("Megabits/Second", "Megabits/Second"),
    ("Gigabits/Second", "Gigabits/Second"),
    ("Terabits/Second", "Terabits/Second"),
    ("Count/Second", "Count/Second"),
];

pub(super) fn log_metric(
    mut table: Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<LogMetricDefinition> {
    let definition = definition(&mut table, reader);
    // A test checks the built-in patterns; a template is checked once it is rendered.
    if let Some(definition) = &definition
        && !reader.role.is_built_in()
        && !definition.pattern.is_template()
    {
        check(&table, definition);
    }
    table.finish();
    definition
}

fn definition(
    table: &mut Table<'_>,
    reader: &mut DefinitionReader<'_>,
) -> Option<LogMetricDefinition> {
    let name = table.required("name", Table::string);
    let group = reader.optional_text(table, "group", TextUse::LogMetric);
    let pattern = reader.required_text(table, "pattern", TextUse::LogMetric);
    let value = value(table);
    let default_value = table.number("default").map(|value| value.value);
    let unit = table.choice("unit", &UNITS);
    let applies = reader.optional_cel(table, "if");
    let tests = table.tables("test").into_iter().filter_map(test).collect();
    let name = name?;
    Some(LogMetricDefinition {
        group,
        pattern: pattern?,
        value: value.unwrap_or_else(|| Spanned {
            value: "1".to_owned(),
            place: name.place.clone(),
        }),
        default_value,
        unit: unit.map(|unit| unit.value.to_owned()),
        applies,
        tests,
        place: name.place,
        name: name.value,
    })
}

fn check(table: &Table<'_>, definition: &LogMetricDefinition) {
    let pattern = definition.pattern.source();
    let (_, notes) = log_pattern::parse_with_notes(pattern);
    for note in notes.iter().filter(|note| !note.is_error()) {
        let place = &definition.pattern.place;
        table.report(in_text(place, Code::BadLogPattern, note));
    }
    for diagnostic in definition.check(pattern).err().into_iter().flatten() {
        table.report(diagnostic);
    }
}

/// A number, or a text with the part of the event.
fn value(table: &mut Table<'_>) -> Option<Spanned<String>> {
    let item = table.item("value")?;
    let value = written_value(&item)?;
    if value.value.chars().count() <= limits::FILTERED_METRIC_VALUE {
        return Some(value);
    }
    let most = limits::FILTERED_METRIC_VALUE;
    let message = format!("Logs takes a value of {most} characters at most");
    table.report(value.diagnostic(Code::BadLogPattern, message));
    None
}

fn written_value(item: &Item<'_>) -> Option<Spanned<String>> {
    match item.value() {
        ItemValue::Number(number) => Some(Spanned {
            value: number.to_string(),
            place: item.place(),
        }),
        ItemValue::String(_) => item.string(),
        _ => item.wrong_type("a number, or a text such as \"$.latency\""),
    }
}

fn test(mut table: Table<'_>) -> Option<LogMetricTest> {
    let name = table.required("name", Table::string);
    let matches = table.strings("matches");
    let ignores = table.strings("ignores");
    let given = given(&mut table);
    table.finish();
    Some(LogMetricTest {
        name: name?,
        matches,
        ignores,
        given,
    })
}
