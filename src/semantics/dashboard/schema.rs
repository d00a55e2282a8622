//! The shapes of a dashboard body, as the page "Dashboard body structure" and the console's own pages give them.

use serde_json::Value;

use super::labels;
use super::shape::{Rule, Shape, Verdict};
use crate::semantics::{limits, statistics};

const NO_LIMIT: usize = usize::MAX;
const TEXT: Rule = Rule::Text { longest: NO_LIMIT };
const ALARM: Rule = Rule::Form(alarm_arn);
const COLOUR: Rule = Rule::Form(colour);
const PERIOD: Rule = Rule::Value(period);

pub(super) const BODY: Shape = Shape {
    required: &["widgets"],
    properties: &[
        (
            "widgets",
            Rule::List {
                least: 0,
                most: limits::DASHBOARD_WIDGETS,
                of: &Rule::Object(&WIDGET),
            },
        ),
        (
            "variables",
            Rule::List {
                least: 0,
                most: limits::DASHBOARD_VARIABLES,
                of: &Rule::Object(&VARIABLE),
            },
        ),
        ("start", Rule::Form(start)),
        ("end", Rule::Form(instant)),
        ("periodOverride", Rule::OneOf(&["auto", "inherit"])),
    ],
};

/// The types of widgets, and the shapes of their properties.
pub(super) const WIDGETS: [(&str, Shape); 7] = [
    ("metric", METRIC),
    ("text", MARKDOWN),
    ("log", LOG),
    ("alarm", ALARMS),
    ("explorer", EXPLORER),
    ("chart", CHART),
    ("custom", CUSTOM),
];

const WIDGET: Shape = Shape {
    required: &["type", "properties"],
    properties: &[
        (
            "type",
            Rule::OneOf(&[
                "metric", "text", "log", "alarm", "explorer", "chart", "custom",
            ]),
        ),
        (
            "x",
            Rule::Whole {
                least: 0,
                most: limits::DASHBOARD_COLUMNS - 1,
            },
        ),
        (
            "y",
            Rule::Whole {
                least: 0,
                most: u64::MAX,
            },
        ),
        (
            "width",
            Rule::Whole {
                least: 1,
                most: limits::DASHBOARD_COLUMNS,
            },
        ),
        (
            "height",
            Rule::Whole {
                least: 1,
                most: limits::WIDGET_HEIGHT,
            },
        ),
        ("properties", Rule::Any),
    ],
};

const VARIABLE: Shape = Shape {
    required: &["type", "inputType", "id"],
    properties: &[
        ("type", Rule::OneOf(&["property", "pattern"])),
        ("property", TEXT),
        ("pattern", TEXT),
        ("inputType", Rule::OneOf(&["input", "select", "radio"])),
        ("id", Rule::Form(variable_id)),
        ("label", Rule::Text { longest: 30 }),
        ("defaultValue", Rule::Text { longest: 255 }),
        ("visible", Rule::Flag),
        ("search", Rule::Text { longest: 2048 }),
        ("populateFrom", TEXT),
        (
            "values",
            Rule::List {
                least: 1,
                most: 500,
                of: &Rule::Object(&VARIABLE_VALUE),
            },
        ),
    ],
};

const VARIABLE_VALUE: Shape = Shape {
    required: &["value"],
    properties: &[
        ("value", Rule::Text { longest: 255 }),
        ("label", Rule::Text { longest: 255 }),
    ],
};

const METRIC: Shape = Shape {
    required: &[],
    properties: &[
        // Rows have rules of their own, in `metrics`.
        (
            "metrics",
            Rule::List {
                least: 0,
                most: limits::WIDGET_METRICS,
                of: &Rule::Any,
            },
        ),
        ("region", TEXT),
        (
            "view",
            Rule::OneOf(&["timeSeries", "singleValue", "gauge", "bar", "pie", "table"]),
        ),
        ("stacked", Rule::Flag),
        ("sparkline", Rule::Flag),
        // Written by the CDK, absent from the page.
        ("setPeriodToTimeRange", Rule::Flag),
        ("singleValueFullPrecision", Rule::Flag),
        ("trend", Rule::Flag),
        ("stat", Rule::Form(statistic)),
        ("period", PERIOD),
        ("title", TEXT),
        ("liveData", Rule::Flag),
        ("accountId", TEXT),
        ("timezone", Rule::Form(timezone)),
        ("legend", Rule::Object(&LEGEND)),
        ("yAxis", Rule::ObjectOrIgnoredText(&Y_AXIS)),
        ("annotations", Rule::Object(&ANNOTATIONS)),
        ("table", Rule::Object(&TABLE)),
    ],
};

const LEGEND: Shape = Shape {
    required: &[],
    properties: &[("position", Rule::OneOf(&["right", "bottom", "hidden"]))],
};
const Y_AXIS: Shape = Shape {
    required: &[],
    properties: &[
        ("left", Rule::Object(&AXIS)),
        ("right", Rule::Object(&AXIS)),
    ],
};
const AXIS: Shape = Shape {
    required: &[],
    properties: &[
        ("label", TEXT),
        ("min", Rule::Number),
        ("max", Rule::Number),
        ("showUnits", Rule::Flag),
    ],
};

const TABLE: Shape = Shape {
    required: &[],
    properties: &[
        ("layout", Rule::OneOf(&["vertical", "horizontal"])),
        ("stickySummary", Rule::Flag),
        ("showTimeSeriesData", Rule::Flag),
        (
            "summaryColumns",
            Rule::List {
                least: 0,
                most: 4,
                of: &Rule::OneOf(&["MIN", "MAX", "SUM", "AVG"]),
            },
        ),
    ],
};

const ANNOTATIONS: Shape = Shape {
    required: &[],
    properties: &[
        (
            "alarms",
            Rule::List {
                least: 1,
                most: 1,
                of: &ALARM,
            },
        ),
        (
            "horizontal",
            Rule::List {
                least: 0,
                most: NO_LIMIT,
                of: &Rule::ObjectOrPair(&HORIZONTAL),
            },
        ),
        (
            "vertical",
            Rule::List {
                least: 0,
                most: NO_LIMIT,
                of: &Rule::ObjectOrPair(&VERTICAL),
            },
        ),
    ],
};

const HORIZONTAL: Shape = Shape {
    required: &["value"],
    properties: &[
        ("value", Rule::Number),
        ("label", TEXT),
        ("color", COLOUR),
        ("fill", Rule::OneOf(&["above", "below", "none"])),
        ("yAxis", Rule::OneOf(&["left", "right"])),
        ("visible", Rule::Flag),
    ],
};

const VERTICAL: Shape = Shape {
    required: &["value"],
    properties: &[
        ("value", Rule::Form(instant)),
        ("label", TEXT),
        ("color", COLOUR),
        ("fill", Rule::OneOf(&["before", "after", "none"])),
        ("visible", Rule::Flag),
    ],
};

/// The object that may end a row of metrics.
pub(super) const RENDERING: Shape = Shape {
    required: &[],
    properties: &[
        ("color", COLOUR),
        ("label", Rule::Form(labels::verdict)),
        ("period", PERIOD),
        ("stat", Rule::Form(statistic)),
        ("visible", Rule::Flag),
        ("yAxis", Rule::OneOf(&["left", "right"])),
        ("id", Rule::Form(query_id)),
        ("region", TEXT),
        ("accountId", TEXT),
        ("expression", TEXT),
    ],
};

const MARKDOWN: Shape = Shape {
    required: &["markdown"],
    properties: &[
        ("markdown", TEXT),
        ("background", Rule::OneOf(&["solid", "transparent"])),
    ],
};

const LOG: Shape = Shape {
    required: &["region", "query"],
    properties: &[
        ("region", TEXT),
        ("query", Rule::Form(log_query)),
        ("title", TEXT),
        ("view", Rule::OneOf(&["table", "timeSeries", "bar", "pie"])),
        ("stacked", Rule::Flag),
        ("accountId", TEXT),
    ],
};

const ALARMS: Shape = Shape {
    required: &["alarms"],
    properties: &[
        (
            "alarms",
            Rule::List {
                least: 1,
                most: 100,
                of: &ALARM,
            },
        ),
        ("title", TEXT),
        (
            "sortBy",
            Rule::OneOf(&["default", "stateUpdatedTimestamp", "timestamp"]),
        ),
        (
            "states",
            Rule::List {
                least: 0,
                most: 3,
                of: &Rule::OneOf(&["ALARM", "INSUFFICIENT_DATA", "OK"]),
            },
        ),
    ],
};

const EXPLORER: Shape = Shape {
    required: &["metrics", "labels"],
    properties: &[
        (
            "metrics",
            Rule::List {
                least: 1,
                most: 100,
                of: &Rule::Object(&EXPLORER_METRIC),
            },
        ),
        (
            "labels",
            Rule::List {
                least: 0,
                most: NO_LIMIT,
                of: &Rule::Object(&EXPLORER_LABEL),
            },
        ),
        ("aggregateBy", Rule::Object(&EXPLORER_AGGREGATE)),
        ("splitBy", TEXT),
        ("period", PERIOD),
        ("title", TEXT),
        ("widgetOptions", Rule::Any),
    ],
};

const EXPLORER_METRIC: Shape = Shape {
    required: &["metricName", "resourceType", "stat"],
    properties: &[
        ("metricName", TEXT),
        ("resourceType", TEXT),
        ("stat", Rule::Form(statistic)),
    ],
};
const EXPLORER_LABEL: Shape = Shape {
    required: &["key"],
    properties: &[("key", TEXT), ("value", TEXT)],
};
const EXPLORER_AGGREGATE: Shape = Shape {
    required: &["key", "func"],
    properties: &[
        ("key", TEXT),
        ("func", Rule::OneOf(&["AVG", "MIN", "MAX", "STDDEV", "SUM"])),
    ],
};

const CHART: Shape = Shape {
    required: &["view", "data"],
    properties: &[
        (
            "view",
            Rule::OneOf(&[
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
        ("data", Rule::Object(&CHART_DATA)),
        ("plotOptions", Rule::Any),
        ("yAxis", Rule::Any),
        ("xAxis", Rule::Any),
        ("annotations", Rule::Any),
    ],
};

const CHART_DATA: Shape = Shape {
    required: &["queries"],
    properties: &[(
        "queries",
        Rule::List {
            least: 1,
            most: NO_LIMIT,
            of: &Rule::Object(&CHART_QUERY),
        },
    )],
};

const CHART_QUERY: Shape = Shape {
    required: &["query"],
    properties: &[
        ("id", TEXT),
        ("type", Rule::OneOf(&["cloudwatch-metrics"])),
        ("language", Rule::OneOf(&["PromQL", "SQL"])),
        ("query", TEXT),
        ("label", TEXT),
        ("region", TEXT),
        ("accountId", TEXT),
        ("step", Rule::Any),
        ("visible", Rule::Flag),
    ],
};

const CUSTOM: Shape = Shape {
    required: &["endpoint"],
    properties: &[
        ("endpoint", TEXT),
        ("params", Rule::Any),
        ("title", TEXT),
        ("updateOn", Rule::Object(&UPDATE_ON)),
    ],
};

const UPDATE_ON: Shape = Shape {
    required: &[],
    properties: &[
        ("refresh", Rule::Flag),
        ("resize", Rule::Flag),
        ("timeRange", Rule::Flag),
    ],
};

/// Seconds. High-resolution periods work in graphs, though the page speaks of whole minutes only.
fn period(value: &Value) -> Verdict {
    match value.as_u64() {
        Some(seconds) if seconds > 0 && seconds.is_multiple_of(60) => Verdict::Good,
        Some(1 | 5 | 10 | 20 | 30) => {
            Verdict::Doubtful("Periods under a minute show only high-resolution metrics")
        }
        Some(_) => Verdict::Wrong("Should be multiple of 60"),
        None => Verdict::Wrong("Should be integer"),
    }
}

fn colour(text: &str) -> Verdict {
    let digits = text.trim_start_matches('#');
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match (text.len() - digits.len(), digits.len()) {
        (1, 6) if is_hex => Verdict::Good,
        // The page's own example has three digits; the CDK lets the mark be left out.
        (1, 3) | (0, 6) if is_hex => {
            Verdict::Doubtful("A colour should be # and six digits, as in #ff9900")
        }
        _ => Verdict::Wrong("Should match pattern \"^#[0-9a-fA-F]{6}$\""),
    }
}

fn statistic(text: &str) -> Verdict {
    if statistics::parse(text).is_ok() {
        Verdict::Good
    } else {
        Verdict::Doubtful("The statistic is not a documented one")
    }
}

fn query_id(text: &str) -> Verdict {
    if limits::is_query_id(text) {
        Verdict::Good
    } else {
        Verdict::Wrong("Should match pattern \"^[a-z][a-zA-Z0-9_]*$\"")
    }
}

fn variable_id(text: &str) -> Verdict {
    let good = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if good {
        Verdict::Good
    } else {
        Verdict::Wrong("Should match pattern \"^[0-9A-Za-z_-]{1,32}$\"")
    }
}

fn log_query(text: &str) -> Verdict {
    if text
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("SOURCE"))
    {
        Verdict::Good
    } else {
        Verdict::Doubtful("The query names no log group: it should begin with SOURCE '…'")
    }
}

fn alarm_arn(text: &str) -> Verdict {
    let parts: Vec<&str> = text.splitn(7, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "cloudwatch", _, _, "alarm", name]
            if !partition.is_empty() && !name.is_empty() =>
        {
            Verdict::Good
        }
        _ => Verdict::Wrong("Should be the ARN of an alarm"),
    }
}

fn timezone(text: &str) -> Verdict {
    let digits = text.strip_prefix(['+', '-']).unwrap_or_default();
    let good = digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good {
        Verdict::Good
    } else {
        Verdict::Wrong("Should match pattern \"^[+-][0-9]{4}$\"")
    }
}

fn instant(text: &str) -> Verdict {
    let known =
        text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok();
    if known {
        Verdict::Good
    } else {
        Verdict::Wrong("Should match format \"date-time\"")
    }
}

/// An instant, or how long before now: `-PT8H`, `-P7D`.
fn start(text: &str) -> Verdict {
    let relative = text.starts_with("-P") && text.parse::<jiff::Span>().is_ok();
    if relative {
        Verdict::Good
    } else {
        instant(text)
    }
}
