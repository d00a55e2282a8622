//! References to alarms in a rule: names or ARNs.

/// The alarm's name in a reference: the reference itself, or the last part of an ARN.
pub fn name_of(reference: &str) -> &str {
    let mut parts = reference.splitn(7, ':');
    let is_alarm_arn = parts.next() == Some("arn")
        && parts.nth(1) == Some("cloudwatch")
        && parts.nth(2) == Some("alarm");
    if is_alarm_arn {
        parts.next().unwrap_or(reference)
    } else {
        reference
    }
}

/// Whether a character ends a reference without quotes.
pub(super) fn ends_unquoted_reference(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | ',' | '"')
}
