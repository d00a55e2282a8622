//! Conversion of alarms between artifacts and CloudWatch's types, without a client. Reading is the inverse of writing. An alarm in
//! a form that tracewatch never writes differs from every artifact.

mod composite;
mod fields;
mod read;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_cloudwatch::types::AlarmType;

pub(super) use self::composite::{read_composite, write_composite};
pub(super) use self::read::read;
pub(super) use self::write::{stat_query, write};

/// Without types `DescribeAlarms` lists metric alarms only.
pub(crate) fn types() -> Vec<AlarmType> {
    vec![AlarmType::MetricAlarm, AlarmType::CompositeAlarm]
}
