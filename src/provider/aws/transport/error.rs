//! Why the transport made no call, or did not accept its answer.

/// A failure that the SDK must not retry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::provider::aws) enum TransportError {
    /// The endpoint is given up.
    #[error("{0}")]
    Unreachable(String),
    /// The operation is given up.
    #[error("no call was accepted for {seconds} s")]
    Throttled { seconds: u64 },
    /// The operation is given up.
    #[error("only server errors for {seconds} s")]
    ServerErrors { seconds: u64 },
    /// The answer does not have the form of the service's protocol.
    #[error("{0}")]
    Foreign(String),
}
