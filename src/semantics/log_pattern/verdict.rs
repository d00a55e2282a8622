//! Answers that may be unknown.

/// Whether an event matches; `None` where AWS documents no answer.
pub type Verdict = Option<bool>;

pub(super) fn all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    any(verdicts.into_iter().map(not)).map(|any| !any)
}

pub(super) fn any(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let mut known = Some(false);
    for verdict in verdicts {
        match verdict {
            Some(true) => return Some(true),
            Some(false) => {}
            None => known = None,
        }
    }
    known
}

fn not(verdict: Verdict) -> Verdict {
    verdict.map(|verdict| !verdict)
}
