//! Resolves functions: what a node of the template is worth, as far as it can be known, and which resources it mentions.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::ReadContext;
use super::conditions::Decision;
use super::effort::{Effort, Exhausted, weight};
use super::functions::{self, Piece};
use super::names::{Holes, Names};
use super::nested::{self, Children};
use super::node::{Entry, Node, Value};
use super::parameters::{Parameter, Parameters};
use super::template::{Declared, Template};
use crate::diagnostic::{Diagnostic, Place, Source};
use crate::inventory::{Properties, Property, Reference, ResourceId, Unresolved};

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
    pub(crate) fn new(source: &'a Arc<Source>, ctx: &'a ReadContext, template: &'a Template, parameters: &'a Parameters) -> Self {
        let resources = template.resources.iter().map(|resource| (&*resource.id, resource)).collect();
        let conditions = template.conditions.entries().iter().rev().map(|entry| (&*entry.key, entry)).collect();
        Self { source, ctx, template, parameters, resources, conditions }
    }

    pub(crate) fn place(&self, node: &Node) -> Place {
        Place::new(self.source, node.span.range())
    }
}

/// What is noted while the properties of one resource are resolved.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    path: String,
    references: Vec<Reference>,
    pub unresolved: Vec<Unresolved>,
}

impl Trail {
    fn enter(&mut self, key: &str) -> usize {
        let before = self.path.len();
        if before > 0 {
            self.path.push('.');
        }
        self.path.push_str(key);
        before
    }

    fn leave(&mut self, before: usize) {
        self.path.truncate(before);
    }

    pub(super) fn mention(&mut self, stack: Option<&Arc<str>>, to: &Arc<str>, attribute: &str) {
        let same = |known: &Reference| {
            known.to == *to && *known.attribute == *attribute && *known.path == *self.path && known.stack.as_ref() == stack
        };
        if !self.references.last().is_some_and(same) {
            self.references.push(Reference {
                path: self.path.as_str().into(),
                stack: stack.cloned(),
                to: Arc::clone(to),
                attribute: attribute.into(),
            });
        }
    }

    /// Every reference once, where it was first met, and what could not be resolved.
    pub(crate) fn into_parts(mut self) -> (Vec<Reference>, Vec<Unresolved>) {
        let mut seen = HashSet::new();
        self.references.retain(|found| seen.insert(found.clone()));
        // They stay as long as the inventory does, and are so put into no more room than they need.
        (self.references.drain(..).collect(), self.unresolved.drain(..).collect())
    }

    fn miss(&mut self, reason: Reason) {
        self.unresolved.push(Unresolved { path: self.path.clone(), reason: reason.into_owned() });
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
    pub(super) effort: Effort,
    pub diagnostics: Vec<Diagnostic>,
}

/// The only entry of a map that is a function call.
pub(crate) fn call(node: &Node) -> Option<&Entry> {
    node.single().filter(|entry| &*entry.key == "Ref" || entry.key.starts_with("Fn::"))
}

/// Whether CloudFormation replaces a part of the text by a value from elsewhere (a dynamic reference).
fn is_looked_up(text: &str) -> bool {
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
            effort: Effort::of(scope.source.text.len()),
            diagnostics: Vec::new(),
        }
    }

    pub(crate) fn id_of(&self, declared: &Declared) -> ResourceId {
        ResourceId { stack: Arc::clone(&self.stack), logical_id: Arc::clone(&declared.id) }
    }

    /// The entries of a map as far as each can be known; the others are noted on the trail.
    pub(crate) fn properties(&mut self, node: &'a Node, trail: &mut Trail) -> Properties {
        if call(node).is_some() {
            return match self.property(node, trail) {
                Some(Property::Map(map)) => map,
                Some(_) | None => Properties::default(),
            };
        }
        let mut known = Vec::with_capacity(node.entries().len());
        for entry in node.entries() {
            let before = trail.enter(&entry.key);
            known.extend(self.property(&entry.value, trail).map(|value| (Arc::clone(&entry.key), value)));
            trail.leave(before);
        }
        known.into()
    }

    /// One property as far as it can be known: parts of it that cannot are left out.
    fn property(&mut self, node: &'a Node, trail: &mut Trail) -> Option<Property> {
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
    pub(crate) fn evaluate(&mut self, node: &'a Node, trail: &mut Trail) -> Outcome {
        if let Err(why) = self.begin(node) {
            return Outcome::Unknown(why.message().into());
        }
        let outcome = self.worth(node, trail);
        self.effort.end();
        outcome
    }

    /// One level deeper, unless the template has led too deep or made too much already: said once, and unknown from there on.
    pub(super) fn begin(&mut self, node: &Node) -> Result<(), Exhausted> {
        let begun = self.effort.begin();
        begun.inspect_err(|why| self.exhausted(*why, node))
    }

    fn exhausted(&mut self, why: Exhausted, node: &Node) {
        if self.effort.is_news(why) {
            self.diagnostics.push(Diagnostic::error(why.code(), why.message()).at(self.scope.place(node)));
        }
    }

    /// A value that would be larger than what may still be made.
    fn too_large(&mut self, node: &Node) -> Reason {
        self.effort.spend(self.effort.left());
        self.exhausted(Exhausted::Bytes, node);
        Exhausted::Bytes.message().into()
    }

    pub(super) fn end(&mut self) {
        self.effort.end();
    }

    fn worth(&mut self, node: &'a Node, trail: &mut Trail) -> Outcome {
        if let Some(entry) = call(node) {
            let outcome = self.function(entry, trail);
            if let Outcome::Known(value) = &outcome {
                self.effort.spend(weight(value));
            }
            return outcome;
        }
        match &node.value {
            Value::Null => Outcome::Nothing,
            Value::Text(text) if is_looked_up(text) => Outcome::Unknown(format!("`{text}` is looked up at deployment").into()),
            Value::Text(text) => {
                self.effort.spend(text.len());
                Outcome::Known((&**text).into())
            }
            Value::Bool(_) | Value::Number(_) => Outcome::Known(node.to_json()),
            Value::List(items) => self.whole_list(items, trail),
            Value::Map(entries) => self.whole_map(entries, trail),
        }
    }

    fn whole_list(&mut self, items: &'a [Node], trail: &mut Trail) -> Outcome {
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

    fn whole_map(&mut self, entries: &'a [Entry], trail: &mut Trail) -> Outcome {
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

    pub(super) fn function(&mut self, entry: &'a Entry, trail: &mut Trail) -> Outcome {
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
                    [Json::String(delimiter), Json::Array(items)] => functions::join(delimiter, items, most).map(Json::from),
                    _ => None,
                })
            }
            "Fn::Split" => self.over(argument, trail, |parts| match parts {
                [Json::String(delimiter), Json::String(whole)] => Some(functions::split(delimiter, whole)),
                _ => None,
            }),
            "Fn::Cidr" => self.over(argument, trail, |parts| {
                let (block, count) = (parts.first()?.as_str()?, functions::index(parts.get(1)?)?);
                let bits = parts.get(2).map_or(Some(8), functions::index)?;
                Some(functions::cidr(block, count, u32::try_from(bits).ok()?)?.into_iter().map(Json::from).collect())
            }),
            "Fn::Base64" => self.on(argument, trail, |value| Some(functions::base64(functions::text(value)?.as_bytes()).into())),
            "Fn::Length" => self.on(argument, trail, |value| Some(value.as_array()?.len().into())),
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
    fn on(&mut self, argument: &'a Node, trail: &mut Trail, function: impl FnOnce(&Json) -> Option<Json>) -> Outcome {
        match self.evaluate(argument, trail) {
            Outcome::Known(value) => match function(&value) {
                Some(result) => Outcome::Known(result),
                None => Outcome::Unknown("the function's arguments do not fit it".into()),
            },
            other => other,
        }
    }

    /// A function of a list of values.
    fn over(&mut self, argument: &'a Node, trail: &mut Trail, function: impl FnOnce(&[Json]) -> Option<Json>) -> Outcome {
        self.on(argument, trail, |value| function(value.as_array()?))
    }

    fn reference(&mut self, argument: &'a Node, trail: &mut Trail) -> Outcome {
        match self.on(argument, trail, |value| Some(Json::from(value.as_str()?))) {
            Outcome::Known(Json::String(name)) => self.named(&name, trail),
            other => other,
        }
    }

    /// What a `Ref` to the name gives.
    fn named(&mut self, name: &str, trail: &mut Trail) -> Outcome {
        if let Some(parameter) = self.scope.parameters.get(name) {
            if let Some(given) = self.scope.ctx.around.given.and_then(|given| given.get(name)) {
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

    fn attribute(&mut self, argument: &'a Node, trail: &mut Trail) -> Outcome {
        let parts = match self.evaluate(argument, trail) {
            Outcome::Known(Json::String(text)) => text,
            Outcome::Known(Json::Array(parts)) => functions::join(".", &parts, self.effort.left()).unwrap_or_default(),
            Outcome::Known(_) => String::new(),
            other => return other,
        };
        match parts.split_once('.') {
            Some((name, attribute)) => self.attribute_named(name, attribute, trail),
            None => Outcome::Unknown("the function's arguments do not fit it".into()),
        }
    }

    fn attribute_named(&mut self, name: &str, attribute: &str, trail: &mut Trail) -> Outcome {
        let Some(resource) = self.scope.resources.get(name).copied() else {
            return Outcome::Unknown(format!("the template has no resource `{name}`").into());
        };
        if let Some(output) = attribute.strip_prefix("Outputs.").filter(|_| &*resource.kind == nested::KIND) {
            return self.output_of(resource, output, trail);
        }
        trail.mention(None, &resource.id, attribute);
        self.attribute_of(resource, attribute)
    }

    fn substitute(&mut self, argument: &'a Node, trail: &mut Trail) -> Outcome {
        let (text, variables) = match argument.as_list() {
            Some([text, variables]) => (text.as_text(), Some(variables)),
            Some([text]) => (text.as_text(), None),
            Some(_) => (None, None),
            None => (argument.as_text(), None),
        };
        let Some(text) = text else { return Outcome::Unknown("`Fn::Sub` needs a text".into()) };
        let mut result = String::with_capacity(text.len());
        let mut missing = None;
        // A variable that stands in the text again is not worked out again: variables within variables would double each time.
        let mut known: HashMap<&str, Result<String, Reason>> = HashMap::new();
        for piece in functions::pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Variable(name) => match known.entry(name).or_insert_with(|| self.variable(name, variables, trail)) {
                    Ok(value) if result.len() + value.len() <= self.effort.left() => result.push_str(value),
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

    fn variable(&mut self, name: &str, variables: Option<&'a Node>, trail: &mut Trail) -> Result<String, Reason> {
        let outcome = match (variables.and_then(|variables| variables.get(name)), name.split_once('.')) {
            (Some(node), _) => self.evaluate(node, trail),
            (None, Some((resource, attribute))) => self.attribute_named(resource, attribute, trail),
            (None, None) => self.named(name, trail),
        };
        match outcome {
            Outcome::Known(Json::Array(items)) => {
                functions::join(",", &items, self.effort.left()).ok_or("a list of lists is no text".into())
            }
            Outcome::Known(value) => functions::text(&value).ok_or_else(|| format!("`{name}` is no text").into()),
            Outcome::Nothing => Ok(String::new()),
            Outcome::Unknown(reason) => Err(reason),
        }
    }

    /// The branch of an `Fn::If` that is in force. Of an undecided one, both branches count as mentioned.
    fn branch(&mut self, argument: &'a Node, trail: &mut Trail) -> Result<&'a Node, Reason> {
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
                Err(format!("condition `{}` cannot be decided", condition.as_text().unwrap_or("of `Fn::If`")).into())
            }
        }
    }
}
