//! Statistics by their AWS names (`Sum`, `p99.9`, `TM(10%:90%)`), and their computation from raw samples.

use std::fmt;

use super::error::SyntaxError;
use crate::diagnostic::nearest;

/// A statistic of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Statistic {
    SampleCount,
    Average,
    Sum,
    Minimum,
    Maximum,
    /// A percentage, 0 to 100.
    Percentile(f64),
    /// The mean, count or sum of the samples within bounds.
    Trimmed(Trimmed, Bounds),
    /// The percentage of the samples within bounds; the bounds are values.
    PercentileRank(Bounds),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trimmed {
    Mean,
    /// The mean after samples outside the bounds are replaced by the bound.
    Winsorized,
    Count,
    Sum,
}

/// A range; `None` is an open end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub unit: Unit,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// The unit of bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Percent,
    /// The unit of the samples. The lower bound is exclusive, the upper one inclusive.
    Value,
}

const CLASSIC: [(&str, Statistic); 5] = [
    ("SampleCount", Statistic::SampleCount),
    ("Average", Statistic::Average),
    ("Sum", Statistic::Sum),
    ("Minimum", Statistic::Minimum),
    ("Maximum", Statistic::Maximum),
];
const INTERQUARTILE_MEAN: Statistic = Statistic::Trimmed(
    Trimmed::Mean,
    Bounds {
        unit: Unit::Percent,
        low: Some(25.0),
        high: Some(75.0),
    },
);
const TRIMMED: [(&str, &str, Trimmed); 4] = [
    ("tm", "TM", Trimmed::Mean),
    ("wm", "WM", Trimmed::Winsorized),
    ("tc", "TC", Trimmed::Count),
    ("ts", "TS", Trimmed::Sum),
];

/// Common mistakes, and the valid names.
const MISTAKES: [(&str, &str); 9] = [
    ("avg", "Average"),
    ("mean", "Average"),
    ("min", "Minimum"),
    ("max", "Maximum"),
    ("count", "SampleCount"),
    ("n", "SampleCount"),
    ("samples", "SampleCount"),
    ("median", "p50"),
    ("total", "Sum"),
];
/// The maximum decimals of a percentage (user guide, statistics definitions).
const DECIMALS: usize = 10;

/// Parses a statistic's name.
pub fn parse(text: &str) -> Result<Statistic, SyntaxError> {
    if let Some((_, statistic)) = CLASSIC.iter().find(|(name, _)| *name == text) {
        return Ok(*statistic);
    }
    if text == "IQM" {
        return Ok(INTERQUARTILE_MEAN);
    }
    read_number_form(text)
        .or_else(|| read_range_form(text))
        .ok_or_else(|| {
            let error = SyntaxError::error(0..text.len(), format!("`{text}` is not a statistic"));
            SyntaxError {
                help: Some(suggest(text)),
                ..error
            }
        })
}

/// All errors and warnings about a statistic of an alarm.
pub fn check(text: &str) -> Vec<SyntaxError> {
    match parse(text) {
        Err(error) => vec![error],
        Ok(Statistic::Trimmed(
            _,
            Bounds {
                unit: Unit::Percent,
                low,
                high,
            },
        )) if text.contains('(') => {
            // The API reference and the user guide disagree.
            let outside = [low, high]
                .into_iter()
                .flatten()
                .any(|bound| !(10.0..=90.0).contains(&bound));
            let message =
                "PutMetricAlarm documents bounds of 10% to 90% only, the user guide 0% to 100%";
            if outside {
                vec![SyntaxError::warning(0..text.len(), message)]
            } else {
                Vec::new()
            }
        }
        Ok(_) => Vec::new(),
    }
}

fn suggest(text: &str) -> String {
    let folded = text.to_lowercase();
    if let Some((_, right)) = MISTAKES.iter().find(|(wrong, _)| *wrong == folded) {
        return format!("did you mean `{right}`?");
    }
    if read_number_form(&folded).is_some() {
        return format!("did you mean `{folded}`?");
    }
    let unfolded = text.to_uppercase();
    if read_range_form(&unfolded).is_some() {
        return format!("did you mean `{unfolded}`?");
    }
    match nearest(text, CLASSIC.iter().map(|(name, _)| *name)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "statistics are `Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount`, `p99`, `tm99`, `TM(10%:90%)`, `PR(:300)`, …"
            .to_owned(),
    }
}

/// `p99.9`, `tm99`: lower case, a percentage without `%`.
fn read_number_form(text: &str) -> Option<Statistic> {
    if let Some(number) = text.strip_prefix('p') {
        return percentage(number).map(Statistic::Percentile);
    }
    let (prefix, _, trimmed) = TRIMMED
        .iter()
        .find(|(prefix, ..)| text.starts_with(prefix))?;
    let bounds = Bounds {
        unit: Unit::Percent,
        low: None,
        high: Some(percentage(&text[prefix.len()..])?),
    };
    Some(Statistic::Trimmed(*trimmed, bounds))
}

/// `TM(5%:95%)`, `TC(80:500)`, `PR(:300)`: upper case, at least one bound.
fn read_range_form(text: &str) -> Option<Statistic> {
    let (name, range) = text.strip_suffix(')')?.split_once('(')?;
    let bounds = read_bounds(range)?;
    if name == "PR" {
        return (bounds.unit == Unit::Value).then_some(Statistic::PercentileRank(bounds));
    }
    let (.., trimmed) = TRIMMED.iter().find(|(_, upper, _)| *upper == name)?;
    Some(Statistic::Trimmed(*trimmed, bounds))
}

fn read_bounds(range: &str) -> Option<Bounds> {
    let (low, high) = range.split_once(':')?;
    let percent = [low, high].iter().any(|bound| bound.ends_with('%'));
    let unit = if percent { Unit::Percent } else { Unit::Value };
    let bounds = Bounds {
        unit,
        low: read_bound(low, unit).ok()?,
        high: read_bound(high, unit).ok()?,
    };
    match (bounds.low, bounds.high) {
        (None, None) => None,
        (Some(low), Some(high)) if low >= high => None,
        (Some(_), _) | (None, Some(_)) => Some(bounds),
    }
}

/// The text of a bound is not a number of its unit.
struct InvalidBound;

/// A bound; `None` is an open end.
fn read_bound(text: &str, unit: Unit) -> Result<Option<f64>, InvalidBound> {
    if text.is_empty() {
        return Ok(None);
    }
    let bound = match unit {
        Unit::Percent => text.strip_suffix('%').and_then(percentage),
        Unit::Value => decimal(text),
    };
    bound.map(Some).ok_or(InvalidBound)
}

fn percentage(text: &str) -> Option<f64> {
    decimal(text).filter(|number| (0.0..=100.0).contains(number))
}

fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let well_formed = !whole.is_empty()
        && is_digits(whole)
        && is_digits(fraction)
        && fraction.len() <= DECIMALS
        && !text.ends_with('.');
    text.parse::<f64>()
        .ok()
        .filter(|number| well_formed && number.is_finite())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Statistic {
    /// The statistic of the samples of one period, in any order; `None` without samples.
    pub fn of(self, samples: &[f64]) -> Option<f64> {
        if samples.is_empty() {
            return None;
        }
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let count = sorted.len() as f64;
        Some(match self {
            Statistic::SampleCount => count,
            Statistic::Sum => sorted.iter().sum(),
            Statistic::Average => sorted.iter().sum::<f64>() / count,
            Statistic::Minimum => sorted[0],
            Statistic::Maximum => sorted[sorted.len() - 1],
            Statistic::Percentile(percent) => percentile(&sorted, percent),
            Statistic::PercentileRank(bounds) => {
                100.0 * weights(&sorted, bounds).iter().sum::<f64>() / count
            }
            Statistic::Trimmed(Trimmed::Winsorized, bounds) => {
                winsorized(&sorted, bounds).iter().sum::<f64>() / count
            }
            Statistic::Trimmed(trimmed, bounds) => return trim(&sorted, trimmed, bounds),
        })
    }

    /// Combines statistics of parts into the statistic of the whole period; the order is irrelevant. `None` without parts, and for a
    /// statistic that needs further data (an average needs the number of samples, a percentile the samples).
    pub fn combine(self, parts: &[f64]) -> Option<f64> {
        let whole = match self {
            Statistic::Sum | Statistic::SampleCount => Statistic::Sum,
            Statistic::Minimum | Statistic::Maximum => self,
            Statistic::Average
            | Statistic::Percentile(_)
            | Statistic::Trimmed(..)
            | Statistic::PercentileRank(_) => return None,
        };
        whole.of(parts)
    }

    /// The minimum number of samples for a percentile; with fewer, an alarm that ignores low samples keeps its state.
    pub fn samples_needed(self) -> Option<f64> {
        match self {
            Statistic::Percentile(percent) if percent >= 50.0 => Some(1000.0 / (100.0 - percent)),
            Statistic::Percentile(percent) => Some(1000.0 / percent),
            Statistic::SampleCount
            | Statistic::Average
            | Statistic::Sum
            | Statistic::Minimum
            | Statistic::Maximum
            | Statistic::Trimmed(..)
            | Statistic::PercentileRank(_) => None,
        }
    }
}

/// The percentile by nearest rank. UNVERIFIED: AWS does not document its method.
fn percentile(sorted: &[f64], percent: f64) -> f64 {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between zero and the number of samples"
    )]
    let rank = (percent / 100.0 * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// The percentile by nearest rank of values with their counts, in any order; `None` without samples.
pub fn percentile_of_counts(counts: &mut [(f64, f64)], percent: f64) -> Option<f64> {
    counts.sort_by(|one, other| one.0.total_cmp(&other.0));
    let total: f64 = counts.iter().map(|(_, count)| count).sum();
    let rank = (percent / 100.0 * total).ceil().clamp(1.0, total.max(1.0));
    let mut below = 0.0;
    let value = counts.iter().find(|(_, count)| {
        below += count;
        below >= rank
    });
    value.or(counts.last()).map(|(value, _)| *value)
}

/// The weight of each sample within bounds: 0 or 1 for values; a fraction at the edges for percentages.
fn weights(sorted: &[f64], bounds: Bounds) -> Vec<f64> {
    let count = sorted.len() as f64;
    let samples = sorted.iter().enumerate();
    samples
        .map(|(index, sample)| match bounds.unit {
            Unit::Value => {
                let inside = bounds.low.is_none_or(|low| *sample > low)
                    && bounds.high.is_none_or(|high| *sample <= high);
                f64::from(u8::from(inside))
            }
            Unit::Percent => {
                let from = bounds.low.unwrap_or(0.0) / 100.0 * count;
                let to = bounds.high.unwrap_or(100.0) / 100.0 * count;
                let start = index as f64;
                ((start + 1.0).min(to) - start.max(from)).max(0.0)
            }
        })
        .collect()
}

fn trim(sorted: &[f64], trimmed: Trimmed, bounds: Bounds) -> Option<f64> {
    let weights = weights(sorted, bounds);
    let count: f64 = weights.iter().sum();
    let sum: f64 = weights
        .iter()
        .zip(sorted)
        .map(|(weight, sample)| weight * sample)
        .sum();
    match trimmed {
        Trimmed::Count => Some(count),
        Trimmed::Sum => Some(sum),
        Trimmed::Mean | Trimmed::Winsorized => (count > 0.0).then(|| sum / count),
    }
}

fn winsorized(sorted: &[f64], bounds: Bounds) -> Vec<f64> {
    let at = |bound: Option<f64>| match bounds.unit {
        Unit::Value => bound,
        Unit::Percent => bound.map(|percent| percentile(sorted, percent)),
    };
    let (low, high) = (
        at(bounds.low).unwrap_or(f64::NEG_INFINITY),
        at(bounds.high).unwrap_or(f64::INFINITY),
    );
    sorted
        .iter()
        .map(|sample| sample.max(low).min(high))
        .collect()
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((name, _)) = CLASSIC.iter().find(|(_, classic)| classic == self) {
            return f.write_str(name);
        }
        match self {
            Statistic::Percentile(percent) => write!(f, "p{percent}"),
            Statistic::PercentileRank(bounds) => write!(f, "PR({bounds})"),
            Statistic::Trimmed(trimmed, bounds) => {
                let name = TRIMMED
                    .iter()
                    .find(|(.., kind)| kind == trimmed)
                    .map_or("", |(_, upper, _)| upper);
                write!(f, "{name}({bounds})")
            }
            Statistic::SampleCount
            | Statistic::Average
            | Statistic::Sum
            | Statistic::Minimum
            | Statistic::Maximum => Ok(()),
        }
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Percent => "%",
            Unit::Value => "",
        };
        let end = |bound: Option<f64>| {
            bound
                .map(|bound| format!("{bound}{unit}"))
                .unwrap_or_default()
        };
        write!(f, "{}:{}", end(self.low), end(self.high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_printed() {
        let same = [
            "Sum",
            "SampleCount",
            "p99",
            "p99.9",
            "p0",
            "p100",
            "TM(5%:95%)",
            "TM(100:200)",
            "TM(:95%)",
            "TM(10%:)",
            "WM(10%:90%)",
        ];
        for name in same.into_iter().chain([
            "TC(80:500)",
            "TC(:0.5)",
            "TS(80%:)",
            "PR(:300)",
            "PR(100:2000)",
            "PR(10:)",
            "p95.4512345678",
        ]) {
            assert_eq!(
                parse(name).map(|statistic| statistic.to_string()),
                Ok(name.to_owned())
            );
        }
        assert_eq!(parse("tm99"), parse("TM(:99%)"));
        assert_eq!(parse("IQM"), parse("TM(25%:75%)"));
        assert_eq!(parse("ts90.5"), parse("TS(:90.5%)"));
    }

    #[test]
    fn wrong_names_get_the_nearest_right_one() {
        let help = |name: &str| parse(name).unwrap_err().help.unwrap();
        assert_eq!(help("avg"), "did you mean `Average`?");
        assert_eq!(help("sum"), "did you mean `Sum`?");
        assert_eq!(help("Averge"), "did you mean `Average`?");
        assert_eq!(help("P99"), "did you mean `p99`?");
        assert_eq!(help("TM99"), "did you mean `tm99`?");
        assert_eq!(help("tm(5%:95%)"), "did you mean `TM(5%:95%)`?");
        for name in [
            "",
            "p",
            "p101",
            "p-1",
            "p9.",
            "p.5",
            "p99.12345678901",
            "pe3",
            "TM()",
            "TM(:)",
            "TM(5%:95)",
            "TM(9%:5%)",
            "PR(5%:)",
            "XX(1:2)",
        ] {
            assert!(parse(name).is_err(), "{name}");
        }
    }

    #[test]
    fn bounds_beyond_10_to_90_percent_get_a_warning() {
        assert_eq!(check("TM(5%:95%)").len(), 1);
        assert_eq!(check("TM(10%:90%)"), []);
        assert_eq!(check("tm99"), []);
        assert_eq!(check("TM(5:95)"), []);
    }

    fn of(name: &str, samples: &[f64]) -> f64 {
        parse(name).unwrap().of(samples).unwrap()
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "small whole numbers are exact")]
    fn statistics_of_samples() {
        let ten: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        let expected = [
            ("SampleCount", 10.0),
            ("Sum", 55.0),
            ("Average", 5.5),
            ("Minimum", 1.0),
            ("Maximum", 10.0),
            ("p50", 5.0),
            ("p90", 9.0),
            ("p91", 10.0),
            ("p0", 1.0),
            ("p100", 10.0),
            ("TM(10%:90%)", 5.5),
            ("tm80", 4.5),
            ("ts80", 36.0),
            ("tc85", 8.5),
            ("TC(2:5)", 3.0),
            ("TS(2:5)", 12.0),
            ("TM(2:5)", 4.0),
            ("PR(:3)", 30.0),
            ("PR(3:5)", 20.0),
            ("PR(8:)", 20.0),
            ("WM(:8)", 5.2),
            ("WM(10%:80%)", 5.2),
        ];
        for (name, value) in expected {
            assert_eq!(of(name, &ten), value, "{name}");
        }
    }

    #[test]
    fn without_samples_there_is_no_statistic() {
        assert_eq!(Statistic::Sum.of(&[]), None);
        assert_eq!(
            parse("TM(100:200)").unwrap().of(&[1.0]),
            None,
            "no sample within the bounds"
        );
        assert_eq!(parse("TC(100:200)").unwrap().of(&[1.0]), Some(0.0));
    }

    #[test]
    fn a_percentile_of_counts_is_that_of_the_samples() {
        let samples = [5.0, 1.0, 1.0, 9.0, 5.0, 5.0, 2.0];
        let counts = [(5.0, 3.0), (1.0, 2.0), (9.0, 1.0), (2.0, 1.0)];
        for percent in [0.1, 10.0, 28.0, 29.0, 50.0, 85.0, 86.0, 99.9, 100.0] {
            assert_eq!(
                percentile_of_counts(&mut counts.clone(), percent),
                Statistic::Percentile(percent).of(&samples),
                "p{percent}"
            );
        }
        assert_eq!(percentile_of_counts(&mut [], 50.0), None);
    }

    #[test]
    fn percentiles_need_samples() {
        let needed = |name: &str| parse(name).unwrap().samples_needed().map(f64::round);
        assert_eq!(needed("p99"), Some(1000.0));
        assert_eq!(needed("p50"), Some(20.0));
        assert_eq!(needed("p10"), Some(100.0));
        assert_eq!(needed("Sum"), None);
    }
}
