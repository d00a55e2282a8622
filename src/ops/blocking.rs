//! CPU work beside the conversation with an account.

use std::panic::resume_unwind;

/// Runs CPU work on another thread while this one talks to the account. Successive pieces of work
/// share one thread, so that the memory that one frees serves the next.
pub(super) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|ended| resume_unwind(ended.into_panic()))
}
