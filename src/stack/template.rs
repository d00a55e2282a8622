//! Reads the sections of a template, before any function is evaluated.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::node::{Entry, Node, Span};
use super::secret::{MASK, is_secret};
use super::{json, yaml};
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::files::limits::MAX_RESOURCES;
use crate::files::secret_text;

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

/// The maximum length of a logical id, in characters.
const MAX_LOGICAL_ID: usize = 255;

/// The sections of a template; a missing section is null.
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

/// A resource of the template.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub id: Arc<str>,
    pub kind: Arc<str>,
    /// The place of its logical id.
    pub span: Span,
    /// The whole resource: `Type`, `Properties`, `Metadata`, `Condition`, `DependsOn`, …
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

/// The tree of a template: JSON if it begins like JSON, else YAML.
pub(crate) fn tree(source: &Arc<Source>) -> Result<(Node, Vec<Diagnostic>), Diagnostic> {
    let parsed = if source.text.trim_start().starts_with('{') {
        json::parse(source).or_else(|diagnostic| yaml::parse(source).map_err(|_| diagnostic))
    } else {
        yaml::parse(source)
    };
    parsed.inspect_err(secret_text::hide_in_template)
}

/// The sections of a tree, and the section of its resources as a node. A malformed section is reported and counts as absent.
pub(crate) fn sections(
    source: &Arc<Source>,
    root: &Node,
) -> (Option<(Template, Node)>, Vec<Diagnostic>) {
    let mut reader = SectionReader {
        source,
        diagnostics: Vec::new(),
    };
    let Some(entries) = root.as_map() else {
        let message = if root.is_null() {
            "the template is empty: it must be a map with the section `Resources`"
        } else {
            "a template must be a map with the section `Resources`"
        };
        reader.report(Code::TemplateNotAMap, message, root.span);
        return (None, reader.diagnostics);
    };
    reader.check_names(entries);
    let Some(resources) = root.get("Resources") else {
        reader.report(
            Code::TemplateWithoutResources,
            "the template has no `Resources`",
            Span { start: 0, end: 0 },
        );
        return (None, reader.diagnostics);
    };
    let template = Template {
        transforms: transforms(root),
        parameters: reader.map_section(root, "Parameters"),
        mappings: reader.mappings(root),
        conditions: reader.map_section(root, "Conditions"),
        globals: reader.map_section(root, "Globals"),
        outputs: reader.map_section(root, "Outputs"),
        resources: Vec::new(),
    };
    (Some((template, resources.clone())), reader.diagnostics)
}

/// Template parameters with defaults, those of secret parameters masked; empty for a text without a template.
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
        .map(|entry| (entry.key.to_string(), shown_default(&entry.value)))
        .collect()
}

fn shown_default(declaration: &Node) -> Option<String> {
    if is_secret(declaration) {
        return Some(MASK.to_owned());
    }
    declaration.get("Default").and_then(Node::scalar_text)
}

/// The resources of their section, after its loops are expanded.
pub(crate) fn resources(source: &Arc<Source>, section: &Node) -> (Vec<Declared>, Vec<Diagnostic>) {
    let mut reader = SectionReader {
        source,
        diagnostics: Vec::new(),
    };
    (reader.resources(section), reader.diagnostics)
}

/// The names of the macros under `Transform`, in their order.
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

/// Reads sections and collects the diagnostics of their form.
struct SectionReader<'s> {
    source: &'s Arc<Source>,
    diagnostics: Vec<Diagnostic>,
}

impl SectionReader<'_> {
    fn report(&mut self, code: Code, message: impl Into<String>, span: Span) {
        let diagnostic = self.diagnostic(code, message, span);
        self.diagnostics.push(diagnostic);
    }

    fn diagnostic(&self, code: Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, message).at(Place::new(self.source, span.range()))
    }

    fn check_names(&mut self, entries: &[Entry]) {
        for entry in entries
            .iter()
            .filter(|entry| !SECTIONS.contains(&&*entry.key) && !entry.key.starts_with("Fn::"))
        {
            let help = nearest(&entry.key, SECTIONS.iter().copied())
                .map(|near| format!("did you mean `{near}`?"));
            let message = format!("a template has no section `{}`", entry.key);
            let mut diagnostic = self.diagnostic(Code::TemplateUnknownSection, message, entry.span);
            diagnostic.help = help;
            self.diagnostics.push(diagnostic);
        }
    }

    fn map_section(&mut self, root: &Node, name: &'static str) -> Node {
        match root.get(name) {
            None => Node::null(root.span),
            Some(section) if section.as_map().is_some() => section.clone(),
            Some(section) => {
                self.report(
                    Code::TemplateSectionForm,
                    format!("`{name}` must be a map"),
                    section.span,
                );
                Node::null(section.span)
            }
        }
    }

    fn mappings(&mut self, root: &Node) -> Node {
        let section = self.map_section(root, "Mappings");
        for mapping in section
            .entries()
            .iter()
            .filter(|entry| is_not_function(entry))
        {
            let inner = mapping
                .value
                .entries()
                .iter()
                .filter(|entry| is_not_function(entry))
                .find(|entry| entry.value.as_map().is_none());
            if mapping.value.as_map().is_none() || inner.is_some() {
                let span = inner.map_or(mapping.span, |entry| entry.span);
                self.report(
                    Code::TemplateSectionForm,
                    format!("the mapping `{}` must be a map of maps", mapping.key),
                    span,
                );
            }
        }
        section
    }

    fn resources(&mut self, section: &Node) -> Vec<Declared> {
        if section.entries().len() > MAX_RESOURCES {
            self.report(
                Code::TemplateTooLarge,
                format!("the template has more than {MAX_RESOURCES} resources"),
                section.span,
            );
            return Vec::new();
        }
        if section.as_map().is_none() {
            self.report(
                Code::TemplateSectionForm,
                "`Resources` must be a map of resources by logical id",
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
            self.report_function(entry);
            return None;
        }
        self.check_logical_id(entry);
        let Some(kind) = entry
            .value
            .get("Type")
            .and_then(Node::shared_text)
            .filter(|kind| !kind.is_empty())
        else {
            // Omitted: CloudFormation cannot deploy this form; another tool may still expand it.
            let message = format!("`{}` has no `Type` and is left out", entry.key);
            self.report(Code::TemplateResourceWithoutType, message, entry.span);
            return None;
        };
        for part in ["Properties", "Metadata"] {
            if let Some(value) = entry
                .value
                .get(part)
                .filter(|value| value.as_map().is_none())
            {
                self.report(
                    Code::TemplateResourceForm,
                    format!("`{part}` of the resource `{}` must be a map", entry.key),
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

    fn check_logical_id(&mut self, entry: &Entry) {
        // The SAM CLI writes the ids of resources that SAM makes with a dot (`RestApi.Deployment`).
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
        let reason = if !entry.key.bytes().all(is_allowed) || entry.key.is_empty() {
            "has other characters than letters and digits (`A-Z`, `a-z`, `0-9`)"
        } else if entry.key.len() > MAX_LOGICAL_ID {
            "is longer than 255 characters"
        } else {
            return;
        };
        let allowed: String = entry
            .key
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .take(MAX_LOGICAL_ID)
            .collect();
        let message = format!(
            "CloudFormation refuses the logical id `{}`: it {reason}",
            entry.key
        );
        let mut diagnostic = self.diagnostic(Code::TemplateLogicalId, message, entry.span);
        diagnostic.help = (!allowed.is_empty()).then(|| format!("for example `{allowed}`"));
        self.diagnostics.push(diagnostic);
    }

    /// A function in place of a resource. `Fn::Transform` adds resources that only its macro knows.
    fn report_function(&mut self, entry: &Entry) {
        if &*entry.key == "Fn::Transform" {
            let diagnostic = self.diagnostic(
                Code::TemplateMacro,
                "the resources that this macro adds are known only after deployment",
                entry.span,
            );
            self.diagnostics
                .push(diagnostic.help("read the deployed stack instead of the template"));
        } else {
            self.report(
                Code::TemplateUnknownFunction,
                format!("`{}` is not allowed in place of a resource", entry.key),
                entry.span,
            );
        }
    }
}

fn is_not_function(entry: &Entry) -> bool {
    !entry.key.starts_with("Fn::")
}
