//! The pages in `docs/alarms/` are those of the built-in definitions, with the operating tables of their alarms on shares. A run compares a few cells of
//! each table, because all of them take minutes: `TRACEWATCH_TABLES=all` compares every cell, and `BLESS=1` writes the pages.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use toml::{Table, Value};
use tracewatch::catalog::Catalog;
use tracewatch::simulate::trial::table::{self, OperatingTable, SHARES, TRAFFIC};

/// Cells near the edge of what the alarms notify: another shape has other values there.
const SAMPLE: ([f64; 1], [f64; 1]) = ([0.1], [12.0]);

/// Tables in Markdown by the full names of their alarms.
type Tables = BTreeMap<String, String>;

#[test]
fn the_pages_are_those_of_the_built_in_definitions() {
    let catalog = Catalog::load_with_tests(None).value;
    let alarms = table::alarms(&catalog);
    let is_blessed = std::env::var_os("BLESS").is_some();
    let all = std::env::var("TRACEWATCH_TABLES").is_ok_and(|which| which == "all");
    let tables: Tables = if is_blessed || all {
        let tables = alarms
            .iter()
            .map(|alarm| (alarm.clone(), computed(&catalog, alarm)));
        tables.collect()
    } else {
        let tables = alarms.iter().map(|alarm| (alarm.clone(), written(alarm)));
        tables.collect()
    };
    for service in catalog.definitions() {
        let file = &service.file;
        let source = support::repository(&format!("alarms/{file}.toml"));
        let page = page(file, &fs::read_to_string(source).unwrap(), &tables);
        if is_blessed {
            fs::create_dir_all(support::repository("docs/alarms")).unwrap();
            fs::write(path(file), page).unwrap();
        } else {
            let found = fs::read_to_string(path(file)).unwrap();
            assert_eq!(found, page, "{file}: BLESS=1 writes the pages");
        }
    }
    let (shares, traffic) = SAMPLE;
    for alarm in &alarms {
        let found = OperatingTable::new(&catalog, alarm, &shares, &traffic);
        let found = found.unwrap().unwrap().rows[0].cells[0].to_string();
        assert_eq!(
            sample(&written(alarm)),
            found,
            "{alarm}: BLESS=1 writes the tables"
        );
    }
}

fn path(file: &str) -> PathBuf {
    support::repository(&format!("docs/alarms/{file}.md"))
}

fn computed(catalog: &Catalog, alarm: &str) -> String {
    let table = OperatingTable::new(catalog, alarm, &SHARES, &TRAFFIC);
    table.unwrap().unwrap().markdown()
}

/// The table of an alarm in its page.
fn written(alarm: &str) -> String {
    let (file, name) = alarm.split_once('.').unwrap();
    let page = fs::read_to_string(path(file)).unwrap_or_default();
    let section = page.split(&format!("## `{name}`\n")).nth(1);
    let section = section.and_then(|rest| rest.split("\n## ").next());
    let rows = section.unwrap_or_default().lines();
    let rows = rows.filter(|line| line.starts_with('|'));
    rows.fold(String::new(), |table, row| table + row + "\n")
}

/// The cell of the sample in a table.
fn sample(table: &str) -> &str {
    let row = table.lines().find(|line| line.starts_with("| 10 % "));
    row.unwrap().split('|').nth(4).unwrap().trim()
}

/// The page of a definition file.
fn page(file: &str, source: &str, tables: &Tables) -> String {
    let definition: Table = toml::from_str(source).unwrap();
    let mut text = format!(
        "# {}\n\nThe alarms of [alarms/{file}.toml](../../alarms/{file}.toml), for `{}`. [The shapes of alarms](../alarms.md) explains them together.\n",
        string(&definition, "title"),
        string(&definition, "resource"),
    );
    let alarms = definition.get("alarm").and_then(Value::as_array).unwrap();
    for (alarm, reason) in alarms.iter().zip(reasons(source)) {
        let alarm = alarm.as_table().unwrap();
        write!(
            text,
            "\n## `{}`\n\n{}\n",
            string(alarm, "name"),
            facts(alarm)
        )
        .unwrap();
        if !reason.is_empty() {
            write!(text, "\n{reason}\n").unwrap();
        }
        if let Some(table) = tables.get(&format!("{file}.{}", string(alarm, "name"))) {
            write!(text, "\n{CELLS}\n\n{table}").unwrap();
        }
    }
    text
}

const CELLS: &str = "Minutes until the first notification (the median; `–` if most incidents of six hours have none), and notifications a week while the share
stays the same. Columns are requests a minute.";

/// Severity, summary, condition and window, one line each.
fn facts(alarm: &Table) -> String {
    let mut lines = vec![format!(
        "- **{}**: {}",
        string(alarm, "severity"),
        string(alarm, "summary")
            .replace("{{", "`{{")
            .replace("}}", "}}`")
    )];
    let window = match alarm.get("window") {
        Some(window) => format!("for all of `{}` seconds", window.as_str().unwrap()),
        None => format!(
            "{} × {}",
            string(alarm, "datapoints"),
            string(alarm, "period")
        ),
    };
    lines.push(format!(
        "- `{}` {}, {window}",
        string(alarm, "value"),
        code(alarm, "when")
    ));
    for (key, count, what) in [
        ("tolerate", "count", "of a period do not count"),
        ("floor", "min", "are needed in a period"),
    ] {
        if let Some(table) = alarm.get(key).and_then(Value::as_table) {
            lines.push(format!(
                "- {} `{}` {what}",
                table[count],
                string(table, "metric")
            ));
        }
    }
    if alarm.contains_key("if") {
        lines.push(format!("- if {}", code(alarm, "if")));
    }
    if alarm.get("enabled") == Some(&Value::Boolean(false)) {
        lines.push("- off unless a project switches it on".to_owned());
    }
    lines.join("\n")
}

fn string<'t>(table: &'t Table, key: &str) -> &'t str {
    table[key].as_str().unwrap()
}

/// An expression on one line.
fn code(table: &Table, key: &str) -> String {
    let words: Vec<&str> = string(table, key).split_whitespace().collect();
    format!("`{}`", words.join(" "))
}

/// The comment above each alarm.
fn reasons(source: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    for line in source.lines() {
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
            continue;
        }
        if line == "[[alarm]]" {
            reasons.push(comment.join("\n"));
        }
        comment.clear();
    }
    reasons
}
