//! Limits of input files.

/// Largest file that is read. CloudFormation accepts templates of one megabyte; plans of Terraform are larger.
pub const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Most files that are compared with the name of a missing one.
pub(super) const MAX_NEIGHBOURS: usize = 1000;
