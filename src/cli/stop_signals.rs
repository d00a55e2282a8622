//! The signals that ask the process to stop: Ctrl-C, and SIGTERM of service managers and pipelines.

use std::io;

/// A received signal. The discriminant is the exit code of a process that it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopSignal {
    Interrupt = 130,
    Terminate = 143,
}

/// Receives both signals from its creation on.
pub(crate) struct StopSignals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl StopSignals {
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> io::Result<StopSignal> {
        tokio::select! {
            _ = self.interrupt.recv() => Ok(StopSignal::Interrupt),
            _ = self.terminate.recv() => Ok(StopSignal::Terminate),
        }
    }
}

#[cfg(not(unix))]
impl StopSignals {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next signal.
    pub(crate) async fn next(&mut self) -> io::Result<StopSignal> {
        tokio::signal::ctrl_c().await?;
        Ok(StopSignal::Interrupt)
    }
}
