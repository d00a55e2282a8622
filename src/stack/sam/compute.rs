//! SAM types that become one resource and at most a role: tables, layers, nested applications, capacity of Lambda.

use std::sync::Arc;

use super::iam::service_role;
use super::intrinsic::{get_att, has, truthy};
use super::logical_id::value_hash;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::s3_location::{CODE, s3_location};
use super::tags::{tag_list, tags_with_sam};
use super::translator::Translator;
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

impl Translator<'_> {
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
        let mut table = PropertiesBuilder::new(span)
            .copy_from(
                properties,
                "PointInTimeRecoverySpecification ProvisionedThroughput SSESpecification TableName",
            )
            .set("AttributeDefinitions", Node::list(span, vec![definition]))
            .set("KeySchema", Node::list(span, vec![schema]))
            .set_optional(
                "Tags",
                truthy(properties.get("Tags")).map(|tags| tag_list(span, tags)),
            );
        if !has(properties, "ProvisionedThroughput") {
            table.insert("BillingMode", Node::text(span, "PAY_PER_REQUEST"));
        }
        self.generate(
            Arc::clone(&resource.id),
            "AWS::DynamoDB::Table",
            &ResourceAttributes::of_main_resource(resource),
            table,
        );
    }

    /// Generates a layer version. Its logical id ends in a hash of the whole SAM resource.
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
            |name| self.resolved(name),
        );
        let retention_policy = properties
            .get("RetentionPolicy")
            .map(|policy| self.resolved(policy))
            .filter(|policy| policy.as_text().is_some());
        let deletion_policy = match &retention_policy {
            Some(policy)
                if policy
                    .as_text()
                    .is_some_and(|text| text.eq_ignore_ascii_case("delete")) =>
            {
                "Delete"
            }
            Some(_) | None => "Retain",
        };
        let mut attributes = ResourceAttributes::passthrough(resource);
        if retention_policy.is_some() || resource.body.get("DeletionPolicy").is_none() {
            attributes = attributes.with("DeletionPolicy", Node::text(span, deletion_policy));
        }
        let layer = PropertiesBuilder::new(span)
            .copy_from(
                properties,
                "Description CompatibleArchitectures CompatibleRuntimes LicenseInfo",
            )
            .set("LayerName", name)
            .set("Content", s3_location(uri, CODE));
        self.generate(
            Arc::clone(&id),
            "AWS::Lambda::LayerVersion",
            &attributes,
            layer,
        );
        self.layer_ids.insert(Arc::clone(&resource.id), id);
    }

    fn layer_hash(&self, resource: &Declared, properties: &Node) -> String {
        const RESOLVED: &[&str] = &["LayerName", "LicenseInfo", "Description", "RetentionPolicy"];
        let span = resource.span;
        let resolved = properties.entries().iter().map(|entry| {
            let value = if RESOLVED.contains(&&*entry.key) {
                self.resolved(&entry.value)
            } else {
                entry.value.clone()
            };
            Entry {
                value,
                ..entry.clone()
            }
        });
        let mut body = PropertiesBuilder::new(span)
            .set("Type", Node::text(span, Arc::clone(&resource.kind)))
            .copy_from(&resource.body, "DependsOn UpdatePolicy Condition");
        body.insert("Properties", Node::of_entries(span, resolved.collect()));
        value_hash(&Node::map_of(
            span,
            [(Arc::clone(&resource.id), body.into_node())],
        ))
    }

    pub(super) fn application(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let Some(location) = properties.get("Location") else {
            return self.refuse(
                format!("the application `{}` needs a `Location`", resource.id),
                span,
            );
        };
        let url = properties
            .get("TemplateUrl")
            .or_else(|| location.as_text().map(|_| location))
            .cloned();
        let stack = PropertiesBuilder::new(span)
            .copy_from(properties, "Parameters NotificationARNs TimeoutInMinutes")
            .set_optional("TemplateURL", url)
            .set(
                "Tags",
                tags_with_sam(span, "lambda:createdBy", properties.get("Tags")),
            );
        self.generate(
            Arc::clone(&resource.id),
            "AWS::CloudFormation::Stack",
            &ResourceAttributes::of_main_resource(resource),
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

    /// Generates a resource, and its role if the template gives none.
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
        let arn = truthy(properties.get(property))
            .cloned()
            .unwrap_or_else(|| {
                let id = format!("{}{suffix}", resource.id);
                self.generate(
                    id.as_str(),
                    "AWS::IAM::Role",
                    &ResourceAttributes::passthrough(resource),
                    service_role(span, "lambda.amazonaws.com", &[]),
                );
                get_att(span, &id, "Arn")
            });
        let mut copied = PropertiesBuilder::new(span);
        for entry in properties
            .entries()
            .iter()
            .filter(|entry| &*entry.key != "PropagateTags")
        {
            copied.insert_entry(entry.clone());
        }
        self.generate(
            Arc::clone(&resource.id),
            kind,
            &ResourceAttributes::of_main_resource(resource),
            copied.set(property, arn),
        );
    }
}
