//! A template as its sections: from text to the parts that CloudFormation knows, before any function is resolved.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Entry, Node, Span};
use super::{json, yaml};
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};

const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The sections of a template; one that is not written is null.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    pub transforms: Vec<Arc<str>>,
    pub parameters: Node,
    pub mappings: Node,
    pub conditions: Node,
    pub globals: Node,
    pub outputs: Node,
    pub resources: Vec<Declared>,
}

/// A resource as it is written.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub id: Arc<str>,
    pub kind: Arc<str>,
    /// Where its logical id is written.
    pub span: Span,
    /// Everything beside `Type`: `Properties`, `Metadata`, `Condition`, `DependsOn`, …
    pub body: Node,
}

impl Declared {
    pub(crate) fn properties(&self) -> Option<&Node> {
        self.body.get("Properties")
    }

    pub(crate) fn condition(&self) -> Option<&str> {
        self.body.text_at("Condition")
    }

    /// Logical ids under `DependsOn`.
    pub(crate) fn depends_on(&self) -> impl Iterator<Item = &Node> {
        let written = self.body.get("DependsOn");
        written
            .into_iter()
            .flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node)))
    }
}

/// The tree of a template, read as JSON if it begins like JSON, else as YAML.
pub(crate) fn tree(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    if !source.text.trim_start().starts_with('{') {
        return yaml::parse(source);
    }
    json::parse(source).or_else(|fault| yaml::parse(source).map_err(|_| fault))
}

/// The sections of a tree, with its resources still as one node. Faults of form are collected; what is malformed counts as not written.
pub(crate) fn sections(
    source: &Arc<Source>,
    root: &Node,
) -> (Option<(Template, Node)>, Vec<Diagnostic>) {
    let mut form = Form {
        source,
        diagnostics: Vec::new(),
    };
    let Some(entries) = root.as_map() else {
        form.fault(
            Code::TemplateNotAMap,
            "a template is a map with the section `Resources`",
            root.span,
        );
        return (None, form.diagnostics);
    };
    form.check_names(entries);
    let Some(resources) = root.get("Resources") else {
        form.fault(
            Code::TemplateWithoutResources,
            "the template has no `Resources`",
            Span { start: 0, end: 0 },
        );
        return (None, form.diagnostics);
    };
    let template = Template {
        transforms: transforms(root),
        parameters: form.map_section(root, "Parameters"),
        mappings: form.mappings(root),
        conditions: form.map_section(root, "Conditions"),
        globals: form.map_section(root, "Globals"),
        outputs: form.map_section(root, "Outputs"),
        resources: Vec::new(),
    };
    (Some((template, resources.clone())), form.diagnostics)
}

/// The parameters of a template with their defaults; none of a text that is no template.
pub fn parameters(source: &Arc<Source>) -> BTreeMap<String, Option<String>> {
    let Ok((root, _)) = tree(source) else {
        return BTreeMap::new();
    };
    let written = root
        .get("Parameters")
        .map(Node::entries)
        .unwrap_or_default();
    written
        .iter()
        .map(|entry| {
            (
                entry.key.to_string(),
                entry.value.get("Default").and_then(Node::scalar_text),
            )
        })
        .collect()
}

/// The resources of their section, whose loops are written out.
pub(crate) fn resources(source: &Arc<Source>, section: &Node) -> (Vec<Declared>, Vec<Diagnostic>) {
    let mut form = Form {
        source,
        diagnostics: Vec::new(),
    };
    (form.resources(section), form.diagnostics)
}

/// The names of the macros that the template asks for, in their order.
fn transforms(root: &Node) -> Vec<Arc<str>> {
    let Some(written) = root.get("Transform") else {
        return Vec::new();
    };
    let all = written.as_list().unwrap_or(std::slice::from_ref(written));
    all.iter()
        .filter_map(|one| one.as_text().or_else(|| one.text_at("Name")))
        .map(Arc::from)
        .collect()
}

struct Form<'s> {
    source: &'s Arc<Source>,
    diagnostics: Vec<Diagnostic>,
}

impl Form<'_> {
    fn fault(&mut self, code: Code, message: impl Into<String>, span: Span) -> &mut Diagnostic {
        self.diagnostics
            .push(Diagnostic::new(code, message).at(Place::new(self.source, span.range())));
        let last = self.diagnostics.len() - 1;
        &mut self.diagnostics[last]
    }

    fn check_names(&mut self, entries: &[Entry]) {
        for entry in entries
            .iter()
            .filter(|entry| !SECTIONS.contains(&&*entry.key) && !entry.key.starts_with("Fn::"))
        {
            let help = nearest(&entry.key, SECTIONS.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            self.fault(
                Code::TemplateUnknownSection,
                format!("a template has no section `{}`", entry.key),
                entry.span,
            )
            .help = help;
        }
    }

    fn map_section(&mut self, root: &Node, name: &'static str) -> Node {
        match root.get(name) {
            None => Node::null(root.span),
            Some(section) if section.as_map().is_some() => section.clone(),
            Some(section) => {
                self.fault(
                    Code::TemplateSectionForm,
                    format!("`{name}` is a map"),
                    section.span,
                );
                Node::null(section.span)
            }
        }
    }

    fn mappings(&mut self, root: &Node) -> Node {
        let section = self.map_section(root, "Mappings");
        let is_ours = |entry: &&Entry| !entry.key.starts_with("Fn::");
        for mapping in section.entries().iter().filter(is_ours) {
            let inner = mapping
                .value
                .entries()
                .iter()
                .filter(is_ours)
                .find(|entry| entry.value.as_map().is_none());
            if mapping.value.as_map().is_none() || inner.is_some() {
                let span = inner.map_or(mapping.span, |entry| entry.span);
                self.fault(
                    Code::TemplateSectionForm,
                    format!("the mapping `{}` is a map of maps", mapping.key),
                    span,
                );
            }
        }
        section
    }

    fn resources(&mut self, section: &Node) -> Vec<Declared> {
        if section.as_map().is_none() {
            self.fault(
                Code::TemplateSectionForm,
                "`Resources` is a map of resources by logical id",
                section.span,
            );
        }
        section
            .entries()
            .iter()
            .filter_map(|entry| self.resource(entry))
            .collect()
    }

    fn resource(&mut self, entry: &Entry) -> Option<Declared> {
        if entry.key.starts_with("Fn::") {
            return self.left_function(entry);
        }
        let Some(kind) = entry
            .value
            .get("Type")
            .and_then(Node::shared_text)
            .filter(|kind| !kind.is_empty())
        else {
            return self.without_type(entry);
        };
        for part in ["Properties", "Metadata"] {
            if let Some(value) = entry
                .value
                .get(part)
                .filter(|value| value.as_map().is_none())
            {
                self.fault(
                    Code::TemplateResourceForm,
                    format!("`{part}` of the resource `{}` is a map", entry.key),
                    value.span,
                );
            }
        }
        Some(Declared {
            id: Arc::clone(&entry.key),
            kind,
            span: entry.span,
            body: entry.value.clone(),
        })
    }

    /// What cannot be deployed is left out; what another tool has still to expand is no fault of the template.
    fn without_type(&mut self, entry: &Entry) -> Option<Declared> {
        let message = format!("`{}` has no `Type` and is left out", entry.key);
        let found = Diagnostic::new(Code::TemplateResourceWithoutType, message)
            .at(Place::new(self.source, entry.span.range()));
        self.diagnostics.push(found);
        None
    }

    /// `Fn::Transform` among the resources adds what only its macro knows.
    fn left_function(&mut self, entry: &Entry) -> Option<Declared> {
        if &*entry.key == "Fn::Transform" {
            let place = Place::new(self.source, entry.span.range());
            let found = Diagnostic::new(
                Code::TemplateMacro,
                "what this macro adds to the resources is known only after deployment",
            );
            self.diagnostics.push(
                found
                    .at(place)
                    .help("read the deployed stack instead of the template"),
            );
        } else {
            self.fault(
                Code::TemplateUnknownFunction,
                format!("`{}` cannot stand among the resources", entry.key),
                entry.span,
            );
        }
        None
    }
}
