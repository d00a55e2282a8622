//! The notation for random traffic in trials: `30/min`, `30/min daily`, `12/h in bursts of 50`, `1 every 1h`, `5000 at 02:00 in 30m`; parts are
//! joined by ` + `.

use std::ops::Range;

use super::error::SyntaxError;

const MINUTES_OF_DAY: u32 = 24 * 60;

/// The most requests that a minute may have on average.
pub const MOST_PER_MINUTE: f64 = 1e9;

/// Requests that arrive at random times: the sum of several sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic(pub Vec<Arrivals>);

/// One source of requests. Rates are means per minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrivals {
    /// A Poisson process.
    Steady { per_minute: f64 },
    /// A Poisson process whose rate follows a sine over the day: zero at 03:00, twice the mean at 15:00.
    Daily { per_minute: f64 },
    /// Groups of requests in the same minute; the groups are a Poisson process.
    Bursts { per_minute: f64, size: u32 },
    /// A fixed number of requests at multiples of an interval after midnight.
    Every { requests: u32, minutes: u32 },
    /// A Poisson process for part of each day, with this many requests on average.
    Batch {
        requests: u32,
        /// Minutes after midnight.
        starts: u32,
        minutes: u32,
    },
}

impl Traffic {
    /// Steady traffic.
    pub fn steady(per_minute: f64) -> Self {
        Self(vec![Arrivals::Steady { per_minute }])
    }
}

impl Arrivals {
    /// The expected number of requests in a minute, given in minutes after a midnight.
    pub fn mean(self, minute: u32) -> f64 {
        let time = minute % MINUTES_OF_DAY;
        match self {
            Arrivals::Steady { per_minute } | Arrivals::Bursts { per_minute, .. } => per_minute,
            Arrivals::Daily { per_minute } => {
                let hours_after_nine = f64::from(time) / 60.0 - 9.0;
                per_minute * (1.0 + (hours_after_nine / 24.0 * std::f64::consts::TAU).sin())
            }
            Arrivals::Every { requests, minutes } => f64::from(if minute.is_multiple_of(minutes) {
                requests
            } else {
                0
            }),
            Arrivals::Batch {
                requests,
                starts,
                minutes,
            } => {
                let since = (time + MINUTES_OF_DAY - starts) % MINUTES_OF_DAY;
                if since < minutes {
                    f64::from(requests) / f64::from(minutes)
                } else {
                    0.0
                }
            }
        }
    }
}

/// Parses the notation.
pub fn parse(text: &str) -> Result<Traffic, SyntaxError> {
    let mut sources = Vec::new();
    let mut start = 0;
    for part in text.split('+') {
        let span = start..start + part.len();
        sources.push(source(part.trim()).ok_or_else(|| unknown(part.trim(), span))?);
        start += part.len() + 1;
    }
    Ok(Traffic(sources))
}

fn unknown(part: &str, span: Range<usize>) -> SyntaxError {
    SyntaxError::error(span, format!("`{part}` is not traffic")).help(
        "`30/min`, `5/s`, `12/h`, `30/min daily`, `12/h in bursts of 50`, `1 every 1h` or `5000 at 02:00 in 30m`",
    )
}

fn source(text: &str) -> Option<Arrivals> {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [rate] => Some(Arrivals::Steady {
            per_minute: per_minute(rate)?,
        }),
        [rate, "daily"] => Some(Arrivals::Daily {
            per_minute: per_minute(rate)?,
        }),
        [rate, "in", "bursts", "of", size] => Some(Arrivals::Bursts {
            per_minute: per_minute(rate)?,
            size: positive(size)?,
        }),
        [requests, "every", interval] => Some(Arrivals::Every {
            requests: positive(requests)?,
            minutes: minutes(interval)?,
        }),
        [requests, "at", time, "in", length] => Some(Arrivals::Batch {
            requests: positive(requests)?,
            starts: time_of_day(time)?,
            minutes: minutes(length).filter(|minutes| *minutes <= MINUTES_OF_DAY)?,
        }),
        _ => None,
    }
}

/// `30/min` as 30.
fn per_minute(rate: &str) -> Option<f64> {
    let (number, unit) = rate.split_once('/')?;
    let per_unit: f64 = digits(number)?.parse().ok()?;
    let minutes = match unit {
        "s" => 1.0 / 60.0,
        "min" => 1.0,
        "h" => 60.0,
        "day" => f64::from(MINUTES_OF_DAY),
        _ => return None,
    };
    Some(per_unit / minutes).filter(|rate| *rate <= MOST_PER_MINUTE)
}

fn digits(text: &str) -> Option<&str> {
    text.bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.')
        .then_some(text)
}

fn positive(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number > 0)
}

/// `30m` or `1h` as minutes.
fn minutes(text: &str) -> Option<u32> {
    match text.strip_suffix('h') {
        Some(hours) => positive(hours)?.checked_mul(60),
        None => positive(text.strip_suffix('m')?),
    }
}

/// `02:30` as minutes after midnight.
fn time_of_day(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_notation_is_parsed() {
        let cases = [
            ("30/min", Arrivals::Steady { per_minute: 30.0 }),
            ("5/s", Arrivals::Steady { per_minute: 300.0 }),
            ("12/h", Arrivals::Steady { per_minute: 0.2 }),
            ("720/day", Arrivals::Steady { per_minute: 0.5 }),
            ("30/min daily", Arrivals::Daily { per_minute: 30.0 }),
            (
                "12/h in bursts of 50",
                Arrivals::Bursts {
                    per_minute: 0.2,
                    size: 50,
                },
            ),
            (
                "1 every 1h",
                Arrivals::Every {
                    requests: 1,
                    minutes: 60,
                },
            ),
            (
                "5000 at 02:30 in 30m",
                Arrivals::Batch {
                    requests: 5000,
                    starts: 150,
                    minutes: 30,
                },
            ),
        ];
        for (text, arrivals) in cases {
            assert_eq!(parse(text), Ok(Traffic(vec![arrivals])), "{text}");
        }
        let both = parse("3/min + 1 every 5m").expect("two sources");
        assert_eq!(both.0.len(), 2);
    }

    #[test]
    fn errors_have_the_span_of_the_wrong_part() {
        for (text, span) in [
            ("", 0..0),
            ("30", 0..2),
            ("30/week", 0..7),
            ("-3/min", 0..6),
            ("99999999/s", 0..10),
            ("3/min + 0 every 5m", 7..18),
            ("9 at 24:00 in 5m", 0..16),
            ("9 at 02:00 in 25h", 0..17),
        ] {
            assert_eq!(parse(text).map_err(|error| error.span), Err(span), "{text}");
        }
    }

    #[test]
    fn a_day_has_the_stated_mean() {
        for (text, mean) in [
            ("30/min daily", 30.0 * 1440.0),
            ("2 every 1h", 48.0),
            ("5000 at 23:45 in 30m", 5000.0),
        ] {
            let traffic = parse(text).expect("traffic");
            let day: f64 = (0..1440).map(|minute| traffic.0[0].mean(minute)).sum();
            assert!((day - mean).abs() < 1e-6 * mean, "{text}: {day}");
        }
    }
}
