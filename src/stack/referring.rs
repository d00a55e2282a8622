//! Functions that speak of something by its name: `Ref`, `Fn::GetAtt`, `Fn::Sub`.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::evaluate::{Evaluator, Outcome, Reason, is_looked_up};
use super::functions::{self, Piece};
use super::nested;
use super::node::Node;
use super::parameters::Parameter;
use super::recorder::ReferenceRecorder;

impl<'a> Evaluator<'a> {
    pub(super) fn reference(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        match self.on(argument, trail, |value| Some(Json::from(value.as_str()?))) {
            Outcome::Known(Json::String(name)) => self.named(&name, trail),
            other => other,
        }
    }

    /// What a `Ref` to the name gives.
    fn named(&mut self, name: &str, trail: &mut ReferenceRecorder) -> Outcome {
        if let Some(parameter) = self.scope.parameters.get(name) {
            if let Some(given) = self
                .scope
                .ctx
                .around
                .given
                .and_then(|given| given.get(name))
            {
                self.speak_of(given, trail);
            }
            return match parameter {
                Parameter::Known(value) => Outcome::Known(value.clone()),
                Parameter::Unknown(reason) => Outcome::Unknown(reason.clone().into()),
                Parameter::Nothing => Outcome::Nothing,
            };
        }
        let Some(resource) = self.scope.resources.get(name).copied() else {
            return Outcome::Unknown(format!("the template has no `{name}`").into());
        };
        trail.mention(None, &resource.id, "Ref");
        self.physical_id(resource)
    }

    pub(super) fn attribute(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        let parts = match self.evaluate(argument, trail) {
            Outcome::Known(Json::String(text)) => text,
            Outcome::Known(Json::Array(parts)) => {
                functions::join(".", &parts, self.effort.left()).unwrap_or_default()
            }
            Outcome::Known(_) => String::new(),
            other => return other,
        };
        match parts.split_once('.') {
            Some((name, attribute)) => self.attribute_named(name, attribute, trail),
            None => Outcome::Unknown("the function's arguments do not fit it".into()),
        }
    }

    fn attribute_named(
        &mut self,
        name: &str,
        attribute: &str,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        let Some(resource) = self.scope.resources.get(name).copied() else {
            return Outcome::Unknown(format!("the template has no resource `{name}`").into());
        };
        if let Some(output) = attribute
            .strip_prefix("Outputs.")
            .filter(|_| &*resource.kind == nested::KIND)
        {
            return self.output_of(resource, output, trail);
        }
        trail.mention(None, &resource.id, attribute);
        self.attribute_of(resource, attribute)
    }

    pub(super) fn substitute(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        let (text, variables) = match argument.as_list() {
            Some([text, variables]) => (text.as_text(), Some(variables)),
            Some([text]) => (text.as_text(), None),
            Some(_) => (None, None),
            None => (argument.as_text(), None),
        };
        let Some(text) = text else {
            return Outcome::Unknown("`Fn::Sub` needs a text".into());
        };
        let mut result = String::with_capacity(text.len());
        let mut missing = None;
        // A variable that stands in the text again is not worked out again: variables within variables would double each time.
        let mut known: HashMap<&str, Result<String, Reason>> = HashMap::new();
        for piece in functions::pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Variable(name) => match known
                    .entry(name)
                    .or_insert_with(|| self.variable(name, variables, trail))
                {
                    Ok(value) if result.len() + value.len() <= self.effort.left() => {
                        result.push_str(value)
                    }
                    Ok(_) => missing = missing.or(Some(self.too_large(argument))),
                    Err(reason) => missing = missing.or_else(|| Some(reason.clone())),
                },
            }
        }
        if is_looked_up(&result) {
            missing = missing.or(Some("it is looked up at deployment".into()));
        }
        missing.map_or(Outcome::Known(result.into()), Outcome::Unknown)
    }

    fn variable(
        &mut self,
        name: &str,
        variables: Option<&'a Node>,
        trail: &mut ReferenceRecorder,
    ) -> Result<String, Reason> {
        let outcome = match (
            variables.and_then(|variables| variables.get(name)),
            name.split_once('.'),
        ) {
            (Some(node), _) => self.evaluate(node, trail),
            (None, Some((resource, attribute))) => self.attribute_named(resource, attribute, trail),
            (None, None) => self.named(name, trail),
        };
        match outcome {
            Outcome::Known(Json::Array(items)) => functions::join(",", &items, self.effort.left())
                .ok_or("a list of lists is no text".into()),
            Outcome::Known(value) => {
                functions::text(&value).ok_or_else(|| format!("`{name}` is no text").into())
            }
            Outcome::Nothing => Ok(String::new()),
            Outcome::Unknown(reason) => Err(reason),
        }
    }
}
