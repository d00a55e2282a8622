//! Burn rates: how many times faster than allowed failures spend the error budget. At a rate of 1 the budget lasts exactly the objective's window.
//!
//! The rates and windows are those of "The Site Reliability Workbook", chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".

use super::budget::budget;
use crate::artifact::Severity;

/// Seconds of a day: the longest period of an alarm (`PutMetricAlarm`, `Period`).
const DAY: u32 = 86_400;

/// An alarm on the error budget: it notifies while both windows burn the budget at this rate or faster. The short window ends the alarm
/// soon after the failures end.
#[derive(Debug, Clone, PartialEq)]
pub struct BurnRate {
    /// Failures in relation to the failures that the objective allows.
    pub rate: f64,
    /// Seconds.
    pub long: u32,
    /// Seconds.
    pub short: u32,
    pub severity: Severity,
}

/// What an objective counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    Requests,
    /// Minutes: each is good or bad.
    Minutes,
}

/// The published rates for an objective of 30 days: 2 %, 5 %, 10 % and 10 % of the budget are spent in the long window.
pub(super) fn published_rates() -> [BurnRate; 4] {
    const MINUTE: u32 = 60;
    const HOUR: u32 = 3600;
    [
        (14.4, HOUR, 5 * MINUTE, Severity::Critical),
        (6.0, 6 * HOUR, 30 * MINUTE, Severity::Critical),
        (3.0, DAY, 2 * HOUR, Severity::Warning),
        (1.0, 3 * DAY, 6 * HOUR, Severity::Warning),
    ]
    .map(|(rate, long, short, severity)| BurnRate {
        rate,
        long,
        short,
        severity,
    })
}

/// The published rates that fit an objective.
pub fn fitting_rates(percent: f64, days: u32, counting: Counting) -> Vec<BurnRate> {
    let published = published_rates().into_iter();
    published
        .filter(|burn| burn.fits(budget(percent), days, counting))
        .collect()
}

/// The fraction of the budget that `seconds` at a burn rate spend, for an objective over `days`.
pub fn budget_spent(rate: f64, seconds: u32, days: u32) -> f64 {
    rate * f64::from(seconds) / (f64::from(days) * f64::from(DAY))
}

/// A window in its largest whole unit: `5m`, `6h`, `3d`.
pub fn window_text(seconds: u32) -> String {
    const UNITS: [(u32, char); 3] = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    let unit = UNITS.iter().find(|(size, _)| seconds.is_multiple_of(*size));
    match unit {
        Some((size, unit)) => format!("{}{unit}", seconds / size),
        None => format!("{seconds}s"),
    }
}

impl Counting {
    /// The period in seconds and the number of periods of an alarm on a window. `None` if CloudWatch cannot evaluate the window.
    /// Requests are counted in one period of up to a day, or in two to seven periods of a day. Minutes are counted for up to a day.
    pub fn periods(self, window: u32) -> Option<(u32, u32)> {
        match self {
            Counting::Requests if window <= DAY && window.is_multiple_of(60) => Some((window, 1)),
            Counting::Requests if window.is_multiple_of(DAY) && window / DAY <= 7 => {
                Some((DAY, window / DAY))
            }
            Counting::Minutes if window <= DAY && window.is_multiple_of(60) => {
                Some((60, window / 60))
            }
            Counting::Requests | Counting::Minutes => None,
        }
    }
}

impl BurnRate {
    /// Whether CloudWatch can evaluate both windows, failures alone can reach the rate, and something of the budget is left at the end
    /// of the long window.
    pub fn fits(&self, budget: f64, days: u32, counting: Counting) -> bool {
        self.rate * budget < 1.0
            && budget_spent(self.rate, self.long, days) < 1.0
            && counting.periods(self.long).is_some()
            && counting.periods(self.short).is_some()
    }

    /// The fewest bad minutes that bring a window of `minutes` over the rate.
    pub fn bad_minutes(&self, budget: f64, minutes: u32) -> u32 {
        let allowed = self.rate * budget * f64::from(minutes);
        let mut numbers = 1..=minutes;
        numbers
            .find(|bad| f64::from(*bad) > allowed)
            .unwrap_or(minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "The Site Reliability Workbook", table 5-8: the budget that is spent when each alert notifies.
    #[test]
    fn the_published_rates_spend_the_published_shares_of_the_budget() {
        let spent = published_rates().map(|burn| budget_spent(burn.rate, burn.long, 30));
        let percent = spent.map(|share| format!("{:.1} %", 100.0 * share));
        assert_eq!(percent, ["2.0 %", "5.0 %", "10.0 %", "10.0 %"]);
    }

    /// The same table: a short window is a twelfth of the long one.
    #[test]
    fn a_short_window_is_a_twelfth_of_the_long_one() {
        for burn in published_rates() {
            assert_eq!(burn.short * 12, burn.long);
        }
    }

    #[test]
    fn windows_become_periods_that_cloudwatch_evaluates() {
        use crate::semantics::limits::{is_alarm_period, is_alarm_window};
        for counting in [Counting::Requests, Counting::Minutes] {
            for window in (60..=8 * DAY).step_by(60) {
                let Some((period, number)) = counting.periods(window) else {
                    continue;
                };
                assert_eq!(period * number, window);
                assert!(is_alarm_period(period), "{window}");
                assert!(is_alarm_window(period, number), "{window}");
            }
        }
        assert_eq!(Counting::Requests.periods(3 * DAY), Some((DAY, 3)));
        assert_eq!(Counting::Requests.periods(36 * 3600), None);
        assert_eq!(Counting::Minutes.periods(2 * DAY), None);
    }

    #[test]
    fn one_bad_minute_more_than_allowed_is_over_the_rate() {
        let [fast, ..] = published_rates();
        assert_eq!(fast.bad_minutes(0.01, 60), 9);
        assert_eq!(fast.bad_minutes(0.01, 5), 1);
        assert_eq!(fast.bad_minutes(0.001, 60), 1);
    }
}
