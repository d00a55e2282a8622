//! Types of resources that are not CloudFormation's.

/// The pseudo type of the resources where traces begin.
pub const ENTRY_POINT: &str = "entry-point";
