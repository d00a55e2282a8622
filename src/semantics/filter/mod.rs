//! X-Ray filter expressions: read, checked, printed back. AWS publishes no grammar; this is the union of its documented forms,
//! and what only others accept is a warning.

use std::fmt;

use serde_json::Value;

use super::SyntaxError;
use super::syntax;

mod conditions;
mod grammar;
mod keywords;

pub use keywords::{Keyword, Kind};

/// A filter expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `OR` of two or more.
    Any(Vec<Filter>),
    /// `AND` of two or more; written side by side, too.
    All(Vec<Filter>),
    Not(Box<Filter>),
    Service {
        node: Option<Node>,
        filter: Option<Box<Filter>>,
    },
    Edge {
        nodes: Option<(Node, Node)>,
        filter: Option<Box<Filter>>,
    },
    RootCause {
        cause: Cause,
        level: Level,
        filter: Box<Filter>,
    },
    RootCauseJson {
        equal: bool,
        object: Value,
    },
    Compare {
        subject: Subject,
        operator: Operator,
        value: Literal,
    },
    /// A subject alone: it is true, or there is one.
    Present(Subject),
}

/// What is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Subject {
    Keyword(&'static Keyword),
    Annotation { end: Option<EdgeEnd>, key: String },
    GroupName,
    GroupArn,
}

/// The end of an edge whose annotation is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeEnd {
    Source,
    Destination,
}

/// A service in `service()` and `edge()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    Name(String),
    Id {
        name: Option<String>,
        kind: Option<String>,
        account: Option<String>,
    },
}

/// What went wrong at the root of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Fault,
    Error,
    ResponseTime,
}

/// Where the root cause is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Service,
    Entity,
    Exception,
}

/// How a subject is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Contains,
    BeginsWith,
    EndsWith,
}

/// A value in a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Boolean(bool),
    Number(f64),
    Text(String),
}

/// Reads a filter expression; all errors when there are any.
pub fn parse(text: &str) -> Result<Filter, Vec<SyntaxError>> {
    syntax::accept(grammar::read(text))
}

/// Everything to say about a filter expression: errors; warnings about what AWS does not document; hints about older forms.
pub fn check(text: &str) -> Vec<SyntaxError> {
    grammar::read(text).1
}

/// As [`check`], for the expression of a group: a group cannot be defined by groups, and root causes are doubtful there.
pub fn check_group(text: &str) -> Vec<SyntaxError> {
    let (filter, mut problems) = grammar::read(text);
    if let Some(filter) = filter {
        if filter
            .any(&|part| matches!(part.subject(), Some(Subject::GroupName | Subject::GroupArn)))
        {
            problems.push(
                SyntaxError::error(0..text.len(), "a group's expression cannot name a group")
                    .help("write that group's expression"),
            );
        }
        if filter.any(&|part| {
            matches!(
                part,
                Filter::RootCause { .. } | Filter::RootCauseJson { .. }
            )
        }) {
            let message = "root causes are known only once a trace is complete; AWS does not document them in a group";
            problems.push(SyntaxError::warning(0..text.len(), message));
        }
    }
    problems
}

/// A literal as it is written in a filter expression. `None` for one with `"` or `\`, whose escaping AWS does not document.
pub fn quote(literal: &str) -> Option<String> {
    (!literal.contains(['"', '\\'])).then(|| format!("\"{literal}\""))
}

impl Filter {
    fn subject(&self) -> Option<&Subject> {
        match self {
            Filter::Compare { subject, .. } | Filter::Present(subject) => Some(subject),
            Filter::Any(_)
            | Filter::All(_)
            | Filter::Not(_)
            | Filter::Service { .. }
            | Filter::Edge { .. }
            | Filter::RootCause { .. }
            | Filter::RootCauseJson { .. } => None,
        }
    }

    /// Whether this or a part of it is such.
    fn any(&self, such: &dyn Fn(&Filter) -> bool) -> bool {
        such(self)
            || match self {
                Filter::Any(parts) | Filter::All(parts) => parts.iter().any(|part| part.any(such)),
                Filter::Not(part) | Filter::RootCause { filter: part, .. } => part.any(such),
                Filter::Service { filter, .. } | Filter::Edge { filter, .. } => {
                    filter.iter().any(|part| part.any(such))
                }
                Filter::RootCauseJson { .. } | Filter::Compare { .. } | Filter::Present(_) => false,
            }
    }

    fn is_chain(&self) -> bool {
        matches!(self, Filter::Any(_) | Filter::All(_))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Filter::Any(parts) => write_chain(f, parts, " OR "),
            Filter::All(parts) => write_chain(f, parts, " AND "),
            Filter::Not(part) if part.is_chain() => write!(f, "!({part})"),
            Filter::Not(part) => write!(f, "!{part}"),
            Filter::Service { node, filter } => {
                write!(f, "service(")?;
                node.iter().try_for_each(|node| write!(f, "{node}"))?;
                write!(f, ")")?;
                write_block(f, filter.as_deref())
            }
            Filter::Edge { nodes, filter } => {
                write!(f, "edge(")?;
                nodes
                    .iter()
                    .try_for_each(|(source, destination)| write!(f, "{source}, {destination}"))?;
                write!(f, ")")?;
                write_block(f, filter.as_deref())
            }
            Filter::RootCause {
                cause,
                level,
                filter,
            } => write!(
                f,
                "rootcause.{}.{} {{ {filter} }}",
                cause.word(),
                level.word()
            ),
            Filter::RootCauseJson { equal, object } => write!(
                f,
                "rootcause.json {} #{object}",
                if *equal { "=" } else { "!=" }
            ),
            Filter::Compare {
                subject,
                operator,
                value,
            } => write!(f, "{subject} {} {value}", operator.word()),
            Filter::Present(subject) => write!(f, "{subject}"),
        }
    }
}

fn write_chain(f: &mut fmt::Formatter<'_>, parts: &[Filter], between: &str) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        if part.is_chain() {
            write!(f, "({part})")?;
        } else {
            write!(f, "{part}")?;
        }
    }
    Ok(())
}

fn write_block(f: &mut fmt::Formatter<'_>, filter: Option<&Filter>) -> fmt::Result {
    filter.map_or(Ok(()), |filter| write!(f, " {{ {filter} }}"))
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Keyword(keyword) => f.write_str(keyword.word),
            Subject::Annotation { end, key } => {
                f.write_str(match end {
                    None => "",
                    Some(EdgeEnd::Source) => "source.",
                    Some(EdgeEnd::Destination) => "destination.",
                })?;
                write!(f, "annotation[{key}]")
            }
            Subject::GroupName => f.write_str("group.name"),
            Subject::GroupArn => f.write_str("group.arn"),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Node::Name(name) => write!(f, "\"{name}\""),
            Node::Id {
                name,
                kind,
                account,
            } => {
                let fields = [("name", name), ("type", kind), ("account.id", account)];
                let written: Vec<String> = fields
                    .iter()
                    .filter_map(|(field, value)| {
                        Some(format!("{field}: \"{}\"", value.as_deref()?))
                    })
                    .collect();
                write!(f, "id({})", written.join(", "))
            }
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Literal::Boolean(value) => write!(f, "{value}"),
            Literal::Number(value) => write!(f, "{value}"),
            Literal::Text(value) => write!(f, "\"{value}\""),
        }
    }
}

#[cfg(test)]
mod tests;
