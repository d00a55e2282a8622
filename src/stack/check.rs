//! Checks a template without evaluating it: functions and names that do not exist.

use super::evaluate::TemplateScope;
use super::functions::{self, Piece, call};
use super::language::{FUNCTIONS, KNOWN_MACROS, LOOP_PREFIX, MODULE_SUFFIX};
use super::node::{Entry, Node, Value};
use super::template::Declared;
use crate::diagnostic::{Code, Diagnostic, Place, nearest};

/// Diagnostics of the sections that may have functions.
pub(crate) fn check(scope: &TemplateScope<'_>) -> Vec<Diagnostic> {
    let mut checker = TemplateChecker {
        scope,
        has_unknown_parts: has_unknown_parts(scope),
        diagnostics: Vec::new(),
    };
    checker.report_unknown_parts();
    for entry in scope.template.conditions.entries() {
        checker.condition_parts(&entry.value);
        checker.walk(&entry.value);
    }
    for resource in &scope.template.resources {
        checker.resource(resource);
    }
    for output in scope.template.outputs.entries() {
        checker.named_condition(output.value.get("Condition"));
        checker.walk(&output.value);
    }
    checker.diagnostics
}

/// Whether unknown macros or modules may add to the template. If so, a name that the template lacks may still exist.
fn has_unknown_parts(scope: &TemplateScope<'_>) -> bool {
    unknown_macros(scope).next().is_some() || modules(scope).next().is_some()
}

/// The macros of a template whose effect on its resources is unknown.
fn unknown_macros<'s>(scope: &'s TemplateScope<'_>) -> impl Iterator<Item = &'s str> {
    scope
        .template
        .transforms
        .iter()
        .map(|name| &**name)
        .filter(|name| !KNOWN_MACROS.contains(name))
}

fn modules<'s>(scope: &'s TemplateScope<'_>) -> impl Iterator<Item = &'s Declared> {
    scope
        .template
        .resources
        .iter()
        .filter(|resource| resource.kind.ends_with(MODULE_SUFFIX))
}

/// Part of the names of Rain's directives (`!Rain::Embed`), which Rain replaces before the deployment.
const OTHER_TOOL: &str = "::Rain::";

struct TemplateChecker<'a> {
    scope: &'a TemplateScope<'a>,
    has_unknown_parts: bool,
    diagnostics: Vec<Diagnostic>,
}

impl TemplateChecker<'_> {
    fn report_unknown_parts(&mut self) {
        for name in unknown_macros(self.scope) {
            let message = format!(
                "the result of the macro `{name}` for this template is known only after deployment"
            );
            let place = Place::new(self.scope.source, self.first_place(name));
            self.report_unknown_part(message, place);
        }
        for module in modules(self.scope) {
            let message = format!(
                "the resources of the module `{}` (`{}`) are known only after deployment",
                module.id, module.kind
            );
            self.report_unknown_part(message, self.scope.place_of(module));
        }
    }

    fn report_unknown_part(&mut self, message: String, place: Place) {
        self.diagnostics.push(
            Diagnostic::new(Code::TemplateMacro, message)
                .at(place)
                .help("read the deployed stack instead of the template: `--deployed NAME`"),
        );
    }

    /// The first occurrence of a name in the text.
    fn first_place(&self, name: &str) -> std::ops::Range<usize> {
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
                self.unknown_resource(name, dependency);
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
            name if FUNCTIONS.contains(&name) || name.starts_with(LOOP_PREFIX) => {}
            name if name.contains(OTHER_TOOL) => self.report(
                Code::TemplateNotExpanded,
                format!(
                    "another tool expands `{}`: its result is not known",
                    name.trim_start_matches("Fn::")
                ),
                self.scope.place(argument),
                None,
            ),
            name => self.report(
                Code::TemplateUnknownFunction,
                format!("CloudFormation has no function `{name}`"),
                Place::new(self.scope.source, entry.span.range()),
                did_you_mean(name, FUNCTIONS.iter().copied()),
            ),
        }
    }

    fn report(&mut self, code: Code, message: String, place: Place, help: Option<String>) {
        let mut diagnostic = Diagnostic::new(code, message).at(place);
        diagnostic.help = help;
        self.diagnostics.push(diagnostic);
    }

    fn reference(&mut self, argument: &Node) {
        if let Some(name) = argument.as_text() {
            self.value_name(name, argument);
        }
    }

    /// A name of a parameter or a resource.
    fn value_name(&mut self, name: &str, node: &Node) {
        if self.scope.parameters.get(name).is_none() && !self.scope.resources.contains_key(name) {
            self.unknown_value(name, node);
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
            self.unknown_resource(name, node);
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

    /// Reports an unknown name: neither resource nor parameter.
    fn unknown_value(&mut self, name: &str, node: &Node) {
        if !self.has_unknown_parts {
            let names = self.resource_ids().chain(self.scope.parameters.names());
            self.report_unknown_reference(name, node, self.nearest(name, names));
        }
    }

    /// Reports a name that is not a resource.
    fn unknown_resource(&mut self, name: &str, node: &Node) {
        if !self.has_unknown_parts {
            self.report_unknown_reference(name, node, self.nearest(name, self.resource_ids()));
        }
    }

    fn resource_ids(&self) -> impl Iterator<Item = &str> {
        self.scope
            .template
            .resources
            .iter()
            .map(|resource| &*resource.id)
    }

    /// CloudFormation refuses the template at deployment; here only the values that depend on the name stay unknown.
    fn report_unknown_reference(&mut self, name: &str, node: &Node, help: Option<String>) {
        self.report(
            Code::TemplateUnknownReference,
            format!("the template has no parameter or resource `{name}`"),
            self.scope.place(node),
            help,
        );
    }

    /// The most similar name. Only for the first diagnostics: the search compares every known name.
    fn nearest<'n>(&self, name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
        const MAX_SEARCHES: usize = 200;
        if self.diagnostics.len() >= MAX_SEARCHES {
            return None;
        }
        did_you_mean(name, known)
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
        if self.has_unknown_parts || self.scope.conditions.contains_key(name) {
            return;
        }
        let conditions = self.scope.template.conditions.entries();
        let help = self.nearest(name, conditions.iter().map(|entry| &*entry.key));
        self.report(
            Code::TemplateUnknownCondition,
            format!("the template has no condition `{name}`"),
            self.scope.place(node),
            help,
        );
    }
}

fn did_you_mean<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    nearest(name, known).map(|near| format!("did you mean `{near}`?"))
}
