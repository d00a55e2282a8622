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
    /// The alarm of the preset `aws-recommended`.
    pub preset: Option<String>,
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
    /// The alarms that watch the same failure, that of the preset too.
    pub fn all_alarms(&self) -> impl Iterator<Item = &String> {
        self.alarms.iter().chain(&self.preset)
    }

    pub fn is_watched_by(&self, alarm: &str) -> bool {
        self.all_alarms().any(|name| name == alarm)
    }

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
    use crate::artifact::Missing;
    use crate::catalog::definition::{MetricDefinition, MetricSource, ServiceDefinition, Window};
    use crate::catalog::{Catalog, written_table};
    use crate::project::Preset;

    /// The alarms that AWS recommends, of the services that built-in definitions watch.
    const LISTED_BY_AWS: &str = include_str!("recommended_metrics.txt");

    /// A row as the list of AWS has it.
    fn line(row: &Recommendation) -> String {
        let line = format!("{} {}", row.metric, row.by.join(","));
        line.trim_end().to_owned()
    }

    /// The values of each alarm: statistic, comparison and threshold, M of N and period, missing data.
    fn values_of_aws() -> BTreeMap<&'static str, &'static str> {
        let lines = LISTED_BY_AWS.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| line.split_once(" | ").expect("values after the metric"))
            .collect()
    }

    /// The value of this dimension is not documented, and an alarm with another one has no data.
    const UNKNOWN_DIMENSION: &str = "DelegatedOperation";

    #[test]
    fn the_preset_has_an_alarm_for_every_recommendation_without_a_reason() {
        for file in files() {
            for row in of_file(file) {
                let is_unknown = row.by.iter().any(|name| name == UNKNOWN_DIMENSION);
                let is_explained = row.because.is_some() || is_unknown;
                assert!(row.preset.is_some() || is_explained, "{file}: {row:?}");
            }
        }
    }

    /// The values of an alarm of the preset in the form of AWS's list. A threshold that AWS leaves open is `?`.
    fn values_of_preset(service: &ServiceDefinition, row: &Recommendation, aws: &str) -> String {
        let name = row.preset.as_ref().expect("an alarm of the preset");
        let mut alarms = service.alarms.iter();
        let alarm = alarms.find(|alarm| alarm.name == *name);
        let alarm = alarm.unwrap_or_else(|| panic!("{}.{name}", service.file));
        let words = alarm.value.value.ids();
        let metrics = words.iter().map(|word| &service.metrics[*word]);
        let stats: BTreeSet<&str> = metrics
            .filter(|metric| is_of_metric(metric, &row.metric))
            .map(|metric| metric.stat.as_str())
            .collect();
        let stats = Vec::from_iter(stats).join(" and ");
        let when = alarm.when.to_string();
        let (sign, threshold) = when.split_once(' ').expect("a comparison");
        let threshold = if aws.contains('?') { "?" } else { threshold };
        let Window::Fixed(periods) = alarm.window else {
            panic!("{name}: a computed window");
        };
        let (m, n) = periods.datapoints;
        let missing = match alarm.missing {
            Missing::Breaching => "breaching",
            Missing::NotBreaching => "notBreaching",
            Missing::Ignore => "ignore",
            Missing::Missing => "missing",
        };
        format!(
            "{stats} {sign} {threshold}, {m} of {n} × {} s, {missing}",
            periods.period
        )
    }

    fn is_of_metric(metric: &MetricDefinition, full_name: &str) -> bool {
        match &metric.source {
            MetricSource::Published {
                namespace, name, ..
            } => format!("{namespace} {name}") == full_name,
            MetricSource::Group(_) | MetricSource::Log(_) => false,
        }
    }

    #[test]
    fn the_alarms_of_the_preset_have_the_values_of_aws() {
        let catalog = Catalog::load(None, Some(Preset::AwsRecommended)).value;
        let by_aws = values_of_aws();
        let mut expected = Vec::new();
        let mut found = Vec::new();
        for file in files() {
            let mut services = catalog.services().iter();
            let service = services.find(|service| service.file == file);
            let definition = service.expect("a definition file").definition();
            for row in of_file(file).iter().filter(|row| row.preset.is_some()) {
                let line = line(row);
                let aws = by_aws[line.as_str()];
                found.push(format!(
                    "{line} | {}",
                    values_of_preset(definition, row, aws)
                ));
                expected.push(format!("{line} | {aws}"));
            }
        }
        assert_eq!(found, expected);
        let mut of_preset = 0;
        for definition in catalog.definitions() {
            let on = definition.named().filter(|named| named.enabled.is_on());
            of_preset += on.count();
        }
        assert_eq!(
            of_preset,
            found.len(),
            "every alarm of the preset is a recommendation"
        );
    }

    #[test]
    fn a_threshold_that_aws_leaves_open_is_explained() {
        let catalog = Catalog::load_with_tests(None, Some(Preset::AwsRecommended)).value;
        let by_aws = values_of_aws();
        for file in files() {
            let mut services = catalog.services().iter();
            let service = services.find(|service| service.file == file);
            let definition = service.expect("a definition file").definition();
            for row in of_file(file) {
                let Some(name) = &row.preset else { continue };
                let mut alarms = definition.alarms.iter();
                let alarm = alarms.find(|alarm| alarm.name == *name);
                let reason = written_table(&alarm.expect("an alarm").place).reason;
                let is_open = by_aws[line(row).as_str()].contains('?');
                let is_explained = reason.contains("AWS leaves the threshold open");
                assert_eq!(is_explained, is_open, "{file}.{name}");
            }
        }
    }

    #[test]
    fn every_recommended_metric_is_listed_once_for_a_file() {
        let mut listed = BTreeSet::new();
        for file in files() {
            let mut of_this_file = BTreeSet::new();
            for row in of_file(file) {
                let line = line(row);
                assert!(of_this_file.insert(line.clone()), "{file}: {line} twice");
                listed.insert(line);
            }
        }
        let by_aws: BTreeSet<String> = values_of_aws().into_keys().map(str::to_owned).collect();
        assert_eq!(listed, by_aws);
    }

    #[test]
    fn every_named_alarm_exists() {
        let catalog = Catalog::load(None, Some(Preset::AwsRecommended)).value;
        for file in files() {
            let service = catalog.services().iter().find(|entry| entry.file == file);
            let service = service.unwrap_or_else(|| panic!("no definition file `{file}`"));
            for row in of_file(file) {
                for alarm in row.all_alarms() {
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
