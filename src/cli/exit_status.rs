//! The exit codes of commands.

/// The result of a command that ran without an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitStatus {
    /// Completed, or nothing to do.
    Done = 0,
    /// Partly completed; failures were reported.
    Failed = 1,
    /// Changes exist, and the command reports them by exit code.
    Changes = 2,
    /// Safety checks refused the plan.
    Refused = 3,
}
