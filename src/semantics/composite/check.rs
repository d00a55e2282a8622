//! Parses rules and checks them against CloudWatch's limits.

use super::grammar;
use super::rule::AlarmRule;
use crate::semantics::error::SyntaxError;
use crate::semantics::{limits, syntax};

/// Parses a rule, or returns all its errors.
pub fn parse(text: &str) -> Result<AlarmRule, Vec<SyntaxError>> {
    syntax::accept(read(text))
}

/// All errors of a rule, and warnings about undocumented forms.
pub fn check(text: &str) -> Vec<SyntaxError> {
    read(text).1
}

fn read(text: &str) -> (Option<AlarmRule>, Vec<SyntaxError>) {
    let (rule, mut errors) = grammar::read(text);
    let mut counts = vec![(text.chars().count(), limits::COMPOSITE_RULE, "characters")];
    if let Some(rule) = &rule {
        counts.extend([
            (
                rule.children().len(),
                limits::COMPOSITE_CHILDREN,
                "children",
            ),
            (rule.elements(), limits::COMPOSITE_ELEMENTS, "elements"),
        ]);
    }
    for (count, limit, noun) in counts {
        if count > limit {
            errors.push(SyntaxError::error(
                0..text.len(),
                format!("the rule has {count} {noun}; CloudWatch takes {limit}"),
            ));
        }
    }
    (rule, errors)
}
