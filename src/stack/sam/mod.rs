//! The transform `AWS::Serverless-2016-10-31`: the resources that CloudFormation makes of a SAM template, under the logical
//! ids that SAM gives them. Follows aws-sam-translator 1.115.0, whose output the tests compare with.

mod api;
mod auth;
mod build;
mod compute;
mod connector;
mod deployment;
mod domain;
mod events;
mod function;
mod globals;
mod graphql;
mod http;
mod implicit;
mod invoke;
mod pull;
mod push;
mod publish;
mod renames;
mod rules;
mod settle;
mod state_machine;
mod websocket;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use self::build::{Attributes, Properties};
use self::deployment::Preference;
use self::renames::Renames;
use super::node::{Entry, Node, Span};
use super::parameters::Parameters;
use super::template::{Declared, Template};
use crate::diagnostic::{Code, Diagnostic, Place, Source};

const NAME: &str = "AWS::Serverless-2016-10-31";
const PREFIX: &str = "AWS::Serverless::";

/// Replaces the SAM resources of a template, if it has any, by those that CloudFormation deploys.
pub(crate) fn transform(
    source: &Arc<Source>,
    template: &mut Template,
    parameters: &Parameters,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let named = template.transforms.iter().any(|name| &**name == NAME);
    let first = template
        .resources
        .iter()
        .find(|resource| resource.kind.starts_with(PREFIX));
    let has_connectors = named
        && template
            .resources
            .iter()
            .any(|resource| resource.body.get("Connectors").is_some());
    if let (false, Some(first)) = (named, first) {
        let fault = Diagnostic::new(
            Code::SamNotNamed,
            format!("`{}` needs `Transform: {NAME}`", first.kind),
        );
        diagnostics.push(
            fault
                .at(Place::new(source, first.span.range()))
                .help("it is read as if the transform was named"),
        );
    }
    if first.is_none() && !has_connectors {
        return;
    }
    let mut sam = Sam::new(source, template, parameters);
    sam.run();
    sam.finish(template, diagnostics);
}

/// A SAM template while it is transformed.
struct Sam<'a> {
    source: &'a Arc<Source>,
    parameters: &'a Parameters,
    mappings: Node,
    globals: Node,
    /// The resources as they are written, globals merged in.
    written: Vec<Declared>,
    index: HashMap<Arc<str>, usize>,
    made: Vec<Declared>,
    made_ids: HashMap<Arc<str>, usize>,
    /// Conditions that the transform adds.
    conditions: Vec<Entry>,
    /// What `Ref: Function.Alias` and the like stand for.
    referable: HashMap<String, Arc<str>>,
    /// Logical ids that the transform changes (layers).
    renamed: HashMap<Arc<str>, Arc<str>>,
    /// What `DependsOn` of a connector becomes.
    connected: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// APIs by logical id, with the methods that events add.
    apis: BTreeMap<Arc<str>, api::Managed>,
    preferences: Vec<Preference>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Sam<'a> {
    fn new(source: &'a Arc<Source>, template: &mut Template, parameters: &'a Parameters) -> Self {
        let written = std::mem::take(&mut template.resources);
        let mut sam = Self {
            source,
            parameters,
            mappings: template.mappings.clone(),
            globals: template.globals.clone(),
            written,
            index: HashMap::new(),
            made: Vec::new(),
            made_ids: HashMap::new(),
            conditions: Vec::new(),
            referable: HashMap::new(),
            renamed: HashMap::new(),
            connected: HashMap::new(),
            apis: BTreeMap::new(),
            preferences: Vec::new(),
            diagnostics: Vec::new(),
        };
        sam.reindex();
        sam
    }

    fn reindex(&mut self) {
        self.index = self
            .written
            .iter()
            .enumerate()
            .map(|(at, resource)| (Arc::clone(&resource.id), at))
            .collect();
    }

    /// In the translator's order: functions first, because their events change APIs; connectors last, because they need
    /// what the others became.
    fn run(&mut self) {
        self.add_implicit_apis();
        self.merge_globals();
        self.add_embedded_connectors();
        for resource in &self.written {
            if !resource.kind.starts_with(PREFIX) {
                self.made_ids
                    .insert(Arc::clone(&resource.id), self.made.len());
                self.made.push(resource.clone());
            }
        }
        for pass in PASSES {
            let of_pass: Vec<Declared> = self
                .written
                .iter()
                .filter(|resource| pass.takes(&resource.kind))
                .cloned()
                .collect();
            for resource in of_pass {
                self.translate(&resource);
            }
        }
        self.add_deployment();
    }

    fn translate(&mut self, resource: &Declared) {
        self.check_rules(resource);
        match resource.kind.strip_prefix(PREFIX).unwrap_or_default() {
            "Function" => self.function(resource),
            "StateMachine" => self.state_machine(resource),
            "Api" => self.api(resource),
            "HttpApi" => self.http_api(resource),
            "WebSocketApi" => self.web_socket_api(resource),
            "SimpleTable" => self.simple_table(resource),
            "LayerVersion" => self.layer_version(resource),
            "Application" => self.application(resource),
            "CapacityProvider" => self.capacity_provider(resource),
            "NetworkConnector" => self.network_connector(resource),
            "MicrovmImage" => self.microvm_image(resource),
            "WebFunction" => self.web_function(resource),
            "GraphQLApi" => self.graphql_api(resource),
            "Connector" => self.connector(resource),
            other => {
                let near = crate::diagnostic::nearest(other, KINDS.iter().copied());
                let mut fault = self.fault(
                    Code::SamUnknownType,
                    format!("SAM has no type `{}`", resource.kind),
                    resource.span,
                );
                fault.help = near.map(|near| format!("did you mean `{PREFIX}{near}`?"));
                self.diagnostics.push(fault);
            }
        }
    }

    fn finish(mut self, template: &mut Template, diagnostics: &mut Vec<Diagnostic>) {
        let names = Renames {
            referable: &self.referable,
            renamed: &self.renamed,
            connected: &self.connected,
        };
        template.resources = self
            .made
            .iter()
            .map(|resource| Declared {
                body: names.body(&resource.body),
                ..resource.clone()
            })
            .collect();
        template.outputs = names.node(&template.outputs);
        let mut conditions = template.conditions.entries().to_vec();
        conditions.append(&mut self.conditions);
        template.conditions = Node::of_entries(template.conditions.span, conditions);
        diagnostics.append(&mut self.diagnostics);
    }

    fn fault(&self, code: Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic::new(code, message).at(Place::new(self.source, span.range()))
    }

    /// A fault for which SAM refuses the template.
    fn refuse(&mut self, message: impl Into<String>, span: Span) {
        let fault = self.fault(Code::SamInvalid, message, span);
        self.diagnostics.push(fault);
    }

    fn resource(&self, id: &str) -> Option<&Declared> {
        self.index.get(id).and_then(|at| self.written.get(*at))
    }

    /// Adds a generated resource. One that is made again (a shared queue, a bucket with one more trigger) replaces the first.
    fn add(&mut self, resource: Declared) {
        const CHANGED: &[&str] = &[
            "AWS::S3::Bucket",
            "AWS::Cognito::UserPool",
            "AWS::SNS::Topic",
        ];
        let taken = self
            .resource(&resource.id)
            .filter(|written| !written.kind.starts_with(PREFIX));
        if let Some(span) = taken
            .filter(|written| written.kind != resource.kind || !CHANGED.contains(&&*resource.kind))
            .map(|written| written.span)
        {
            let message = format!(
                "SAM generates a resource `{}`, but the template has one of that name",
                resource.id
            );
            return self.refuse(message, span);
        }
        if let Some(at) = self.made_ids.get(&resource.id) {
            self.made[*at] = resource;
            return;
        }
        self.made_ids
            .insert(Arc::clone(&resource.id), self.made.len());
        self.made.push(resource);
    }

    fn make(
        &mut self,
        id: impl Into<Arc<str>>,
        kind: &str,
        attributes: &Attributes,
        properties: Properties,
    ) {
        self.add(build::declared(id, kind, attributes, properties));
    }

    fn made(&self, id: &str) -> Option<&Declared> {
        self.made_ids.get(id).and_then(|at| self.made.get(*at))
    }

    fn refer(&mut self, resource: &str, property: &str, to: &str) {
        self.referable
            .insert(format!("{resource}.{property}"), to.into());
    }

    fn add_condition(&mut self, name: &str, definition: Node) {
        if self.conditions.iter().all(|entry| &*entry.key != name) {
            self.conditions.push(Entry {
                key: name.into(),
                span: definition.span,
                value: definition,
            });
        }
    }
}

const KINDS: &[&str] = &[
    "Api",
    "Application",
    "CapacityProvider",
    "Connector",
    "Function",
    "GraphQLApi",
    "HttpApi",
    "LayerVersion",
    "MicrovmImage",
    "NetworkConnector",
    "SimpleTable",
    "StateMachine",
    "WebFunction",
    "WebSocketApi",
];

/// One round over the SAM resources.
#[derive(Debug, Clone, Copy)]
enum Pass {
    Only(&'static [&'static str]),
    Rest,
}

const PASSES: &[Pass] = &[
    Pass::Only(&["Function"]),
    Pass::Only(&["WebFunction"]),
    Pass::Only(&["StateMachine"]),
    Pass::Only(&["Api", "HttpApi", "WebSocketApi"]),
    Pass::Rest,
    Pass::Only(&["Connector"]),
];

impl Pass {
    fn takes(self, kind: &str) -> bool {
        let Some(kind) = kind.strip_prefix(PREFIX) else {
            return false;
        };
        match self {
            Pass::Only(kinds) => kinds.contains(&kind),
            Pass::Rest => PASSES.iter().all(|pass| match pass {
                Pass::Only(kinds) => !kinds.contains(&kind),
                Pass::Rest => true,
            }),
        }
    }
}
