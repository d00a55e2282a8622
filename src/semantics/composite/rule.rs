//! The rule of a composite alarm, evaluated over the states of its children.

use std::collections::BTreeSet;

use crate::semantics::state::AlarmState;

/// The rule of a composite alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AlarmRule {
    Constant(bool),
    /// An alarm, by name or ARN, is in a state.
    In(AlarmState, String),
    AtLeast {
        quota: Quota,
        condition: StateCondition,
        alarms: Vec<String>,
    },
    Not(Box<AlarmRule>),
    All(Vec<AlarmRule>),
    Any(Vec<AlarmRule>),
}

/// The number of alarms that an `AT_LEAST` requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    Count(usize),
    Percent(usize),
}

/// The condition of an `AT_LEAST` on the state of each alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateCondition {
    pub state: AlarmState,
    /// Whether any other state satisfies the condition.
    pub negated: bool,
}

impl AlarmRule {
    /// All references to alarms, unchanged.
    pub fn children(&self) -> BTreeSet<&str> {
        match self {
            AlarmRule::Constant(_) => BTreeSet::new(),
            AlarmRule::In(_, alarm) => BTreeSet::from([alarm.as_str()]),
            AlarmRule::AtLeast { alarms, .. } => alarms.iter().map(String::as_str).collect(),
            AlarmRule::Not(rule) => rule.children(),
            AlarmRule::All(rules) | AlarmRule::Any(rules) => {
                rules.iter().flat_map(AlarmRule::children).collect()
            }
        }
    }

    /// Whether the composite is in ALARM. `state_of` returns the state of a reference.
    pub fn holds(&self, state_of: &dyn Fn(&str) -> AlarmState) -> bool {
        match self {
            AlarmRule::Constant(value) => *value,
            AlarmRule::In(state, alarm) => state_of(alarm) == *state,
            AlarmRule::AtLeast {
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
            AlarmRule::Not(rule) => !rule.holds(state_of),
            AlarmRule::All(rules) => rules.iter().all(|rule| rule.holds(state_of)),
            AlarmRule::Any(rules) => rules.iter().any(|rule| rule.holds(state_of)),
        }
    }

    /// The same rule with renamed references.
    #[must_use]
    pub fn renamed(&self, new_name: &dyn Fn(&str) -> String) -> Self {
        match self {
            AlarmRule::Constant(value) => AlarmRule::Constant(*value),
            AlarmRule::In(state, alarm) => AlarmRule::In(*state, new_name(alarm)),
            AlarmRule::AtLeast {
                quota,
                condition,
                alarms,
            } => AlarmRule::AtLeast {
                quota: *quota,
                condition: *condition,
                alarms: alarms.iter().map(|alarm| new_name(alarm)).collect(),
            },
            AlarmRule::Not(rule) => AlarmRule::Not(Box::new(rule.renamed(new_name))),
            AlarmRule::All(rules) => AlarmRule::All(renamed_all(rules, new_name)),
            AlarmRule::Any(rules) => AlarmRule::Any(renamed_all(rules, new_name)),
        }
    }

    /// The number of children, constants and parentheses. UNVERIFIED: AWS does not document whether a pair of parentheses counts once or
    /// twice.
    pub(super) fn elements(&self) -> usize {
        match self {
            AlarmRule::Constant(_) | AlarmRule::In(..) => 1,
            AlarmRule::AtLeast { alarms, .. } => alarms.len(),
            AlarmRule::Not(rule) => rule.elements() + usize::from(rule.is_chain()),
            AlarmRule::All(rules) | AlarmRule::Any(rules) => rules
                .iter()
                .map(|rule| rule.elements() + usize::from(rule.is_chain()))
                .sum(),
        }
    }

    pub(super) fn is_chain(&self) -> bool {
        matches!(self, AlarmRule::All(_) | AlarmRule::Any(_))
    }
}

fn renamed_all(rules: &[AlarmRule], new_name: &dyn Fn(&str) -> String) -> Vec<AlarmRule> {
    rules.iter().map(|rule| rule.renamed(new_name)).collect()
}

impl Quota {
    /// The required number out of `alarms`. UNVERIFIED: AWS does not document the rounding of a percentage; this rounds up.
    fn of(self, alarms: usize) -> usize {
        match self {
            Quota::Count(count) => count,
            Quota::Percent(percent) => alarms.saturating_mul(percent).div_ceil(100),
        }
    }
}

impl StateCondition {
    fn holds(self, state: AlarmState) -> bool {
        (state == self.state) != self.negated
    }
}
