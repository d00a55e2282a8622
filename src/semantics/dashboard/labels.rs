//! Dynamic labels: CloudWatch replaces values such as `${MAX}` in the label of a metric.

use super::validator::Validity;

/// The dynamic values (user guide, dynamic labels).
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
/// The properties of `${PROP('…')}`, apart from `Dim.` with a dimension.
const PROPERTIES: [&str; 7] = [
    "MetricName",
    "Namespace",
    "Period",
    "Region",
    "Stat",
    "AccountId",
    "AccountLabel",
];
/// The maximum number of dynamic values in a label.
const MAX_VALUES: usize = 6;

/// The validity of a label. CloudWatch shows an unknown value unchanged.
pub(super) fn validity(label: &str) -> Validity {
    let values: Vec<&str> = label
        .split("${")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(value, _)| value.trim())
        .collect();
    if values.len() > MAX_VALUES {
        return Validity::Doubtful("A label should NOT have more than 6 dynamic values");
    }
    if values.iter().filter(|value| **value == "LABEL").count() > 1 {
        return Validity::Doubtful("A label should have ${LABEL} only once");
    }
    if values
        .iter()
        .all(|value| VALUES.contains(value) || is_property(value))
    {
        Validity::Valid
    } else {
        Validity::Doubtful("The label has a dynamic value that CloudWatch does not know")
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
