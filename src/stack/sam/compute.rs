//! SAM types that become one resource, at most with a role: tables, layers, nested applications, Lambda's capacity.

use std::sync::Arc;

use super::Sam;
use super::api::tag_list;
use super::build::{Attributes, Properties, attribute, given, hash, reference};
use super::function::{location, role, tags};
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

impl Sam<'_> {
    pub(super) fn simple_table(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let key = properties.get("PrimaryKey");
        let name = key
            .and_then(|key| key.get("Name"))
            .cloned()
            .unwrap_or_else(|| Node::text(span, "id"));
        let kind = match key.map(|key| key.get("Type").and_then(Node::as_text)) {
            None | Some(Some("String")) => "S",
            Some(Some("Number")) => "N",
            Some(Some("Binary")) => "B",
            Some(_) => {
                return self.refuse(
                    "the `Type` of a `PrimaryKey` is `String`, `Number` or `Binary`",
                    span,
                );
            }
        };
        let definition = Node::map(
            span,
            [
                ("AttributeName", name.clone()),
                ("AttributeType", Node::text(span, kind)),
            ],
        );
        let schema = Node::map(
            span,
            [
                ("AttributeName", name),
                ("KeyType", Node::text(span, "HASH")),
            ],
        );
        let mut table = Properties::new(span)
            .copied(
                properties,
                "PointInTimeRecoverySpecification ProvisionedThroughput SSESpecification TableName",
            )
            .set("AttributeDefinitions", Node::list(span, vec![definition]))
            .set("KeySchema", Node::list(span, vec![schema]))
            .maybe(
                "Tags",
                given(properties.get("Tags")).map(|tags| tag_list(span, tags)),
            );
        if given(properties.get("ProvisionedThroughput")).is_none() {
            table.put("BillingMode", Node::text(span, "PAY_PER_REQUEST"));
        }
        self.make(
            Arc::clone(&resource.id),
            "AWS::DynamoDB::Table",
            &Attributes::kept(resource),
            table,
        );
    }

    /// A layer's id ends in a hash of all that is written about it.
    pub(super) fn layer_version(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(uri) = properties.get("ContentUri") else {
            return self.refuse(
                format!("the layer `{}` needs a `ContentUri`", resource.id),
                span,
            );
        };
        let id: Arc<str> =
            format!("{}{}", resource.id, self.layer_hash(resource, properties)).into();
        let name = properties.get("LayerName").map_or_else(
            || Node::text(span, Arc::clone(&resource.id)),
            |name| self.settled(name),
        );
        let retained = properties
            .get("RetentionPolicy")
            .map(|policy| self.settled(policy))
            .filter(|policy| policy.as_text().is_some());
        let kept = match &retained {
            Some(policy)
                if policy
                    .as_text()
                    .is_some_and(|text| text.eq_ignore_ascii_case("delete")) =>
            {
                "Delete"
            }
            Some(_) | None => "Retain",
        };
        let mut attributes = Attributes::passed(resource);
        if retained.is_some() || resource.body.get("DeletionPolicy").is_none() {
            attributes = attributes.with("DeletionPolicy", Node::text(span, kept));
        }
        let layer = Properties::new(span)
            .copied(
                properties,
                "Description CompatibleArchitectures CompatibleRuntimes LicenseInfo",
            )
            .set("LayerName", name)
            .set(
                "Content",
                location(uri, ["S3Bucket", "S3Key", "S3ObjectVersion"]),
            );
        self.make(
            Arc::clone(&id),
            "AWS::Lambda::LayerVersion",
            &attributes,
            layer,
        );
        self.renamed.insert(Arc::clone(&resource.id), id);
    }

    fn layer_hash(&self, resource: &Declared, properties: &Node) -> String {
        const SETTLED: &[&str] = &["LayerName", "LicenseInfo", "Description", "RetentionPolicy"];
        let span = resource.span;
        let settled = properties.entries().iter().map(|entry| {
            let value = if SETTLED.contains(&&*entry.key) {
                self.settled(&entry.value)
            } else {
                entry.value.clone()
            };
            Entry {
                value,
                ..entry.clone()
            }
        });
        let mut body = Properties::new(span)
            .set("Type", Node::text(span, Arc::clone(&resource.kind)))
            .copied(&resource.body, "DependsOn UpdatePolicy Condition");
        body.put("Properties", Node::of_entries(span, settled.collect()));
        hash(&Node::map_of(
            span,
            [(Arc::clone(&resource.id), body.node())],
        ))
    }

    pub(super) fn application(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(place) = properties.get("Location") else {
            return self.refuse(
                format!("the application `{}` needs a `Location`", resource.id),
                span,
            );
        };
        let url = properties
            .get("TemplateUrl")
            .or_else(|| place.as_text().map(|_| place))
            .cloned();
        let stack = Properties::new(span)
            .copied(properties, "Parameters NotificationARNs TimeoutInMinutes")
            .maybe("TemplateURL", url)
            .set(
                "Tags",
                tags(span, "lambda:createdBy", properties.get("Tags")),
            );
        self.make(
            Arc::clone(&resource.id),
            "AWS::CloudFormation::Stack",
            &Attributes::kept(resource),
            stack,
        );
    }

    pub(super) fn capacity_provider(&mut self, resource: &Declared) {
        self.with_operator_role(
            resource,
            "OperatorRole",
            "OperatorRole",
            "AWS::Lambda::CapacityProvider",
        );
    }

    pub(super) fn network_connector(&mut self, resource: &Declared) {
        self.with_operator_role(
            resource,
            "OperatorRole",
            "OperatorRole",
            "AWS::Lambda::NetworkConnector",
        );
    }

    pub(super) fn microvm_image(&mut self, resource: &Declared) {
        self.with_operator_role(
            resource,
            "BuildRoleArn",
            "BuildRole",
            "AWS::Lambda::MicrovmImage",
        );
    }

    /// A resource whose role SAM makes when the template names none.
    fn with_operator_role(
        &mut self,
        resource: &Declared,
        property: &'static str,
        suffix: &str,
        kind: &str,
    ) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let arn = given(properties.get(property)).cloned().unwrap_or_else(|| {
            let id = format!("{}{suffix}", resource.id);
            self.make(
                id.as_str(),
                "AWS::IAM::Role",
                &Attributes::passed(resource),
                role(span, "lambda.amazonaws.com", &[]),
            );
            attribute(span, &id, "Arn")
        });
        let mut made = Properties::new(span);
        for entry in properties
            .entries()
            .iter()
            .filter(|entry| &*entry.key != "PropagateTags")
        {
            made.take(entry.clone());
        }
        self.make(
            Arc::clone(&resource.id),
            kind,
            &Attributes::kept(resource),
            made.set(property, arn),
        );
    }

    pub(super) fn web_function(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let passed = Attributes::passed(resource);
        let arn = given(properties.get("ExecutionRoleArn"))
            .cloned()
            .unwrap_or_else(|| {
                let id = format!("{}Role", resource.id);
                self.make(
                    id.as_str(),
                    "AWS::IAM::Role",
                    &passed,
                    role(
                        span,
                        "lambda.amazonaws.com",
                        &["service-role/AWSLambdaBasicExecutionRole"],
                    ),
                );
                attribute(span, &id, "Arn")
            });
        let name = properties.get("FunctionName").cloned();
        let function = Properties::new(span)
            .maybe("FunctionName", name.clone())
            .set(
                "Tags",
                tags(span, "lambda:createdBy", properties.get("Tags")),
            );
        self.make(
            Arc::clone(&resource.id),
            "AWS::Lambda::WebFunction",
            &Attributes::kept(resource),
            function,
        );
        let named = name.unwrap_or_else(|| reference(span, &resource.id));
        let service = Properties::new(span)
            .copied(properties, "EnvironmentVariables")
            .set("ExecutionRoleArn", arn);
        let revision = Properties::new(span)
            .set("FunctionName", named.clone())
            .set("ServiceConfig", service.node());
        self.make(
            format!("{}Revision", resource.id),
            "AWS::Lambda::WebFunctionRevision",
            &passed,
            revision,
        );
        let endpoint = Properties::new(span)
            .copied(properties, "EndpointName EndpointType AuthType")
            .set("FunctionName", named);
        self.make(
            format!("{}Endpoint", resource.id),
            "AWS::Lambda::WebFunctionEndpoint",
            &passed,
            endpoint,
        );
    }
}
