//! `AWS::Serverless::WebFunction`: the function, its role, revision and endpoint.

use std::sync::Arc;

use super::iam::service_role;
use super::intrinsic::{get_att, reference, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::tags::tags_with_sam;
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

impl Translator<'_> {
    pub(super) fn web_function(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let attributes = ResourceAttributes::passthrough(resource);
        let arn = truthy(properties.get("ExecutionRoleArn"))
            .cloned()
            .unwrap_or_else(|| {
                let id = format!("{}Role", resource.id);
                self.generate(
                    id.as_str(),
                    "AWS::IAM::Role",
                    &attributes,
                    service_role(
                        span,
                        "lambda.amazonaws.com",
                        &["service-role/AWSLambdaBasicExecutionRole"],
                    ),
                );
                get_att(span, &id, "Arn")
            });
        let name = properties.get("FunctionName").cloned();
        let function = PropertiesBuilder::new(span)
            .set_optional("FunctionName", name.clone())
            .set(
                "Tags",
                tags_with_sam(span, "lambda:createdBy", properties.get("Tags")),
            );
        self.generate(
            Arc::clone(&resource.id),
            "AWS::Lambda::WebFunction",
            &ResourceAttributes::of_main_resource(resource),
            function,
        );
        let function_name = name.unwrap_or_else(|| reference(span, &resource.id));
        let service = PropertiesBuilder::new(span)
            .copy_from(properties, "EnvironmentVariables")
            .set("ExecutionRoleArn", arn);
        let revision = PropertiesBuilder::new(span)
            .set("FunctionName", function_name.clone())
            .set("ServiceConfig", service.into_node());
        self.generate(
            format!("{}Revision", resource.id),
            "AWS::Lambda::WebFunctionRevision",
            &attributes,
            revision,
        );
        let endpoint = PropertiesBuilder::new(span)
            .copy_from(properties, "EndpointName EndpointType AuthType")
            .set("FunctionName", function_name);
        self.generate(
            format!("{}Endpoint", resource.id),
            "AWS::Lambda::WebFunctionEndpoint",
            &attributes,
            endpoint,
        );
    }
}
