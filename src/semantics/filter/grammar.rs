//! The grammar of filter expressions, down to single conditions.

use std::ops::Range;

use serde_json::Value;
use winnow::Parser;

use super::conditions::{condition, operator, text};
use super::expression::{Filter, Literal, Operand, ServiceNode};
use super::keywords::ConditionScope;
use super::operator::FilterOperator;
use super::root_cause::root_cause;
use crate::diagnostic::nearest;
use crate::semantics::error::SyntaxError;
use crate::semantics::syntax::{
    Input, Parsed, advance, cut, expected, found, here, mark, nested, next_span, note, peek_word,
    require, rest, run, since, word,
};

/// Parses a whole expression. The tree is `None` if the parse ended early; the errors include warnings and hints.
pub(super) fn read(text: &str) -> (Option<Filter>, Vec<SyntaxError>) {
    if text.trim().is_empty() {
        return (
            None,
            vec![SyntaxError::error(
                0..text.len(),
                "the filter expression is empty",
            )],
        );
    }
    run(text, |input| any(input, ConditionScope::Trace))
}

fn any(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    nested(input, |input| any_of(input, scope))
}

fn any_of(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    let start = here(input);
    let first = all(input, scope)?;
    let mut mixed = first.contains_and;
    let mut parts = vec![first.filter];
    while connective(input, "OR")? {
        let part = all(input, scope)?;
        mixed |= part.contains_and;
        parts.push(part.filter);
    }
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    if mixed {
        let message = "AND and OR side by side: AWS does not document which of them has precedence";
        note(
            input,
            SyntaxError::warning(since(input, start), message)
                .help("tracewatch assumes that X-Ray evaluates AND first"),
        );
    }
    Ok(Filter::Any(parts))
}

/// One condition, or conditions joined by AND.
struct Conjunction {
    filter: Filter,
    contains_and: bool,
}

fn all(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Conjunction> {
    let mut parts = vec![unary(input, scope)?];
    while connective(input, "AND")? || continues(input) {
        parts.push(unary(input, scope)?);
    }
    let contains_and = parts.len() > 1;
    let filter = if contains_and {
        Filter::All(parts)
    } else {
        parts.remove(0)
    };
    Ok(Conjunction {
        filter,
        contains_and,
    })
}

fn connective(input: &mut Input<'_>, wanted: &str) -> Parsed<bool> {
    let is_next = peek_word(input).eq_ignore_ascii_case(wanted);
    if is_next {
        word(input)?;
    }
    Ok(is_next)
}

/// Whether another condition follows without AND or OR.
fn continues(input: &Input<'_>) -> bool {
    let next = peek_word(input);
    rest(input).starts_with(['!', '('])
        || (next.starts_with(|c: char| c.is_ascii_alphabetic()) && !next.eq_ignore_ascii_case("OR"))
}

fn unary(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    if rest(input).starts_with('!') {
        mark("!").parse_next(input)?;
        return nested(input, |input| {
            Ok(Filter::Not(Box::new(unary(input, scope)?)))
        });
    }
    if peek_word(input).eq_ignore_ascii_case("NOT") {
        let span = next_span(input);
        word(input)?;
        note(
            input,
            SyntaxError::warning(span, "AWS does not document `NOT`").help("write `!`"),
        );
        return nested(input, |input| {
            Ok(Filter::Not(Box::new(unary(input, scope)?)))
        });
    }
    primary(input, scope)
}

fn primary(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    let span = next_span(input);
    if rest(input).starts_with('(') {
        note(
            input,
            SyntaxError::warning(span, "AWS does not document parentheses around conditions")
                .help("use only AND, or only OR"),
        );
        mark("(").parse_next(input)?;
        let inner = any(input, scope)?;
        require(")", "to close the parenthesis").parse_next(input)?;
        return Ok(inner);
    }
    let next = peek_word(input);
    if !next.starts_with(|c: char| c.is_ascii_alphabetic()) || is_connective(next) {
        return Err(expected(input, "a condition"));
    }
    let next = next.to_ascii_lowercase();
    match next.as_str() {
        "service" => selector(input, scope, service),
        "edge" => selector(input, scope, edge),
        "id" => Err(cut(SyntaxError::error(
            span,
            "`id(…)` is valid only inside `service(…)` and `edge(…)`",
        )
        .help("write `service(id(…))`"))),
        "group.name" => group(input, scope, Operand::GroupName),
        "group.arn" => group(input, scope, Operand::GroupArn),
        _ if next.starts_with("rootcause") => cause(input, scope),
        _ => condition(input, scope),
    }
}

fn is_connective(word: &str) -> bool {
    ["AND", "OR"]
        .iter()
        .any(|connective| connective.eq_ignore_ascii_case(word))
}

/// `service` or `edge`: valid only at the trace level.
fn selector<'a>(
    input: &mut Input<'a>,
    scope: ConditionScope,
    parser: fn(&mut Input<'a>) -> Parsed<Filter>,
) -> Parsed<Filter> {
    only_at_trace_level(input, scope);
    parser(input)
}

fn only_at_trace_level(input: &mut Input<'_>, scope: ConditionScope) {
    if scope != ConditionScope::Trace {
        let message = format!("{} is not valid {}", found(input), scope.name());
        note(input, SyntaxError::error(next_span(input), message));
    }
}

fn service(input: &mut Input<'_>) -> Parsed<Filter> {
    let span = word(input)?;
    let in_parentheses = rest(input).starts_with('(');
    let node = if in_parentheses {
        service_node(input)?
    } else {
        None
    };
    let filter = block(input, ConditionScope::Service)?;
    check_not_bare(in_parentheses || filter.is_some(), span, "service")?;
    Ok(Filter::Service { node, filter })
}

fn service_node(input: &mut Input<'_>) -> Parsed<Option<ServiceNode>> {
    mark("(").parse_next(input)?;
    let node = if rest(input).starts_with(')') {
        None
    } else {
        Some(node(input)?)
    };
    require(")", "to close `service(`").parse_next(input)?;
    Ok(node)
}

fn edge(input: &mut Input<'_>) -> Parsed<Filter> {
    let span = word(input)?;
    let in_parentheses = rest(input).starts_with('(');
    let nodes = if in_parentheses {
        edge_nodes(input)?
    } else {
        None
    };
    let filter = block(input, ConditionScope::Edge)?;
    check_not_bare(in_parentheses || filter.is_some(), span, "edge")?;
    Ok(Filter::Edge { nodes, filter })
}

fn edge_nodes(input: &mut Input<'_>) -> Parsed<Option<(ServiceNode, ServiceNode)>> {
    mark("(").parse_next(input)?;
    if rest(input).starts_with(')') {
        mark(")").parse_next(input)?;
        return Ok(None);
    }
    let source = node(input)?;
    require(
        ",",
        "and a second service: an edge goes from one to another",
    )
    .parse_next(input)?;
    let destination = node(input)?;
    require(")", "to close `edge(`").parse_next(input)?;
    Ok(Some((source, destination)))
}

fn check_not_bare(has_selection: bool, span: Range<usize>, word: &str) -> Parsed<()> {
    if has_selection {
        return Ok(());
    }
    let error = SyntaxError::error(span, format!("`{word}` needs parentheses or braces"));
    Err(cut(error.help(format!(
        "write `{word}()` for any, or `{word}(…) {{ fault }}`"
    ))))
}

fn node(input: &mut Input<'_>) -> Parsed<ServiceNode> {
    if peek_word(input).eq_ignore_ascii_case("id") {
        id(input)
    } else {
        Ok(ServiceNode::Name(text(input, "a service's name")?))
    }
}

fn id(input: &mut Input<'_>) -> Parsed<ServiceNode> {
    const FIELDS: [&str; 3] = ["name", "type", "account.id"];
    let mut values: [Option<String>; 3] = [None, None, None];
    word(input)?;
    require("(", "after `id`").parse_next(input)?;
    loop {
        let span = next_span(input);
        let field = peek_word(input).to_ascii_lowercase();
        let Some(index) = FIELDS.iter().position(|known| *known == field) else {
            return Err(cut(SyntaxError::error(
                span,
                format!("{} is not a field of `id`", found(input)),
            )
            .help(field_help(&field, &FIELDS))));
        };
        word(input)?;
        require(":", "after the field").parse_next(input)?;
        if values[index].replace(text(input, "a value")?).is_some() {
            note(
                input,
                SyntaxError::error(span, format!("`{field}` is given twice")),
            );
        }
        if !rest(input).starts_with(',') {
            break;
        }
        mark(",").parse_next(input)?;
    }
    require(")", "to close `id(`").parse_next(input)?;
    let [name, kind, account] = values;
    Ok(ServiceNode::Id {
        name,
        kind,
        account,
    })
}

fn field_help(field: &str, fields: &[&'static str]) -> String {
    nearest(field, fields.iter().copied()).map_or_else(
        || "`id` takes `name`, `type` and `account.id`".to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}

fn block(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Option<Box<Filter>>> {
    if rest(input).starts_with('{') {
        Ok(Some(Box::new(braces(input, scope)?)))
    } else {
        Ok(None)
    }
}

fn braces(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    require("{", "and a condition").parse_next(input)?;
    let filter = any(input, scope)?;
    require("}", "to close the braces").parse_next(input)?;
    Ok(filter)
}

fn group(input: &mut Input<'_>, scope: ConditionScope, operand: Operand) -> Parsed<Filter> {
    only_at_trace_level(input, scope);
    let span = word(input)?;
    let Some(operator) = operator(input)?
        .filter(|operator| matches!(operator, FilterOperator::Equal | FilterOperator::NotEqual))
    else {
        return Err(cut(SyntaxError::error(
            span,
            format!("`{operand}` is compared with `=` or `!=` and a group"),
        )));
    };
    let value = Literal::Text(text(input, "a group")?);
    Ok(Filter::Compare {
        operand,
        operator,
        value,
    })
}

fn cause(input: &mut Input<'_>, scope: ConditionScope) -> Parsed<Filter> {
    only_at_trace_level(input, scope);
    let name = peek_word(input).to_ascii_lowercase();
    let span = word(input)?;
    if name == "rootcause.json" {
        return cause_object(input);
    }
    let Some((cause, level)) = name.strip_prefix("rootcause.").and_then(root_cause) else {
        let error = SyntaxError::error(span, format!("`{name}` is not a root cause"));
        return Err(cut(error.help(
            "root causes are `fault`, `error` or `responsetime`, then `service`, `entity` or (not of a response time) `exception`",
        )));
    };
    Ok(Filter::RootCause {
        cause,
        level,
        filter: Box::new(braces(input, ConditionScope::RootCause(cause, level))?),
    })
}

fn cause_object(input: &mut Input<'_>) -> Parsed<Filter> {
    let equal = match operator(input)? {
        Some(FilterOperator::Equal) => true,
        Some(FilterOperator::NotEqual) => false,
        Some(_) | None => {
            return Err(cut(SyntaxError::error(
                next_span(input),
                "`rootcause.json` is compared with `=` or `!=` and `#` with a JSON value",
            )));
        }
    };
    require("#", "before the JSON value").parse_next(input)?;
    let start = here(input);
    let mut values = serde_json::Deserializer::from_str(rest(input)).into_iter::<Value>();
    let object = match values.next() {
        Some(Ok(object)) => object,
        Some(Err(error)) => {
            return Err(cut(SyntaxError::error(
                start..start + rest(input).len(),
                format!("not JSON: {error}"),
            )));
        }
        None => return Err(expected(input, "a JSON value")),
    };
    let length = values.byte_offset();
    advance(input, length)?;
    Ok(Filter::RootCauseJson { equal, object })
}
