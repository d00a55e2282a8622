//! Tests in definition files: `[[alarm.test]]` and `[[composite.test]]`. `simulate` runs them.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Place};
use crate::semantics::notation::{self, Series};
use crate::semantics::place::in_text;
use crate::semantics::state::AlarmState;
use crate::spanned::{Item, ItemValue, Spanned, Table, choice, seconds};
use crate::trial::{Given, given_with_quotas};

/// Points of metrics, and the expected states of the alarm.
#[derive(Debug, Clone, PartialEq)]
pub struct DefinitionTest {
    pub name: Spanned<String>,
    /// Points from time zero on, by metric word.
    pub input: BTreeMap<String, Spanned<Series>>,
    /// Points that end right before time zero, by metric word.
    pub before: BTreeMap<String, Spanned<Series>>,
    /// Seconds between points; by default the alarm's period.
    pub step: Option<Spanned<u32>>,
    pub given: Given,
    pub expect: Expect,
    /// The expected number of transitions to ALARM.
    pub notified: Option<Spanned<u32>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expect {
    /// From the first evaluation to the last.
    Throughout(AlarmState),
    /// By seconds after time zero, ascending.
    At(Vec<(u32, AlarmState, Place)>),
}

/// The states in the notation of tests.
const STATES: [(&str, AlarmState); 3] = [
    ("OK", AlarmState::Ok),
    ("ALARM", AlarmState::Alarm),
    ("INSUFFICIENT_DATA", AlarmState::InsufficientData),
];

pub(super) fn tests(table: &mut Table<'_>) -> Vec<DefinitionTest> {
    table.tables("test").into_iter().filter_map(test).collect()
}

fn test(mut table: Table<'_>) -> Option<DefinitionTest> {
    let name = table.required("name", Table::string);
    let input = table
        .required("input", Table::table)
        .map(series)
        .unwrap_or_default();
    let before = table.table("before").map(series).unwrap_or_default();
    let step = table.seconds("step");
    let given = given_with_quotas(&mut table);
    let expect = table
        .required("expect", Table::item)
        .and_then(|item| expect(&item));
    let notified = table.integer_in("notified", 0..=u32::MAX);
    table.finish();
    Some(DefinitionTest {
        name: name?,
        input,
        before,
        step,
        given,
        expect: expect?,
        notified,
    })
}

fn series(table: Table<'_>) -> BTreeMap<String, Spanned<Series>> {
    let mut found = BTreeMap::new();
    for (word, item) in table.entries() {
        let Some(text) = item.string() else { continue };
        match notation::parse(&text.value) {
            Ok(series) => drop(found.insert(
                word.value,
                Spanned {
                    value: series,
                    place: text.place,
                },
            )),
            Err(error) => item.report(in_text(&text.place, Code::BadSeries, &error)),
        }
    }
    found
}

fn expect(item: &Item<'_>) -> Option<Expect> {
    match item.value() {
        ItemValue::String(_) => Some(Expect::Throughout(state(item)?)),
        ItemValue::Table(table) => {
            let mut at = Vec::new();
            for (time, item) in table.entries() {
                match seconds(&time) {
                    Ok(time) => at.push((time.value, state(&item)?, time.place)),
                    Err(diagnostic) => item.report(diagnostic),
                }
            }
            at.sort_by_key(|(time, _, _)| *time);
            if let Some(pair) = at
                .windows(2)
                .find(|pair| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1)
            {
                let diagnostic = Diagnostic::new(
                    Code::TestContradiction,
                    "two states are expected at the same time",
                );
                item.report(diagnostic.at(pair[1].2.clone()).at(pair[0].2.clone()));
            }
            Some(Expect::At(at))
        }
        ItemValue::Number(_)
        | ItemValue::Boolean(_)
        | ItemValue::Null
        | ItemValue::Date(_)
        | ItemValue::List(_) => item.wrong_type("a state, or a table of states by time"),
    }
}

fn state(item: &Item<'_>) -> Option<AlarmState> {
    let text = item.string()?;
    match choice(&text, item.path(), &STATES) {
        Ok(state) => Some(state.value),
        Err(diagnostic) => {
            item.report(diagnostic);
            None
        }
    }
}
