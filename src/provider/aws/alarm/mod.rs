//! Conversion of alarms between artifacts and CloudWatch's types, without a client. Reading is the inverse of writing. An alarm in
//! a form that tracewatch never writes differs from every artifact.

mod composite;
mod fields;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use self::composite::{read_composite, write_composite};
pub(super) use self::read::read;
pub(super) use self::write::write;
