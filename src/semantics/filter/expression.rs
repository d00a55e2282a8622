//! The syntax tree of filter expressions.

use serde_json::Value;

use super::keywords::Keyword;
use super::operator::FilterOperator;
use super::root_cause::{RootCause, RootCauseLevel};

/// A filter expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// `OR` of two or more.
    Any(Vec<Filter>),
    /// `AND` of two or more. Adjacent conditions without an operator have the same meaning.
    All(Vec<Filter>),
    Not(Box<Filter>),
    Service {
        node: Option<ServiceNode>,
        filter: Option<Box<Filter>>,
    },
    Edge {
        nodes: Option<(ServiceNode, ServiceNode)>,
        filter: Option<Box<Filter>>,
    },
    RootCause {
        cause: RootCause,
        level: RootCauseLevel,
        filter: Box<Filter>,
    },
    RootCauseJson {
        equal: bool,
        object: Value,
    },
    Compare {
        operand: Operand,
        operator: FilterOperator,
        value: Literal,
    },
    /// An operand without comparison: matches a true or existing value.
    Present(Operand),
}

/// The left operand of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    Keyword(&'static Keyword),
    Annotation { end: Option<EdgeEnd>, key: String },
    GroupName,
    GroupArn,
}

/// The end of an edge that an annotation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EdgeEnd {
    Source,
    Destination,
}

/// A service node, in `service()` and `edge()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceNode {
    Name(String),
    Id {
        name: Option<String>,
        kind: Option<String>,
        account: Option<String>,
    },
}

/// The right operand of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    Boolean(bool),
    Number(f64),
    Text(String),
}

impl Filter {
    pub(super) fn operand(&self) -> Option<&Operand> {
        match self {
            Filter::Compare { operand, .. } | Filter::Present(operand) => Some(operand),
            Filter::Any(_)
            | Filter::All(_)
            | Filter::Not(_)
            | Filter::Service { .. }
            | Filter::Edge { .. }
            | Filter::RootCause { .. }
            | Filter::RootCauseJson { .. } => None,
        }
    }

    /// Whether the expression or one of its parts matches the predicate.
    pub(super) fn any(&self, matches: &dyn Fn(&Filter) -> bool) -> bool {
        matches(self)
            || match self {
                Filter::Any(parts) | Filter::All(parts) => {
                    parts.iter().any(|part| part.any(matches))
                }
                Filter::Not(part) | Filter::RootCause { filter: part, .. } => part.any(matches),
                Filter::Service { filter, .. } | Filter::Edge { filter, .. } => {
                    filter.iter().any(|part| part.any(matches))
                }
                Filter::RootCauseJson { .. } | Filter::Compare { .. } | Filter::Present(_) => false,
            }
    }

    pub(super) fn is_chain(&self) -> bool {
        matches!(self, Filter::Any(_) | Filter::All(_))
    }
}
