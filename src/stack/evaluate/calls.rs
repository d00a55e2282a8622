//! Calls of functions: the dispatch by name, and the functions of values that are already known.

use serde_json::Value as Json;

use super::conditions::Decision;
use super::evaluated::{Evaluated, UnknownReason};
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::stack::functions;
use crate::stack::node::{Entry, Node};

/// The reason where the types or the number of a function's arguments are wrong.
pub(super) const WRONG_ARGUMENTS: &str = "the function's arguments do not fit it";

impl<'a> Evaluator<'a> {
    pub(super) fn function(
        &mut self,
        entry: &'a Entry,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let argument = &entry.value;
        match &*entry.key {
            "Ref" => self.reference(argument, recorder),
            "Fn::GetAtt" => self.attribute(argument, recorder),
            "Fn::Sub" => self.substitute(argument, recorder),
            "Fn::If" => match self.branch(argument, recorder) {
                Ok(branch) => self.evaluate(branch, recorder),
                Err(reason) => Evaluated::Unknown(reason),
            },
            "Fn::ImportValue" => self.import(argument, recorder),
            "Fn::FindInMap" => self.find_in_map(argument, recorder),
            "Fn::Select" => self.select(argument, recorder),
            "Fn::Join" => {
                let max_bytes = self.budget.left();
                self.apply(argument, recorder, |value| join(value, max_bytes))
            }
            "Fn::Split" => self.apply(argument, recorder, split),
            "Fn::Cidr" => self.apply(argument, recorder, cidr),
            "Fn::Base64" => self.apply(argument, recorder, base64),
            "Fn::Length" => self.apply(argument, recorder, length),
            "Fn::ToJsonString" => {
                self.apply(argument, recorder, |value| Some(value.to_string().into()))
            }
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => match self.decide_call(entry) {
                Decision::True => Evaluated::Known(true.into()),
                Decision::False => Evaluated::Known(false.into()),
                Decision::Undecided => Evaluated::Unknown("a condition cannot be decided".into()),
            },
            name => {
                // Its references are recorded, although its value is unknown.
                self.evaluate(argument, recorder);
                Evaluated::Unknown(match name {
                    "Fn::GetAZs" => "availability zones are known only to the account".into(),
                    other => {
                        format!("the value of `{other}` is known only after deployment").into()
                    }
                })
            }
        }
    }

    /// Applies a function to the value of its argument.
    pub(super) fn apply(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
        function: impl FnOnce(&Json) -> Option<Json>,
    ) -> Evaluated {
        match self.evaluate(argument, recorder) {
            Evaluated::Known(value) => match function(&value) {
                Some(result) => Evaluated::Known(result),
                None => Evaluated::Unknown(WRONG_ARGUMENTS.into()),
            },
            other => other,
        }
    }

    /// The branch of an `Fn::If` that applies. If its condition is undecided, the references of both are recorded.
    pub(super) fn branch(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Result<&'a Node, UnknownReason> {
        let Some([condition, yes, no]) = argument.as_list() else {
            return Err("`Fn::If` needs a condition and two values".into());
        };
        match self.decide(condition) {
            Decision::True => Ok(yes),
            Decision::False => Ok(no),
            Decision::Undecided if yes.same(no) => Ok(yes),
            Decision::Undecided => {
                self.evaluate(yes, recorder);
                self.evaluate(no, recorder);
                Err(format!(
                    "condition `{}` cannot be decided",
                    condition.as_text().unwrap_or("of `Fn::If`")
                )
                .into())
            }
        }
    }
}

fn join(value: &Json, max_bytes: usize) -> Option<Json> {
    match value.as_array()?.as_slice() {
        [Json::String(delimiter), Json::Array(items)] => {
            functions::join(delimiter, items, max_bytes).map(Json::from)
        }
        _ => None,
    }
}

fn split(value: &Json) -> Option<Json> {
    match value.as_array()?.as_slice() {
        [Json::String(delimiter), Json::String(whole)] => Some(functions::split(delimiter, whole)),
        _ => None,
    }
}

fn cidr(value: &Json) -> Option<Json> {
    let (block, count, bits) = match value.as_array()?.as_slice() {
        [block, count, bits, ..] => (block, count, functions::index(bits)?),
        [block, count] => (block, count, 8),
        _ => return None,
    };
    let blocks = functions::cidr(
        block.as_str()?,
        functions::index(count)?,
        u32::try_from(bits).ok()?,
    )?;
    Some(blocks.into_iter().map(Json::from).collect())
}

fn base64(value: &Json) -> Option<Json> {
    Some(functions::base64(functions::text(value)?.as_bytes()).into())
}

fn length(value: &Json) -> Option<Json> {
    Some(value.as_array()?.len().into())
}
