//! Prints composite rules.

use std::fmt;

use super::reference::ends_unquoted_reference;
use super::rule::{AlarmRule, Quota, StateCondition};

/// In upper case, with quoted references and parentheses around every chain: AWS documents neither lower case nor precedence.
impl fmt::Display for AlarmRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AlarmRule::Constant(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            AlarmRule::In(state, alarm) => write!(f, "{state}({})", quoted(alarm)),
            AlarmRule::AtLeast {
                quota,
                condition,
                alarms,
            } => {
                let alarms: Vec<String> = alarms.iter().map(|alarm| quoted(alarm)).collect();
                write!(f, "AT_LEAST({quota}, {condition}, ({}))", alarms.join(", "))
            }
            AlarmRule::Not(rule) if rule.is_chain() => write!(f, "NOT ({rule})"),
            AlarmRule::Not(rule) => write!(f, "NOT {rule}"),
            AlarmRule::All(rules) => write_chain(f, rules, " AND "),
            AlarmRule::Any(rules) => write_chain(f, rules, " OR "),
        }
    }
}

fn write_chain(f: &mut fmt::Formatter<'_>, rules: &[AlarmRule], between: &str) -> fmt::Result {
    for (index, rule) in rules.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { between })?;
        if rule.is_chain() {
            write!(f, "({rule})")?;
        } else {
            write!(f, "{rule}")?;
        }
    }
    Ok(())
}

impl fmt::Display for Quota {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Quota::Count(count) => write!(f, "{count}"),
            Quota::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}

impl fmt::Display for StateCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            if self.negated { "NOT " } else { "" },
            self.state
        )
    }
}

/// A reference in double quotes, but unquoted if it has a backslash: AWS documents a backslash only before a quote.
fn quoted(alarm: &str) -> String {
    if alarm.contains('\\') && !alarm.contains(ends_unquoted_reference) {
        return alarm.to_owned();
    }
    format!("\"{}\"", alarm.replace('"', "\\\""))
}
