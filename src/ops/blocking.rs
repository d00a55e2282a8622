//! Runs CPU work concurrently with account requests.

use std::panic::resume_unwind;

/// Runs CPU work on another thread during account requests. Successive jobs share one thread, so
/// that its freed memory is reused.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|ended| resume_unwind(ended.into_panic()))
}
