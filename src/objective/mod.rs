//! Service-level objectives as authors write them (`[[slo]]`), and the arithmetic of burn rates. `synth` makes alarms of them.

mod budget;
mod burn_rate;
mod measure;
mod model;
mod own_metrics;
mod read;
mod signals;
mod written_rates;

pub use budget::budget;
pub use burn_rate::{BurnRate, Counting, budget_spent, fitting_rates, window_text};
pub use measure::{LatencyUnit, Measures, Threshold, measures};
pub use model::{Engine, Indicator, Objective, OwnMetric, Ratio};
pub use read::{MIN_FAILURES, MOST_DAYS, is_objective_name, of_definitions, of_project};
pub use signals::look_back_windows;

#[cfg(test)]
mod tests;
