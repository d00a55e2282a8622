//! Root causes in filter expressions.

/// The kind of a root cause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootCause {
    Fault,
    Error,
    ResponseTime,
}

/// The part of the trace that a root cause condition selects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RootCauseLevel {
    Service,
    Entity,
    Exception,
}

const CAUSES: [(&str, RootCause); 3] = [
    ("fault", RootCause::Fault),
    ("error", RootCause::Error),
    ("responsetime", RootCause::ResponseTime),
];
const LEVELS: [(&str, RootCauseLevel); 3] = [
    ("service", RootCauseLevel::Service),
    ("entity", RootCauseLevel::Entity),
    ("exception", RootCauseLevel::Exception),
];

impl RootCause {
    pub(super) fn word(self) -> &'static str {
        CAUSES
            .iter()
            .find(|(_, cause)| *cause == self)
            .map_or("", |(word, _)| word)
    }
}

impl RootCauseLevel {
    pub(super) fn word(self) -> &'static str {
        LEVELS
            .iter()
            .find(|(_, level)| *level == self)
            .map_or("", |(word, _)| word)
    }
}

/// Parses the `{cause}.{level}` of `rootcause.{cause}.{level}`. A response time has no exception.
pub(super) fn root_cause(path: &str) -> Option<(RootCause, RootCauseLevel)> {
    let (cause, level) = path.split_once('.')?;
    let cause = CAUSES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(cause))?
        .1;
    let level = LEVELS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(level))?
        .1;
    (!matches!(
        (cause, level),
        (RootCause::ResponseTime, RootCauseLevel::Exception)
    ))
    .then_some((cause, level))
}
