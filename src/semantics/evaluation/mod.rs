//! CloudWatch's evaluation of alarms: from the points of an alarm to its states and actions. Points are numbers at times; the metrics behind
//! them are unknown here.

pub mod band;
mod criterion;
pub mod data;
mod datapoint;
mod evaluate;
mod missing_data;
pub mod mute;
mod reason;
mod schedule;
mod settings;
pub mod suppression;
pub mod timeline;
pub mod windows;

pub use criterion::{BandOperator, ComparisonOperator, Criterion};
pub use datapoint::{Datapoint, DatapointSource};
pub use evaluate::{Basis, Evaluation, evaluate};
pub use missing_data::{DynamoDbMissingData, MissingData, missing_data_for};
pub use reason::reason;
pub use settings::{EvaluationSettings, WarmUp, WarmUpEnd};
pub use windows::{EvaluationRange, Window};

#[cfg(test)]
mod tests;
