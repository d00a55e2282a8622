//! Data sources of a GraphQL API.

use std::sync::Arc;

use super::intrinsic::{get_att, reference, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

/// The kinds of data sources.
#[derive(Debug, Clone, Copy)]
pub(super) enum GraphqlDataSource {
    Table,
    Function,
}

impl GraphqlDataSource {
    /// The part of the data source's logical id.
    fn id_part(self) -> &'static str {
        match self {
            GraphqlDataSource::Table => "DynamoDB",
            GraphqlDataSource::Function => "Lambda",
        }
    }

    /// The part of the connector's logical id.
    fn connector_id_part(self) -> &'static str {
        match self {
            GraphqlDataSource::Table => "Table",
            GraphqlDataSource::Function => "Lambda",
        }
    }

    /// The type of the resource behind the data source.
    fn resource_type(self) -> &'static str {
        match self {
            GraphqlDataSource::Table => "AWS::DynamoDB::Table",
            GraphqlDataSource::Function => "AWS::Lambda::Function",
        }
    }

    /// The ARN of the resource behind the data source.
    fn resource_arn(self, written: &Node) -> Option<Node> {
        let arn = match self {
            GraphqlDataSource::Table => {
                written.get("TableArn").or_else(|| written.get("TableName"))
            }
            GraphqlDataSource::Function => written.get("FunctionArn"),
        };
        arn.cloned()
    }

    /// Adds the properties of this kind.
    fn configure(self, source: PropertiesBuilder, written: &Node, span: Span) -> PropertiesBuilder {
        let config = PropertiesBuilder::new(span);
        match self {
            GraphqlDataSource::Table => {
                let config = config.copy_from(written, "TableName");
                source
                    .set("Type", Node::text(span, "AMAZON_DYNAMODB"))
                    .set("DynamoDBConfig", config.into_node())
            }
            GraphqlDataSource::Function => {
                let function = written.get("FunctionArn").cloned();
                let config = config.set_optional("LambdaFunctionArn", function);
                source
                    .set("Type", Node::text(span, "AWS_LAMBDA"))
                    .set("LambdaConfig", config.into_node())
            }
        }
    }
}

impl Translator<'_> {
    /// Generates a data source. Without a role in the template, it also generates a role and a connector to the resource.
    pub(super) fn data_source(
        &mut self,
        resource: &Declared,
        kind: GraphqlDataSource,
        entry: &Entry,
        attributes: &ResourceAttributes,
    ) {
        let (span, written) = (entry.span, &entry.value);
        let id = format!("{}{}{}DataSource", resource.id, entry.key, kind.id_part());
        let role_id = format!("{id}Role");
        let given_role = truthy(written.get("ServiceRoleArn")).cloned();
        let needs_role = given_role.is_none();
        let role = given_role.unwrap_or_else(|| self.appsync_role(&role_id, attributes, span));
        let name = written
            .get("Name")
            .cloned()
            .unwrap_or_else(|| Node::text(span, Arc::clone(&entry.key)));
        let source = PropertiesBuilder::new(span)
            .set("ApiId", get_att(span, &resource.id, "ApiId"))
            .set("Name", name)
            .set("ServiceRoleArn", role);
        let source = kind.configure(source, written, span);
        self.generate(id.as_str(), "AWS::AppSync::DataSource", attributes, source);
        if needs_role {
            let from = Node::map(
                span,
                [
                    ("Type", Node::text(span, "AWS::AppSync::DataSource")),
                    ("Arn", get_att(span, &id, "DataSourceArn")),
                    ("RoleName", reference(span, &role_id)),
                ],
            );
            let to = PropertiesBuilder::new(span)
                .set("Type", Node::text(span, kind.resource_type()))
                .set_optional("Arn", kind.resource_arn(written))
                .into_node();
            let connector_id = format!("{id}To{}Connector", kind.connector_id_part());
            self.generated_connector(&connector_id, from, to, &["Write"]);
        }
    }
}
