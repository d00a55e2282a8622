//! Overrides of alarms: `[alarms.…]`, `[resources.…]`, and a resource's `Metadata` in a template.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::{AlarmOverride, EVERY_ALARM, Project};
use crate::artifact::{AlarmScope, Missing, Severity};
use crate::diagnostic::{Code, Diagnostic, Place, Source, WithDiagnostics, nearest};
use crate::inventory::{Property, Resource, ResourceId};
use crate::semantics::limits::longest_window;
use crate::spanned::{Item, ItemValue, Spanned, SpannedDocument, Table};

/// The key of a resource's overrides in its `Metadata`.
pub const METADATA_KEY: &str = "tracewatch";

/// The overrides in a resource's `Metadata: { tracewatch: … }`, by alarm. They have the keys of
/// `[resources.<logical id>]` in a project file, which takes precedence.
pub fn metadata_overrides(resource: &Resource) -> WithDiagnostics<BTreeMap<String, AlarmOverride>> {
    let Some(written) = resource.metadata.get(METADATA_KEY).map(Property::to_json) else {
        return WithDiagnostics {
            value: BTreeMap::new(),
            diagnostics: Vec::new(),
        };
    };
    let path = format!("{}.Metadata", resource.id.logical_id);
    let place = resource
        .place
        .clone()
        .unwrap_or_else(|| shown_as_json(&path, &written));
    let outer = Map::from_iter([(METADATA_KEY.to_owned(), written)]);
    let document = SpannedDocument::from_json(&outer, &place, path);
    let value = document
        .root()
        .table(METADATA_KEY)
        .map(|table| of_alarms(table, AlarmOverride::read))
        .unwrap_or_default();
    WithDiagnostics {
        value,
        diagnostics: document.into_diagnostics(),
    }
}

/// The place in a template without positions: the value itself, as JSON.
fn shown_as_json(path: &str, written: &Value) -> Place {
    let text = written.to_string();
    let end = text.len();
    Place::new(&Source::new(path, text), 0..end)
}

/// Overrides by name (of a file or a resource), then by alarm.
type Overrides = BTreeMap<String, BTreeMap<String, AlarmOverride>>;

/// `[alarms]`, by definition file.
pub(super) fn by_file(table: Table<'_>) -> Overrides {
    by_name(table, AlarmOverride::read_for_all_resources)
}

/// `[resources]`, by logical id.
pub(super) fn by_resource(table: Table<'_>) -> Overrides {
    by_name(table, AlarmOverride::read)
}

fn by_name(table: Table<'_>, read: fn(Table<'_>) -> AlarmOverride) -> Overrides {
    let named = table.entries().into_iter();
    named
        .filter_map(|(name, item)| Some((name.value, of_alarms(item.table()?, read))))
        .collect()
}

/// Overrides by alarm, each read by `read`; keys beside the alarms' tables apply to every alarm.
fn of_alarms(
    mut table: Table<'_>,
    read: fn(Table<'_>) -> AlarmOverride,
) -> BTreeMap<String, AlarmOverride> {
    let of_every = AlarmOverride::read_general(&mut table);
    let own = table.entries().into_iter().filter_map(|(name, item)| {
        let table = alarm_table(&name, &item)?;
        Some((name.value, read(table)))
    });
    let general = of_every.map(|general| (EVERY_ALARM.to_owned(), general));
    general.into_iter().chain(own).collect()
}

/// Keys for every alarm, and facts about the resource.
const GENERAL: [&str; 5] = ["enabled", "severity", "runbook", "expect_traffic", "slow"];

/// Keys of one alarm only.
const OF_ONE_ALARM: [&str; 7] = [
    "when",
    "floor",
    "tolerate",
    "period",
    "datapoints",
    "missing",
    "scope",
];

/// Keys of a severity's receivers.
const OF_A_SEVERITY: [&str; 6] = ["actions", "opsitem", "recovery", "topic", "email", "slack"];

/// The table of an alarm. Any other value belongs to a key that this table does not have.
fn alarm_table<'a>(name: &Spanned<String>, item: &Item<'a>) -> Option<Table<'a>> {
    if let ItemValue::Table(table) = item.value() {
        return Some(table);
    }
    let (key, path) = (name.value.as_str(), item.path());
    let parent = path.strip_suffix(key).unwrap_or(path);
    let help = if OF_A_SEVERITY.contains(&key) {
        format!("`{key}` belongs to a severity: `[notify.critical]`")
    } else if OF_ONE_ALARM.contains(&key) {
        format!("`{key}` belongs to one alarm: `[{parent}ALARM]`")
    } else if let Some(near) = nearest(key, GENERAL) {
        format!("did you mean `{near}`?")
    } else {
        item.report(no_table(key, item));
        return None;
    };
    let message = format!("unknown key `{path}`");
    item.report(name.diagnostic(Code::UnknownKey, message).help(help));
    None
}

/// What may be the name of an alarm, or a key that nobody knows.
fn no_table(key: &str, item: &Item<'_>) -> Diagnostic {
    let message = format!("`{}` must be a table", item.path());
    let general = GENERAL.join(", ");
    Diagnostic::new(Code::WrongType, message)
        .at(item.place())
        .help(format!(
            "`{key} = {{ enabled = false }}` if it is an alarm; keys for every alarm: {general}"
        ))
}

impl Project {
    /// The override for one alarm of one resource, by precedence: `[resources]` of the project file, the resource's metadata,
    /// `[alarms]`; on each level the alarm's own table before the keys for every alarm.
    pub fn override_of(
        &self,
        file: &str,
        alarm: &str,
        resource: &ResourceId,
        metadata: &BTreeMap<String, AlarmOverride>,
    ) -> AlarmOverride {
        let own = self.resource_overrides(resource);
        [own, Some(metadata), self.alarms.get(file)]
            .into_iter()
            .flatten()
            .flat_map(|level| [level.get(alarm), level.get(EVERY_ALARM)])
            .flatten()
            .fold(AlarmOverride::default(), AlarmOverride::over)
    }
}

impl Project {
    /// The overrides of `[resources]` for one resource, by alarm.
    pub fn resource_overrides(
        &self,
        resource: &ResourceId,
    ) -> Option<&BTreeMap<String, AlarmOverride>> {
        self.resources
            .get(&*resource.within(&self.name))
            .or_else(|| self.resources.get(&*resource.logical_id))
    }
}

impl AlarmOverride {
    /// This override, completed by one of lower precedence.
    #[must_use]
    pub fn over(self, weaker: &AlarmOverride) -> AlarmOverride {
        let AlarmOverride {
            enabled,
            severity,
            when,
            floor,
            tolerate,
            period,
            datapoints,
            missing,
            scope,
            runbook,
            expect_traffic,
            slow,
            place,
            places,
        } = self;
        let weaker = weaker.clone();
        AlarmOverride {
            enabled: enabled.or(weaker.enabled),
            severity: severity.or(weaker.severity),
            when: when.or(weaker.when),
            floor: floor.or(weaker.floor),
            tolerate: tolerate.or(weaker.tolerate),
            period: period.or(weaker.period),
            datapoints: datapoints.or(weaker.datapoints),
            missing: missing.or(weaker.missing),
            scope: scope.or(weaker.scope),
            runbook: runbook.or(weaker.runbook),
            expect_traffic: expect_traffic.or(weaker.expect_traffic),
            slow: slow.or(weaker.slow),
            place: place.or(weaker.place),
            places: weaker.places.into_iter().chain(places).collect(),
        }
    }

    fn read_for_all_resources(mut table: Table<'_>) -> Self {
        let scope = table.choice("scope", &AlarmScope::WORDS);
        let mut found = Self::read(table);
        found.scope = found.keep("scope", scope);
        found
    }

    fn read(mut table: Table<'_>) -> Self {
        let mut found = Self {
            place: Some(table.place()),
            ..Self::default()
        };
        found.enabled = found.keep("enabled", table.boolean("enabled"));
        found.severity = found.keep("severity", table.choice("severity", &Severity::WORDS));
        found.when = found.keep("when", table.condition("when"));
        found.floor = found.keep("floor", table.number_in("floor", 0.0..));
        found.tolerate = found.keep("tolerate", table.number_in("tolerate", 0.0..));
        found.period = found.keep("period", period(&mut table));
        found.datapoints = found.keep("datapoints", table.m_of_n("datapoints"));
        found.missing = found.keep("missing", table.choice("missing", &Missing::WORDS));
        found.runbook = found.keep("runbook", table.web_page("runbook"));
        table.finish();
        found
    }

    /// The keys for every alarm: those that fit every kind of alarm, and facts about the resource.
    fn read_general(table: &mut Table<'_>) -> Option<Self> {
        let mut found = Self {
            place: Some(table.place()),
            ..Self::default()
        };
        found.enabled = found.keep("enabled", table.boolean("enabled"));
        found.severity = found.keep("severity", table.choice("severity", &Severity::WORDS));
        found.runbook = found.keep("runbook", table.web_page("runbook"));
        found.expect_traffic = found.keep("expect_traffic", expected_traffic(table));
        found.slow = found.keep("slow", table.duration("slow"));
        (!found.places.is_empty()).then_some(found)
    }

    fn keep<T>(&mut self, key: &'static str, written: Option<Spanned<T>>) -> Option<T> {
        let Spanned { value, place } = written?;
        self.places.insert(key, place);
        Some(value)
    }
}

/// The shortest silence in seconds that late metrics do not look like.
const SHORTEST_SILENCE: u32 = 5 * 60;

fn expected_traffic(table: &mut Table<'_>) -> Option<Spanned<u32>> {
    let silence = table.seconds("expect_traffic")?;
    let longest = longest_window(u32::MAX);
    let (message, help) = if silence.value < SHORTEST_SILENCE {
        let message = format!("metrics of {} s may come later than that", silence.value);
        (message, "at least 5m".to_owned())
    } else if u64::from(silence.value) > longest {
        let message = "CloudWatch does not look back so far".to_owned();
        (message, format!("at most {}h", longest / 3600))
    } else {
        return Some(silence);
    };
    let diagnostic = Diagnostic::new(Code::OutOfRange, message).at(silence.place);
    table.report(diagnostic.help(help));
    None
}

/// An alarm's period in seconds. CloudWatch takes 10, 20, 30 or whole minutes (`PutMetricAlarm`, `Period`).
fn period(table: &mut Table<'_>) -> Option<Spanned<u32>> {
    let period = table.seconds("period")?;
    if matches!(period.value, 10 | 20 | 30) || period.value % 60 == 0 {
        return Some(period);
    }
    let message = format!("CloudWatch has no period of {} seconds", period.value);
    table.report(
        Diagnostic::new(Code::BadPeriod, message)
            .at(period.place)
            .help("10s, 20s, 30s or whole minutes"),
    );
    None
}
