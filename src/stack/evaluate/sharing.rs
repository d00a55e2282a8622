//! Values that the template takes from other stacks, and values that it gives to them.

use std::sync::Arc;

use super::conditions::Decision;
use super::evaluated::Evaluated;
use super::evaluator::Evaluator;
use super::recorder::ReferenceRecorder;
use crate::inventory::ResourceId;
use crate::stack::cross_stack::{OutputValues, SharedReference, SharedValue};
use crate::stack::functions;
use crate::stack::node::Node;

impl<'a> Evaluator<'a> {
    pub(super) fn import(
        &mut self,
        argument: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let name = match self.evaluate(argument, recorder) {
            Evaluated::Known(value) => functions::text(&value).unwrap_or_default(),
            other => return other,
        };
        let exports = self.scope.ctx.cross_stack.exports;
        match exports.and_then(|exports| exports.get(&name)) {
            Some(export) => self.shared_value(export, recorder),
            None => {
                Evaluated::Unknown(format!("it is exported by another stack, as `{name}`").into())
            }
        }
    }

    /// A value of another stack; its references are recorded.
    pub(super) fn shared_value(
        &self,
        shared: &SharedValue,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        self.record_references(shared, recorder);
        match &shared.value {
            Ok(value) => Evaluated::Known(value.clone()),
            Err(reason) => Evaluated::Unknown(reason.clone().into()),
        }
    }

    pub(super) fn record_references(&self, shared: &SharedValue, recorder: &mut ReferenceRecorder) {
        for SharedReference { to, attribute } in &shared.references {
            let other_stack = Some(&to.stack).filter(|stack| **stack != self.stack);
            recorder.record(other_stack, &to.logical_id, attribute);
        }
    }

    /// The values of the outputs that exist.
    pub(crate) fn outputs(&mut self) -> OutputValues {
        let mut values = OutputValues::default();
        for entry in self.scope.template.outputs.entries() {
            let decision = entry
                .value
                .text_at("Condition")
                .map(|condition| self.condition(condition));
            if decision == Some(Decision::False) {
                continue;
            }
            let Some(node) = entry.value.get("Value") else {
                continue;
            };
            let value = self.share(node);
            if let Some(name) = self.export_name(&entry.value) {
                values.exports.insert(name, value.clone());
            }
            values.outputs.insert(entry.key.to_string(), value);
        }
        values
    }

    /// The value of a node for another stack.
    pub(super) fn share(&mut self, node: &'a Node) -> SharedValue {
        let mut recorder = ReferenceRecorder::default();
        let value = match self.evaluate(node, &mut recorder) {
            Evaluated::Known(value) => Ok(value),
            Evaluated::Unknown(reason) => Err(reason.into_owned()),
            Evaluated::NoValue => Err("it has no value".to_owned()),
        };
        let (references, _) = recorder.into_parts();
        let references = references.into_iter().map(|reference| SharedReference {
            to: ResourceId {
                stack: reference.stack.unwrap_or_else(|| Arc::clone(&self.stack)),
                logical_id: reference.to,
            },
            attribute: reference.attribute,
        });
        SharedValue {
            value,
            references: references.collect(),
        }
    }

    fn export_name(&mut self, output: &'a Node) -> Option<String> {
        let name = output.get("Export")?.get("Name")?;
        match self.evaluate(name, &mut ReferenceRecorder::default()) {
            Evaluated::Known(name) => Some(functions::text(&name).unwrap_or_default()),
            Evaluated::Unknown(_) | Evaluated::NoValue => None,
        }
    }
}
