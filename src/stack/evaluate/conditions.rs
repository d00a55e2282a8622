//! Conditions: decided as far as their values are known.

use serde_json::Value as Json;

use super::evaluated::Evaluated;
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::diagnostic::{Code, Diagnostic};
use crate::stack::functions::{self, call};
use crate::stack::node::{Entry, Node};
use crate::stack::parameters::Parameter;

/// The value of a condition, as far as it can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    True,
    False,
    Undecided,
}

impl From<bool> for Decision {
    fn from(value: bool) -> Self {
        if value {
            Decision::True
        } else {
            Decision::False
        }
    }
}

impl Decision {
    fn not(self) -> Self {
        match self {
            Decision::True => Decision::False,
            Decision::False => Decision::True,
            Decision::Undecided => Decision::Undecided,
        }
    }
}

impl<'a> Evaluator<'a> {
    /// A condition by name.
    pub(crate) fn condition(&mut self, name: &str) -> Decision {
        let Some(entry) = self.scope.conditions.get(name).copied() else {
            return Decision::Undecided;
        };
        let key: &'a str = &entry.key;
        match self.decisions.get(key) {
            Some(Some(decision)) => return *decision,
            Some(None) => return self.report_condition_cycle(entry),
            None => {}
        }
        self.decisions.insert(key, None);
        let decision = self.decide(&entry.value);
        self.decisions.insert(key, Some(decision));
        decision
    }

    fn report_condition_cycle(&mut self, entry: &'a Entry) -> Decision {
        let diagnostic = Diagnostic::new(
            Code::TemplateCycle,
            format!("the condition `{}` depends on itself", entry.key),
        );
        self.diagnostics
            .push(diagnostic.at(self.scope.place(&entry.value)));
        Decision::Undecided
    }

    /// A condition in any form: a name, `{Condition: name}`, a function of conditions, or a value.
    pub(super) fn decide(&mut self, node: &'a Node) -> Decision {
        if self.begin(node).is_err() {
            return Decision::Undecided;
        }
        let decision = self.decide_node(node);
        self.end();
        decision
    }

    fn decide_node(&mut self, node: &'a Node) -> Decision {
        if let Some(name) = node.as_text().or_else(|| {
            node.single()
                .filter(|entry| &*entry.key == "Condition")?
                .value
                .as_text()
        }) {
            return match name {
                "true" => Decision::True,
                "false" => Decision::False,
                name => self.condition(name),
            };
        }
        if let Some(value) = node.as_bool() {
            return value.into();
        }
        match call(node) {
            Some(entry) => self.decide_call(entry),
            None => Decision::Undecided,
        }
    }

    pub(super) fn decide_call(&mut self, entry: &'a Entry) -> Decision {
        let arguments = entry.value.items();
        match &*entry.key {
            "Fn::Equals" => self.equals(arguments),
            "Fn::Not" => arguments
                .first()
                .map_or(Decision::Undecided, |argument| self.decide(argument).not()),
            "Fn::And" => self.all(arguments, Decision::True),
            "Fn::Or" => self.all(arguments, Decision::False),
            _ => match self.evaluate_entry(entry) {
                Evaluated::Known(Json::Bool(value)) => value.into(),
                Evaluated::Known(Json::String(text)) if text == "true" => Decision::True,
                Evaluated::Known(Json::String(text)) if text == "false" => Decision::False,
                Evaluated::Known(_) | Evaluated::Unknown(_) | Evaluated::NoValue => {
                    Decision::Undecided
                }
            },
        }
    }

    fn evaluate_entry(&mut self, entry: &'a Entry) -> Evaluated {
        match &*entry.key {
            "Ref" | "Fn::FindInMap" | "Fn::Select" | "Fn::Sub" | "Fn::If" => {
                self.function(entry, &mut ReferenceRecorder::default())
            }
            _ => Evaluated::NoValue,
        }
    }

    /// `neutral` when all arguments are, its opposite when any argument is: `Fn::And` for `True`, `Fn::Or` for `False`.
    fn all(&mut self, arguments: &'a [Node], neutral: Decision) -> Decision {
        let mut result = neutral;
        for argument in arguments {
            match self.decide(argument) {
                decision if decision == neutral.not() => return decision,
                Decision::Undecided => result = Decision::Undecided,
                Decision::True | Decision::False => {}
            }
        }
        result
    }

    fn equals(&mut self, arguments: &'a [Node]) -> Decision {
        let [left, right] = arguments else {
            return Decision::Undecided;
        };
        let mut recorder = ReferenceRecorder::default();
        match (
            self.compared(left, &mut recorder),
            self.compared(right, &mut recorder),
        ) {
            (Evaluated::Known(left), Evaluated::Known(right)) => is_equal(&left, &right).into(),
            _ if left.same(right) => Decision::True,
            _ => Decision::Undecided,
        }
    }

    /// An operand of a comparison. The result of a comparison does not show a secret value, so its true value counts.
    fn compared(&mut self, node: &'a Node, recorder: &mut ReferenceRecorder) -> Evaluated {
        let name = node.single().filter(|entry| &*entry.key == "Ref");
        let name = name.and_then(|entry| entry.value.as_text());
        match name.and_then(|name| self.scope.parameters.get(name)) {
            Some(Parameter::Secret(value)) => Evaluated::Known(value.clone()),
            Some(_) | None => self.evaluate(node, recorder),
        }
    }
}

/// CloudFormation compares scalars as text: `true` equals `"true"`.
fn is_equal(left: &Json, right: &Json) -> bool {
    match (functions::text(left), functions::text(right)) {
        (Some(left), Some(right)) => functions::is_same_text(&left, &right),
        (None, None) => left == right,
        (Some(_), None) | (None, Some(_)) => false,
    }
}
