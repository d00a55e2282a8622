//! The order of the transform, and the translation of each SAM type.

use std::sync::Arc;

use super::translator::{PREFIX, Translator};
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::stack::parameters::Parameters;
use crate::stack::template::{Declared, Template};

const NAME: &str = "AWS::Serverless-2016-10-31";

/// The types of SAM, without their prefix.
const TYPES: &[&str] = &[
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

/// Replaces the SAM resources of a template by the resources that CloudFormation deploys.
/// A template without SAM resources and connectors stays unchanged.
pub(crate) fn transform(
    source: &Arc<Source>,
    template: &mut Template,
    parameters: &Parameters,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let resources = &template.resources;
    let names_transform = template.transforms.iter().any(|name| &**name == NAME);
    let first = resources
        .iter()
        .find(|resource| resource.kind.starts_with(PREFIX));
    let has_connectors = resources
        .iter()
        .any(|resource| resource.body.get("Connectors").is_some());
    if let (false, Some(first)) = (names_transform, first) {
        diagnostics.push(missing_transform(source, first));
    }
    if first.is_none() && !(names_transform && has_connectors) {
        return;
    }
    let mut translator = Translator::new(source, template, parameters);
    translate_all(&mut translator);
    translator.finish(template, diagnostics);
}

fn missing_transform(source: &Arc<Source>, first: &Declared) -> Diagnostic {
    let message = format!("`{}` needs `Transform: {NAME}`", first.kind);
    Diagnostic::new(Code::SamNotNamed, message)
        .at(Place::new(source, first.span.range()))
        .help("tracewatch reads the template as if it named the transform")
}

fn translate_all(translator: &mut Translator<'_>) {
    translator.add_implicit_apis();
    translator.merge_globals();
    translator.extract_embedded_connectors();
    translator.keep_cloudformation_resources();
    let mut resources = translator.sam_resources();
    resources.sort_by_key(|resource| translation_order(&resource.kind));
    for resource in &resources {
        translator.check_constraints(resource);
        translate(translator, resource);
    }
    translator.add_code_deploy_resources();
}

/// The position of a type in the translator's order.
/// Functions come first because their events change APIs.
/// Connectors come last because they refer to generated resources.
fn translation_order(kind: &str) -> u8 {
    match kind.strip_prefix(PREFIX).unwrap_or_default() {
        "Function" => 0,
        "WebFunction" => 1,
        "StateMachine" => 2,
        "Api" | "HttpApi" | "WebSocketApi" => 3,
        "Connector" => 5,
        _ => 4,
    }
}

fn translate(translator: &mut Translator<'_>, resource: &Declared) {
    match resource.kind.strip_prefix(PREFIX).unwrap_or_default() {
        "Function" => translator.function(resource),
        "StateMachine" => translator.state_machine(resource),
        "Api" => translator.rest_api(resource),
        "HttpApi" => translator.http_api(resource),
        "WebSocketApi" => translator.web_socket_api(resource),
        "SimpleTable" => translator.simple_table(resource),
        "LayerVersion" => translator.layer_version(resource),
        "Application" => translator.application(resource),
        "CapacityProvider" => translator.capacity_provider(resource),
        "NetworkConnector" => translator.network_connector(resource),
        "MicrovmImage" => translator.microvm_image(resource),
        "WebFunction" => translator.web_function(resource),
        "GraphQLApi" => translator.graphql_api(resource),
        "Connector" => translator.connector(resource),
        other => refuse_type(translator, resource, other),
    }
}

fn refuse_type(translator: &mut Translator<'_>, resource: &Declared, name: &str) {
    let message = format!("SAM has no type `{}`", resource.kind);
    let mut diagnostic = translator.diagnostic(Code::SamUnknownType, message, resource.span);
    diagnostic.help =
        nearest(name, TYPES.iter().copied()).map(|near| format!("did you mean `{PREFIX}{near}`?"));
    translator.diagnostics.push(diagnostic);
}
