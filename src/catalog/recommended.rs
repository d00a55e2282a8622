//! The alarms that AWS recommends, from `recommended.toml`, and what the built-in definitions do about each.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::condition::Cel;
use crate::diagnostic::{Diagnostic, Place, Source};
use crate::spanned::Spanned;

/// One recommended alarm for the resources of a definition file.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    /// Namespace and name.
    pub metric: String,
    /// The names of its dimensions, sorted. Empty for a metric of the whole account.
    #[serde(default)]
    pub by: Vec<String>,
    /// The alarms of the definition file that watch the same failure: one is enough.
    #[serde(default)]
    pub alarms: Vec<String>,
    /// Why none of `alarms` watches it on purpose.
    pub because: Option<String>,
    /// The condition for the resources that the recommendation is about, as CEL.
    #[serde(rename = "if")]
    applies: Option<String>,
    /// The part of a template that switches the metric on.
    pub switch: Option<String>,
    /// The same for Terraform.
    pub switch_terraform: Option<String>,
}

/// The recommendations for the resources that a definition file watches.
pub fn of_file(file: &str) -> &'static [Recommendation] {
    RECOMMENDED.get(file).map_or(&[], Vec::as_slice)
}

/// The definition files with recommendations.
pub fn files() -> impl Iterator<Item = &'static str> {
    RECOMMENDED.keys().map(String::as_str)
}

impl Recommendation {
    /// The condition for the resources that the recommendation is about.
    ///
    /// # Errors
    /// Never for the built-in list, which a test reads.
    pub fn condition(&self) -> Result<Option<Cel>, Diagnostic> {
        let Some(text) = &self.applies else {
            return Ok(None);
        };
        let source = Source::new("recommended.toml", text.clone());
        let written = Spanned {
            value: text.clone(),
            place: Place::new(&source, 0..text.len()),
        };
        Cel::parse(&written).map(Some)
    }
}

static RECOMMENDED: LazyLock<BTreeMap<String, Vec<Recommendation>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/recommended.json")))
        .expect("recommended.toml is part of the program, and a test reads it")
});

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::catalog::Catalog;

    /// The metrics for which AWS recommends an alarm, of the services that built-in definitions watch.
    const LISTED_BY_AWS: &str = include_str!("recommended_metrics.txt");

    #[test]
    fn every_recommended_metric_is_listed_once_for_a_file() {
        let mut listed = BTreeSet::new();
        for file in files() {
            let mut of_this_file = BTreeSet::new();
            for row in of_file(file) {
                let line = format!("{} {}", row.metric, row.by.join(","));
                let line = line.trim_end().to_owned();
                assert!(of_this_file.insert(line.clone()), "{file}: {line} twice");
                listed.insert(line);
            }
        }
        let by_aws = LISTED_BY_AWS.lines().filter(|line| !line.starts_with('#'));
        let by_aws: BTreeSet<String> = by_aws.map(str::to_owned).collect();
        assert_eq!(listed, by_aws);
    }

    #[test]
    fn every_named_alarm_exists() {
        let catalog = Catalog::load(None).value;
        for file in files() {
            let service = catalog.services().iter().find(|entry| entry.file == file);
            let service = service.unwrap_or_else(|| panic!("no definition file `{file}`"));
            for row in of_file(file) {
                for alarm in &row.alarms {
                    let exists = service.alarm_names().any(|name| name == alarm);
                    assert!(exists, "{file}.{alarm}");
                }
            }
        }
    }

    #[test]
    fn conditions_are_expressions_and_switches_belong_to_alarms() {
        for row in files().flat_map(of_file) {
            assert!(row.condition().is_ok(), "{row:?}");
            let has_switch = row.switch.is_some();
            assert_eq!(has_switch, row.switch_terraform.is_some(), "{row:?}");
            assert!(!has_switch || !row.alarms.is_empty(), "{row:?}");
        }
    }
}
