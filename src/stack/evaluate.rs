//! Resolves functions: what a node of the template is worth, as far as it can be known.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::ReadContext;
use super::budget::{BudgetExceeded, EvaluationBudget, weight};
use super::conditions::Decision;
use super::functions;
use super::names::{Holes, Names};
use super::nested::Children;
use super::node::{Entry, Node, Value};
use super::parameters::Parameters;
use super::recorder::ReferenceRecorder;
use super::template::{Declared, Template};
use crate::diagnostic::{Diagnostic, Place, Source};
use crate::inventory::{Properties, Property, ResourceId};

pub(crate) type Reason = Cow<'static, str>;

/// The worth of a node.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Known(Json),
    Unknown(Reason),
    /// `AWS::NoValue`: what holds it is as if it were not written.
    Nothing,
}

/// Everything that functions may ask about; never changed while they are resolved.
pub(crate) struct Scope<'a> {
    pub source: &'a Arc<Source>,
    pub ctx: &'a ReadContext<'a>,
    pub template: &'a Template,
    pub parameters: &'a Parameters,
    pub resources: HashMap<&'a str, &'a Declared>,
    pub conditions: HashMap<&'a str, &'a Entry>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        source: &'a Arc<Source>,
        ctx: &'a ReadContext,
        template: &'a Template,
        parameters: &'a Parameters,
    ) -> Self {
        let resources = template
            .resources
            .iter()
            .map(|resource| (&*resource.id, resource))
            .collect();
        let conditions = template
            .conditions
            .entries()
            .iter()
            .rev()
            .map(|entry| (&*entry.key, entry))
            .collect();
        Self {
            source,
            ctx,
            template,
            parameters,
            resources,
            conditions,
        }
    }

    pub(crate) fn place(&self, node: &Node) -> Place {
        Place::new(self.source, node.span.range())
    }
}

/// Resolves nodes of one template, and remembers what it found out about names and conditions.
pub(crate) struct Evaluator<'a> {
    pub scope: &'a Scope<'a>,
    /// The stack's name, for the ids of its resources.
    pub(super) stack: Arc<str>,
    pub(super) names: Names<'a>,
    pub(super) holes: Holes,
    pub(super) decisions: HashMap<&'a str, Option<Decision>>,
    pub(super) children: Children<'a>,
    pub(super) effort: EvaluationBudget,
    pub diagnostics: Vec<Diagnostic>,
}

/// The only entry of a map that is a function call.
pub(crate) fn call(node: &Node) -> Option<&Entry> {
    node.single()
        .filter(|entry| &*entry.key == "Ref" || entry.key.starts_with("Fn::"))
}

/// Whether CloudFormation replaces a part of the text by a value from elsewhere (a dynamic reference).
pub(super) fn is_looked_up(text: &str) -> bool {
    text.contains("{{resolve:")
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            stack: scope.ctx.stack.into(),
            names: Names::default(),
            holes: Holes::default(),
            decisions: HashMap::new(),
            children: Children::new(),
            effort: EvaluationBudget::of(scope.source.text.len()),
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn id_of(&self, declared: &Declared) -> ResourceId {
        ResourceId {
            stack: Arc::clone(&self.stack),
            logical_id: Arc::clone(&declared.id),
        }
    }

    /// The entries of a map as far as each can be known; the others are noted on the trail.
    pub(crate) fn properties(
        &mut self,
        node: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Properties {
        if call(node).is_some() {
            return match self.property(node, trail) {
                Some(Property::Map(map)) => map,
                Some(_) | None => Properties::default(),
            };
        }
        let mut known = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            let before = trail.enter(&entry.key);
            known.extend(
                self.property(&entry.value, trail)
                    .map(|value| (Arc::clone(&entry.key), value)),
            );
            trail.leave(before);
        }
        known.into()
    }

    /// One property as far as it can be known: parts of it that cannot are left out.
    fn property(&mut self, node: &'a Node, trail: &mut ReferenceRecorder) -> Option<Property> {
        match (&node.value, call(node)) {
            (_, Some(entry)) if &*entry.key == "Fn::If" => match self.branch(&entry.value, trail) {
                Ok(branch) => self.property(branch, trail),
                Err(reason) => {
                    trail.miss(reason);
                    None
                }
            },
            (Value::Map(_), None) => Some(Property::Map(self.properties(node, trail))),
            (Value::List(items), None) => {
                let mut known = Vec::with_capacity(items.len());
                known.extend(items.iter().filter_map(|item| self.property(item, trail)));
                Some(Property::List(known.into()))
            }
            // Shared with the template, and counted all the same: what is shown of it is written out.
            (Value::Text(text), None) if self.effort.left() > 0 && !is_looked_up(text) => {
                self.effort.spend(size_of::<Json>() + text.len());
                Some(Property::Text(Arc::clone(text)))
            }
            _ => match self.evaluate(node, trail) {
                Outcome::Known(value) => Some(value.into()),
                Outcome::Nothing => None,
                Outcome::Unknown(reason) => {
                    // Of a template that made too much, every value left would be noted.
                    if self.effort.left() > 0 {
                        trail.miss(reason);
                    }
                    None
                }
            },
        }
    }

    /// The whole worth of a node: unknown if any part of it is.
    pub(crate) fn evaluate(&mut self, node: &'a Node, trail: &mut ReferenceRecorder) -> Outcome {
        if let Err(why) = self.begin(node) {
            return Outcome::Unknown(why.message().into());
        }
        let outcome = self.worth(node, trail);
        self.effort.end();
        outcome
    }

    /// One level deeper, unless the template has led too deep or made too much already: said once, and unknown from there on.
    pub(super) fn begin(&mut self, node: &Node) -> Result<(), BudgetExceeded> {
        let begun = self.effort.begin();
        begun.inspect_err(|why| self.exhausted(*why, node))
    }

    fn exhausted(&mut self, why: BudgetExceeded, node: &Node) {
        if self.effort.is_news(why) {
            self.diagnostics
                .push(Diagnostic::new(why.code(), why.message()).at(self.scope.place(node)));
        }
    }

    /// A value that would be larger than what may still be made.
    pub(super) fn too_large(&mut self, node: &Node) -> Reason {
        self.effort.spend(self.effort.left());
        self.exhausted(BudgetExceeded::Bytes, node);
        BudgetExceeded::Bytes.message().into()
    }

    pub(super) fn end(&mut self) {
        self.effort.end();
    }

    fn worth(&mut self, node: &'a Node, trail: &mut ReferenceRecorder) -> Outcome {
        if let Some(entry) = call(node) {
            let outcome = self.function(entry, trail);
            if let Outcome::Known(value) = &outcome {
                self.effort.spend(weight(value));
            }
            return outcome;
        }
        match &node.value {
            Value::Null => Outcome::Nothing,
            Value::Text(text) if is_looked_up(text) => {
                Outcome::Unknown(format!("`{text}` is looked up at deployment").into())
            }
            Value::Text(text) => {
                self.effort.spend(text.len());
                Outcome::Known((&**text).into())
            }
            Value::Bool(_) | Value::Number(_) => Outcome::Known(node.to_json()),
            Value::List(items) => self.whole_list(items, trail),
            Value::Map(entries) => self.whole_map(entries, trail),
        }
    }

    fn whole_list(&mut self, items: &'a [Node], trail: &mut ReferenceRecorder) -> Outcome {
        let mut values = Vec::with_capacity(items.len());
        let mut missing = None;
        for item in items {
            match self.evaluate(item, trail) {
                Outcome::Known(value) => values.push(value),
                Outcome::Nothing => {}
                Outcome::Unknown(reason) => missing = missing.or(Some(reason)),
            }
        }
        missing.map_or(Outcome::Known(Json::Array(values)), Outcome::Unknown)
    }

    fn whole_map(&mut self, entries: &'a [Entry], trail: &mut ReferenceRecorder) -> Outcome {
        let mut values = Map::new();
        let mut missing = None;
        for entry in entries {
            match self.evaluate(&entry.value, trail) {
                Outcome::Known(value) => drop(values.insert(entry.key.to_string(), value)),
                Outcome::Nothing => {}
                Outcome::Unknown(reason) => missing = missing.or(Some(reason)),
            }
        }
        missing.map_or(Outcome::Known(Json::Object(values)), Outcome::Unknown)
    }

    pub(super) fn function(&mut self, entry: &'a Entry, trail: &mut ReferenceRecorder) -> Outcome {
        let argument = &entry.value;
        match &*entry.key {
            "Ref" => self.reference(argument, trail),
            "Fn::GetAtt" => self.attribute(argument, trail),
            "Fn::Sub" => self.substitute(argument, trail),
            "Fn::If" => match self.branch(argument, trail) {
                Ok(branch) => self.evaluate(branch, trail),
                Err(reason) => Outcome::Unknown(reason),
            },
            "Fn::ImportValue" => self.import(argument, trail),
            "Fn::FindInMap" => self.find_in_map(argument, trail),
            "Fn::Select" => self.select(argument, trail),
            "Fn::Join" => {
                let most = self.effort.left();
                self.over(argument, trail, |parts| match parts {
                    [Json::String(delimiter), Json::Array(items)] => {
                        functions::join(delimiter, items, most).map(Json::from)
                    }
                    _ => None,
                })
            }
            "Fn::Split" => self.over(argument, trail, |parts| match parts {
                [Json::String(delimiter), Json::String(whole)] => {
                    Some(functions::split(delimiter, whole))
                }
                _ => None,
            }),
            "Fn::Cidr" => self.over(argument, trail, |parts| {
                let (block, count) = (parts.first()?.as_str()?, functions::index(parts.get(1)?)?);
                let bits = parts.get(2).map_or(Some(8), functions::index)?;
                Some(
                    functions::cidr(block, count, u32::try_from(bits).ok()?)?
                        .into_iter()
                        .map(Json::from)
                        .collect(),
                )
            }),
            "Fn::Base64" => self.on(argument, trail, |value| {
                Some(functions::base64(functions::text(value)?.as_bytes()).into())
            }),
            "Fn::Length" => self.on(argument, trail, |value| {
                Some(value.as_array()?.len().into())
            }),
            "Fn::ToJsonString" => self.on(argument, trail, |value| Some(value.to_string().into())),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => match self.decide_call(entry) {
                Decision::True => Outcome::Known(true.into()),
                Decision::False => Outcome::Known(false.into()),
                Decision::Undecided => Outcome::Unknown("a condition cannot be decided".into()),
            },
            name => {
                self.evaluate(argument, trail);
                Outcome::Unknown(match name {
                    "Fn::GetAZs" => "availability zones are known only to the account".into(),
                    other => format!("what `{other}` gives is known only after deployment").into(),
                })
            }
        }
    }

    /// A function of one value.
    pub(super) fn on(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
        function: impl FnOnce(&Json) -> Option<Json>,
    ) -> Outcome {
        match self.evaluate(argument, trail) {
            Outcome::Known(value) => match function(&value) {
                Some(result) => Outcome::Known(result),
                None => Outcome::Unknown("the function's arguments do not fit it".into()),
            },
            other => other,
        }
    }

    /// A function of a list of values.
    fn over(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
        function: impl FnOnce(&[Json]) -> Option<Json>,
    ) -> Outcome {
        self.on(argument, trail, |value| function(value.as_array()?))
    }

    /// The branch of an `Fn::If` that is in force. Of an undecided one, both branches count as mentioned.
    fn branch(
        &mut self,
        argument: &'a Node,
        trail: &mut ReferenceRecorder,
    ) -> Result<&'a Node, Reason> {
        let Some([condition, yes, no]) = argument.as_list() else {
            return Err("`Fn::If` needs a condition and two values".into());
        };
        match self.decide(condition) {
            Decision::True => Ok(yes),
            Decision::False => Ok(no),
            Decision::Undecided if yes.same(no) => Ok(yes),
            Decision::Undecided => {
                self.evaluate(yes, trail);
                self.evaluate(no, trail);
                Err(format!(
                    "condition `{}` cannot be decided",
                    condition.as_text().unwrap_or("of `Fn::If`")
                )
                .into())
            }
        }
    }
}
