//! Functions that refer to something by its name: `Ref`, `Fn::GetAtt`, `Fn::Sub`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::calls::WRONG_ARGUMENTS;
use super::evaluated::{Evaluated, UnknownReason};
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::stack::context::UnknownNames;
use crate::stack::functions::{self, Piece, has_dynamic_reference};
use crate::stack::language::NESTED_STACK;
use crate::stack::node::Node;
use crate::stack::parameters::Parameter;
use crate::stack::secret::secret_reason;

impl<'a> Evaluator<'a> {
    pub(super) fn reference(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        match self.apply(argument, recorder, |value| {
            Some(Json::from(value.as_str()?))
        }) {
            Evaluated::Known(Json::String(name)) => self.ref_value(&name, recorder),
            other => other,
        }
    }

    /// Evaluates a `Ref` to a parameter or resource.
    fn ref_value(&mut self, name: &str, recorder: &mut ReferenceRecorder) -> Evaluated {
        if let Some(parameter) = self.scope.parameters.get(name) {
            let passed = self.scope.ctx.cross_stack.parent_parameters;
            if let Some(shared) = passed.and_then(|parameters| parameters.get(name)) {
                self.record_references(shared, recorder);
            }
            return match parameter {
                Parameter::Known(value) => Evaluated::Known(value.clone()),
                Parameter::Secret(_) => self.secret(name),
                Parameter::Unknown(reason) => Evaluated::Unknown(reason.clone().into()),
                Parameter::NoValue => Evaluated::NoValue,
            };
        }
        let Some(resource) = self.scope.resources.get(name).copied() else {
            return Evaluated::Unknown(
                format!("the template has no parameter or resource `{name}`").into(),
            );
        };
        recorder.record(None, &resource.id, "Ref");
        self.physical_id(resource)
    }

    /// A secret value is unknown. Its placeholder is only compared with other names.
    fn secret(&self, name: &str) -> Evaluated {
        match self.scope.ctx.unknown_names {
            UnknownNames::UsePlaceholders => Evaluated::Known(format!("<{name}>").into()),
            UnknownNames::MarkUnknown | UnknownNames::LeaveUnknown => {
                Evaluated::Unknown(secret_reason(name).into())
            }
        }
    }

    pub(super) fn attribute(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let parts = match self.evaluate(argument, recorder) {
            Evaluated::Known(Json::String(text)) => text,
            Evaluated::Known(Json::Array(parts)) => {
                functions::join(".", &parts, self.budget.left()).unwrap_or_default()
            }
            Evaluated::Known(_) => String::new(),
            other => return other,
        };
        match parts.split_once('.') {
            Some((name, attribute)) => self.attribute_named(name, attribute, recorder),
            None => Evaluated::Unknown(WRONG_ARGUMENTS.into()),
        }
    }

    fn attribute_named(
        &mut self,
        name: &str,
        attribute: &str,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let Some(resource) = self.scope.resources.get(name).copied() else {
            return Evaluated::Unknown(format!("the template has no resource `{name}`").into());
        };
        if let Some(output) = attribute
            .strip_prefix("Outputs.")
            .filter(|_| &*resource.kind == NESTED_STACK)
        {
            return self.nested_output(resource, output, recorder);
        }
        recorder.record(None, &resource.id, attribute);
        self.attribute_of(resource, attribute)
    }

    pub(super) fn substitute(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let (text, variables) = match argument.as_list() {
            Some([text, variables]) => (text.as_text(), Some(variables)),
            Some([text]) => (text.as_text(), None),
            Some(_) => (None, None),
            None => (argument.as_text(), None),
        };
        let Some(text) = text else {
            return Evaluated::Unknown("`Fn::Sub` needs a text".into());
        };
        let mut result = String::with_capacity(text.len());
        let mut missing = None;
        // Each variable is evaluated once: nested `Fn::Sub`s that repeat one would double the work at every level.
        let mut values: HashMap<&str, Result<String, UnknownReason>> = HashMap::new();
        for piece in functions::pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Variable(name) => match values
                    .entry(name)
                    .or_insert_with(|| self.variable(name, variables, recorder))
                {
                    Ok(value) if result.len() + value.len() <= self.budget.left() => {
                        result.push_str(value);
                    }
                    Ok(_) => missing = missing.or(Some(self.too_large(argument))),
                    Err(reason) => missing = missing.or_else(|| Some(reason.clone())),
                },
            }
        }
        if has_dynamic_reference(&result) {
            missing = missing.or(Some("it is looked up at deployment".into()));
        }
        missing.map_or(Evaluated::Known(result.into()), Evaluated::Unknown)
    }

    fn variable(
        &mut self,
        name: &str,
        variables: Option<&'a Node>,
        recorder: &mut ReferenceRecorder,
    ) -> Result<String, UnknownReason> {
        let evaluated = match (
            variables.and_then(|variables| variables.get(name)),
            name.split_once('.'),
        ) {
            (Some(node), _) => self.evaluate(node, recorder),
            (None, Some((resource, attribute))) => {
                self.attribute_named(resource, attribute, recorder)
            }
            (None, None) => self.ref_value(name, recorder),
        };
        match evaluated {
            Evaluated::Known(Json::Array(items)) => {
                functions::join(",", &items, self.budget.left())
                    .ok_or("a list of lists is not a text".into())
            }
            Evaluated::Known(value) => {
                functions::text(&value).ok_or_else(|| format!("`{name}` is not a text").into())
            }
            Evaluated::NoValue => Ok(String::new()),
            Evaluated::Unknown(reason) => Err(reason),
        }
    }
}
