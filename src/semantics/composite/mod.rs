//! Rules of composite alarms: read, checked, printed back, evaluated over the states of their children, and searched for cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::state::AlarmState;
use super::{SyntaxError, limits, syntax};

mod grammar;

/// The rule of a composite alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    Constant(bool),
    /// An alarm, by name or ARN, is in a state.
    In(AlarmState, String),
    AtLeast {
        quota: Quota,
        condition: Condition,
        alarms: Vec<String>,
    },
    Not(Box<Rule>),
    All(Vec<Rule>),
    Any(Vec<Rule>),
}

/// How many of the alarms of an `AT_LEAST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    Count(usize),
    Percent(usize),
}

/// What each alarm of an `AT_LEAST` is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    pub state: AlarmState,
    /// Whether it shall be in any other state.
    pub negated: bool,
}

/// Reads a rule; all errors when there are any.
pub fn parse(text: &str) -> Result<Rule, Vec<SyntaxError>> {
    syntax::accept(read(text))
}

/// Everything to say about a rule: errors, and warnings about what AWS does not document.
pub fn check(text: &str) -> Vec<SyntaxError> {
    read(text).1
}

fn read(text: &str) -> (Option<Rule>, Vec<SyntaxError>) {
    let (rule, mut problems) = grammar::read(text);
    let mut too_many = |count: usize, most: usize, what: &str| {
        if count > most {
            problems.push(SyntaxError::error(
                0..text.len(),
                format!("the rule has {count} {what}; CloudWatch takes {most}"),
            ));
        }
    };
    too_many(text.chars().count(), limits::COMPOSITE_RULE, "characters");
    if let Some(rule) = &rule {
        too_many(
            rule.children().len(),
            limits::COMPOSITE_CHILDREN,
            "children",
        );
        too_many(rule.elements(), limits::COMPOSITE_ELEMENTS, "elements");
    }
    (rule, problems)
}

/// The name in a reference to an alarm: the reference itself, or the end of an ARN.
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

/// Groups of composite alarms that depend on each other in a circle, by name. CloudWatch would stop evaluating all of them.
pub fn cycles(rules: &BTreeMap<String, Rule>) -> Vec<BTreeSet<&str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> = rules
        .keys()
        .map(|name| (name.as_str(), reachable(name, rules)))
        .collect();
    let mut found: Vec<BTreeSet<&str>> = Vec::new();
    for (name, from_here) in reached
        .iter()
        .filter(|(name, from_here)| from_here.contains(*name))
    {
        if found.iter().all(|cycle| !cycle.contains(name)) {
            found.push(
                from_here
                    .iter()
                    .copied()
                    .filter(|other| reached.get(other).is_some_and(|back| back.contains(name)))
                    .collect(),
            );
        }
    }
    found
}

/// All composite alarms that a composite depends on, itself only when it does.
fn reachable<'a>(name: &'a str, rules: &'a BTreeMap<String, Rule>) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    let mut open = vec![name];
    while let Some(rule) = open.pop().and_then(|name| rules.get(name)) {
        let known = rule
            .children()
            .into_iter()
            .filter_map(|child| rules.get_key_value(name_of(child)));
        open.extend(
            known
                .map(|(name, _)| name.as_str())
                .filter(|name| seen.insert(*name)),
        );
    }
    seen
}

impl Rule {
    /// All references to alarms, as they are written.
    pub fn children(&self) -> BTreeSet<&str> {
        match self {
            Rule::Constant(_) => BTreeSet::new(),
            Rule::In(_, alarm) => BTreeSet::from([alarm.as_str()]),
            Rule::AtLeast { alarms, .. } => alarms.iter().map(String::as_str).collect(),
            Rule::Not(rule) => rule.children(),
            Rule::All(rules) | Rule::Any(rules) => rules.iter().flat_map(Rule::children).collect(),
        }
    }

    /// Whether the rule holds, so that the composite is in ALARM, given the state of each child as it is referred to.
    pub fn holds(&self, state_of: &dyn Fn(&str) -> AlarmState) -> bool {
        match self {
            Rule::Constant(value) => *value,
            Rule::In(state, alarm) => state_of(alarm) == *state,
            Rule::AtLeast {
                quota,
                condition,
                alarms,
            } => {
                let holding = alarms
                    .iter()
                    .filter(|alarm| condition.holds(state_of(alarm)))
                    .count();
                holding >= quota.of(alarms.len())
            }
            Rule::Not(rule) => !rule.holds(state_of),
            Rule::All(rules) => rules.iter().all(|rule| rule.holds(state_of)),
            Rule::Any(rules) => rules.iter().any(|rule| rule.holds(state_of)),
        }
    }

    /// The same rule over other references.
    #[must_use]
    pub fn renamed(&self, new_name: &dyn Fn(&str) -> String) -> Self {
        let again = |rules: &[Rule]| rules.iter().map(|rule| rule.renamed(new_name)).collect();
        match self {
            Rule::Constant(value) => Rule::Constant(*value),
            Rule::In(state, alarm) => Rule::In(*state, new_name(alarm)),
            Rule::AtLeast {
                quota,
                condition,
                alarms,
            } => {
                let alarms = alarms.iter().map(|alarm| new_name(alarm)).collect();
                Rule::AtLeast {
                    quota: *quota,
                    condition: *condition,
                    alarms,
                }
            }
            Rule::Not(rule) => Rule::Not(Box::new(rule.renamed(new_name))),
            Rule::All(rules) => Rule::All(again(rules)),
            Rule::Any(rules) => Rule::Any(again(rules)),
        }
    }

    /// Children, constants and parentheses. UNVERIFIED: AWS does not say whether a pair of parentheses counts once or twice.
    fn elements(&self) -> usize {
        match self {
            Rule::Constant(_) | Rule::In(..) => 1,
            Rule::AtLeast { alarms, .. } => alarms.len(),
            Rule::Not(rule) => rule.elements() + usize::from(rule.is_chain()),
            Rule::All(rules) | Rule::Any(rules) => rules
                .iter()
                .map(|rule| rule.elements() + usize::from(rule.is_chain()))
                .sum(),
        }
    }

    fn is_chain(&self) -> bool {
        matches!(self, Rule::All(_) | Rule::Any(_))
    }
}

impl Quota {
    /// How many of so many alarms. UNVERIFIED: AWS does not document how a percentage is rounded; up is taken.
    fn of(self, alarms: usize) -> usize {
        match self {
            Quota::Count(count) => count,
            Quota::Percent(percent) => alarms.saturating_mul(percent).div_ceil(100),
        }
    }
}

impl Condition {
    fn holds(self, state: AlarmState) -> bool {
        (state == self.state) != self.negated
    }
}

/// In upper case, quoted, and with parentheses around everything that is joined: AWS documents neither precedence nor case.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rule::Constant(value) => f.write_str(if *value { "TRUE" } else { "FALSE" }),
            Rule::In(state, alarm) => write!(f, "{state}({})", quoted(alarm)),
            Rule::AtLeast {
                quota,
                condition,
                alarms,
            } => {
                let alarms: Vec<String> = alarms.iter().map(|alarm| quoted(alarm)).collect();
                write!(f, "AT_LEAST({quota}, {condition}, ({}))", alarms.join(", "))
            }
            Rule::Not(rule) if rule.is_chain() => write!(f, "NOT ({rule})"),
            Rule::Not(rule) => write!(f, "NOT {rule}"),
            Rule::All(rules) => write_chain(f, rules, " AND "),
            Rule::Any(rules) => write_chain(f, rules, " OR "),
        }
    }
}

fn write_chain(f: &mut fmt::Formatter<'_>, rules: &[Rule], between: &str) -> fmt::Result {
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

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}{}",
            if self.negated { "NOT " } else { "" },
            self.state
        )
    }
}

/// A reference to an alarm as it is written in a rule: quoted, but bare for a backslash, which AWS documents only before a quote.
fn quoted(alarm: &str) -> String {
    if alarm.contains('\\') && !alarm.contains(grammar::ends_bare_reference) {
        return alarm.to_owned();
    }
    format!("\"{}\"", alarm.replace('"', "\\\""))
}

#[cfg(test)]
mod tests;
