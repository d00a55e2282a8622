//! Dynamic labels: values such as `${MAX}` that CloudWatch puts into the label of a metric.

use super::shape::Verdict;

/// The values (user guide, dynamic labels).
const VALUES: [&str; 20] = [
    "LABEL",
    "AVG",
    "DATAPOINT_COUNT",
    "FIRST",
    "FIRST_LAST_RANGE",
    "FIRST_LAST_TIME_RANGE",
    "FIRST_TIME",
    "FIRST_TIME_RELATIVE",
    "LAST",
    "LAST_TIME",
    "LAST_TIME_RELATIVE",
    "MAX",
    "MAX_TIME",
    "MAX_TIME_RELATIVE",
    "MIN",
    "MIN_MAX_RANGE",
    "MIN_MAX_TIME_RANGE",
    "MIN_TIME",
    "MIN_TIME_RELATIVE",
    "SUM",
];
/// What `${PROP('…')}` names, beside `Dim.` and a dimension.
const PROPERTIES: [&str; 7] = [
    "MetricName",
    "Namespace",
    "Period",
    "Region",
    "Stat",
    "AccountId",
    "AccountLabel",
];
/// Dynamic values of one label.
const MOST: usize = 6;

/// What is said of a label. A value that CloudWatch does not know is shown as it is written.
pub(super) fn verdict(label: &str) -> Verdict {
    let values: Vec<&str> = label
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(value, _)| value.trim())
        .collect();
    if values.len() > MOST {
        return Verdict::Doubtful("A label should NOT have more than 6 dynamic values");
    }
    if values.iter().filter(|value| **value == "LABEL").count() > 1 {
        return Verdict::Doubtful("A label should have ${LABEL} only once");
    }
    if values
        .iter()
        .all(|value| VALUES.contains(value) || is_property(value))
    {
        Verdict::Good
    } else {
        Verdict::Doubtful("The label has a dynamic value that CloudWatch does not know")
    }
}

/// `PROP('Stat')`, `PROP('Dim.FunctionName')`
fn is_property(value: &str) -> bool {
    let quoted = value
        .strip_prefix("PROP(")
        .and_then(|rest| rest.strip_suffix(')'))
        .map(str::trim);
    let name = quoted
        .and_then(|quoted| quoted.strip_prefix('\''))
        .and_then(|rest| rest.strip_suffix('\''));
    name.is_some_and(|name| {
        PROPERTIES.contains(&name)
            || name
                .strip_prefix("Dim.")
                .is_some_and(|dimension| !dimension.is_empty())
    })
}
