//! Series of points as people write them in tests: `3x10` (ten times 3), `0 4 _ 1` (`_` is a missing point), `1+2x5` (1 3 5 7 9), `10-1x3` (10 9 8).

use std::ops::Range;

use super::SyntaxError;

/// Points that one series may have: a week of minutes.
pub const MOST_POINTS: usize = 10_080;

/// The points of a series, oldest first. Unlike promtool's, `AxN` is N points.
pub fn parse(text: &str) -> Result<Vec<Option<f64>>, SyntaxError> {
    let mut points = Vec::new();
    for (span, word) in words(text) {
        points.extend(item(word, span.clone())?);
        if points.len() > MOST_POINTS {
            return Err(SyntaxError::error(
                span,
                format!("a series has at most {MOST_POINTS} points"),
            ));
        }
    }
    Ok(points)
}

fn words(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (start..start + word.len(), word)
    })
}

fn item(word: &str, span: Range<usize>) -> Result<Vec<Option<f64>>, SyntaxError> {
    let wrong = || {
        SyntaxError::error(span.clone(), format!("`{word}` is no part of a series")).help(
            "a number, `_` for a missing point, `3x10` for ten times 3, `1+2x5` for 1 3 5 7 9",
        )
    };
    let (value, count) = match word.split_once('x') {
        Some((value, count)) => (
            value,
            count
                .parse::<usize>()
                .ok()
                .filter(|count| (1..=MOST_POINTS).contains(count))
                .ok_or_else(wrong)?,
        ),
        None => (word, 1),
    };
    if value == "_" {
        return Ok(vec![None; count]);
    }
    let (first, step) = stepped(value).ok_or_else(wrong)?;
    Ok((0..count)
        .map(|turn| Some(first + step * turn as f64))
        .collect())
}

/// A first value, and what is added each time.
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

/// Finite, as CloudWatch takes values.
fn number(text: &str) -> Option<f64> {
    let plain = text
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | 'e' | 'E'));
    text.parse()
        .ok()
        .filter(|number: &f64| plain && number.is_finite())
}

/// The series as it is written most shortly: equal neighbours together. Read again it is the same.
pub fn written(points: &[Option<f64>]) -> String {
    let runs = points.chunk_by(|left, right| left == right);
    let run = |run: &[Option<f64>]| {
        let value = run[0].map_or_else(|| "_".to_owned(), |value| value.to_string());
        if run.len() == 1 {
            value
        } else {
            format!("{value}x{}", run.len())
        }
    };
    runs.map(run).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_read_as_they_are_documented() {
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
            assert_eq!(parse(text).as_deref(), Ok(points), "{text}");
        }
    }

    #[test]
    fn what_is_no_series_is_said_at_its_place() {
        for (text, span) in [
            ("1 two", 2..5),
            ("3x0", 0..3),
            ("NaN", 0..3),
            ("inf", 0..3),
            ("1x99999999", 0..10),
            ("1x", 0..2),
            ("+x3", 0..3),
        ] {
            assert_eq!(
                parse(text).map_err(|problem| problem.span),
                Err(span),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for text in ["0x4 1 0x5", "_x3 2.5", "1+2x5"] {
            let points = parse(text).expect("a series");
            assert_eq!(parse(&written(&points)), Ok(points), "{text}");
        }
    }
}
