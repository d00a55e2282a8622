//! `Domain` of APIs: domain names, base paths, and DNS records.

use super::intrinsic::{get_att, has, one_or_many, reference, truthy};
use super::logical_id::value_hash;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::Node;
use crate::stack::template::Declared;

/// The domain of an API.
struct ApiDomain {
    /// The value of the property `Domain`.
    settings: Node,
    name: Node,
    certificate: Node,
}

impl Translator<'_> {
    /// The property `Domain` with resolved parameters, if its required keys are present.
    fn domain(&mut self, properties: &Node) -> Option<ApiDomain> {
        let domain = self.resolved_deep(properties.get("Domain")?);
        let (Some(name), Some(certificate)) =
            (domain.get("DomainName"), domain.get("CertificateArn"))
        else {
            self.refuse(
                "`Domain` needs `DomainName` and `CertificateArn`",
                domain.span,
            );
            return None;
        };
        let base_paths = truthy(domain.get("BasePath")).map(one_or_many);
        if base_paths.is_some_and(|paths| paths.iter().any(|path| path.as_text().is_none())) {
            self.refuse(
                "`BasePath` of a domain is a text, or a list of texts",
                domain.span,
            );
        }
        Some(ApiDomain {
            name: name.clone(),
            certificate: certificate.clone(),
            settings: domain,
        })
    }

    /// Generates the domain of a REST API.
    pub(super) fn rest_api_domain(&mut self, resource: &Declared, properties: &Node) {
        let Some(domain) = self.domain(properties) else {
            return;
        };
        let span = domain.settings.span;
        let endpoint = domain
            .settings
            .text_at("EndpointConfiguration")
            .unwrap_or("REGIONAL");
        if !matches!(endpoint, "REGIONAL" | "EDGE" | "PRIVATE") {
            self.refuse(
                "`EndpointConfiguration` of a domain is `EDGE`, `REGIONAL` or `PRIVATE`",
                span,
            );
        }
        let version = if endpoint == "PRIVATE" { "V2" } else { "" };
        let id = format!("ApiGatewayDomainName{version}{}", value_hash(&domain.name));
        self.generate(
            id.as_str(),
            &format!("AWS::ApiGateway::DomainName{version}"),
            &ResourceAttributes::passthrough(resource),
            rest_domain_properties(&domain, endpoint),
        );
        self.add_referable(&resource.id, &format!("DomainName{version}"), &id);
        self.base_path_mappings(resource, &domain.settings, &id, version);
        if endpoint == "PRIVATE" {
            self.access_association(resource, &domain.settings, &id);
        }
        self.dns_records(resource, &domain.settings, &id);
    }

    fn access_association(&mut self, resource: &Declared, settings: &Node, id: &str) {
        let Some(association) = settings.get("AccessAssociation") else {
            return;
        };
        let span = settings.span;
        let source = association
            .get("VpcEndpointId")
            .cloned()
            .unwrap_or_else(|| Node::null(span));
        let suffix = value_hash(&Node::list(
            span,
            vec![source.clone(), Node::text(span, id)],
        ));
        let association = PropertiesBuilder::new(span)
            .set("DomainNameArn", reference(span, id))
            .set("AccessAssociationSource", source);
        self.generate(
            format!("DomainNameAccessAssociation{suffix}"),
            "AWS::ApiGateway::DomainNameAccessAssociation",
            &ResourceAttributes::passthrough(resource),
            association,
        );
    }

    fn base_path_mappings(&mut self, resource: &Declared, domain: &Node, id: &str, version: &str) {
        let span = domain.span;
        let is_normalised = domain.get("NormalizeBasePath").and_then(Node::as_bool) != Some(false);
        let kind = format!("AWS::ApiGateway::BasePathMapping{version}");
        let domain_property = if version.is_empty() {
            "DomainName"
        } else {
            "DomainNameArn"
        };
        for path in base_paths(domain) {
            let alphanumeric: String = path
                .iter()
                .flat_map(|path| path.chars())
                .filter(|character| character.is_alphanumeric())
                .collect();
            let base_path = path.map(|path| {
                if is_normalised {
                    alphanumeric.as_str()
                } else {
                    path
                }
            });
            let mapping = PropertiesBuilder::new(span)
                .set(domain_property, reference(span, id))
                .set("RestApiId", reference(span, &resource.id))
                .set("Stage", reference(span, &format!("{}.Stage", resource.id)))
                .set_optional("BasePath", base_path.map(|path| Node::text(span, path)));
            self.generate(
                format!("{}{alphanumeric}BasePathMapping", resource.id),
                &kind,
                &ResourceAttributes::passthrough(resource),
                mapping,
            );
        }
    }

    /// Generates the domain of an HTTP or WebSocket API.
    pub(super) fn api_v2_domain(&mut self, resource: &Declared, properties: &Node) {
        let Some(domain) = self.domain(properties) else {
            return;
        };
        let settings = &domain.settings;
        let span = settings.span;
        let id = format!("ApiGatewayDomainNameV2{}", value_hash(&domain.name));
        let attributes = ResourceAttributes::passthrough(resource);
        let configuration = PropertiesBuilder::new(span)
            .copy_from(
                settings,
                "SecurityPolicy OwnershipVerificationCertificateArn",
            )
            .set("CertificateArn", domain.certificate.clone())
            .set("EndpointType", Node::text(span, "REGIONAL"));
        let domain_name = PropertiesBuilder::new(span)
            .copy_from(settings, "MutualTlsAuthentication")
            .set("DomainName", domain.name.clone())
            .set(
                "DomainNameConfigurations",
                Node::list(span, vec![configuration.into_node()]),
            );
        self.generate(
            id.as_str(),
            "AWS::ApiGatewayV2::DomainName",
            &attributes,
            domain_name,
        );
        self.add_referable(&resource.id, "DomainName", &id);
        for path in base_paths(settings) {
            let key = path.unwrap_or_default().replace(['-', '_', '/'], "");
            let mapping = PropertiesBuilder::new(span)
                .set("DomainName", reference(span, &id))
                .set("ApiId", reference(span, &resource.id))
                .set("Stage", reference(span, &format!("{}.Stage", resource.id)))
                .set_optional(
                    "ApiMappingKey",
                    path.map(|path| Node::text(span, path.trim_matches('/'))),
                );
            self.generate(
                format!("{}{key}ApiMapping", resource.id),
                "AWS::ApiGatewayV2::ApiMapping",
                &attributes,
                mapping,
            );
        }
        self.dns_records(resource, settings, &id);
    }

    fn dns_records(&mut self, resource: &Declared, domain: &Node, id: &str) {
        let Some(route) = domain.get("Route53") else {
            return;
        };
        let span = route.span;
        let Some(zone) =
            truthy(route.get("HostedZoneId")).or_else(|| truthy(route.get("HostedZoneName")))
        else {
            return self.refuse("`Route53` needs `HostedZoneId` or `HostedZoneName`", span);
        };
        let name = domain
            .get("DomainName")
            .cloned()
            .unwrap_or_else(|| Node::null(span));
        let suffix = if has(route, "SeparateRecordSetGroup") {
            value_hash(&Node::list(span, vec![zone.clone(), name.clone()]))
        } else {
            value_hash(zone)
        };
        let group = format!("RecordSetGroup{suffix}");
        let alias = Node::map(span, [("DNSName", get_att(span, id, "RegionalDomainName"))]);
        let record = Node::map(
            span,
            [
                ("Name", name),
                ("Type", Node::text(span, "A")),
                ("AliasTarget", alias),
            ],
        );
        let mut records = self
            .generated_property(&group, "RecordSets")
            .map(Node::items)
            .unwrap_or_default()
            .to_vec();
        records.push(record);
        let record_set_group = PropertiesBuilder::new(span)
            .copy_from(route, "HostedZoneId HostedZoneName")
            .set("RecordSets", Node::list(span, records));
        // The group keeps the attributes of its first API.
        let attributes = self.generated(&group).map_or_else(
            || ResourceAttributes::passthrough(resource),
            ResourceAttributes::passthrough,
        );
        self.generate(
            group.as_str(),
            "AWS::Route53::RecordSetGroup",
            &attributes,
            record_set_group,
        );
    }
}

/// The base paths of a domain. Without `BasePath`, the domain has one mapping without a path.
fn base_paths(domain: &Node) -> Vec<Option<&str>> {
    match truthy(domain.get("BasePath")) {
        Some(paths) => one_or_many(paths).iter().map(Node::as_text).collect(),
        None => vec![None],
    }
}

fn rest_domain_properties(domain: &ApiDomain, endpoint: &str) -> PropertiesBuilder {
    const COPIED: &str = "\
        SecurityPolicy EndpointAccessMode Policy OwnershipVerificationCertificateArn MutualTlsAuthentication";
    let span = domain.settings.span;
    let certificate_property = if endpoint == "REGIONAL" {
        "RegionalCertificateArn"
    } else {
        "CertificateArn"
    };
    let types = Node::list(span, vec![Node::text(span, endpoint)]);
    PropertiesBuilder::new(span)
        .copy_from(&domain.settings, COPIED)
        .set("DomainName", domain.name.clone())
        .set(certificate_property, domain.certificate.clone())
        .set("EndpointConfiguration", Node::map(span, [("Types", types)]))
}
