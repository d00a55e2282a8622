//! A plan in a file: applied later, if it would be the same plan again.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::model::Plan;

const FORMAT: &str = "tracewatch-plan";
const FORMAT_VERSION: u32 = 1;
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The maximum number of differences that are listed.
const LISTED: usize = 20;

/// The contents of a file that `plan --out` writes. It holds no parameter of the template and no path of a web hook.
#[derive(Debug, Serialize, Deserialize)]
pub struct SavedPlan {
    format: String,
    format_version: u32,
    /// The version of tracewatch.
    version: String,
    /// A digest of all changes, with the texts that the JSON form hides.
    fingerprint: String,
    plan: Value,
}

/// Why a text is not a saved plan of this version.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotASavedPlan {
    #[error("it is not a plan that `tracewatch plan --out` wrote")]
    Foreign,
    #[error("tracewatch {written} wrote it, and this is tracewatch {VERSION}")]
    OtherVersion { written: String },
}

impl SavedPlan {
    pub fn of(plan: &Plan) -> Self {
        Self {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            version: VERSION.to_owned(),
            fingerprint: fingerprint(plan),
            plan: json(plan),
        }
    }

    /// Reads the contents of a file.
    pub fn parse(text: &str) -> Result<Self, NotASavedPlan> {
        let saved: Self = serde_json::from_str(text).map_err(|_| NotASavedPlan::Foreign)?;
        if saved.format != FORMAT {
            return Err(NotASavedPlan::Foreign);
        }
        if saved.version != VERSION || saved.format_version != FORMAT_VERSION {
            return Err(NotASavedPlan::OtherVersion {
                written: saved.version,
            });
        }
        Ok(saved)
    }

    /// The contents of the file.
    pub fn text(&self) -> String {
        format!("{:#}\n", serde_json::json!(self))
    }

    /// What differs between this plan and a plan made now; empty if they are the same.
    pub fn differences(&self, now: &Plan) -> Vec<String> {
        if self.fingerprint == fingerprint(now) {
            return Vec::new();
        }
        let is_done = !now.has_changes();
        let now = json(now);
        let mut differences = place_differences(&self.plan, &now);
        if differences.is_empty() && is_done {
            differences.push("all of its changes are made already".to_owned());
        }
        if differences.is_empty() {
            differences = change_differences(&self.plan, &now);
        }
        if differences.is_empty() {
            differences.push("an address of a receiver".to_owned());
        }
        if differences.len() > LISTED {
            let rest = differences.len() - LISTED;
            differences.truncate(LISTED);
            differences.push(format!("and {rest} more"));
        }
        differences
    }
}

fn json(plan: &Plan) -> Value {
    serde_json::from_str(&plan.json()).expect("a plan's JSON is well formed")
}

/// The cost, the diagnostics and the unchanged artifacts may differ without making another plan.
fn fingerprint(plan: &Plan) -> String {
    let mut digest = Sha256::new();
    digest.update(plan.stack());
    for part in plan.parts() {
        digest.update(format!("{:?}{:?}", part.target, part.changes));
    }
    digest
        .finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

fn place_differences(saved: &Value, now: &Value) -> Vec<String> {
    let place = |plan: &Value| {
        let text = |pointer| plan.pointer(pointer).and_then(Value::as_str).unwrap_or("");
        format!(
            "stack {} in {} of account {}",
            text("/stack"),
            text("/identity/region"),
            text("/identity/account")
        )
    };
    let (saved, now) = (place(saved), place(now));
    if saved == now {
        Vec::new()
    } else {
        vec![format!(
            "the plan is for {saved}, and this run is for {now}"
        )]
    }
}

/// Region, kind and name of an artifact.
type Key<'p> = (&'p str, &'p str, &'p str);

fn change_differences(saved: &Value, now: &Value) -> Vec<String> {
    let (saved, now) = (changes(saved), changes(now));
    let keys: BTreeSet<&Key<'_>> = saved.keys().chain(now.keys()).collect();
    keys.into_iter()
        .filter_map(|key| {
            let difference = difference(saved.get(key).copied(), now.get(key).copied())?;
            let (region, kind, name) = key;
            Some(format!("{kind} {name} in {region} {difference}"))
        })
        .collect()
}

fn changes(plan: &Value) -> BTreeMap<Key<'_>, &Value> {
    let entries = plan["changes"].as_array().into_iter().flatten();
    entries.map(|entry| (key(entry), entry)).collect()
}

fn key(entry: &Value) -> Key<'_> {
    let text = |key: &str| entry[key].as_str().unwrap_or("");
    (text("region"), text("kind"), text("name"))
}

fn difference(saved: Option<&Value>, now: Option<&Value>) -> Option<&'static str> {
    match (saved, now) {
        (Some(saved), Some(now)) if saved["old"] != now["old"] => {
            Some("was changed in the account")
        }
        (Some(saved), Some(now)) if saved["new"] != now["new"] => {
            Some("would be made differently: the project or the stack changed")
        }
        (Some(saved), Some(now)) if saved["action"] != now["action"] => {
            Some("has another change now")
        }
        (Some(_), None) => Some("needs no change any more"),
        (None, Some(_)) => Some("has a change that the plan does not have"),
        (Some(_), Some(_)) | (None, None) => None,
    }
}
