//! The keywords of filter expressions: their types, and the scopes that accept them.

use super::operator::FilterOperator;
use super::root_cause::{RootCause, RootCauseLevel};

/// The type of a keyword (X-Ray developer guide, filter expressions).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeywordType {
    Boolean,
    Number,
    Text,
}

/// A simple keyword.
#[derive(Debug, PartialEq, Eq)]
pub struct Keyword {
    pub word: &'static str,
    pub kind: KeywordType,
    /// The scopes that accept it.
    pub(super) scopes: &'static [ConditionScope],
    /// Whether another scope is an error; a warning where AWS documents only the keyword's meaning.
    pub(super) strict: bool,
    /// Accepted scopes that AWS does not document.
    pub(super) doubtful: &'static [ConditionScope],
}

/// The part of a filter expression that a condition belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ConditionScope {
    Trace,
    Service,
    Edge,
    RootCause(RootCause, RootCauseLevel),
}

impl ConditionScope {
    pub(super) fn name(self) -> &'static str {
        match self {
            ConditionScope::Trace => "outside braces",
            ConditionScope::Service => "inside `service() { … }`",
            ConditionScope::Edge => "inside `edge() { … }`",
            ConditionScope::RootCause(_, RootCauseLevel::Service) => {
                "inside a root cause's `service { … }`"
            }
            ConditionScope::RootCause(_, RootCauseLevel::Entity) => {
                "inside a root cause's `entity { … }`"
            }
            ConditionScope::RootCause(_, RootCauseLevel::Exception) => {
                "inside a root cause's `exception { … }`"
            }
        }
    }
}

const CAUSE_SERVICE: [ConditionScope; 3] = [
    ConditionScope::RootCause(RootCause::Fault, RootCauseLevel::Service),
    ConditionScope::RootCause(RootCause::Error, RootCauseLevel::Service),
    ConditionScope::RootCause(RootCause::ResponseTime, RootCauseLevel::Service),
];
const CAUSE_ENTITY: [ConditionScope; 3] = [
    ConditionScope::RootCause(RootCause::Fault, RootCauseLevel::Entity),
    ConditionScope::RootCause(RootCause::Error, RootCauseLevel::Entity),
    ConditionScope::RootCause(RootCause::ResponseTime, RootCauseLevel::Entity),
];
const CAUSE_EXCEPTION: [ConditionScope; 2] = [
    ConditionScope::RootCause(RootCause::Fault, RootCauseLevel::Exception),
    ConditionScope::RootCause(RootCause::Error, RootCauseLevel::Exception),
];

const ANY_TRACE: &[ConditionScope] = &[
    ConditionScope::Trace,
    ConditionScope::Service,
    ConditionScope::Edge,
];
const ANY_CAUSE: &[ConditionScope] = &[
    CAUSE_SERVICE[0],
    CAUSE_SERVICE[1],
    CAUSE_SERVICE[2],
    CAUSE_ENTITY[0],
    CAUSE_ENTITY[1],
    CAUSE_ENTITY[2],
    CAUSE_EXCEPTION[0],
    CAUSE_EXCEPTION[1],
];
const NAMED: &[ConditionScope] = &[
    ConditionScope::Service,
    CAUSE_SERVICE[0],
    CAUSE_SERVICE[1],
    CAUSE_SERVICE[2],
    CAUSE_ENTITY[0],
    CAUSE_ENTITY[1],
    CAUSE_ENTITY[2],
    CAUSE_EXCEPTION[0],
    CAUSE_EXCEPTION[1],
];

const fn lenient(word: &'static str, kind: KeywordType) -> Keyword {
    Keyword {
        word,
        kind,
        scopes: ANY_TRACE,
        strict: false,
        doubtful: &[],
    }
}

const fn http(word: &'static str, kind: KeywordType) -> Keyword {
    Keyword {
        word,
        kind,
        scopes: ANY_TRACE,
        strict: false,
        doubtful: &[ConditionScope::Edge],
    }
}

const fn strict(
    word: &'static str,
    kind: KeywordType,
    scopes: &'static [ConditionScope],
) -> Keyword {
    Keyword {
        word,
        kind,
        scopes,
        strict: true,
        doubtful: &[],
    }
}

pub(super) static KEYWORDS: [Keyword; 26] = [
    lenient("ok", KeywordType::Boolean),
    lenient("error", KeywordType::Boolean),
    lenient("throttle", KeywordType::Boolean),
    lenient("fault", KeywordType::Boolean),
    lenient("partial", KeywordType::Boolean),
    Keyword {
        word: "inferred",
        kind: KeywordType::Boolean,
        scopes: &[
            ConditionScope::Trace,
            ConditionScope::Service,
            CAUSE_SERVICE[0],
            CAUSE_SERVICE[1],
            CAUSE_SERVICE[2],
        ],
        strict: false,
        doubtful: &[],
    },
    strict("first", KeywordType::Boolean, ANY_CAUSE),
    strict("last", KeywordType::Boolean, ANY_CAUSE),
    strict("remote", KeywordType::Boolean, &CAUSE_ENTITY),
    strict("root", KeywordType::Boolean, &[ConditionScope::Service]),
    lenient("responsetime", KeywordType::Number),
    lenient("duration", KeywordType::Number),
    http("http.status", KeywordType::Number),
    strict("index", KeywordType::Number, ANY_CAUSE),
    strict(
        "coverage",
        KeywordType::Number,
        &[ConditionScope::RootCause(
            RootCause::ResponseTime,
            RootCauseLevel::Entity,
        )],
    ),
    http("http.url", KeywordType::Text),
    http("http.method", KeywordType::Text),
    http("http.useragent", KeywordType::Text),
    http("http.clientip", KeywordType::Text),
    lenient("user", KeywordType::Text),
    strict("name", KeywordType::Text, NAMED),
    strict(
        "type",
        KeywordType::Text,
        &[
            ConditionScope::Service,
            CAUSE_SERVICE[0],
            CAUSE_SERVICE[1],
            CAUSE_SERVICE[2],
        ],
    ),
    strict("message", KeywordType::Text, &CAUSE_EXCEPTION),
    lenient("availabilityzone", KeywordType::Text),
    lenient("instance.id", KeywordType::Text),
    lenient("resource.arn", KeywordType::Text),
];

/// Words that begin a condition and are not simple keywords.
pub(super) const OTHER_WORDS: [&str; 7] = [
    "service",
    "edge",
    "annotation",
    "group.name",
    "group.arn",
    "rootcause.json",
    "NOT",
];

/// Common mistakes and their corrections.
pub(super) const MISTAKES: [(&str, &str); 8] = [
    (
        "exists",
        "a keyword or annotation without a comparison tests that it exists: `annotation[age]`",
    ),
    (
        "coldstart",
        "X-Ray has no such keyword; set an annotation in the function and filter by it",
    ),
    ("http.statuscode", "did you mean `http.status`?"),
    ("statuscode", "did you mean `http.status`?"),
    ("like", "use `CONTAINS`, `BEGINSWITH` or `ENDSWITH`"),
    (
        "matches",
        "X-Ray has no regular expressions; use `CONTAINS`, `BEGINSWITH` or `ENDSWITH`",
    ),
    ("in", "write `name = \"a\" OR name = \"b\"`"),
    ("between", "write `duration >= 5 AND duration <= 8`"),
];

/// Finds a keyword in any case: X-Ray's documentation has both `responsetime` and `responseTime`.
pub(super) fn keyword(word: &str) -> Option<&'static Keyword> {
    KEYWORDS
        .iter()
        .find(|keyword| keyword.word.eq_ignore_ascii_case(word))
}

impl KeywordType {
    pub(super) fn accepts(self, operator: FilterOperator) -> bool {
        match operator {
            FilterOperator::Equal | FilterOperator::NotEqual => true,
            FilterOperator::Less
            | FilterOperator::AtMost
            | FilterOperator::Greater
            | FilterOperator::AtLeast => self == KeywordType::Number,
            FilterOperator::Contains | FilterOperator::BeginsWith | FilterOperator::EndsWith => {
                self == KeywordType::Text
            }
        }
    }

    /// The name of the type, and its comparisons.
    pub(super) fn usage(self) -> (&'static str, &'static str) {
        match self {
            KeywordType::Boolean => (
                "true or false",
                "alone, or with `=` or `!=` and `true` or `false`",
            ),
            KeywordType::Number => (
                "a number",
                "with `=`, `!=`, `<`, `<=`, `>` or `>=` and a number",
            ),
            KeywordType::Text => (
                "text",
                "with `=`, `!=`, `CONTAINS`, `BEGINSWITH` or `ENDSWITH` and text in double quotes",
            ),
        }
    }
}
