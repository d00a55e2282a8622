//! The functions of metric math as a table: their arguments, their results, and what AWS says of them in alarms.

use super::Type;

/// A function of metric math, named as AWS names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    Abs,
    AnomalyDetectionBand,
    Avg,
    Ceil,
    DatapointCount,
    Date,
    Day,
    DbPerfInsights,
    Diff,
    DiffTime,
    Epoch,
    Fill,
    First,
    Floor,
    Hour,
    If,
    InsightRuleMetric,
    Lambda,
    Last,
    Log,
    Log10,
    Max,
    MetricCount,
    Metrics,
    Min,
    Minute,
    Month,
    Period,
    Rate,
    RemoveEmpty,
    RunningSum,
    Search,
    ServiceQuota,
    Slice,
    Sort,
    Stddev,
    Sum,
    TimeSeries,
    Year,
}

/// One way of calling a function.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) parameters: &'static [Parameter],
    /// Of the parameters, how many at the end may be left out.
    pub(super) optional: usize,
    pub(super) result: Type,
}

/// What an argument may be: of one of these types, or one of these words.
#[derive(Debug)]
pub(super) struct Parameter {
    pub(super) types: &'static [Type],
    pub(super) words: &'static [&'static str],
}

/// What AWS says of a function in an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InAlarm {
    Fine,
    /// Advised against, and why.
    Discouraged(&'static str),
    /// Advised against where it makes a scalar: it sees every point that the alarm fetches.
    DiscouragedAsScalar,
    Refused(&'static str),
}

pub(super) struct Entry {
    function: Function,
    name: &'static str,
    pub(super) forms: &'static [Form],
    pub(super) in_alarm: InAlarm,
}

/// Words that functions take beside values.
pub(super) const WORDS: [&str; 8] = [
    "REPEAT", "LINEAR", "AVG", "MIN", "MAX", "SUM", "ASC", "DESC",
];

const S: Parameter = Parameter {
    types: &[Type::Scalar],
    words: &[],
};
const TS: Parameter = Parameter {
    types: &[Type::Series],
    words: &[],
};
const TSS: Parameter = Parameter {
    types: &[Type::Array],
    words: &[],
};
const TEXT: Parameter = Parameter {
    types: &[Type::Text],
    words: &[],
};
const TEXTS: Parameter = Parameter {
    types: &[Type::Text, Type::TextArray],
    words: &[],
};
const ONE: Parameter = Parameter {
    types: &[Type::Scalar, Type::Series],
    words: &[],
};
const FILLER: Parameter = Parameter {
    types: &[Type::Scalar],
    words: &["REPEAT", "LINEAR"],
};
const FILLERS: Parameter = Parameter {
    types: &[Type::Scalar, Type::Series],
    words: &["REPEAT", "LINEAR"],
};
const SORT_BY: Parameter = Parameter {
    types: &[],
    words: &["AVG", "MIN", "MAX", "SUM"],
};
const DIRECTION: Parameter = Parameter {
    types: &[],
    words: &["ASC", "DESC"],
};
const ANY: Parameter = Parameter {
    types: &[
        Type::Scalar,
        Type::Series,
        Type::Array,
        Type::Text,
        Type::TextArray,
    ],
    words: &[],
};

const fn form(parameters: &'static [Parameter], result: Type) -> Form {
    Form {
        parameters,
        optional: 0,
        result,
    }
}

const fn with_optional(optional: usize, parameters: &'static [Parameter], result: Type) -> Form {
    Form {
        parameters,
        optional,
        result,
    }
}

/// A series to a series, or each of an array.
const EACH: &[Form] = &[form(&[TS], Type::Series), form(&[TSS], Type::Array)];
/// A series to a scalar, an array to a series.
const REDUCE: &[Form] = &[form(&[TS], Type::Scalar), form(&[TSS], Type::Series)];
/// A series to the parts of its times.
const CLOCK: &[Form] = &[form(&[TS], Type::Series)];

const SEES_ALL: &str =
    "an alarm fetches more points than it evaluates, and the function sees them all";

const fn entry(
    function: Function,
    name: &'static str,
    forms: &'static [Form],
    in_alarm: InAlarm,
) -> Entry {
    Entry {
        function,
        name,
        forms,
        in_alarm,
    }
}

const fn fine(function: Function, name: &'static str, forms: &'static [Form]) -> Entry {
    entry(function, name, forms, InAlarm::Fine)
}

static FUNCTIONS: [Entry; 39] = [
    fine(Function::Abs, "ABS", EACH),
    entry(
        Function::AnomalyDetectionBand,
        "ANOMALY_DETECTION_BAND",
        &[with_optional(1, &[TS, S], Type::Array)],
        InAlarm::Refused(
            "a band is no value to watch; it is the alarm's threshold (`outside band 2`)",
        ),
    ),
    entry(Function::Avg, "AVG", REDUCE, InAlarm::DiscouragedAsScalar),
    fine(Function::Ceil, "CEIL", EACH),
    entry(
        Function::DatapointCount,
        "DATAPOINT_COUNT",
        REDUCE,
        InAlarm::Discouraged(SEES_ALL),
    ),
    fine(Function::Date, "DATE", CLOCK),
    fine(Function::Day, "DAY", CLOCK),
    fine(
        Function::DbPerfInsights,
        "DB_PERF_INSIGHTS",
        &[form(&[TEXT, TEXT, TEXTS], Type::Unknown)],
    ),
    fine(Function::Diff, "DIFF", EACH),
    fine(Function::DiffTime, "DIFF_TIME", EACH),
    fine(Function::Epoch, "EPOCH", CLOCK),
    entry(
        Function::Fill,
        "FILL",
        &[
            form(&[TS, FILLER], Type::Series),
            form(&[TSS, FILLERS], Type::Array),
        ],
        InAlarm::Discouraged(
            "the newest minute often has no data yet, and is then filled; let fewer datapoints breach than are evaluated",
        ),
    ),
    fine(Function::First, "FIRST", &[form(&[TSS], Type::Series)]),
    fine(Function::Floor, "FLOOR", EACH),
    fine(Function::Hour, "HOUR", CLOCK),
    fine(
        Function::If,
        "IF",
        &[
            with_optional(1, &[TS, ONE, ONE], Type::Series),
            with_optional(1, &[S, TS, ONE], Type::Series),
            form(&[S, S, TS], Type::Series),
            with_optional(1, &[S, S, S], Type::Scalar),
        ],
    ),
    fine(
        Function::InsightRuleMetric,
        "INSIGHT_RULE_METRIC",
        &[form(&[TEXT, TEXT], Type::Series)],
    ),
    fine(
        Function::Lambda,
        "LAMBDA",
        &[with_optional(
            8,
            &[TEXT, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
            Type::Unknown,
        )],
    ),
    fine(Function::Last, "LAST", &[form(&[TSS], Type::Series)]),
    fine(Function::Log, "LOG", EACH),
    fine(Function::Log10, "LOG10", EACH),
    entry(Function::Max, "MAX", REDUCE, InAlarm::DiscouragedAsScalar),
    fine(
        Function::MetricCount,
        "METRIC_COUNT",
        &[form(&[TSS], Type::Scalar)],
    ),
    fine(
        Function::Metrics,
        "METRICS",
        &[with_optional(1, &[TEXT], Type::Array)],
    ),
    entry(Function::Min, "MIN", REDUCE, InAlarm::DiscouragedAsScalar),
    fine(Function::Minute, "MINUTE", CLOCK),
    fine(Function::Month, "MONTH", CLOCK),
    fine(Function::Period, "PERIOD", &[form(&[TS], Type::Scalar)]),
    entry(
        Function::Rate,
        "RATE",
        EACH,
        InAlarm::Discouraged(
            "over points that are missing now and then its result cannot be foretold",
        ),
    ),
    entry(
        Function::RemoveEmpty,
        "REMOVE_EMPTY",
        &[form(&[TSS], Type::Array)],
        InAlarm::Discouraged(SEES_ALL),
    ),
    entry(
        Function::RunningSum,
        "RUNNING_SUM",
        EACH,
        InAlarm::Discouraged(SEES_ALL),
    ),
    entry(
        Function::Search,
        "SEARCH",
        &[with_optional(1, &[TEXT, TEXT, S], Type::Array)],
        InAlarm::Refused("an alarm cannot search; name each metric"),
    ),
    fine(
        Function::ServiceQuota,
        "SERVICE_QUOTA",
        &[form(&[TS], Type::Series)],
    ),
    fine(
        Function::Slice,
        "SLICE",
        &[
            form(&[TSS, S, S], Type::Array),
            form(&[TSS, S], Type::Series),
        ],
    ),
    fine(
        Function::Sort,
        "SORT",
        &[with_optional(1, &[TSS, SORT_BY, DIRECTION, S], Type::Array)],
    ),
    entry(
        Function::Stddev,
        "STDDEV",
        REDUCE,
        InAlarm::DiscouragedAsScalar,
    ),
    entry(Function::Sum, "SUM", REDUCE, InAlarm::DiscouragedAsScalar),
    fine(
        Function::TimeSeries,
        "TIME_SERIES",
        &[form(&[S], Type::Series)],
    ),
    fine(Function::Year, "YEAR", CLOCK),
];

impl Function {
    /// As AWS writes it.
    pub fn name(self) -> &'static str {
        self.entry().name
    }

    pub(super) fn entry(self) -> &'static Entry {
        FUNCTIONS
            .iter()
            .find(|entry| entry.function == self)
            .unwrap_or(&FUNCTIONS[0])
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS
            .iter()
            .find(|entry| entry.name == name)
            .map(|entry| entry.function)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|entry| entry.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_its_own_row() {
        for entry in &FUNCTIONS {
            assert_eq!(entry.function.entry().name, entry.name);
            assert_eq!(Function::named(entry.name), Some(entry.function));
        }
        assert_eq!(
            Function::Year as usize + 1,
            FUNCTIONS.len(),
            "no function lacks a row"
        );
    }
}
