//! The words of filter expressions: what each is compared with, and where it may stand.

use super::{Cause, Level, Operator};

/// What a keyword is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Boolean,
    Number,
    Text,
}

/// A simple keyword.
#[derive(Debug, PartialEq, Eq)]
pub struct Keyword {
    pub word: &'static str,
    pub kind: Kind,
    /// Where it may stand.
    pub(super) places: &'static [Place],
    /// Whether it is an error elsewhere, or (where AWS only tells its meaning) a warning.
    pub(super) strict: bool,
    /// Where only others than AWS accept it.
    pub(super) doubtful: &'static [Place],
}

/// The surroundings of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Trace,
    Service,
    Edge,
    Cause(Cause, Level),
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Place::Trace => "outside braces",
            Place::Service => "inside `service() { … }`",
            Place::Edge => "inside `edge() { … }`",
            Place::Cause(_, Level::Service) => "inside a root cause's `service { … }`",
            Place::Cause(_, Level::Entity) => "inside a root cause's `entity { … }`",
            Place::Cause(_, Level::Exception) => "inside a root cause's `exception { … }`",
        }
    }
}

const CAUSE_SERVICE: [Place; 3] = [
    Place::Cause(Cause::Fault, Level::Service),
    Place::Cause(Cause::Error, Level::Service),
    Place::Cause(Cause::ResponseTime, Level::Service),
];
const CAUSE_ENTITY: [Place; 3] = [
    Place::Cause(Cause::Fault, Level::Entity),
    Place::Cause(Cause::Error, Level::Entity),
    Place::Cause(Cause::ResponseTime, Level::Entity),
];
const CAUSE_EXCEPTION: [Place; 2] = [
    Place::Cause(Cause::Fault, Level::Exception),
    Place::Cause(Cause::Error, Level::Exception),
];

const ANY_TRACE: &[Place] = &[Place::Trace, Place::Service, Place::Edge];
const ANY_CAUSE: &[Place] = &[
    CAUSE_SERVICE[0],
    CAUSE_SERVICE[1],
    CAUSE_SERVICE[2],
    CAUSE_ENTITY[0],
    CAUSE_ENTITY[1],
    CAUSE_ENTITY[2],
    CAUSE_EXCEPTION[0],
    CAUSE_EXCEPTION[1],
];
const NAMED: &[Place] = &[
    Place::Service,
    CAUSE_SERVICE[0],
    CAUSE_SERVICE[1],
    CAUSE_SERVICE[2],
    CAUSE_ENTITY[0],
    CAUSE_ENTITY[1],
    CAUSE_ENTITY[2],
    CAUSE_EXCEPTION[0],
    CAUSE_EXCEPTION[1],
];

const fn lenient(word: &'static str, kind: Kind) -> Keyword {
    Keyword {
        word,
        kind,
        places: ANY_TRACE,
        strict: false,
        doubtful: &[],
    }
}

const fn http(word: &'static str, kind: Kind) -> Keyword {
    Keyword {
        word,
        kind,
        places: ANY_TRACE,
        strict: false,
        doubtful: &[Place::Edge],
    }
}

const fn strict(word: &'static str, kind: Kind, places: &'static [Place]) -> Keyword {
    Keyword {
        word,
        kind,
        places,
        strict: true,
        doubtful: &[],
    }
}

pub(super) static KEYWORDS: [Keyword; 26] = [
    lenient("ok", Kind::Boolean),
    lenient("error", Kind::Boolean),
    lenient("throttle", Kind::Boolean),
    lenient("fault", Kind::Boolean),
    lenient("partial", Kind::Boolean),
    Keyword {
        word: "inferred",
        kind: Kind::Boolean,
        places: &[
            Place::Trace,
            Place::Service,
            CAUSE_SERVICE[0],
            CAUSE_SERVICE[1],
            CAUSE_SERVICE[2],
        ],
        strict: false,
        doubtful: &[],
    },
    strict("first", Kind::Boolean, ANY_CAUSE),
    strict("last", Kind::Boolean, ANY_CAUSE),
    strict("remote", Kind::Boolean, &CAUSE_ENTITY),
    strict("root", Kind::Boolean, &[Place::Service]),
    lenient("responsetime", Kind::Number),
    lenient("duration", Kind::Number),
    http("http.status", Kind::Number),
    strict("index", Kind::Number, ANY_CAUSE),
    strict(
        "coverage",
        Kind::Number,
        &[Place::Cause(Cause::ResponseTime, Level::Entity)],
    ),
    http("http.url", Kind::Text),
    http("http.method", Kind::Text),
    http("http.useragent", Kind::Text),
    http("http.clientip", Kind::Text),
    lenient("user", Kind::Text),
    strict("name", Kind::Text, NAMED),
    strict(
        "type",
        Kind::Text,
        &[
            Place::Service,
            CAUSE_SERVICE[0],
            CAUSE_SERVICE[1],
            CAUSE_SERVICE[2],
        ],
    ),
    strict("message", Kind::Text, &CAUSE_EXCEPTION),
    lenient("availabilityzone", Kind::Text),
    lenient("instance.id", Kind::Text),
    lenient("resource.arn", Kind::Text),
];

/// Words that are no simple keyword but begin something.
pub(super) const OTHER_WORDS: [&str; 7] = [
    "service",
    "edge",
    "annotation",
    "group.name",
    "group.arn",
    "rootcause.json",
    "NOT",
];

/// What people write that X-Ray does not know, and what to write instead.
pub(super) const MISTAKES: [(&str, &str); 8] = [
    (
        "exists",
        "a keyword or annotation alone asks whether there is one: `annotation[age]`",
    ),
    (
        "coldstart",
        "X-Ray has no such keyword; write an annotation in the function and ask for that",
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

/// The keyword of this word; X-Ray's documentation writes both `responsetime` and `responseTime`.
pub(super) fn keyword(word: &str) -> Option<&'static Keyword> {
    KEYWORDS
        .iter()
        .find(|keyword| keyword.word.eq_ignore_ascii_case(word))
}

impl Kind {
    pub(super) fn takes(self, operator: Operator) -> bool {
        match operator {
            Operator::Equal | Operator::NotEqual => true,
            Operator::Less | Operator::AtMost | Operator::Greater | Operator::AtLeast => {
                self == Kind::Number
            }
            Operator::Contains | Operator::BeginsWith | Operator::EndsWith => self == Kind::Text,
        }
    }

    /// What such a keyword is, and how it is compared.
    pub(super) fn usage(self) -> (&'static str, &'static str) {
        match self {
            Kind::Boolean => (
                "true or false",
                "alone, or with `=` or `!=` and `true` or `false`",
            ),
            Kind::Number => (
                "a number",
                "with `=`, `!=`, `<`, `<=`, `>` or `>=` and a number",
            ),
            Kind::Text => (
                "text",
                "with `=`, `!=`, `CONTAINS`, `BEGINSWITH` or `ENDSWITH` and text in double quotes",
            ),
        }
    }
}

pub(super) const OPERATORS: [(&str, Operator); 9] = [
    ("=", Operator::Equal),
    ("!=", Operator::NotEqual),
    ("<", Operator::Less),
    ("<=", Operator::AtMost),
    (">", Operator::Greater),
    (">=", Operator::AtLeast),
    ("CONTAINS", Operator::Contains),
    ("BEGINSWITH", Operator::BeginsWith),
    ("ENDSWITH", Operator::EndsWith),
];

impl Operator {
    pub(super) fn word(self) -> &'static str {
        OPERATORS
            .iter()
            .find(|(_, operator)| *operator == self)
            .map_or("", |(word, _)| word)
    }
}

const CAUSES: [(&str, Cause); 3] = [
    ("fault", Cause::Fault),
    ("error", Cause::Error),
    ("responsetime", Cause::ResponseTime),
];
const LEVELS: [(&str, Level); 3] = [
    ("service", Level::Service),
    ("entity", Level::Entity),
    ("exception", Level::Exception),
];

impl Cause {
    pub(super) fn word(self) -> &'static str {
        CAUSES
            .iter()
            .find(|(_, cause)| *cause == self)
            .map_or("", |(word, _)| word)
    }
}

impl Level {
    pub(super) fn word(self) -> &'static str {
        LEVELS
            .iter()
            .find(|(_, level)| *level == self)
            .map_or("", |(word, _)| word)
    }
}

/// What `rootcause.{cause}.{level}` names; a response time has no exception.
pub(super) fn root_cause(path: &str) -> Option<(Cause, Level)> {
    let (cause, level) = path.split_once('.')?;
    let cause = CAUSES
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(cause))?
        .1;
    let level = LEVELS
        .iter()
        .find(|(word, _)| word.eq_ignore_ascii_case(level))?
        .1;
    (!matches!((cause, level), (Cause::ResponseTime, Level::Exception))).then_some((cause, level))
}
