//! The schemas of a dashboard body, from the page "Dashboard body structure" and the console's pages.

use serde_json::Value;

use super::labels;
use super::validator::{ObjectSchema, PropertyRule, Validity};
use crate::semantics::{limits, statistics};

const NO_LIMIT: usize = usize::MAX;
const TEXT: PropertyRule = PropertyRule::Text { longest: NO_LIMIT };
const ALARM: PropertyRule = PropertyRule::Format(alarm_arn);
const COLOUR: PropertyRule = PropertyRule::Format(colour);
const PERIOD: PropertyRule = PropertyRule::Value(period);

pub(super) const BODY: ObjectSchema = ObjectSchema {
    required: &["widgets"],
    properties: &[
        (
            "widgets",
            PropertyRule::List {
                least: 0,
                most: limits::DASHBOARD_WIDGETS,
                of: &PropertyRule::Object(&WIDGET),
            },
        ),
        (
            "variables",
            PropertyRule::List {
                least: 0,
                most: limits::DASHBOARD_VARIABLES,
                of: &PropertyRule::Object(&VARIABLE),
            },
        ),
        ("start", PropertyRule::Format(start)),
        ("end", PropertyRule::Format(instant)),
        ("periodOverride", PropertyRule::OneOf(&["auto", "inherit"])),
    ],
};

/// The types of widgets, and the schemas of their properties.
pub(super) const WIDGETS: [(&str, ObjectSchema); 7] = [
    ("metric", METRIC),
    ("text", MARKDOWN),
    ("log", LOG),
    ("alarm", ALARMS),
    ("explorer", EXPLORER),
    ("chart", CHART),
    ("custom", CUSTOM),
];

const WIDGET: ObjectSchema = ObjectSchema {
    required: &["type", "properties"],
    properties: &[
        (
            "type",
            PropertyRule::OneOf(&[
                "metric", "text", "log", "alarm", "explorer", "chart", "custom",
            ]),
        ),
        (
            "x",
            PropertyRule::Whole {
                least: 0,
                most: limits::DASHBOARD_COLUMNS - 1,
            },
        ),
        (
            "y",
            PropertyRule::Whole {
                least: 0,
                most: u64::MAX,
            },
        ),
        (
            "width",
            PropertyRule::Whole {
                least: 1,
                most: limits::DASHBOARD_COLUMNS,
            },
        ),
        (
            "height",
            PropertyRule::Whole {
                least: 1,
                most: limits::WIDGET_HEIGHT,
            },
        ),
        ("properties", PropertyRule::Any),
    ],
};

const VARIABLE: ObjectSchema = ObjectSchema {
    required: &["type", "inputType", "id"],
    properties: &[
        ("type", PropertyRule::OneOf(&["property", "pattern"])),
        ("property", TEXT),
        ("pattern", TEXT),
        (
            "inputType",
            PropertyRule::OneOf(&["input", "select", "radio"]),
        ),
        ("id", PropertyRule::Format(variable_id)),
        ("label", PropertyRule::Text { longest: 30 }),
        ("defaultValue", PropertyRule::Text { longest: 255 }),
        ("visible", PropertyRule::Flag),
        ("search", PropertyRule::Text { longest: 2048 }),
        ("populateFrom", TEXT),
        (
            "values",
            PropertyRule::List {
                least: 1,
                most: 500,
                of: &PropertyRule::Object(&VARIABLE_VALUE),
            },
        ),
    ],
};

const VARIABLE_VALUE: ObjectSchema = ObjectSchema {
    required: &["value"],
    properties: &[
        ("value", PropertyRule::Text { longest: 255 }),
        ("label", PropertyRule::Text { longest: 255 }),
    ],
};

const METRIC: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        // `metrics.rs` checks the rows.
        (
            "metrics",
            PropertyRule::List {
                least: 0,
                most: limits::WIDGET_METRICS,
                of: &PropertyRule::Any,
            },
        ),
        ("region", TEXT),
        (
            "view",
            PropertyRule::OneOf(&["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]),
        ),
        ("stacked", PropertyRule::Flag),
        ("sparkline", PropertyRule::Flag),
        // The CDK writes it; the page does not document it.
        ("setPeriodToTimeRange", PropertyRule::Flag),
        ("singleValueFullPrecision", PropertyRule::Flag),
        ("trend", PropertyRule::Flag),
        ("stat", PropertyRule::Format(statistic)),
        ("period", PERIOD),
        ("title", TEXT),
        ("liveData", PropertyRule::Flag),
        ("accountId", TEXT),
        ("timezone", PropertyRule::Format(timezone)),
        // The time range of this widget alone. The CDK writes them (`GraphWidgetProps`); the page documents them for the whole body.
        ("start", PropertyRule::Format(start)),
        ("end", PropertyRule::Format(instant)),
        ("legend", PropertyRule::Object(&LEGEND)),
        ("yAxis", PropertyRule::ObjectOrIgnoredText(&Y_AXIS)),
        ("annotations", PropertyRule::Object(&ANNOTATIONS)),
        ("table", PropertyRule::Object(&TABLE)),
    ],
};

const LEGEND: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[(
        "position",
        PropertyRule::OneOf(&["right", "bottom", "hidden"]),
    )],
};
const Y_AXIS: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        ("left", PropertyRule::Object(&AXIS)),
        ("right", PropertyRule::Object(&AXIS)),
    ],
};
const AXIS: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        ("label", TEXT),
        ("min", PropertyRule::Number),
        ("max", PropertyRule::Number),
        ("showUnits", PropertyRule::Flag),
    ],
};

const TABLE: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        ("layout", PropertyRule::OneOf(&["vertical", "horizontal"])),
        ("stickySummary", PropertyRule::Flag),
        ("showTimeSeriesData", PropertyRule::Flag),
        (
            "summaryColumns",
            PropertyRule::List {
                least: 0,
                most: 4,
                of: &PropertyRule::OneOf(&["MIN", "MAX", "SUM", "AVG"]),
            },
        ),
    ],
};

const ANNOTATIONS: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        (
            "alarms",
            PropertyRule::List {
                least: 1,
                most: 1,
                of: &ALARM,
            },
        ),
        (
            "horizontal",
            PropertyRule::List {
                least: 0,
                most: NO_LIMIT,
                of: &PropertyRule::ObjectOrPair(&HORIZONTAL),
            },
        ),
        (
            "vertical",
            PropertyRule::List {
                least: 0,
                most: NO_LIMIT,
                of: &PropertyRule::ObjectOrPair(&VERTICAL),
            },
        ),
    ],
};

const HORIZONTAL: ObjectSchema = ObjectSchema {
    required: &["value"],
    properties: &[
        ("value", PropertyRule::Number),
        ("label", TEXT),
        ("color", COLOUR),
        ("fill", PropertyRule::OneOf(&["above", "below", "none"])),
        ("yAxis", PropertyRule::OneOf(&["left", "right"])),
        ("visible", PropertyRule::Flag),
    ],
};

const VERTICAL: ObjectSchema = ObjectSchema {
    required: &["value"],
    properties: &[
        ("value", PropertyRule::Format(instant)),
        ("label", TEXT),
        ("color", COLOUR),
        ("fill", PropertyRule::OneOf(&["before", "after", "none"])),
        ("visible", PropertyRule::Flag),
    ],
};

/// The optional object at the end of a row of metrics.
pub(super) const RENDERING: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        ("color", COLOUR),
        ("label", PropertyRule::Format(labels::validity)),
        ("period", PERIOD),
        ("stat", PropertyRule::Format(statistic)),
        ("visible", PropertyRule::Flag),
        ("yAxis", PropertyRule::OneOf(&["left", "right"])),
        ("id", PropertyRule::Format(query_id)),
        ("region", TEXT),
        ("accountId", TEXT),
        ("expression", TEXT),
    ],
};

const MARKDOWN: ObjectSchema = ObjectSchema {
    required: &["markdown"],
    properties: &[
        ("markdown", TEXT),
        ("background", PropertyRule::OneOf(&["solid", "transparent"])),
    ],
};

const LOG: ObjectSchema = ObjectSchema {
    required: &["region", "query"],
    properties: &[
        ("region", TEXT),
        ("query", PropertyRule::Format(log_query)),
        ("title", TEXT),
        (
            "view",
            PropertyRule::OneOf(&["table", "timeSeries", "bar", "pie"]),
        ),
        ("stacked", PropertyRule::Flag),
        ("accountId", TEXT),
    ],
};

const ALARMS: ObjectSchema = ObjectSchema {
    required: &["alarms"],
    properties: &[
        (
            "alarms",
            PropertyRule::List {
                least: 1,
                most: 100,
                of: &ALARM,
            },
        ),
        ("title", TEXT),
        (
            "sortBy",
            PropertyRule::OneOf(&["default", "stateUpdatedTimestamp", "timestamp"]),
        ),
        (
            "states",
            PropertyRule::List {
                least: 0,
                most: 3,
                of: &PropertyRule::OneOf(&["ALARM", "INSUFFICIENT_DATA", "OK"]),
            },
        ),
    ],
};

const EXPLORER: ObjectSchema = ObjectSchema {
    required: &["metrics", "labels"],
    properties: &[
        (
            "metrics",
            PropertyRule::List {
                least: 1,
                most: 100,
                of: &PropertyRule::Object(&EXPLORER_METRIC),
            },
        ),
        (
            "labels",
            PropertyRule::List {
                least: 0,
                most: NO_LIMIT,
                of: &PropertyRule::Object(&EXPLORER_LABEL),
            },
        ),
        ("aggregateBy", PropertyRule::Object(&EXPLORER_AGGREGATE)),
        ("splitBy", TEXT),
        ("period", PERIOD),
        ("title", TEXT),
        ("widgetOptions", PropertyRule::Any),
    ],
};

const EXPLORER_METRIC: ObjectSchema = ObjectSchema {
    required: &["metricName", "resourceType", "stat"],
    properties: &[
        ("metricName", TEXT),
        ("resourceType", TEXT),
        ("stat", PropertyRule::Format(statistic)),
    ],
};
const EXPLORER_LABEL: ObjectSchema = ObjectSchema {
    required: &["key"],
    properties: &[("key", TEXT), ("value", TEXT)],
};
const EXPLORER_AGGREGATE: ObjectSchema = ObjectSchema {
    required: &["key", "func"],
    properties: &[
        ("key", TEXT),
        (
            "func",
            PropertyRule::OneOf(&["AVG", "MIN", "MAX", "STDDEV", "SUM"]),
        ),
    ],
};

const CHART: ObjectSchema = ObjectSchema {
    required: &["view", "data"],
    properties: &[
        (
            "view",
            PropertyRule::OneOf(&[
                "line",
                "bar",
                "pie",
                "number",
                "solidgauge",
                "column",
                "legend",
                "histogram",
                "heatmap",
                "scatter",
            ]),
        ),
        ("title", TEXT),
        ("description", TEXT),
        ("region", TEXT),
        ("data", PropertyRule::Object(&CHART_DATA)),
        ("plotOptions", PropertyRule::Any),
        ("yAxis", PropertyRule::Any),
        ("xAxis", PropertyRule::Any),
        ("annotations", PropertyRule::Any),
    ],
};

const CHART_DATA: ObjectSchema = ObjectSchema {
    required: &["queries"],
    properties: &[(
        "queries",
        PropertyRule::List {
            least: 1,
            most: NO_LIMIT,
            of: &PropertyRule::Object(&CHART_QUERY),
        },
    )],
};

const CHART_QUERY: ObjectSchema = ObjectSchema {
    required: &["query"],
    properties: &[
        ("id", TEXT),
        ("type", PropertyRule::OneOf(&["cloudwatch-metrics"])),
        ("language", PropertyRule::OneOf(&["PromQL", "SQL"])),
        ("query", TEXT),
        ("label", TEXT),
        ("region", TEXT),
        ("accountId", TEXT),
        ("step", PropertyRule::Any),
        ("visible", PropertyRule::Flag),
    ],
};

const CUSTOM: ObjectSchema = ObjectSchema {
    required: &["endpoint"],
    properties: &[
        ("endpoint", TEXT),
        ("params", PropertyRule::Any),
        ("title", TEXT),
        ("updateOn", PropertyRule::Object(&UPDATE_ON)),
    ],
};

const UPDATE_ON: ObjectSchema = ObjectSchema {
    required: &[],
    properties: &[
        ("refresh", PropertyRule::Flag),
        ("resize", PropertyRule::Flag),
        ("timeRange", PropertyRule::Flag),
    ],
};

/// Seconds. High-resolution periods work in graphs, although the page documents whole minutes only.
fn period(value: &Value) -> Validity {
    match value.as_u64() {
        Some(seconds) if seconds > 0 && seconds.is_multiple_of(60) => Validity::Valid,
        Some(1 | 5 | 10 | 20 | 30) => {
            Validity::Doubtful("Periods under a minute show only high-resolution metrics")
        }
        Some(_) => Validity::Invalid("Should be multiple of 60"),
        None => Validity::Invalid("Should be integer"),
    }
}

fn colour(text: &str) -> Validity {
    let digits = text.trim_start_matches('#');
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (text.len() - digits.len(), digits.len()) {
        (1, 6) if is_hex => Validity::Valid,
        // The page's example has three digits; the CDK allows a colour without `#`.
        (1, 3) | (0, 6) if is_hex => {
            Validity::Doubtful("A colour should be # and six digits, as in #ff9900")
        }
        _ => Validity::Invalid("Should match pattern \"^#[0-9a-fA-F]{6}$\""),
    }
}

fn statistic(text: &str) -> Validity {
    if statistics::parse(text).is_ok() {
        Validity::Valid
    } else {
        Validity::Doubtful("The statistic is not a documented one")
    }
}

fn query_id(text: &str) -> Validity {
    if limits::is_query_id(text) {
        Validity::Valid
    } else {
        Validity::Invalid("Should match pattern \"^[a-z][a-zA-Z0-9_]*$\"")
    }
}

fn variable_id(text: &str) -> Validity {
    let good = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if good {
        Validity::Valid
    } else {
        Validity::Invalid("Should match pattern \"^[0-9A-Za-z_-]{1,32}$\"")
    }
}

fn log_query(text: &str) -> Validity {
    if text
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("SOURCE"))
    {
        Validity::Valid
    } else {
        Validity::Doubtful("The query names no log group: it should begin with SOURCE '…'")
    }
}

fn alarm_arn(text: &str) -> Validity {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "cloudwatch", _, _, "alarm", name]
            if !partition.is_empty() && !name.is_empty() =>
        {
            Validity::Valid
        }
        _ => Validity::Invalid("Should be the ARN of an alarm"),
    }
}

fn timezone(text: &str) -> Validity {
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    let good = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good {
        Validity::Valid
    } else {
        Validity::Invalid("Should match pattern \"^[+-][0-9]{4}$\"")
    }
}

fn instant(text: &str) -> Validity {
    let known =
        text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok();
    if known {
        Validity::Valid
    } else {
        Validity::Invalid("Should match format \"date-time\"")
    }
}

/// An instant, or a duration before now: `-PT8H`, `-P7D`.
fn start(text: &str) -> Validity {
    let relative = text.starts_with("-P") && text.parse::<jiff::Span>().is_ok();
    if relative {
        Validity::Valid
    } else {
        instant(text)
    }
}
