//! What a check needs to know.

/// The input that a check needs. Each includes the ones before it.
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
