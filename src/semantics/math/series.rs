//! Functions of one series: its points, what lies between them, and the parts of their times.

use jiff::Zoned;
use jiff::tz::TimeZone;

use super::evaluate::Grid;

/// A series on a grid: one place for each period, oldest first, empty where a point is missing.
pub type Points = Vec<Option<f64>>;

pub(super) fn constant(number: f64, periods: usize) -> Points {
    vec![Some(number).filter(|number| number.is_finite()); periods]
}

/// The numbers without their times.
pub(super) fn present(points: &[Option<f64>]) -> Vec<f64> {
    points.iter().copied().flatten().collect()
}

pub(super) fn average(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The standard deviation of all values. UNVERIFIED: AWS does not say whether it takes them for a sample.
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

/// For each point and the one before it: their places and values. The first point has none before it.
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

/// Seconds.
pub(super) fn time_differences(points: &[Option<f64>], grid: Grid<'_>) -> Points {
    steps(points, |(place, _), (next, _)| {
        seconds_between(grid, place, next)
    })
}

/// Change per second.
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

/// Missing points become the last one before them.
pub(super) fn repeat(points: &[Option<f64>]) -> Points {
    let mut last = None;
    let mut fill = |point: &Option<f64>| {
        last = point.or(last);
        last
    };
    points.iter().map(&mut fill).collect()
}

/// Missing points between two others lie on the line between them.
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

/// A part of each time in UTC; nothing for times that no calendar has.
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
