//! Values that go from one stack to another: outputs, exports, the parameters of nested stacks.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use super::conditions::Decision;
use super::evaluate::{Evaluator, Outcome};
use super::functions;
use super::node::Node;
use super::recorder::ReferenceRecorder;
use crate::inventory::ResourceId;

/// A value, and the resources that it speaks of: a link goes on where the value itself is not known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SharedValue {
    /// The reason, when it is not known.
    pub value: Result<Json, String>,
    pub mentions: Vec<Mention>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mention {
    pub of: ResourceId,
    /// `Ref`, or the attribute's name.
    pub attribute: Arc<str>,
}

/// Values by the name under which another stack gets them.
pub(crate) type Carries = BTreeMap<String, SharedValue>;

/// What a template takes from what is around it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Around<'a> {
    /// The folder that the paths of nested templates start from.
    pub(crate) folder: Option<&'a Path>,
    /// What other stacks of the project export.
    pub(crate) exports: Option<&'a Carries>,
    /// The parameters that the stack around a nested one hands to it.
    pub(crate) given: Option<&'a Carries>,
    /// The templates that this one is nested in.
    pub(crate) inside: Option<&'a Inside<'a>>,
}

impl<'a> Around<'a> {
    /// A template in a folder, with nothing else around it.
    pub fn folder(folder: &'a Path) -> Self {
        Self {
            folder: Some(folder),
            ..Self::default()
        }
    }

    /// Whether resources of other stacks may be mentioned.
    pub(crate) fn has_neighbours(&self) -> bool {
        self.exports.is_some() || self.given.is_some()
    }
}

/// A template that holds another, and those around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inside<'a> {
    pub path: &'a Path,
    pub around: Option<&'a Inside<'a>>,
}

impl Inside<'_> {
    pub(crate) fn contains(&self, path: &Path) -> bool {
        self.path == path || self.around.is_some_and(|around| around.contains(path))
    }

    pub(crate) fn depth(&self) -> usize {
        1 + self.around.map_or(0, Inside::depth)
    }
}

/// The values of a template's outputs, by output and by export name.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    pub outputs: Carries,
    pub exports: Carries,
}

impl<'a> Evaluator<'a> {
    pub(super) fn import(&mut self, argument: &'a Node, trail: &mut ReferenceRecorder) -> Outcome {
        let name = match self.evaluate(argument, trail) {
            Outcome::Known(value) => functions::text(&value).unwrap_or_default(),
            other => return other,
        };
        match self
            .scope
            .ctx
            .around
            .exports
            .and_then(|exports| exports.get(&name))
        {
            Some(export) => self.carried(export, trail),
            None => {
                Outcome::Unknown(format!("it is exported by another stack, as `{name}`").into())
            }
        }
    }

    /// A value from another stack, with what it speaks of there.
    pub(super) fn carried(
        &mut self,
        carried: &SharedValue,
        trail: &mut ReferenceRecorder,
    ) -> Outcome {
        self.speak_of(carried, trail);
        match &carried.value {
            Ok(value) => Outcome::Known(value.clone()),
            Err(reason) => Outcome::Unknown(reason.clone().into()),
        }
    }

    pub(super) fn speak_of(&self, carried: &SharedValue, trail: &mut ReferenceRecorder) {
        for Mention { of, attribute } in &carried.mentions {
            trail.mention(
                Some(&of.stack).filter(|stack| **stack != self.stack),
                &of.logical_id,
                attribute,
            );
        }
    }

    pub(crate) fn outputs(&mut self) -> Outputs {
        let mut found = Outputs::default();
        for entry in self.scope.template.outputs.entries() {
            let decision = entry
                .value
                .text_at("Condition")
                .map(|condition| self.condition(condition));
            let (Some(value), true) = (entry.value.get("Value"), decision != Some(Decision::False))
            else {
                continue;
            };
            let value = self.carry(value);
            if let Some(Outcome::Known(name)) = export_name(&entry.value)
                .map(|name| self.evaluate(name, &mut ReferenceRecorder::default()))
            {
                found
                    .exports
                    .insert(functions::text(&name).unwrap_or_default(), value.clone());
            }
            found.outputs.insert(entry.key.to_string(), value);
        }
        found
    }

    /// The value of a node for another stack.
    pub(super) fn carry(&mut self, node: &'a Node) -> SharedValue {
        let mut trail = ReferenceRecorder::default();
        let value = match self.evaluate(node, &mut trail) {
            Outcome::Known(value) => Ok(value),
            Outcome::Unknown(reason) => Err(reason.into_owned()),
            Outcome::Nothing => Err("it has no value".to_owned()),
        };
        let (references, _) = trail.into_parts();
        let mentions = references.into_iter().map(|reference| Mention {
            of: ResourceId {
                stack: reference.stack.unwrap_or_else(|| Arc::clone(&self.stack)),
                logical_id: reference.to,
            },
            attribute: reference.attribute,
        });
        SharedValue {
            value,
            mentions: mentions.collect(),
        }
    }
}

fn export_name(output: &Node) -> Option<&Node> {
    output.get("Export")?.get("Name")
}
