//! The operating tables in `docs/alarms.md` are those of the built-in alarms. A run compares a few cells of each table, because all of them take minutes:
//! `TRACEWATCH_TABLES=all` compares every cell, and `BLESS=1` writes the tables.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod support;

use std::fmt::Write as _;
use std::fs;

use tracewatch::catalog::Catalog;
use tracewatch::simulate::trial::table::{self, OperatingTable, SHARES, TRAFFIC};

const PAGE: &str = "docs/alarms.md";
const HEADING: &str = "## Operating tables\n";

/// Cells near the edge of what the alarms notify: another shape has other values there.
const SAMPLE: ([f64; 1], [f64; 1]) = ([0.1], [12.0]);

#[test]
fn the_tables_are_those_of_the_built_in_alarms() {
    let catalog = Catalog::load_with_tests(None).value;
    let path = support::repository(PAGE);
    let page = fs::read_to_string(&path).unwrap();
    if std::env::var_os("BLESS").is_some() {
        fs::write(path, with_tables(&page, &catalog)).unwrap();
        return;
    }
    if std::env::var("TRACEWATCH_TABLES").is_ok_and(|which| which == "all") {
        assert_eq!(page, with_tables(&page, &catalog));
        return;
    }
    for alarm in table::alarms(&catalog) {
        let (shares, traffic) = SAMPLE;
        let found = OperatingTable::new(&catalog, &alarm, &shares, &traffic);
        let found = found.unwrap().unwrap().rows[0].cells[0].to_string();
        assert_eq!(
            cell(&page, &alarm),
            found,
            "{alarm}: BLESS=1 writes the tables"
        );
    }
}

/// The page with new tables under its last heading.
fn with_tables(page: &str, catalog: &Catalog) -> String {
    let start = page.find(HEADING).unwrap();
    let introduction = page[start..].split("### ").next().unwrap();
    let mut text = format!("{}{introduction}", &page[..start]);
    for alarm in table::alarms(catalog) {
        let found = OperatingTable::new(catalog, &alarm, &SHARES, &TRAFFIC);
        let markdown = found.unwrap().unwrap().markdown();
        write!(text, "### `{alarm}`\n\n{markdown}\n").unwrap();
    }
    text.trim_end().to_owned() + "\n"
}

/// The cell of the sample in the page.
fn cell(page: &str, alarm: &str) -> String {
    let section = page.split(&format!("### `{alarm}`\n")).nth(1).unwrap();
    let section = section.split("### ").next().unwrap();
    let row = section
        .lines()
        .find(|line| line.starts_with("| 10 % "))
        .unwrap();
    row.split('|').nth(4).unwrap().trim().to_owned()
}
