//! One item of an estimate.

use serde::Serialize;

use super::prices::Price;

/// A billed item.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    pub what: &'static str,
    /// Per month.
    pub quantity: f64,
    pub unit: String,
    /// After subtraction of the account's whole free tier.
    pub usd: f64,
    pub usd_before_free_tier: f64,
}

impl Line {
    pub(super) fn of(what: &'static str, quantity: f64, price: &Price) -> Self {
        let quantity = rounded(quantity);
        Self {
            what,
            quantity,
            unit: price.unit.of(quantity).to_owned(),
            usd: rounded(price.usd_beyond_free(quantity)),
            usd_before_free_tier: rounded(price.usd(quantity)),
        }
    }
}

/// Rounds to a hundredth of a cent, for readable JSON.
pub(super) fn rounded(usd: f64) -> f64 {
    (usd * 10_000.0).round() / 10_000.0
}
