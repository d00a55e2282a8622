//! The inputs of checks.

/// The input of a check. Each variant includes the earlier variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// The project's own files.
    Nothing,
    /// An inventory of the stack.
    Stack,
    /// The state of the account.
    Account,
    /// The past values of metrics.
    History,
}
