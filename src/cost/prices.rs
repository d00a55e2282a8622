//! AWS prices. `prices.toml` has the amounts with their sources and dates.

use serde::Deserialize;

/// The price of each billed item.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Prices {
    pub region: String,
    pub alarm_metric: Price,
    pub high_resolution_alarm_metric: Price,
    pub queried_alarm_metric: Price,
    pub composite_alarm: Price,
    pub custom_metric: Price,
    pub dashboard: Price,
    pub large_dashboard: Price,
    pub log_scanned: Price,
    pub trace_recorded: Price,
    pub trace_retrieved: Price,
    pub trace_watched_by_insights: Price,
}

/// `usd` is the price of `per` units. The first `free` units of an account cost nothing each month.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    pub usd: f64,
    pub per: f64,
    pub unit: Unit,
    pub free: f64,
    pub source: String,
    /// The month of the last look at the source (`2026-08`).
    pub date: String,
}

/// The noun of a billed quantity.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    pub one: String,
    pub several: String,
}

impl Unit {
    /// The noun after a quantity.
    pub fn of(&self, quantity: f64) -> &str {
        let is_one = (quantity - 1.0).abs() < f64::EPSILON;
        if is_one { &self.one } else { &self.several }
    }
}

impl Prices {
    /// The prices of this tracewatch version.
    #[expect(
        clippy::missing_panics_doc,
        reason = "the text is compiled in, and a test parses it"
    )]
    pub fn built_in() -> Self {
        serde_json::from_str(include_str!(concat!(env!("OUT_DIR"), "/prices.json")))
            .expect("the built-in prices are well formed")
    }

    /// The oldest date of any price.
    pub fn as_of(&self) -> String {
        let Prices {
            region: _,
            alarm_metric,
            high_resolution_alarm_metric,
            queried_alarm_metric,
            composite_alarm,
            custom_metric,
            dashboard,
            large_dashboard,
            log_scanned,
            trace_recorded,
            trace_retrieved,
            trace_watched_by_insights,
        } = self;
        let alarms = [
            alarm_metric,
            high_resolution_alarm_metric,
            queried_alarm_metric,
            composite_alarm,
            custom_metric,
            dashboard,
            large_dashboard,
            log_scanned,
        ];
        let traces = [trace_recorded, trace_retrieved, trace_watched_by_insights];
        alarms
            .into_iter()
            .chain(traces)
            .map(|price| price.date.clone())
            .min()
            .unwrap_or_default()
    }
}

impl Price {
    /// US dollars for a quantity, without the free tier.
    pub fn usd(&self, quantity: f64) -> f64 {
        quantity * self.usd / self.per
    }

    /// US dollars for a quantity, minus the whole free tier.
    pub fn usd_beyond_free(&self, quantity: f64) -> f64 {
        self.usd((quantity - self.free).max(0.0))
    }
}
