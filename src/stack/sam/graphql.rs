//! `AWS::Serverless::GraphQLApi`: the AppSync API, its schema, data sources, functions and resolvers.

use std::sync::Arc;

use super::graphql_data_source::GraphqlDataSource;
use super::iam::service_role;
use super::intrinsic::{entries_at, get_att, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::tags::tag_list;
use super::translator::Translator;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

impl Translator<'_> {
    pub(super) fn graphql_api(&mut self, resource: &Declared) {
        let span = resource.span;
        let empty = Node::map(span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let attributes = ResourceAttributes::of_main_resource(resource);
        self.graphql_api_resource(resource, properties, &attributes);
        let api = get_att(span, &resource.id, "ApiId");
        let schema = PropertiesBuilder::new(span)
            .set("ApiId", api.clone())
            .set_optional("Definition", properties.get("SchemaInline").cloned())
            .set_optional("DefinitionS3Location", properties.get("SchemaUri").cloned());
        self.generate(
            format!("{}Schema", resource.id),
            "AWS::AppSync::GraphQLSchema",
            &attributes,
            schema,
        );
        for entry in entries_at(properties, "ApiKeys") {
            let key = PropertiesBuilder::new(span)
                .copy_from(&entry.value, "ApiKeyId Description")
                .set("ApiId", api.clone());
            self.generate(
                format!("{}{}", resource.id, entry.key),
                "AWS::AppSync::ApiKey",
                &attributes,
                key,
            );
        }
        if let Some(cache) = truthy(properties.get("Cache")) {
            let cache = PropertiesBuilder::new(span)
                .copy_from(cache, "ApiCachingBehavior Type Ttl")
                .set("ApiId", api.clone());
            self.generate(
                format!("{}ApiCache", resource.id),
                "AWS::AppSync::ApiCache",
                &attributes,
                cache,
            );
        }
        for (kind, entry) in data_sources(properties) {
            self.data_source(resource, kind, entry, &attributes);
        }
        self.graphql_domain(resource, properties, &attributes);
        self.functions_and_resolvers(resource, properties, &attributes);
    }

    fn graphql_api_resource(
        &mut self,
        resource: &Declared,
        properties: &Node,
        attributes: &ResourceAttributes,
    ) {
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
        let mut api = PropertiesBuilder::new(span)
            .copy_from(properties, COPIED)
            .set("Name", name)
            .set_optional("AuthenticationType", auth)
            .set_optional(
                "AdditionalAuthenticationProviders",
                properties
                    .get("Auth")
                    .and_then(|auth| auth.get("Additional"))
                    .map(authentication_providers),
            )
            .set_optional(
                "Tags",
                properties.get("Tags").map(|tags| tag_list(span, tags)),
            );
        if let Some(config) = self.log_config(resource, properties, attributes) {
            api.insert("LogConfig", config);
        }
        self.generate(
            Arc::clone(&resource.id),
            "AWS::AppSync::GraphQLApi",
            attributes,
            api,
        );
        self.lambda_authorizers(resource, properties);
    }

    /// `LogConfig` of the API, unless `Logging` is `false`. Generates the role of the logs if the template gives none.
    fn log_config(
        &mut self,
        resource: &Declared,
        properties: &Node,
        attributes: &ResourceAttributes,
    ) -> Option<Node> {
        let span = resource.span;
        let empty = Node::map(span, []);
        let logging = properties.get("Logging").unwrap_or(&empty);
        if logging.as_bool() == Some(false) {
            return None;
        }
        let role = logging
            .get("CloudWatchLogsRoleArn")
            .cloned()
            .unwrap_or_else(|| {
                self.appsync_role(&format!("{}CloudWatchRole", resource.id), attributes, span)
            });
        let level = logging
            .get("FieldLogLevel")
            .cloned()
            .unwrap_or_else(|| Node::text(span, "ALL"));
        let config = PropertiesBuilder::new(span)
            .set("FieldLogLevel", level)
            .set("CloudWatchLogsRoleArn", role)
            .set_optional(
                "ExcludeVerboseContent",
                truthy(logging.get("ExcludeVerboseContent")).cloned(),
            );
        Some(config.into_node())
    }

    /// Generates a role that AppSync assumes. Returns its ARN.
    pub(super) fn appsync_role(
        &mut self,
        id: &str,
        attributes: &ResourceAttributes,
        span: Span,
    ) -> Node {
        self.generate(
            id,
            "AWS::IAM::Role",
            attributes,
            service_role(span, "appsync.amazonaws.com", &[]),
        );
        get_att(span, id, "Arn")
    }

    /// Generates a connector for each authorizer function, numbered in the order of the template.
    fn lambda_authorizers(&mut self, resource: &Declared, properties: &Node) {
        let Some(auth) = properties.get("Auth") else {
            return;
        };
        let additional = auth.get("Additional").map(Node::items).unwrap_or_default();
        let functions: Vec<&Node> = std::iter::once(auth)
            .chain(additional)
            .filter(|auth| auth.text_at("Type") == Some("AWS_LAMBDA"))
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
            self.generated_connector(
                &format!("{}ToLambdaAuthConnector{}", resource.id, number + 1),
                source,
                destination,
                &["Write"],
            );
        }
    }

    /// Translates a connector missing from the template.
    pub(super) fn generated_connector(
        &mut self,
        id: &str,
        source: Node,
        destination: Node,
        permissions: &[&str],
    ) {
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

    fn graphql_domain(
        &mut self,
        resource: &Declared,
        properties: &Node,
        attributes: &ResourceAttributes,
    ) {
        let Some(domain) = truthy(properties.get("DomainName")) else {
            return;
        };
        let span = domain.span;
        let id = format!("{}DomainName", resource.id);
        let domain_name =
            PropertiesBuilder::new(span).copy_from(domain, "CertificateArn DomainName Description");
        self.generate(
            id.as_str(),
            "AWS::AppSync::DomainName",
            attributes,
            domain_name,
        );
        let association = PropertiesBuilder::new(span)
            .set("ApiId", get_att(span, &resource.id, "ApiId"))
            .set("DomainName", get_att(span, &id, "DomainName"));
        self.generate(
            format!("{}DomainNameApiAssociation", resource.id),
            "AWS::AppSync::DomainNameApiAssociation",
            attributes,
            association,
        );
    }

    fn functions_and_resolvers(
        &mut self,
        resource: &Declared,
        properties: &Node,
        attributes: &ResourceAttributes,
    ) {
        let functions: Vec<&Entry> = entries_at(properties, "Functions")
            .iter()
            .filter(|entry| entry.value.get("Id").is_none())
            .collect();
        for function in &functions {
            self.resolver_function(resource, function, attributes);
        }
        for object_type in entries_at(properties, "Resolvers") {
            for field in object_type.value.entries() {
                self.resolver(resource, &object_type.key, field, attributes);
            }
        }
        if functions
            .iter()
            .any(|function| uses_no_data_source(function))
        {
            let span = resource.span;
            let data_source = PropertiesBuilder::new(span)
                .set("ApiId", get_att(span, &resource.id, "ApiId"))
                .set("Type", Node::text(span, "NONE"));
            self.generate(
                format!("{}NoneDataSource", resource.id),
                "AWS::AppSync::DataSource",
                attributes,
                data_source,
            );
        }
    }

    fn resolver_function(
        &mut self,
        resource: &Declared,
        entry: &Entry,
        attributes: &ResourceAttributes,
    ) {
        let name = entry
            .value
            .get("Name")
            .cloned()
            .unwrap_or_else(|| Node::text(entry.span, Arc::clone(&entry.key)));
        let function = PropertiesBuilder::new(entry.span)
            .set("ApiId", get_att(resource.span, &resource.id, "ApiId"))
            .set("Name", name);
        self.generate(
            format!("{}{}", resource.id, entry.key),
            "AWS::AppSync::FunctionConfiguration",
            attributes,
            function,
        );
    }

    fn resolver(
        &mut self,
        resource: &Declared,
        object_type: &Arc<str>,
        entry: &Entry,
        attributes: &ResourceAttributes,
    ) {
        let span = entry.span;
        let field = entry
            .value
            .get("FieldName")
            .cloned()
            .unwrap_or_else(|| Node::text(span, Arc::clone(&entry.key)));
        let resolver = PropertiesBuilder::new(span)
            .set("ApiId", get_att(resource.span, &resource.id, "ApiId"))
            .set("TypeName", Node::text(span, Arc::clone(object_type)))
            .set("FieldName", field);
        self.generate(
            format!("{}{object_type}{}", resource.id, entry.key),
            "AWS::AppSync::Resolver",
            attributes,
            resolver,
        );
    }
}

fn uses_no_data_source(function: &Entry) -> bool {
    function
        .value
        .text_at("DataSource")
        .is_some_and(|source| source.eq_ignore_ascii_case("none"))
}

/// The additional authentication providers, in the form of AppSync.
fn authentication_providers(additional: &Node) -> Node {
    const CONFIGS: &[(&str, &str)] = &[
        ("LambdaAuthorizer", "LambdaAuthorizerConfig"),
        ("OpenIDConnect", "OpenIDConnectConfig"),
        ("UserPool", "UserPoolConfig"),
    ];
    let mut providers = Vec::new();
    for auth in additional.items() {
        let mut provider = PropertiesBuilder::new(auth.span)
            .set_optional("AuthenticationType", auth.get("Type").cloned());
        for (sam_key, appsync_key) in CONFIGS {
            provider = provider.set_optional(appsync_key, auth.get(sam_key).cloned());
        }
        providers.push(provider.into_node());
    }
    Node::list(additional.span, providers)
}

fn data_sources(properties: &Node) -> Vec<(GraphqlDataSource, &Entry)> {
    let Some(sources) = properties.get("DataSources") else {
        return Vec::new();
    };
    let tables = entries_at(sources, "DynamoDb").iter();
    let functions = entries_at(sources, "Lambda").iter();
    tables
        .map(|entry| (GraphqlDataSource::Table, entry))
        .chain(functions.map(|entry| (GraphqlDataSource::Function, entry)))
        .collect()
}
