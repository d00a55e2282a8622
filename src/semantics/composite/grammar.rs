//! The grammar of composite rules. AWS documents neither the precedence of AND and OR nor lower case: a mix of AND and OR without
//! parentheses gets a warning, and so does lower case.

use winnow::Parser;
use winnow::error::ErrMode;

use super::reference::ends_unquoted_reference;
use super::rule::{AlarmRule, Quota, StateCondition};
use crate::diagnostic::nearest;
use crate::semantics::error::SyntaxError;
use crate::semantics::state::AlarmState;
use crate::semantics::syntax::{
    Input, ParseFailure, Parsed, advance, cut, expected, here, mark, nested, next_span, note,
    peek_word, require, rest, run, since, word,
};

const KEYWORDS: [&str; 9] = [
    "TRUE",
    "FALSE",
    "ALARM",
    "OK",
    "INSUFFICIENT_DATA",
    "AT_LEAST",
    "NOT",
    "AND",
    "OR",
];

pub(super) fn read(text: &str) -> (Option<AlarmRule>, Vec<SyntaxError>) {
    run(text, any)
}

fn any(input: &mut Input<'_>) -> Parsed<AlarmRule> {
    nested(input, any_of)
}

fn any_of(input: &mut Input<'_>) -> Parsed<AlarmRule> {
    let start = here(input);
    let first = all(input)?;
    let mut mixed = first.contains_and;
    let mut rules = vec![first.rule];
    while keyword(input, "OR")? {
        let part = all(input)?;
        mixed |= part.contains_and;
        rules.push(part.rule);
    }
    if rules.len() == 1 {
        return Ok(rules.remove(0));
    }
    if mixed {
        let message =
            "AND and OR without parentheses: AWS does not document which of them has precedence";
        note(
            input,
            SyntaxError::warning(since(input, start), message)
                .help("put parentheses around one of them"),
        );
    }
    Ok(AlarmRule::Any(rules))
}

/// One rule, or rules joined by AND.
struct Conjunction {
    rule: AlarmRule,
    contains_and: bool,
}

fn all(input: &mut Input<'_>) -> Parsed<Conjunction> {
    let mut rules = vec![term(input)?];
    while keyword(input, "AND")? {
        rules.push(term(input)?);
    }
    let contains_and = rules.len() > 1;
    let rule = if contains_and {
        AlarmRule::All(rules)
    } else {
        rules.remove(0)
    };
    Ok(Conjunction { rule, contains_and })
}

/// Reads a keyword if it is next.
fn keyword(input: &mut Input<'_>, wanted: &str) -> Parsed<bool> {
    let written = peek_word(input);
    if !written.eq_ignore_ascii_case(wanted) {
        return Ok(false);
    }
    if written != wanted {
        let error = SyntaxError::warning(
            next_span(input),
            format!("AWS documents only upper case for `{written}`"),
        );
        note(input, error.help(format!("write `{wanted}`")));
    }
    word(input)?;
    Ok(true)
}

fn term(input: &mut Input<'_>) -> Parsed<AlarmRule> {
    if rest(input).starts_with('(') {
        mark("(").parse_next(input)?;
        let rule = any(input)?;
        require(")", "to close the parenthesis").parse_next(input)?;
        return Ok(rule);
    }
    if keyword(input, "NOT")? {
        return nested(input, |input| Ok(AlarmRule::Not(Box::new(term(input)?))));
    }
    for (name, value) in [("TRUE", true), ("FALSE", false)] {
        if keyword(input, name)? {
            return Ok(AlarmRule::Constant(value));
        }
    }
    if keyword(input, "AT_LEAST")? {
        return at_least(input);
    }
    match state(input)? {
        Some(state) => {
            require("(", "and an alarm").parse_next(input)?;
            let alarm = reference(input)?;
            require(")", "after the alarm").parse_next(input)?;
            Ok(AlarmRule::In(state, alarm))
        }
        None => Err(no_term(input)),
    }
}

fn no_term(input: &Input<'_>) -> ErrMode<ParseFailure> {
    let written = peek_word(input);
    let is_word = !written.is_empty() && !["AND", "OR"].contains(&written);
    match nearest(written, KEYWORDS).filter(|_| is_word) {
        Some(near) => cut(SyntaxError::error(
            next_span(input),
            format!("unknown word `{written}`"),
        )
        .help(format!("did you mean `{near}`?"))),
        None => expected(input, "a condition such as `ALARM(\"name\")`"),
    }
}

fn state(input: &mut Input<'_>) -> Parsed<Option<AlarmState>> {
    for state in AlarmState::ALL {
        if keyword(input, state.name())? {
            return Ok(Some(state));
        }
    }
    Ok(None)
}

fn at_least(input: &mut Input<'_>) -> Parsed<AlarmRule> {
    require("(", "after `AT_LEAST`").parse_next(input)?;
    let start = here(input);
    let quota = quota(input)?;
    let span = since(input, start);
    require(",", "after the number").parse_next(input)?;
    let negated = keyword(input, "NOT")?;
    let Some(state) = state(input)? else {
        return Err(expected(input, "`ALARM`, `OK` or `INSUFFICIENT_DATA`"));
    };
    require(",", "after the state").parse_next(input)?;
    let alarms = references(input)?;
    require(")", "to close `AT_LEAST(`").parse_next(input)?;
    let most = match quota {
        Quota::Count(_) => alarms.len(),
        Quota::Percent(_) => 100,
    };
    let (Quota::Count(number) | Quota::Percent(number)) = quota;
    if !(1..=most).contains(&number) {
        note(
            input,
            SyntaxError::error(span, format!("`{quota}` is not between 1 and {most}")),
        );
    }
    Ok(AlarmRule::AtLeast {
        quota,
        condition: StateCondition { state, negated },
        alarms,
    })
}

fn quota(input: &mut Input<'_>) -> Parsed<Quota> {
    let digits = rest(input).len()
        - rest(input)
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let Ok(number) = rest(input)[..digits].parse() else {
        return Err(expected(input, "a number of alarms, or a percentage"));
    };
    advance(input, digits)?;
    if rest(input).starts_with('%') {
        mark("%").parse_next(input)?;
        return Ok(Quota::Percent(number));
    }
    Ok(Quota::Count(number))
}

fn references(input: &mut Input<'_>) -> Parsed<Vec<String>> {
    require("(", "and the alarms").parse_next(input)?;
    let mut alarms = vec![reference(input)?];
    while rest(input).starts_with(',') {
        mark(",").parse_next(input)?;
        alarms.push(reference(input)?);
    }
    require(")", "after the alarms").parse_next(input)?;
    Ok(alarms)
}

/// An alarm's name or ARN, without quotes, or in double quotes with `\"` for a quote.
fn reference(input: &mut Input<'_>) -> Parsed<String> {
    if rest(input).starts_with('"') {
        return quoted(input);
    }
    let next = rest(input);
    let length = next.find(ends_unquoted_reference).unwrap_or(next.len());
    if length == 0 {
        return Err(expected(input, "an alarm's name or ARN"));
    }
    let alarm = next[..length].to_owned();
    advance(input, length)?;
    Ok(alarm)
}

fn quoted(input: &mut Input<'_>) -> Parsed<String> {
    let start = here(input);
    let text = &rest(input)[1..];
    let mut escaped = false;
    let close = text.char_indices().find(|(_, character)| {
        let closes = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        closes
    });
    match close {
        Some((0, _)) => Err(cut(SyntaxError::error(
            start..start + 2,
            "the alarm's name is empty",
        ))),
        Some((length, _)) => {
            let alarm = text[..length].replace("\\\"", "\"");
            advance(input, length + 2)?;
            Ok(alarm)
        }
        None => Err(cut(SyntaxError::error(
            start..start + 1 + text.len(),
            "the closing `\"` is missing",
        ))),
    }
}
