//! Service-level objectives as authors write them (`[[slo]]`), and the arithmetic of burn rates. `synth` makes alarms of them.

mod burn_rate;
mod measure;
mod model;
mod read;

pub use burn_rate::{BurnRate, Counting, budget_spent, published_rates};
pub use measure::{LatencyUnit, Measures, Threshold, measures};
pub use model::{Indicator, Objective, OwnMetric, Ratio, budget};
pub use read::{of_definitions, of_project};

#[cfg(test)]
mod tests;
