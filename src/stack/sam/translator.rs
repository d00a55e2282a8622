//! The state of a transform: the resources of the template, the generated resources, and the names that change.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::api_paths::ApiPaths;
use super::deployment_preference::DeploymentPreference;
use super::references::ReferenceRewriter;
use super::resource::{PropertiesBuilder, ResourceAttributes, generated_resource};
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::stack::node::{Entry, Node, Span};
use crate::stack::parameters::Parameters;
use crate::stack::template::{Declared, Template};

pub(super) const PREFIX: &str = "AWS::Serverless::";

/// Types of the template that SAM changes: an event adds a trigger or a notification to them.
const CHANGED_BY_EVENTS: &[&str] = &[
    "AWS::S3::Bucket",
    "AWS::Cognito::UserPool",
    "AWS::SNS::Topic",
];

/// Translates the resources of one SAM template.
pub(super) struct Translator<'a> {
    source: &'a Arc<Source>,
    pub(super) parameters: &'a Parameters,
    pub(super) mappings: Node,
    pub(super) globals: Node,
    /// The resources of the template, merged with `Globals`.
    pub(super) source_resources: Vec<Declared>,
    /// Positions in `source_resources` by logical id.
    pub(super) source_index: HashMap<Arc<str>, usize>,
    generated_resources: Vec<Declared>,
    /// Positions in `generated_resources` by logical id.
    generated_index: HashMap<Arc<str>, usize>,
    /// Conditions that the transform adds.
    pub(super) conditions: Vec<Entry>,
    /// Logical ids of generated resources, by the name that a template uses for them (`Function.Alias`).
    referables: HashMap<String, Arc<str>>,
    /// Logical ids of generated layers, by the logical id in the template.
    pub(super) layer_ids: HashMap<Arc<str>, Arc<str>>,
    /// Logical ids of the resources of each connector, for `DependsOn`.
    pub(super) connector_resources: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// The paths that events add to each API.
    pub(super) api_paths: BTreeMap<Arc<str>, ApiPaths>,
    pub(super) deployment_preferences: Vec<DeploymentPreference>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Translator<'a> {
    /// Takes the resources out of the template.
    pub(super) fn new(
        source: &'a Arc<Source>,
        template: &mut Template,
        parameters: &'a Parameters,
    ) -> Self {
        let mut translator = Self {
            source,
            parameters,
            mappings: template.mappings.clone(),
            globals: template.globals.clone(),
            source_resources: std::mem::take(&mut template.resources),
            source_index: HashMap::new(),
            generated_resources: Vec::new(),
            generated_index: HashMap::new(),
            conditions: Vec::new(),
            referables: HashMap::new(),
            layer_ids: HashMap::new(),
            connector_resources: HashMap::new(),
            api_paths: BTreeMap::new(),
            deployment_preferences: Vec::new(),
            diagnostics: Vec::new(),
        };
        translator.rebuild_source_index();
        translator
    }

    pub(super) fn rebuild_source_index(&mut self) {
        let resources = self.source_resources.iter().enumerate();
        self.source_index = resources
            .map(|(at, resource)| (Arc::clone(&resource.id), at))
            .collect();
    }

    /// Copies the resources that are not of a SAM type.
    pub(super) fn keep_cloudformation_resources(&mut self) {
        for resource in &self.source_resources {
            if !resource.kind.starts_with(PREFIX) {
                self.generated_index
                    .insert(Arc::clone(&resource.id), self.generated_resources.len());
                self.generated_resources.push(resource.clone());
            }
        }
    }

    /// The resources of SAM types, in the order of the template.
    pub(super) fn sam_resources(&self) -> Vec<Declared> {
        let resources = self.source_resources.iter();
        resources
            .filter(|resource| resource.kind.starts_with(PREFIX))
            .cloned()
            .collect()
    }

    /// Writes the generated resources to the template and rewrites its references.
    pub(super) fn finish(mut self, template: &mut Template, diagnostics: &mut Vec<Diagnostic>) {
        let rewriter = ReferenceRewriter {
            referables: &self.referables,
            layer_ids: &self.layer_ids,
            connector_resources: &self.connector_resources,
        };
        template.resources = self
            .generated_resources
            .iter()
            .map(|resource| Declared {
                body: rewriter.resource_body(&resource.body),
                ..resource.clone()
            })
            .collect();
        template.outputs = rewriter.node(&template.outputs);
        let mut conditions = template.conditions.entries().to_vec();
        conditions.append(&mut self.conditions);
        template.conditions = Node::of_entries(template.conditions.span, conditions);
        diagnostics.append(&mut self.diagnostics);
    }

    pub(super) fn diagnostic(
        &self,
        code: Code,
        message: impl Into<String>,
        span: Span,
    ) -> Diagnostic {
        Diagnostic::new(code, message).at(Place::new(self.source, span.range()))
    }

    /// Reports input for which SAM refuses the template.
    pub(super) fn refuse(&mut self, message: impl Into<String>, span: Span) {
        let diagnostic = self.diagnostic(Code::SamInvalid, message, span);
        self.diagnostics.push(diagnostic);
    }

    /// A resource of the template.
    pub(super) fn source_resource(&self, id: &str) -> Option<&Declared> {
        self.source_index
            .get(id)
            .and_then(|at| self.source_resources.get(*at))
    }

    /// A resource that the transform keeps or generates, with the changes by earlier events.
    pub(super) fn generated(&self, id: &str) -> Option<&Declared> {
        self.generated_index
            .get(id)
            .and_then(|at| self.generated_resources.get(*at))
    }

    /// The value of a property of a generated resource.
    pub(super) fn generated_property(&self, id: &str, property: &str) -> Option<&Node> {
        self.generated(id)?.properties()?.get(property)
    }

    /// Builds and adds a generated resource.
    pub(super) fn generate(
        &mut self,
        id: impl Into<Arc<str>>,
        kind: &str,
        attributes: &ResourceAttributes,
        properties: PropertiesBuilder,
    ) {
        self.add_resource(generated_resource(id, kind, attributes, properties));
    }

    /// Adds a generated resource. It replaces an earlier one with the same id (a shared queue, a bucket with one more trigger).
    pub(super) fn add_resource(&mut self, resource: Declared) {
        if let Some(span) = self.id_conflict(&resource) {
            let message = format!(
                "SAM generates a resource `{}`, but the template has one of that name",
                resource.id
            );
            return self.refuse(message, span);
        }
        if let Some(at) = self.generated_index.get(&resource.id) {
            self.generated_resources[*at] = resource;
            return;
        }
        self.generated_index
            .insert(Arc::clone(&resource.id), self.generated_resources.len());
        self.generated_resources.push(resource);
    }

    /// The place of another resource in the template with the id of a generated resource.
    fn id_conflict(&self, generated: &Declared) -> Option<Span> {
        let existing = self.source_resource(&generated.id)?;
        let is_same_kind = existing.kind == generated.kind;
        let is_change = is_same_kind && CHANGED_BY_EVENTS.contains(&&*generated.kind);
        let is_conflict = !existing.kind.starts_with(PREFIX) && !is_change;
        is_conflict.then_some(existing.span)
    }

    /// Records the generated resource to which `{resource}.{property}` refers.
    pub(super) fn add_referable(&mut self, resource: &str, property: &str, id: &str) {
        self.referables
            .insert(format!("{resource}.{property}"), id.into());
    }

    /// Adds a condition unless the transform already added one with this name.
    pub(super) fn add_condition(&mut self, name: &str, definition: Node) {
        if self.conditions.iter().all(|entry| &*entry.key != name) {
            self.conditions.push(Entry {
                key: name.into(),
                span: definition.span,
                value: definition,
            });
        }
    }
}
