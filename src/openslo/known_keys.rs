//! The keys of an OpenSLO v1 SLO, from the specification's README ("SLO", "SLI"), and those of the metric sources that tracewatch reads.

use super::document::Part;
use crate::diagnostic::{Code, Diagnostic, nearest};

/// Keys by path. `*` in a path stands for the items of a list. Maps below other paths hold names of the user's own.
const KEYS: [(&str, &[&str]); 12] = [
    ("", &["apiVersion", "kind", "metadata", "spec"]),
    (
        "metadata",
        &["annotations", "displayName", "labels", "name"],
    ),
    (
        "spec",
        &[
            "alertPolicies",
            "budgetingMethod",
            "description",
            "indicator",
            "indicatorRef",
            "objectives",
            "service",
            "timeWindow",
        ],
    ),
    ("spec.timeWindow.*", &["calendar", "duration", "isRolling"]),
    (
        "spec.objectives.*",
        &[
            "compositeWeight",
            "displayName",
            "indicator",
            "indicatorRef",
            "op",
            "target",
            "targetPercent",
            "timeSliceTarget",
            "timeSliceWindow",
            "value",
        ],
    ),
    ("spec.indicator", &["metadata", "spec"]),
    (
        "spec.indicator.spec",
        &["description", "ratioMetric", "thresholdMetric"],
    ),
    (
        "spec.indicator.spec.ratioMetric",
        &["bad", "counter", "good", "raw", "rawType", "total"],
    ),
    ("spec.indicator.spec.ratioMetric.good", METRIC),
    ("spec.indicator.spec.ratioMetric.bad", METRIC),
    ("spec.indicator.spec.ratioMetric.total", METRIC),
    ("spec.indicator.spec.thresholdMetric", METRIC),
];

const METRIC: &[&str] = &["metricSource"];

/// Keys that have no effect here, and why.
const IGNORED: [(&str, &str); 4] = [
    (
        "spec.alertPolicies",
        "`alertPolicies` have no effect: the published burn rates apply",
    ),
    (
        "spec.objectives.*.timeSliceTarget",
        "`timeSliceTarget` has no effect: occurrences are counted",
    ),
    (
        "spec.objectives.*.timeSliceWindow",
        "`timeSliceWindow` has no effect: occurrences are counted",
    ),
    (
        "spec.objectives.*.compositeWeight",
        "`compositeWeight` has no effect: there is only one objective",
    ),
];

/// Diagnostics about keys that OpenSLO does not have, and about those that have no effect.
pub(super) fn unread_keys(document: &Part<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    walk(document, "", &mut found);
    found
}

fn walk(part: &Part<'_>, path: &str, found: &mut Vec<Diagnostic>) {
    for item in part.list_items() {
        walk(&item, &below(path, "*"), found);
    }
    let known = KEYS.iter().find(|(known, _)| *known == path);
    let Some((_, keys)) = known else {
        return;
    };
    for (key, place, value) in part.map_entries() {
        let path = below(path, key);
        if !keys.contains(&key) {
            found.push(unknown_key(key, keys).at(place));
        } else if let Some((_, message)) = IGNORED.iter().find(|(ignored, _)| *ignored == path) {
            found.push(value.diagnostic(Code::OpensloIgnored, *message));
        } else {
            walk(&value, &path, found);
        }
    }
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn unknown_key(key: &str, keys: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::new(Code::UnknownKey, format!("unknown key `{key}`"));
    match nearest(key, keys.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("keys of this map: {}", keys.join(", "))),
    }
}
