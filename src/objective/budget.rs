//! The budget of an objective.

/// The fraction of requests or minutes that may fail: 99.9 % leaves 0.001, without the error of binary fractions.
pub fn budget(percent: f64) -> f64 {
    const DIGITS: f64 = 1e10;
    ((1.0 - percent / 100.0) * DIGITS).round() / DIGITS
}
