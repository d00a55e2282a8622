//! The functions of metric math as a table: their signatures, and AWS's advice on their use in alarms.

use super::data_type::DataType;
use super::signature::{
    ANY, DIRECTION, FILLER, FILLERS, ONE, S, SORT_BY, Signature, TEXT, TEXTS, TS, TSS, signature,
    with_optional,
};

/// A function of metric math, by its AWS name.
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

/// AWS's advice on a function in an alarm (user guide, metric math: functions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum InAlarm {
    Allowed,
    /// Advised against, with the reason.
    Discouraged(&'static str),
    /// Advised against where its result is a scalar: that uses every point that the alarm fetches.
    DiscouragedAsScalar,
    /// Not allowed, with the reason.
    Refused(&'static str),
}

/// One row of the table.
pub(super) struct FunctionSpec {
    function: Function,
    name: &'static str,
    pub(super) signatures: &'static [Signature],
    pub(super) in_alarm: InAlarm,
}

/// Words that functions accept as arguments.
pub(super) const WORDS: [&str; 8] = [
    "REPEAT", "LINEAR", "AVG", "MIN", "MAX", "SUM", "ASC", "DESC",
];

/// Maps a series to a series, and each series of an array.
const EACH: &[Signature] = &[
    signature(&[TS], DataType::Series),
    signature(&[TSS], DataType::Array),
];
/// Reduces a series to a scalar, an array to a series.
const REDUCE: &[Signature] = &[
    signature(&[TS], DataType::Scalar),
    signature(&[TSS], DataType::Series),
];
/// Maps a series to a part of its timestamps, such as the hour.
const CLOCK: &[Signature] = &[signature(&[TS], DataType::Series)];

const SEES_ALL: &str =
    "an alarm fetches more points than it evaluates, and the function uses all of them";

const fn spec(
    function: Function,
    name: &'static str,
    signatures: &'static [Signature],
    in_alarm: InAlarm,
) -> FunctionSpec {
    FunctionSpec {
        function,
        name,
        signatures,
        in_alarm,
    }
}

const fn allowed(
    function: Function,
    name: &'static str,
    signatures: &'static [Signature],
) -> FunctionSpec {
    spec(function, name, signatures, InAlarm::Allowed)
}

static FUNCTIONS: [FunctionSpec; 39] = [
    allowed(Function::Abs, "ABS", EACH),
    spec(
        Function::AnomalyDetectionBand,
        "ANOMALY_DETECTION_BAND",
        &[with_optional(1, &[TS, S], DataType::Array)],
        InAlarm::Refused(
            "a band cannot be the watched value; use it as the alarm's threshold (`outside band 2`)",
        ),
    ),
    spec(Function::Avg, "AVG", REDUCE, InAlarm::DiscouragedAsScalar),
    allowed(Function::Ceil, "CEIL", EACH),
    spec(
        Function::DatapointCount,
        "DATAPOINT_COUNT",
        REDUCE,
        InAlarm::Discouraged(SEES_ALL),
    ),
    allowed(Function::Date, "DATE", CLOCK),
    allowed(Function::Day, "DAY", CLOCK),
    allowed(
        Function::DbPerfInsights,
        "DB_PERF_INSIGHTS",
        &[signature(&[TEXT, TEXT, TEXTS], DataType::Unknown)],
    ),
    allowed(Function::Diff, "DIFF", EACH),
    allowed(Function::DiffTime, "DIFF_TIME", EACH),
    allowed(Function::Epoch, "EPOCH", CLOCK),
    spec(
        Function::Fill,
        "FILL",
        &[
            signature(&[TS, FILLER], DataType::Series),
            signature(&[TSS, FILLERS], DataType::Array),
        ],
        InAlarm::Discouraged(
            "the newest minute often has no data yet, so `FILL` replaces it; set M below N in `M of N datapoints`",
        ),
    ),
    allowed(
        Function::First,
        "FIRST",
        &[signature(&[TSS], DataType::Series)],
    ),
    allowed(Function::Floor, "FLOOR", EACH),
    allowed(Function::Hour, "HOUR", CLOCK),
    allowed(
        Function::If,
        "IF",
        &[
            with_optional(1, &[TS, ONE, ONE], DataType::Series),
            with_optional(1, &[S, TS, ONE], DataType::Series),
            signature(&[S, S, TS], DataType::Series),
            with_optional(1, &[S, S, S], DataType::Scalar),
        ],
    ),
    allowed(
        Function::InsightRuleMetric,
        "INSIGHT_RULE_METRIC",
        &[signature(&[TEXT, TEXT], DataType::Series)],
    ),
    allowed(
        Function::Lambda,
        "LAMBDA",
        &[with_optional(
            8,
            &[TEXT, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY],
            DataType::Unknown,
        )],
    ),
    allowed(
        Function::Last,
        "LAST",
        &[signature(&[TSS], DataType::Series)],
    ),
    allowed(Function::Log, "LOG", EACH),
    allowed(Function::Log10, "LOG10", EACH),
    spec(Function::Max, "MAX", REDUCE, InAlarm::DiscouragedAsScalar),
    allowed(
        Function::MetricCount,
        "METRIC_COUNT",
        &[signature(&[TSS], DataType::Scalar)],
    ),
    allowed(
        Function::Metrics,
        "METRICS",
        &[with_optional(1, &[TEXT], DataType::Array)],
    ),
    spec(Function::Min, "MIN", REDUCE, InAlarm::DiscouragedAsScalar),
    allowed(Function::Minute, "MINUTE", CLOCK),
    allowed(Function::Month, "MONTH", CLOCK),
    allowed(
        Function::Period,
        "PERIOD",
        &[signature(&[TS], DataType::Scalar)],
    ),
    spec(
        Function::Rate,
        "RATE",
        EACH,
        InAlarm::Discouraged("its result is unpredictable when datapoints are missing"),
    ),
    spec(
        Function::RemoveEmpty,
        "REMOVE_EMPTY",
        &[signature(&[TSS], DataType::Array)],
        InAlarm::Discouraged(SEES_ALL),
    ),
    spec(
        Function::RunningSum,
        "RUNNING_SUM",
        EACH,
        InAlarm::Discouraged(SEES_ALL),
    ),
    spec(
        Function::Search,
        "SEARCH",
        &[with_optional(1, &[TEXT, TEXT, S], DataType::Array)],
        InAlarm::Refused("an alarm cannot search; list each metric by its id"),
    ),
    allowed(
        Function::ServiceQuota,
        "SERVICE_QUOTA",
        &[signature(&[TS], DataType::Series)],
    ),
    allowed(
        Function::Slice,
        "SLICE",
        &[
            signature(&[TSS, S, S], DataType::Array),
            signature(&[TSS, S], DataType::Series),
        ],
    ),
    allowed(
        Function::Sort,
        "SORT",
        &[with_optional(
            1,
            &[TSS, SORT_BY, DIRECTION, S],
            DataType::Array,
        )],
    ),
    spec(
        Function::Stddev,
        "STDDEV",
        REDUCE,
        InAlarm::DiscouragedAsScalar,
    ),
    spec(Function::Sum, "SUM", REDUCE, InAlarm::DiscouragedAsScalar),
    allowed(
        Function::TimeSeries,
        "TIME_SERIES",
        &[signature(&[S], DataType::Series)],
    ),
    allowed(Function::Year, "YEAR", CLOCK),
];

impl Function {
    /// The AWS name.
    pub fn name(self) -> &'static str {
        self.spec().name
    }

    pub(super) fn spec(self) -> &'static FunctionSpec {
        FUNCTIONS
            .iter()
            .find(|spec| spec.function == self)
            .unwrap_or(&FUNCTIONS[0])
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS
            .iter()
            .find(|spec| spec.name == name)
            .map(|spec| spec.function)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        FUNCTIONS.iter().map(|spec| spec.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_its_own_row() {
        for spec in &FUNCTIONS {
            assert_eq!(spec.function.spec().name, spec.name);
            assert_eq!(Function::named(spec.name), Some(spec.function));
        }
        assert_eq!(
            Function::Year as usize + 1,
            FUNCTIONS.len(),
            "no function lacks a row"
        );
    }
}
