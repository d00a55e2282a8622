//! Renders which definitions watch a resource, for `inventory` and `coverage`.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::artifact::{Artifact, Kind};
use crate::diagnostic::Place;
use crate::inventory::ResourceId;
use crate::project::Preset;
use crate::synth::{Explanation, Outcome, OverrideLevel, Setting, SwitchedOff, Watching};

/// The column *watched by*: definition files, with the number of their definitions that watch the resource.
pub(super) fn watched_by(watching: &Watching, resource: &ResourceId) -> String {
    let Some(definitions) = watching.definitions.get(resource) else {
        let is_without = watching.without_definitions.contains(resource);
        return if is_without { "nothing" } else { "-" }.to_owned();
    };
    let mut files: BTreeMap<&str, usize> = BTreeMap::new();
    for definition in definitions {
        *files.entry(&definition.file).or_default() += 1;
    }
    let files = files.into_iter();
    let files: Vec<String> = files
        .map(|(file, count)| format!("{file} ({count})"))
        .collect();
    files.join(", ")
}

/// A line for each definition: those that watch the resource, then the others.
pub(super) fn explanation_lines(explanations: &[Explanation]) -> Vec<String> {
    let names = explanations.iter();
    let names = names.map(|explanation| explanation.definition.to_string());
    let width = names.map(|name| name.chars().count()).max();
    let width = width.unwrap_or_default();
    let is_made = |explanation: &&Explanation| matches!(explanation.outcome, Outcome::Made { .. });
    let (made, others): (Vec<_>, Vec<_>) = explanations.iter().partition(is_made);
    let mut lines = Vec::new();
    for (heading, explanations) in [("watched by", made), ("not made", others)] {
        let mut heading = heading;
        for explanation in explanations {
            let name = explanation.definition.to_string();
            let text = explanation_text(explanation);
            lines.push(format!("  {heading:<12}{name:width$}  {text}"));
            heading = "";
        }
    }
    lines
}

fn explanation_text(explanation: &Explanation) -> String {
    let place = explanation.place.as_ref();
    let origin = place.map(|place| format!("; defined in the project{}", place_text(place)));
    let origin = origin.unwrap_or_default();
    match &explanation.outcome {
        Outcome::Made {
            artifacts,
            settings,
        } => {
            let severity = explanation.severity;
            let severity = severity.map(|severity| format!("{severity} "));
            let severity = severity.unwrap_or_default();
            let settings: String = settings.iter().map(setting_text).collect();
            let (kind, facts) = (kind_text(explanation.kind), facts_text(artifacts));
            format!("{severity}{kind}{facts}{settings}{origin}")
        }
        Outcome::SwitchedOff(off) => off_text(off),
        Outcome::DoesNotApply(condition) => {
            format!("does not apply: {}{origin}", shortened(condition))
        }
        Outcome::NoItems(each) => format!("for no item: {}{origin}", shortened(each)),
        Outcome::NotKnown(reason) => format!("not known: {reason}{origin}"),
        Outcome::NotMade => format!("`tracewatch plan` says why{origin}"),
    }
}

fn kind_text(kind: Kind) -> String {
    match kind {
        Kind::EventRule => "event".to_owned(),
        _ => kind.to_string(),
    }
}

/// The condition and the window of an alarm, or the number of alarms.
fn facts_text(artifacts: &[Artifact]) -> String {
    match artifacts {
        [Artifact::Alarm(alarm)] => format!(": {}, {}", alarm.condition, alarm.window_text()),
        [_] | [] => String::new(),
        several => format!(" × {}", several.len()),
    }
}

fn setting_text(setting: &Setting) -> String {
    let (key, level) = (setting.key, level_text(setting.level));
    format!("; `{key}` from {level}{}", place_text(&setting.place))
}

/// An expression on one line, cut where it is long. `tracewatch catalog show` prints it whole.
fn shortened(expression: &str) -> String {
    const LONGEST: usize = 100;
    let words: Vec<&str> = expression.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let beginning: String = line.chars().take(LONGEST - 1).collect();
    format!("{beginning}…")
}

/// The documented form: see docs/inventory.md.
pub(super) fn explanations_json(explanations: &[Explanation]) -> Value {
    explanations.iter().map(explanation_json).collect()
}

fn explanation_json(explanation: &Explanation) -> Value {
    let mut written = json!({
        "definition": explanation.definition,
        "kind": explanation.kind,
        "severity": explanation.severity,
        "built_in": explanation.place.is_none(),
        "place": explanation.place,
    });
    let status = match &explanation.outcome {
        Outcome::Made {
            artifacts,
            settings,
        } => {
            written["artifacts"] = artifacts.iter().map(artifact_json).collect();
            written["settings"] = settings.iter().map(setting_json).collect();
            "made"
        }
        Outcome::SwitchedOff(off) => {
            written["switched_off_in"] = json!(level_text(off.level));
            written["switched_off_at"] = json!(off.place);
            "switched-off"
        }
        Outcome::DoesNotApply(condition) => {
            written["condition"] = json!(condition);
            "does-not-apply"
        }
        Outcome::NoItems(each) => {
            written["condition"] = json!(each);
            "no-items"
        }
        Outcome::NotKnown(reason) => {
            written["reason"] = json!(reason);
            "not-known"
        }
        Outcome::NotMade => "not-made",
    };
    written["status"] = json!(status);
    written
}

fn artifact_json(artifact: &Artifact) -> Value {
    let mut written = json!({ "name": artifact.id().name });
    if let Artifact::Alarm(alarm) = artifact {
        written["when"] = json!(alarm.condition.to_string());
        written["evaluation"] = json!(alarm.window_text());
    }
    written
}

fn setting_json(setting: &Setting) -> Value {
    json!({
        "key": setting.key,
        "from": level_text(setting.level),
        "place": setting.place,
    })
}

/// Where an alarm is switched off: `off in [alarms] of the project file (tracewatch.toml:3)`, `off by the preset `aws-recommended` (…)`.
pub(super) fn off_text(off: &SwitchedOff) -> String {
    let place = off.place.as_ref().map(place_text).unwrap_or_default();
    let by = match off.level {
        OverrideLevel::Preset(_) => "by",
        _ => "in",
    };
    format!("off {by} {}{place}", level_text(off.level))
}

fn place_text(place: &Place) -> String {
    let (line, _) = place.source.position(place.span.start);
    format!(" ({}:{line})", place.source.name)
}

pub(super) fn level_text(level: OverrideLevel) -> &'static str {
    match level {
        OverrideLevel::Preset(Preset::AwsRecommended) => "the preset `aws-recommended`",
        OverrideLevel::Resource => "[resources] of the project file",
        OverrideLevel::Metadata => "the resource's metadata",
        OverrideLevel::Alarms => "[alarms] of the project file",
        OverrideLevel::Definition => "the definition",
    }
}
