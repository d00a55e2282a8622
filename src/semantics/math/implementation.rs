//! The offline implementation of each function.

use jiff::Zoned;

use super::functions::Function;
use super::grid::{Grid, Points};
use super::series;
use super::value::MathValue;

/// The computation behind a function, by the kind of its arguments.
pub(super) enum Implementation {
    EachNumber(fn(f64) -> f64),
    EachSeries(fn(&[Option<f64>]) -> Points),
    EachSeriesOnGrid(fn(&[Option<f64>], Grid<'_>) -> Points),
    Reduce(fn(&[f64]) -> f64),
    TimePart(fn(&Zoned) -> f64),
    Array(fn(Vec<Points>, Grid<'_>) -> MathValue),
    Period,
    TimeSeries,
    Metrics,
    Fill,
    Slice,
    Sort,
    If,
    /// The function needs data that only CloudWatch has.
    CloudWatchOnly,
}

impl Implementation {
    pub(super) fn of(function: Function) -> Self {
        match function {
            Function::Abs => Self::EachNumber(f64::abs),
            Function::Ceil => Self::EachNumber(f64::ceil),
            Function::Floor => Self::EachNumber(f64::floor),
            Function::Log => Self::EachNumber(f64::ln),
            Function::Log10 => Self::EachNumber(f64::log10),
            Function::Avg => Self::Reduce(series::average),
            Function::Max => Self::Reduce(series::maximum),
            Function::Min => Self::Reduce(series::minimum),
            Function::Sum => Self::Reduce(series::sum),
            Function::Stddev => Self::Reduce(series::deviation),
            Function::DatapointCount => Self::Reduce(series::count),
            Function::Diff => Self::EachSeries(series::differences),
            Function::RunningSum => Self::EachSeries(series::running_sum),
            Function::DiffTime => Self::EachSeriesOnGrid(series::time_differences),
            Function::Rate => Self::EachSeriesOnGrid(series::rates),
            Function::Minute => Self::TimePart(|time| f64::from(time.minute())),
            Function::Hour => Self::TimePart(|time| f64::from(time.hour())),
            Function::Day => Self::TimePart(weekday),
            Function::Date => Self::TimePart(|time| f64::from(time.day())),
            Function::Month => Self::TimePart(|time| f64::from(time.month())),
            Function::Year => Self::TimePart(|time| f64::from(time.year())),
            Function::Epoch => Self::TimePart(|time| time.timestamp().as_second() as f64),
            Function::First => Self::Array(first),
            Function::Last => Self::Array(last),
            Function::MetricCount => Self::Array(|all, _| MathValue::Scalar(all.len() as f64)),
            Function::RemoveEmpty => Self::Array(remove_empty),
            Function::Period => Self::Period,
            Function::TimeSeries => Self::TimeSeries,
            Function::Metrics => Self::Metrics,
            Function::Fill => Self::Fill,
            Function::Slice => Self::Slice,
            Function::Sort => Self::Sort,
            Function::If => Self::If,
            Function::AnomalyDetectionBand
            | Function::DbPerfInsights
            | Function::InsightRuleMetric
            | Function::Lambda
            | Function::Search
            | Function::ServiceQuota => Self::CloudWatchOnly,
        }
    }
}

/// Monday is 1, Sunday is 7.
fn weekday(time: &Zoned) -> f64 {
    f64::from(time.weekday().to_monday_one_offset())
}

fn first(all: Vec<Points>, grid: Grid<'_>) -> MathValue {
    let first = all.into_iter().next();
    MathValue::Series(first.unwrap_or_else(|| grid.empty_series()))
}

fn last(mut all: Vec<Points>, grid: Grid<'_>) -> MathValue {
    MathValue::Series(all.pop().unwrap_or_else(|| grid.empty_series()))
}

fn remove_empty(mut all: Vec<Points>, _: Grid<'_>) -> MathValue {
    all.retain(|points| points.iter().any(Option::is_some));
    MathValue::Array(all)
}
