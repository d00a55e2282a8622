//! Evaluates the nodes of a template as far as their values can be known.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::budget::{BudgetExceeded, EvaluationBudget, weight};
use super::conditions::Decision;
use super::evaluated::{Evaluated, UnknownReason};
use super::names::{NamesByResource, PlaceholderValues};
use super::nested::NestedReadings;
use super::recorder::ReferenceRecorder;
use super::scope::TemplateScope;
use crate::diagnostic::Diagnostic;
use crate::inventory::{Properties, Property, ResourceId};
use crate::stack::functions::{call, has_dynamic_reference};
use crate::stack::node::{Entry, Node, Value};
use crate::stack::reading::StackReading;
use crate::stack::template::Declared;

/// Evaluates nodes of one template; keeps the names and conditions that it has already evaluated.
pub(crate) struct Evaluator<'a> {
    pub scope: &'a TemplateScope<'a>,
    /// The stack's name, for the ids of its resources.
    pub(super) stack: Arc<str>,
    pub(super) names: NamesByResource<'a>,
    pub(super) placeholders: PlaceholderValues,
    pub(super) decisions: HashMap<&'a str, Option<Decision>>,
    pub(super) nested: NestedReadings<'a>,
    pub(super) budget: EvaluationBudget,
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scope: &'a TemplateScope<'a>) -> Self {
        Self {
            scope,
            stack: scope.ctx.stack.into(),
            names: NamesByResource::default(),
            placeholders: PlaceholderValues::default(),
            decisions: HashMap::new(),
            nested: NestedReadings::new(),
            budget: EvaluationBudget::for_template(scope.source.text.len()),
            diagnostics: Vec::new(),
        }
    }

    /// Bytes of all values that were evaluated.
    pub(crate) fn bytes_spent(&self) -> usize {
        self.budget.spent()
    }

    /// Whether any nested stack was read.
    pub(crate) fn has_nested(&self) -> bool {
        !self.nested.is_empty()
    }

    /// The nested stacks that could be read, by logical id.
    pub(crate) fn into_nested(self) -> BTreeMap<&'a str, StackReading> {
        self.nested
            .into_iter()
            .filter_map(|(id, reading)| Some((id, reading?)))
            .collect()
    }

    pub(crate) fn id_of(&self, declared: &Declared) -> ResourceId {
        ResourceId {
            stack: Arc::clone(&self.stack),
            logical_id: Arc::clone(&declared.id),
        }
    }

    /// The entries of a map whose values are known; the others are recorded as unresolved.
    pub(crate) fn properties(
        &mut self,
        node: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Properties {
        if call(node).is_some() {
            return match self.property(node, recorder) {
                Some(Property::Map(map)) => map,
                Some(_) | None => Properties::default(),
            };
        }
        let mut known = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            let before = recorder.enter(&entry.key);
            known.extend(
                self.property(&entry.value, recorder)
                    .map(|value| (Arc::clone(&entry.key), value)),
            );
            recorder.leave(before);
        }
        known.into()
    }

    /// Evaluates one property and removes its unknown parts.
    fn property(&mut self, node: &'a Node, recorder: &mut ReferenceRecorder) -> Option<Property> {
        match (&node.value, call(node)) {
            (_, Some(entry)) if &*entry.key == "Fn::If" => {
                match self.branch(&entry.value, recorder) {
                    Ok(branch) => self.property(branch, recorder),
                    Err(reason) => {
                        recorder.record_unresolved(reason);
                        None
                    }
                }
            }
            (Value::Map(_), None) => Some(Property::Map(self.properties(node, recorder))),
            (Value::List(items), None) => {
                let mut known = Vec::with_capacity(items.len());
                known.extend(
                    items
                        .iter()
                        .filter_map(|item| self.property(item, recorder)),
                );
                Some(Property::List(known.into()))
            }
            // The text is shared with the template, but output repeats it: it counts against the budget.
            (Value::Text(text), None) if self.budget.left() > 0 && !has_dynamic_reference(text) => {
                self.budget.spend(size_of::<Json>() + text.len());
                Some(Property::Text(Arc::clone(text)))
            }
            _ => match self.evaluate(node, recorder) {
                Evaluated::Known(value) => Some(value.into()),
                Evaluated::NoValue => None,
                Evaluated::Unknown(reason) => {
                    // Once the budget is used up, every remaining value is unknown for that reason alone.
                    if self.budget.left() > 0 {
                        recorder.record_unresolved(reason);
                    }
                    None
                }
            },
        }
    }

    /// Evaluates a node; one unknown part makes the value unknown.
    pub(crate) fn evaluate(
        &mut self,
        node: &'a Node,
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        if let Err(exceeded) = self.begin(node) {
            return Evaluated::Unknown(exceeded.message().into());
        }
        let evaluated = self.evaluate_node(node, recorder);
        self.end();
        evaluated
    }

    /// Enters one level. Fails once the budget is exceeded, which is reported once.
    pub(super) fn begin(&mut self, node: &Node) -> Result<(), BudgetExceeded> {
        let begun = self.budget.begin();
        begun.inspect_err(|exceeded| self.report_exceeded(*exceeded, node))
    }

    fn report_exceeded(&mut self, exceeded: BudgetExceeded, node: &Node) {
        if self.budget.is_first_report(exceeded) {
            self.diagnostics.push(
                Diagnostic::new(exceeded.code(), exceeded.message()).at(self.scope.place(node)),
            );
        }
    }

    /// Exhausts the budget when a value exceeds the remainder.
    pub(super) fn too_large(&mut self, node: &Node) -> UnknownReason {
        self.budget.spend(self.budget.left());
        self.report_exceeded(BudgetExceeded::Bytes, node);
        BudgetExceeded::Bytes.message().into()
    }

    pub(super) fn end(&mut self) {
        self.budget.end();
    }

    fn evaluate_node(&mut self, node: &'a Node, recorder: &mut ReferenceRecorder) -> Evaluated {
        if let Some(entry) = call(node) {
            let evaluated = self.function(entry, recorder);
            if let Evaluated::Known(value) = &evaluated {
                self.budget.spend(weight(value));
            }
            return evaluated;
        }
        match &node.value {
            Value::Null => Evaluated::NoValue,
            Value::Text(text) if has_dynamic_reference(text) => {
                Evaluated::Unknown(format!("`{text}` is looked up at deployment").into())
            }
            Value::Text(text) => {
                self.budget.spend(text.len());
                Evaluated::Known((&**text).into())
            }
            Value::Bool(_) | Value::Number(_) => Evaluated::Known(node.to_json()),
            Value::List(items) => self.evaluate_list(items, recorder),
            Value::Map(entries) => self.evaluate_map(entries, recorder),
        }
    }

    fn evaluate_list(&mut self, items: &'a [Node], recorder: &mut ReferenceRecorder) -> Evaluated {
        let mut values = Vec::with_capacity(items.len());
        let mut missing = None;
        for item in items {
            match self.evaluate(item, recorder) {
                Evaluated::Known(value) => values.push(value),
                Evaluated::NoValue => {}
                Evaluated::Unknown(reason) => missing = missing.or(Some(reason)),
            }
        }
        missing.map_or(Evaluated::Known(Json::Array(values)), Evaluated::Unknown)
    }

    fn evaluate_map(
        &mut self,
        entries: &'a [Entry],
        recorder: &mut ReferenceRecorder,
    ) -> Evaluated {
        let mut values = Map::new();
        let mut missing = None;
        for entry in entries {
            match self.evaluate(&entry.value, recorder) {
                Evaluated::Known(value) => drop(values.insert(entry.key.to_string(), value)),
                Evaluated::NoValue => {}
                Evaluated::Unknown(reason) => missing = missing.or(Some(reason)),
            }
        }
        missing.map_or(Evaluated::Known(Json::Object(values)), Evaluated::Unknown)
    }
}
