//! The progress of an apply on standard error: a bar on a terminal, else a line every few seconds.

use std::io::{IsTerminal as _, stderr};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::options::Notes;
use super::output;

use crate::apply::{ApplyEvent, ChangeResult, Observer};

/// A bar with the current kind of artifact and the failures.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The time of the last line; `None` on a terminal.
    last_line: Option<Instant>,
    notes: Notes,
}

/// The time between two lines without a terminal.
const LINE_INTERVAL: Duration = Duration::from_secs(5);

impl Progress {
    pub(crate) fn new(changes: usize, notes: Notes) -> Self {
        let bar = match notes {
            Notes::Shown => ProgressBar::new(changes as u64),
            Notes::Hidden => ProgressBar::hidden(),
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}") {
            bar.set_style(style);
        }
        let last_line = (!stderr().is_terminal()).then(Instant::now);
        Self {
            bar,
            last_line,
            notes,
        }
    }

    fn line(&mut self) {
        let Some(last) = &mut self.last_line else {
            return;
        };
        if last.elapsed() >= LINE_INTERVAL {
            *last = Instant::now();
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            let text = format!("{done} of {all} done: {}", self.bar.message());
            output::note(&text, self.notes);
        }
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
                self.line();
                if let ChangeResult::Failed { error } = result {
                    self.bar.println(format!("{id}: {error}"));
                }
            }
        }
    }
}
