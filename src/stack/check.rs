//! Faults that can be seen without resolving anything: functions and names that do not exist, resources that wait for each other.

use std::collections::{BTreeMap, BTreeSet};

use super::evaluate::{Scope, call};
use super::functions::{self, FUNCTIONS, Piece};
use super::node::{Entry, Node, Value};
use super::template::Declared;
use crate::diagnostic::{Code, Diagnostic, Place, nearest};

/// All faults of the sections that CloudFormation resolves functions in.
pub(crate) fn faults(scope: &Scope<'_>) -> Vec<Diagnostic> {
    let mut check = Check {
        scope,
        open: is_open(scope),
        diagnostics: Vec::new(),
    };
    check.macros();
    for entry in scope.template.conditions.entries() {
        check.condition_parts(&entry.value);
        check.walk(&entry.value);
    }
    for resource in &scope.template.resources {
        check.resource(resource);
    }
    for output in scope.template.outputs.entries() {
        check.named_condition(output.value.get("Condition"));
        check.walk(&output.value);
    }
    check.diagnostics
}

/// Whether a macro that we do not know may add to the template, so that a missing name proves nothing.
fn is_open(scope: &Scope<'_>) -> bool {
    scope_macros(scope).next().is_some()
        || scope
            .template
            .resources
            .iter()
            .any(|resource| resource.kind.ends_with(MODULE))
}

/// How the types of CloudFormation's modules end.
const MODULE: &str = "::MODULE";

fn unread(message: String, place: Place) -> Diagnostic {
    Diagnostic::new(Code::TemplateMacro, message)
        .at(place)
        .help("read the deployed stack instead of the template: `--deployed NAME`")
}

/// The macros of a template that change its resources in a way that we do not know.
fn scope_macros<'s>(scope: &'s Scope<'_>) -> impl Iterator<Item = &'s str> {
    let known = |name: &str| {
        matches!(
            name,
            "AWS::Serverless-2016-10-31"
                | "AWS::LanguageExtensions"
                | "AWS::CodeDeployBlueGreen"
                | "AWS::SecretsManager-2020-07-23"
                | "AWS::SecretsManager-2024-09-16"
        )
    };
    scope
        .template
        .transforms
        .iter()
        .map(|name| &**name)
        .filter(move |name| !known(name))
}

/// Part of the name of a directive that is no function: those of Rain are `!Rain::Embed` and the like.
const OTHER_TOOL: &str = "::Rain::";

struct Check<'a> {
    scope: &'a Scope<'a>,
    open: bool,
    diagnostics: Vec<Diagnostic>,
}

impl Check<'_> {
    /// What a macro or a module makes of the template is known to CloudFormation alone.
    fn macros(&mut self) {
        for name in scope_macros(self.scope) {
            let message = format!(
                "what the macro `{name}` makes of this template is known only after deployment"
            );
            self.diagnostics.push(unread(
                message,
                Place::new(self.scope.source, self.place_of(name)),
            ));
        }
        for module in self
            .scope
            .template
            .resources
            .iter()
            .filter(|resource| resource.kind.ends_with(MODULE))
        {
            let message = format!(
                "what the module `{}` (`{}`) holds is known only after deployment",
                module.id, module.kind
            );
            self.diagnostics.push(unread(
                message,
                Place::new(self.scope.source, module.span.range()),
            ));
        }
    }

    /// Where a name is written for the first time.
    fn place_of(&self, name: &str) -> std::ops::Range<usize> {
        self.scope
            .source
            .text
            .find(name)
            .map_or(0..0, |at| at..at + name.len())
    }

    fn resource(&mut self, resource: &Declared) {
        self.named_condition(resource.body.get("Condition"));
        for part in ["Properties", "Metadata", "UpdatePolicy", "CreationPolicy"] {
            if let Some(node) = resource.body.get(part) {
                self.walk(node);
            }
        }
        for dependency in resource.depends_on() {
            if let Some(name) = dependency
                .as_text()
                .filter(|name| !self.scope.resources.contains_key(name))
            {
                self.unknown_name(name, dependency, false);
            }
        }
    }

    fn walk(&mut self, node: &Node) {
        if let Some(entry) = call(node) {
            self.function(entry);
        }
        match &node.value {
            Value::List(items) => items.iter().for_each(|item| self.walk(item)),
            Value::Map(entries) => entries.iter().for_each(|entry| self.walk(&entry.value)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }

    fn function(&mut self, entry: &Entry) {
        let argument = &entry.value;
        match &*entry.key {
            "Ref" => self.reference(argument),
            "Fn::GetAtt" => self.attribute(argument),
            "Fn::Sub" => self.substitution(argument),
            "Fn::If" => self.named_condition(argument.items().first()),
            name if FUNCTIONS.contains(&name) || name.starts_with("Fn::ForEach::") => {}
            name if name.contains(OTHER_TOOL) => {
                let message = format!(
                    "`{}` is for another tool to expand: what it gives is not known",
                    name.trim_start_matches("Fn::")
                );
                self.diagnostics.push(
                    Diagnostic::new(Code::TemplateNotExpanded, message)
                        .at(self.scope.place(argument)),
                );
            }
            name => {
                let place = Place::new(self.scope.source, entry.span.range());
                let mut fault = Diagnostic::new(
                    Code::TemplateUnknownFunction,
                    format!("CloudFormation has no function `{name}`"),
                )
                .at(place);
                fault.help = nearest(name, FUNCTIONS.iter().copied())
                    .map(|near| format!("did you mean `{near}`?"));
                self.diagnostics.push(fault);
            }
        }
    }

    /// A name that does not exist. CloudFormation refuses it at deployment; all else of the template can be read.
    fn unknown(&self, code: Code, message: String, node: &Node) -> Diagnostic {
        Diagnostic::new(code, message).at(self.scope.place(node))
    }

    fn fault(&self, code: Code, message: String, node: &Node) -> Diagnostic {
        Diagnostic::new(code, message).at(self.scope.place(node))
    }

    fn reference(&mut self, argument: &Node) {
        if let Some(name) = argument.as_text() {
            self.value_name(name, argument);
        }
    }

    /// A name that stands for a parameter or a resource.
    fn value_name(&mut self, name: &str, node: &Node) {
        if self.scope.parameters.get(name).is_none() && !self.scope.resources.contains_key(name) {
            self.unknown_name(name, node, true);
        }
    }

    fn attribute(&mut self, argument: &Node) {
        let (node, name) = match argument.items().first() {
            Some(first) => (first, first.as_text()),
            None => (
                argument,
                argument.as_text().and_then(|text| text.split('.').next()),
            ),
        };
        if let Some(name) = name {
            self.resource_name(name, node);
        }
    }

    fn resource_name(&mut self, name: &str, node: &Node) {
        if !self.scope.resources.contains_key(name) {
            self.unknown_name(name, node, false);
        }
    }

    fn substitution(&mut self, argument: &Node) {
        let (node, variables) = match argument.as_list() {
            Some([text, variables]) => (text, Some(variables)),
            Some([text]) => (text, None),
            Some(_) | None => (argument, None),
        };
        let Some(text) = node.as_text() else { return };
        for piece in functions::pieces(text) {
            match piece {
                Piece::Text(_) => {}
                Piece::Variable(name)
                    if variables.is_some_and(|variables| variables.get(name).is_some()) => {}
                Piece::Variable(name) => match name.split_once('.') {
                    Some((resource, _)) => self.resource_name(resource, node),
                    None => self.value_name(name, node),
                },
            }
        }
    }

    /// The names of the parameters too, where a `Ref` may mean one.
    fn unknown_name(&mut self, name: &str, node: &Node, parameters: bool) {
        if self.open {
            return;
        }
        let mut fault = self.unknown(
            Code::TemplateUnknownReference,
            format!("the template has no `{name}`"),
            node,
        );
        let resources = self
            .scope
            .template
            .resources
            .iter()
            .map(|resource| &*resource.id);
        fault.help = self.nearest(
            name,
            resources.chain(self.scope.parameters.names().filter(|_| parameters)),
        );
        self.diagnostics.push(fault);
    }

    /// The name that was meant, while the findings are few enough for an author to read them: each is held against every name.
    fn nearest<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
        const READ: usize = 200;
        let known = known.filter(|_| self.diagnostics.len() < READ);
        nearest(name, known).map(|near| format!("did you mean `{near}`?"))
    }

    /// `{Condition: name}` and the names inside functions of conditions.
    fn condition_parts(&mut self, node: &Node) {
        if let Some(entry) = node.single().filter(|entry| &*entry.key == "Condition") {
            return self.named_condition(Some(&entry.value));
        }
        if let Some(entry) =
            call(node).filter(|entry| matches!(&*entry.key, "Fn::And" | "Fn::Or" | "Fn::Not"))
        {
            entry
                .value
                .items()
                .iter()
                .for_each(|part| self.condition_parts(part));
        }
    }

    fn named_condition(&mut self, node: Option<&Node>) {
        let Some((node, name)) = node.and_then(|node| Some((node, node.as_text()?))) else {
            return;
        };
        if self.open || self.scope.conditions.contains_key(name) {
            return;
        }
        let mut fault = self.fault(
            Code::TemplateUnknownCondition,
            format!("the template has no condition `{name}`"),
            node,
        );
        let known = self
            .scope
            .template
            .conditions
            .entries()
            .iter()
            .map(|entry| &*entry.key);
        fault.help = self.nearest(name, known);
        self.diagnostics.push(fault);
    }
}

/// Resources that cannot be created because each waits for the next: one finding for each ring that has no resource of another.
/// Among many resources that all wait for each other there are more rings than anybody could read.
pub(crate) fn cycles(scope: &Scope<'_>, waits: &BTreeMap<&str, Box<[&str]>>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut on_path: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ringed: BTreeSet<&str> = BTreeSet::new();
    for start in waits.keys().copied() {
        if done.contains(start) {
            continue;
        }
        let mut path = vec![(start, successors(waits, start))];
        on_path.insert(start, 0);
        while let Some((at, rest)) = path.last_mut() {
            let Some(next) = rest.next().copied() else {
                done.insert(at);
                on_path.remove(at);
                path.pop();
                continue;
            };
            if let Some(first) = on_path.get(next) {
                if path[*first..]
                    .iter()
                    .rev()
                    .all(|(name, _)| !ringed.contains(name))
                {
                    let names: Vec<&str> = path[*first..].iter().map(|(name, _)| *name).collect();
                    found.push(ring(scope, &names));
                    ringed.extend(names);
                }
            } else if !done.contains(next) {
                on_path.insert(next, path.len());
                path.push((next, successors(waits, next)));
            }
        }
    }
    found
}

fn successors<'w, 'a>(
    waits: &'w BTreeMap<&'a str, Box<[&'a str]>>,
    of: &str,
) -> std::slice::Iter<'w, &'a str> {
    waits.get(of).map(|next| next.iter()).unwrap_or_default()
}

fn ring(scope: &Scope<'_>, names: &[&str]) -> Diagnostic {
    let shown: Vec<String> = names
        .iter()
        .chain(names.first())
        .map(|name| format!("`{name}`"))
        .collect();
    let mut fault = Diagnostic::new(
        Code::TemplateCycle,
        format!("resources wait for each other: {}", shown.join(" → ")),
    );
    if let Some(resource) = names.first().and_then(|name| scope.resources.get(name)) {
        fault = fault.at(Place::new(scope.source, resource.span.range()));
    }
    fault
}
