//! Parses and checks filter expressions.

use super::expression::{Filter, Operand};
use super::grammar;
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax;

/// Parses a filter expression, or returns all its errors.
pub fn parse(text: &str) -> Result<Filter, Vec<SyntaxError>> {
    syntax::accept(grammar::read(text))
}

/// All errors of a filter expression, warnings about undocumented forms, and hints about older forms.
pub fn check(text: &str) -> Vec<SyntaxError> {
    grammar::read(text).1
}

/// Like [`check`], for the expression of a group. A group's expression cannot name groups, and root causes get a warning.
pub fn check_group(text: &str) -> Vec<SyntaxError> {
    let (filter, mut errors) = grammar::read(text);
    let Some(filter) = filter else {
        return errors;
    };
    if filter.any(&names_a_group) {
        errors.push(
            SyntaxError::error(0..text.len(), "a group's expression cannot name a group")
                .help("write that group's expression"),
        );
    }
    if filter.any(&is_root_cause) {
        let message = "root causes are known only once a trace is complete; AWS does not document them in a group";
        errors.push(SyntaxError::warning(0..text.len(), message));
    }
    errors
}

fn names_a_group(part: &Filter) -> bool {
    matches!(part.operand(), Some(Operand::GroupName | Operand::GroupArn))
}

fn is_root_cause(part: &Filter) -> bool {
    matches!(
        part,
        Filter::RootCause { .. } | Filter::RootCauseJson { .. }
    )
}
