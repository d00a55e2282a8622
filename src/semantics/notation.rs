//! The notation for series of points in tests: `3x10` (ten times 3), `0 4 _ 1` (`_` is a missing point), `1+2x5` (1 3 5 7 9), `10-1x3` (10 9 8).

use std::ops::Range;

use super::error::SyntaxError;

/// The maximum number of points in a series: a week of minutes.
pub const MOST_POINTS: usize = 10_080;

/// A series of points, oldest first. Its memory grows with its text, not with its points.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    runs: Vec<Run>,
    length: usize,
}

/// Neighbouring points with equal differences.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    /// `None` for missing points.
    first: Option<f64>,
    step: f64,
    count: usize,
}

impl Series {
    pub fn len(&self) -> usize {
        self.length
    }

    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub fn points(&self) -> impl Iterator<Item = Option<f64>> {
        let point = |run: &Run, index: usize| Some(run.first? + run.step * index as f64);
        self.runs
            .iter()
            .flat_map(move |run| (0..run.count).map(move |index| point(run, index)))
    }
}

/// The series of a text. Unlike in promtool, `AxN` is N points.
pub fn parse(text: &str) -> Result<Series, SyntaxError> {
    let mut series = Series::default();
    for (span, word) in words(text) {
        let run = item(word, span.clone())?;
        series.length += run.count;
        series.runs.push(run);
        if series.length > MOST_POINTS {
            return Err(SyntaxError::error(
                span,
                format!("a series has at most {MOST_POINTS} points"),
            ));
        }
    }
    Ok(series)
}

fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (start..start + word.len(), word)
    })
}

fn item(word: &str, span: Range<usize>) -> Result<Run, SyntaxError> {
    run_of(word).ok_or_else(|| {
        SyntaxError::error(span, format!("`{word}` is not part of a series")).help(
            "a number, `_` for a missing point, `3x10` for ten times 3, `1+2x5` for 1 3 5 7 9",
        )
    })
}

fn run_of(word: &str) -> Option<Run> {
    let (value, count) = match word.split_once('x') {
        Some((value, count)) => (value, count.parse::<usize>().ok()?),
        None => (word, 1),
    };
    if !(1..=MOST_POINTS).contains(&count) {
        return None;
    }
    if value == "_" {
        return Some(Run {
            first: None,
            step: 0.0,
            count,
        });
    }
    let (first, step) = stepped(value)?;
    Some(Run {
        first: Some(first),
        step,
        count,
    })
}

/// The first value and the step of `1+2` in `1+2x5`.
fn stepped(text: &str) -> Option<(f64, f64)> {
    if let Some(number) = number(text) {
        return Some((number, 0.0));
    }
    let at = text
        .char_indices()
        .skip(1)
        .find(|(at, sign)| matches!(sign, '+' | '-') && !text[..*at].ends_with(['e', 'E']))?
        .0;
    Some((
        number(&text[..at])?,
        number(text[at..].trim_start_matches('+'))?,
    ))
}

/// A finite number: CloudWatch accepts no other values.
fn number(text: &str) -> Option<f64> {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | 'E'));
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
}

/// The shortest notation of a series, with equal neighbours combined. [`parse`] reads the same points from it.
pub fn written(points: &[Option<f64>]) -> String {
    points
        .chunk_by(|left, right| left == right)
        .map(written_run)
        .collect::<Vec<_>>()
        .join(" ")
}

/// A run of equal points.
fn written_run(run: &[Option<f64>]) -> String {
    let value = run[0].map_or_else(|| "_".to_owned(), |value| value.to_string());
    if run.len() == 1 {
        value
    } else {
        format!("{value}x{}", run.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_notation_is_parsed() {
        let cases: [(&str, &[Option<f64>]); 7] = [
            ("3x3", &[Some(3.0), Some(3.0), Some(3.0)]),
            ("0x2 1 _", &[Some(0.0), Some(0.0), Some(1.0), None]),
            ("_x2", &[None, None]),
            ("1+2x3", &[Some(1.0), Some(3.0), Some(5.0)]),
            ("10-1x3", &[Some(10.0), Some(9.0), Some(8.0)]),
            ("-1.5 1e3", &[Some(-1.5), Some(1000.0)]),
            ("", &[]),
        ];
        for (text, points) in cases {
            let series = parse(text).expect("a series");
            assert_eq!(series.points().collect::<Vec<_>>(), points, "{text}");
            assert_eq!(series.len(), points.len(), "{text}");
        }
    }

    #[test]
    fn errors_have_the_span_of_the_wrong_word() {
        for (text, span) in [
            ("1 two", 2..5),
            ("3x0", 0..3),
            ("NaN", 0..3),
            ("inf", 0..3),
            ("1x99999999", 0..10),
            ("1x", 0..2),
            ("+x3", 0..3),
        ] {
            assert_eq!(parse(text).map_err(|error| error.span), Err(span), "{text}");
        }
    }

    #[test]
    fn a_written_series_parses_to_the_same_points() {
        for text in ["0x4 1 0x5", "_x3 2.5", "1+2x5"] {
            let points = |text: &str| parse(text).map(|series| series.points().collect::<Vec<_>>());
            let read = points(text).expect("a series");
            assert_eq!(points(&written(&read)), Ok(read), "{text}");
        }
    }
}
