//! Gives an endpoint up after some missing answers in succession, whichever calls they belong to.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

/// A single missing answer, or a short interruption, is no outage.
const MISSING_ANSWERS: usize = 3;
const PATIENCE: Duration = Duration::from_secs(10);

/// Foreign answers come at once, so that time says nothing about them.
const FOREIGN_ANSWERS: usize = 5;

/// Once open, it stays open for the rest of the run.
#[derive(Debug)]
pub(super) struct Circuit {
    streak: Mutex<Streak>,
    /// The reason, once it is open.
    opened: watch::Sender<Option<String>>,
}

/// Successive calls without AWS's answer.
#[derive(Debug, Default)]
struct Streak {
    missing: usize,
    foreign: usize,
    /// The first call's start.
    since: Option<Instant>,
}

impl Circuit {
    pub(super) fn new() -> Self {
        Self {
            streak: Mutex::default(),
            opened: watch::Sender::new(None),
        }
    }

    /// Waits until the circuit is open, and returns the reason.
    pub(super) async fn opened(&self) -> String {
        let mut opened = self.opened.subscribe();
        let reason = opened.wait_for(Option::is_some).await;
        // The sender lives as long as `self`.
        reason
            .ok()
            .and_then(|reason| reason.clone())
            .unwrap_or_default()
    }

    /// Records an answer.
    pub(super) fn answered(&self) {
        self.update(|streak| *streak = Streak::default());
    }

    /// Records a call without an answer, from its start to now.
    pub(super) fn missing(&self, endpoint: &str, cause: &str, start: Instant) {
        let waited = self.update(|streak| {
            streak.missing += 1;
            let since = *streak.since.get_or_insert(start);
            let waited = Instant::now().saturating_duration_since(since);
            (streak.missing >= MISSING_ANSWERS && waited >= PATIENCE).then_some(waited)
        });
        if let Some(waited) = waited {
            let seconds = waited.as_secs();
            self.open(format!(
                "no answer from {endpoint} for {seconds} s: {cause}"
            ));
        }
    }

    /// Records a foreign answer.
    pub(super) fn foreign(&self, cause: &str) {
        let is_persistent = self.update(|streak| {
            streak.foreign += 1;
            streak.foreign >= FOREIGN_ANSWERS
        });
        if is_persistent {
            self.open(cause.to_owned());
        }
    }

    fn update<T>(&self, change: impl FnOnce(&mut Streak) -> T) -> T {
        change(&mut self.streak.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The first reason counts.
    fn open(&self, reason: String) {
        self.opened.send_if_modified(|opened| {
            let is_first = opened.is_none();
            opened.get_or_insert(reason);
            is_first
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(circuit: &Circuit) -> Option<String> {
        circuit.opened.borrow().clone()
    }

    #[tokio::test(start_paused = true)]
    async fn a_few_missing_answers_within_some_time_open_it() {
        let circuit = Circuit::new();
        let start = Instant::now();
        for _ in 0..16 {
            circuit.missing("http://x", "refused", start);
        }
        assert_eq!(reason(&circuit), None, "a short interruption");
        tokio::time::advance(PATIENCE).await;
        circuit.missing("http://x", "refused", Instant::now());
        assert_eq!(
            reason(&circuit).as_deref(),
            Some("no answer from http://x for 10 s: refused")
        );
        circuit.answered();
        assert!(reason(&circuit).is_some(), "it stays open");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_in_between_keeps_it_closed() {
        let circuit = Circuit::new();
        for _ in 0..20 {
            let start = Instant::now();
            tokio::time::advance(PATIENCE).await;
            circuit.missing("http://x", "refused", start);
            circuit.missing("http://x", "refused", start);
            circuit.answered();
        }
        assert_eq!(reason(&circuit), None);
    }

    #[test]
    fn foreign_answers_open_it_at_once() {
        let circuit = Circuit::new();
        for _ in 0..FOREIGN_ANSWERS {
            assert_eq!(reason(&circuit), None);
            circuit.foreign("HTML");
        }
        assert_eq!(reason(&circuit).as_deref(), Some("HTML"));
    }
}
