//! Functions of one series: its points, their differences, and their timestamps.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::grid::{Grid, Points};

pub(super) fn constant(number: f64, periods: usize) -> Points {
    vec![Some(number).filter(|number| number.is_finite()); periods]
}

/// The values of present points.
pub(super) fn present(points: &[Option<f64>]) -> Vec<f64> {
    points.iter().copied().flatten().collect()
}

pub(super) fn maximum(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::max)
}

pub(super) fn minimum(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NAN, f64::min)
}

pub(super) fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

pub(super) fn count(values: &[f64]) -> f64 {
    values.len() as f64
}

pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The population standard deviation. UNVERIFIED: AWS does not document whether it uses this or the sample standard deviation.
pub(super) fn deviation(values: &[f64]) -> f64 {
    let mean = average(values);
    average(
        &values
            .iter()
            .map(|value| (value - mean).powi(2))
            .collect::<Vec<_>>(),
    )
    .sqrt()
}

/// Applies `step` to the index and value of each point and of the previous point. The first point has no result.
fn steps(points: &[Option<f64>], step: impl Fn((usize, f64), (usize, f64)) -> f64) -> Points {
    let mut before: Option<(usize, f64)> = None;
    let at = |(place, point): (usize, &Option<f64>)| {
        let current = (place, (*point)?);
        Some(step(before.replace(current)?, current))
    };
    points.iter().enumerate().map(at).collect()
}

pub(super) fn differences(points: &[Option<f64>]) -> Points {
    steps(points, |(_, before), (_, value)| value - before)
}

/// Seconds since the previous point.
pub(super) fn time_differences(points: &[Option<f64>], grid: Grid<'_>) -> Points {
    steps(points, |(place, _), (next, _)| {
        seconds_between(grid, place, next)
    })
}

/// Change per second since the previous point.
pub(super) fn rates(points: &[Option<f64>], grid: Grid<'_>) -> Points {
    steps(points, |(place, before), (next, value)| {
        (value - before) / seconds_between(grid, place, next)
    })
}

fn seconds_between(grid: Grid<'_>, place: usize, next: usize) -> f64 {
    (grid.starts[next] - grid.starts[place]) as f64
}

pub(super) fn running_sum(points: &[Option<f64>]) -> Points {
    let mut sum = 0.0;
    let mut add = |value: f64| {
        sum += value;
        sum
    };
    points.iter().map(|point| point.map(&mut add)).collect()
}

/// Replaces a missing point by the last point before it.
pub(super) fn repeat(points: &[Option<f64>]) -> Points {
    let mut last = None;
    let mut fill = |point: &Option<f64>| {
        last = point.or(last);
        last
    };
    points.iter().map(&mut fill).collect()
}

/// Replaces missing points between two others by linear interpolation.
pub(super) fn interpolate(points: &[Option<f64>]) -> Points {
    let known: Vec<(usize, f64)> = points
        .iter()
        .enumerate()
        .filter_map(|(index, point)| Some((index, (*point)?)))
        .collect();
    let mut filled = points.to_vec();
    for pair in known.windows(2) {
        let ((start, first), (end, last)) = (pair[0], pair[1]);
        for (index, point) in filled.iter_mut().enumerate().take(end).skip(start + 1) {
            *point = Some(first + (last - first) * (index - start) as f64 / (end - start) as f64);
        }
    }
    filled
}

/// A part of each period's start in UTC; `None` for a time outside the calendar's range.
pub(super) fn parts_of_times(grid: Grid<'_>, part: fn(&Zoned) -> f64) -> Points {
    let at = |time: &i64| {
        Some(part(
            &jiff::Timestamp::from_second(*time)
                .ok()?
                .to_zoned(TimeZone::UTC),
        ))
    };
    grid.starts.iter().map(at).collect()
}
