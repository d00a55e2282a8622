//! A progress bar for an apply, on a terminal's standard error.

use indicatif::{ProgressBar, ProgressStyle};

use crate::apply::{ApplyEvent, ChangeResult, Observer};

/// A bar with the current kind of artifact and the failures.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn new(changes: usize) -> Self {
        let bar = ProgressBar::new(changes as u64);
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Progress {
    fn on(&mut self, event: ApplyEvent<'_>) {
        match event {
            ApplyEvent::Started { kind, count, .. } => {
                self.bar.set_message(format!("{kind}s ({count})"));
            }
            ApplyEvent::Finished { id, result } => {
                self.bar.inc(1);
                if let ChangeResult::Failed { error } = result {
                    self.bar.println(format!("{id}: {error}"));
                }
            }
        }
    }
}
