//! The resource of a test or a trial.

use serde_json::{Map, Value};

use crate::spanned::Table;

/// The test's resource; only what the definition reads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// Its properties without defaults.
    pub resource: Map<String, Value>,
    /// CloudFormation types of its callers.
    pub invoked_by: Vec<String>,
    /// CloudFormation types of the resources that it invokes.
    pub invokes: Vec<String>,
    pub is_dead_letter: bool,
    /// Seconds without traffic that are an outage.
    pub expect_traffic: Option<u32>,
    /// The item of an alarm with `each`.
    pub item: Option<String>,
}

/// Reads the keys that describe the resource.
pub fn given(table: &mut Table<'_>) -> Given {
    let resource = match table.json("resource").map(|resource| resource.value) {
        Some(Value::Object(resource)) => resource,
        Some(_) | None => Map::new(),
    };
    Given {
        resource,
        invoked_by: types(table, "invoked_by"),
        invokes: types(table, "invokes"),
        is_dead_letter: table.boolean("is_dead_letter").is_some_and(|is| is.value),
        expect_traffic: table.seconds("expect_traffic").map(|silence| silence.value),
        item: table.string("item").map(|item| item.value),
    }
}

fn types(table: &mut Table<'_>, key: &'static str) -> Vec<String> {
    let written = table.strings(key).into_iter();
    written.map(|kind| kind.value).collect()
}
