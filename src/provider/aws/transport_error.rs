//! Failures of the transport.

/// The reason for a call that was not made, or whose answer was rejected. The SDK does not retry it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum TransportError {
    /// The endpoint is given up.
    #[error("{0}")]
    Unreachable(String),
    /// The operation is given up.
    #[error("no call was accepted for {seconds} s")]
    Throttled { seconds: u64 },
    /// The operation is given up.
    #[error("only server errors for {seconds} s")]
    ServerErrors { seconds: u64 },
    /// Somebody else than AWS answered.
    #[error("{0}")]
    Foreign(String),
}
