//! `AWS::Serverless::GraphQLApi`: the AppSync API, its schema, data sources, functions and resolvers.

use std::sync::Arc;

use super::Sam;
use super::api::tag_list;
use super::build::{Attributes, Properties, attribute, given, reference};
use super::function::role;
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

impl Sam<'_> {
    pub(super) fn graphql_api(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let kept = Attributes::kept(resource);
        self.graphql(resource, properties, &kept);
        let api = attribute(span, &resource.id, "ApiId");
        let schema = Properties::new(span)
            .set("ApiId", api.clone())
            .maybe("Definition", properties.get("SchemaInline").cloned())
            .maybe("DefinitionS3Location", properties.get("SchemaUri").cloned());
        self.make(
            format!("{}Schema", resource.id),
            "AWS::AppSync::GraphQLSchema",
            &kept,
            schema,
        );
        for entry in entries(properties, "ApiKeys") {
            let key = Properties::new(span)
                .copied(&entry.value, "ApiKeyId Description")
                .set("ApiId", api.clone());
            self.make(
                format!("{}{}", resource.id, entry.key),
                "AWS::AppSync::ApiKey",
                &kept,
                key,
            );
        }
        if let Some(cache) = given(properties.get("Cache")) {
            let cache = Properties::new(span)
                .copied(cache, "ApiCachingBehavior Type Ttl")
                .set("ApiId", api.clone());
            self.make(
                format!("{}ApiCache", resource.id),
                "AWS::AppSync::ApiCache",
                &kept,
                cache,
            );
        }
        for (kind, entry) in data_sources(properties) {
            self.data_source(resource, kind, entry, &kept);
        }
        self.graphql_domain(resource, properties, &kept);
        self.functions_and_resolvers(resource, properties, &kept);
    }

    fn graphql(&mut self, resource: &Declared, properties: &Node, kept: &Attributes) {
        const COPIED: &str = "XrayEnabled Visibility OwnerContact IntrospectionConfig QueryDepthLimit ResolverCountLimit";
        let span = resource.span;
        let auth = properties
            .get("Auth")
            .and_then(|auth| auth.get("Type"))
            .cloned();
        if auth.is_none() {
            self.refuse(
                format!(
                    "the GraphQL API `{}` needs `Auth` with a `Type`",
                    resource.id
                ),
                span,
            );
        }
        let name = properties
            .get("Name")
            .cloned()
            .unwrap_or_else(|| Node::text(span, Arc::clone(&resource.id)));
        let mut api = Properties::new(span)
            .copied(properties, COPIED)
            .set("Name", name)
            .maybe("AuthenticationType", auth)
            .maybe(
                "AdditionalAuthenticationProviders",
                properties
                    .get("Auth")
                    .and_then(|auth| auth.get("Additional"))
                    .map(providers),
            )
            .maybe(
                "Tags",
                properties.get("Tags").map(|tags| tag_list(span, tags)),
            );
        let logging = properties.get("Logging");
        if logging.and_then(Node::as_bool) != Some(false) {
            let written = logging
                .and_then(|logging| logging.get("CloudWatchLogsRoleArn"))
                .cloned();
            let logs = written.unwrap_or_else(|| {
                self.appsync_role(&format!("{}CloudWatchRole", resource.id), kept, span)
            });
            let level = logging
                .and_then(|logging| logging.get("FieldLogLevel"))
                .cloned()
                .unwrap_or_else(|| Node::text(span, "ALL"));
            let verbose = logging
                .and_then(|logging| given(logging.get("ExcludeVerboseContent")))
                .cloned();
            let config = Properties::new(span)
                .set("FieldLogLevel", level)
                .set("CloudWatchLogsRoleArn", logs)
                .maybe("ExcludeVerboseContent", verbose);
            api.put("LogConfig", config.node());
        }
        self.make(
            Arc::clone(&resource.id),
            "AWS::AppSync::GraphQLApi",
            kept,
            api,
        );
        self.lambda_authorizers(resource, properties);
    }

    fn appsync_role(
        &mut self,
        id: &str,
        attributes: &Attributes,
        span: crate::stack::node::Span,
    ) -> Node {
        self.make(
            id,
            "AWS::IAM::Role",
            attributes,
            role(span, "appsync.amazonaws.com", &[]),
        );
        attribute(span, id, "Arn")
    }

    /// Each function that authorizes calls gets a connector, numbered in the order in which they are written.
    fn lambda_authorizers(&mut self, resource: &Declared, properties: &Node) {
        let Some(auth) = properties.get("Auth") else {
            return;
        };
        let all = std::iter::once(auth)
            .chain(auth.get("Additional").map(Node::items).unwrap_or_default());
        let of_lambda = all.filter(|auth| auth.text_at("Type") == Some("AWS_LAMBDA"));
        let functions: Vec<&Node> = of_lambda
            .filter_map(|auth| auth.get("LambdaAuthorizer")?.get("AuthorizerUri"))
            .collect();
        for (number, function) in functions.into_iter().enumerate() {
            let span = function.span;
            let source = Node::map(span, [("Id", Node::text(span, Arc::clone(&resource.id)))]);
            let destination = Node::map(
                span,
                [
                    ("Type", Node::text(span, "AWS::Lambda::Function")),
                    ("Arn", function.clone()),
                ],
            );
            self.write_connector(
                &format!("{}ToLambdaAuthConnector{}", resource.id, number + 1),
                source,
                destination,
                &["Write"],
            );
        }
    }

    fn write_connector(&mut self, id: &str, source: Node, destination: Node, permissions: &[&str]) {
        let span = source.span;
        let permissions = permissions
            .iter()
            .map(|name| Node::text(span, *name))
            .collect();
        let properties = Node::map(
            span,
            [
                ("Source", source),
                ("Destination", destination),
                ("Permissions", Node::list(span, permissions)),
            ],
        );
        let body = Node::map(span, [("Properties", properties)]);
        self.connector(&Declared {
            id: id.into(),
            kind: "AWS::Serverless::Connector".into(),
            span,
            body,
        });
    }

    fn data_source(
        &mut self,
        resource: &Declared,
        kind: DataSource,
        entry: &Entry,
        kept: &Attributes,
    ) {
        let (span, written) = (entry.span, &entry.value);
        let id = format!("{}{}{}DataSource", resource.id, entry.key, kind.word());
        let role_id = format!("{id}Role");
        let given_role = given(written.get("ServiceRoleArn")).cloned();
        let needs_role = given_role.is_none();
        let role = given_role.unwrap_or_else(|| self.appsync_role(&role_id, kept, span));
        let name = written
            .get("Name")
            .cloned()
            .unwrap_or_else(|| Node::text(span, Arc::clone(&entry.key)));
        let source = Properties::new(span)
            .set("ApiId", attribute(span, &resource.id, "ApiId"))
            .set("Name", name)
            .set("ServiceRoleArn", role);
        let (arn, source) = match kind {
            DataSource::Table => {
                let table = Properties::new(span).copied(written, "TableName").node();
                let arn = written
                    .get("TableArn")
                    .or_else(|| written.get("TableName"))
                    .cloned();
                (
                    arn,
                    source
                        .set("Type", Node::text(span, "AMAZON_DYNAMODB"))
                        .set("DynamoDBConfig", table),
                )
            }
            DataSource::Function => {
                let arn = written.get("FunctionArn").cloned();
                let config = Properties::new(span)
                    .maybe("LambdaFunctionArn", arn.clone())
                    .node();
                (
                    arn,
                    source
                        .set("Type", Node::text(span, "AWS_LAMBDA"))
                        .set("LambdaConfig", config),
                )
            }
        };
        self.make(id.as_str(), "AWS::AppSync::DataSource", kept, source);
        if needs_role {
            let from = Node::map(
                span,
                [
                    ("Type", Node::text(span, "AWS::AppSync::DataSource")),
                    ("Arn", attribute(span, &id, "DataSourceArn")),
                    ("RoleName", reference(span, &role_id)),
                ],
            );
            let to = Properties::new(span)
                .set("Type", Node::text(span, kind.kind()))
                .maybe("Arn", arn)
                .node();
            self.write_connector(
                &format!("{id}To{}Connector", kind.connector()),
                from,
                to,
                &["Write"],
            );
        }
    }

    fn graphql_domain(&mut self, resource: &Declared, properties: &Node, kept: &Attributes) {
        let Some(domain) = given(properties.get("DomainName")) else {
            return;
        };
        let span = domain.span;
        let id = format!("{}DomainName", resource.id);
        let made = Properties::new(span).copied(domain, "CertificateArn DomainName Description");
        self.make(id.as_str(), "AWS::AppSync::DomainName", kept, made);
        let joint = Properties::new(span)
            .set("ApiId", attribute(span, &resource.id, "ApiId"))
            .set("DomainName", attribute(span, &id, "DomainName"));
        self.make(
            format!("{}DomainNameApiAssociation", resource.id),
            "AWS::AppSync::DomainNameApiAssociation",
            kept,
            joint,
        );
    }

    fn functions_and_resolvers(
        &mut self,
        resource: &Declared,
        properties: &Node,
        kept: &Attributes,
    ) {
        let api = attribute(resource.span, &resource.id, "ApiId");
        let mut uses_none = false;
        for entry in entries(properties, "Functions")
            .iter()
            .filter(|entry| entry.value.get("Id").is_none())
        {
            uses_none |= entry
                .value
                .text_at("DataSource")
                .is_some_and(|source| source.eq_ignore_ascii_case("none"));
            let name = entry
                .value
                .get("Name")
                .cloned()
                .unwrap_or_else(|| Node::text(entry.span, Arc::clone(&entry.key)));
            let made = Properties::new(entry.span)
                .set("ApiId", api.clone())
                .set("Name", name);
            self.make(
                format!("{}{}", resource.id, entry.key),
                "AWS::AppSync::FunctionConfiguration",
                kept,
                made,
            );
        }
        for kind in entries(properties, "Resolvers") {
            for entry in kind.value.entries() {
                let span = entry.span;
                let field = entry
                    .value
                    .get("FieldName")
                    .cloned()
                    .unwrap_or_else(|| Node::text(span, Arc::clone(&entry.key)));
                let made = Properties::new(span)
                    .set("ApiId", api.clone())
                    .set("TypeName", Node::text(span, Arc::clone(&kind.key)))
                    .set("FieldName", field);
                self.make(
                    format!("{}{}{}", resource.id, kind.key, entry.key),
                    "AWS::AppSync::Resolver",
                    kept,
                    made,
                );
            }
        }
        if uses_none {
            let made = Properties::new(resource.span)
                .set("ApiId", api)
                .set("Type", Node::text(resource.span, "NONE"));
            self.make(
                format!("{}NoneDataSource", resource.id),
                "AWS::AppSync::DataSource",
                kept,
                made,
            );
        }
    }
}

/// Further ways to authorize calls, under AppSync's names.
fn providers(additional: &Node) -> Node {
    const CONFIGS: &[(&str, &str)] = &[
        ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
        ("OpenIDConnect", "OpenIDConnectConfig"),
        ("UserPool", "UserPoolConfig"),
    ];
    let provider = |auth: &Node| {
        let mut made =
            Properties::new(auth.span).maybe("AuthenticationType", auth.get("Type").cloned());
        for (written, name) in CONFIGS {
            made = made.maybe(name, auth.get(written).cloned());
        }
        made.node()
    };
    Node::list(
        additional.span,
        additional.items().iter().map(provider).collect(),
    )
}

/// The data sources that SAM knows.
#[derive(Debug, Clone, Copy)]
enum DataSource {
    Table,
    Function,
}

impl DataSource {
    fn word(self) -> &'static str {
        match self {
            DataSource::Table => "DynamoDB",
            DataSource::Function => "Lambda",
        }
    }

    fn connector(self) -> &'static str {
        match self {
            DataSource::Table => "Table",
            DataSource::Function => "Lambda",
        }
    }

    fn kind(self) -> &'static str {
        match self {
            DataSource::Table => "AWS::DynamoDB::Table",
            DataSource::Function => "AWS::Lambda::Function",
        }
    }
}

fn data_sources(properties: &Node) -> Vec<(DataSource, &Entry)> {
    let Some(sources) = properties.get("DataSources") else {
        return Vec::new();
    };
    let of =
        |kind: DataSource, key: &str| entries(sources, key).iter().map(move |entry| (kind, entry));
    of(DataSource::Table, "DynamoDb")
        .chain(of(DataSource::Function, "Lambda"))
        .collect()
}

fn entries<'n>(node: &'n Node, key: &str) -> &'n [Entry] {
    node.get(key).map(Node::entries).unwrap_or_default()
}
