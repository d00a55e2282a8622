//! `Domain` of APIs: domain names, the paths on them, and DNS records.

use super::Sam;
use super::build::{Attributes, Properties, attribute, given, hash, reference};
use crate::stack::node::Node;
use crate::stack::template::Declared;

impl Sam<'_> {
    /// The domain with references to parameters replaced, if it has what SAM asks for.
    fn domain(&mut self, properties: &Node) -> Option<(Node, Node, Node)> {
        let domain = self.settled_all(properties.get("Domain")?);
        let (name, certificate) = (
            domain.get("DomainName").cloned(),
            domain.get("CertificateArn").cloned(),
        );
        let (Some(name), Some(certificate)) = (name, certificate) else {
            self.refuse(
                "`Domain` needs `DomainName` and `CertificateArn`",
                domain.span,
            );
            return None;
        };
        let base = given(domain.get("BasePath"));
        if base.is_some_and(|base| {
            base.as_list()
                .unwrap_or(std::slice::from_ref(base))
                .iter()
                .any(|path| path.as_text().is_none())
        }) {
            self.refuse(
                "`BasePath` of a domain is a text, or a list of texts",
                domain.span,
            );
        }
        Some((domain, name, certificate))
    }

    /// The domain of a REST API.
    pub(super) fn api_domain(&mut self, resource: &Declared, properties: &Node) {
        let Some((domain, name, certificate)) = self.domain(properties) else {
            return;
        };
        let span = domain.span;
        let endpoint = domain
            .text_at("EndpointConfiguration")
            .unwrap_or("REGIONAL")
            .to_owned();
        if !matches!(endpoint.as_str(), "REGIONAL" | "EDGE" | "PRIVATE") {
            self.refuse(
                "`EndpointConfiguration` of a domain is `EDGE`, `REGIONAL` or `PRIVATE`",
                span,
            );
        }
        let version = if endpoint == "PRIVATE" { "V2" } else { "" };
        let id = format!("ApiGatewayDomainName{version}{}", hash(&name));
        let passed = Attributes::passed(resource);
        let certified = if endpoint == "REGIONAL" {
            "RegionalCertificateArn"
        } else {
            "CertificateArn"
        };
        let made = Properties::new(span)
            .copied(&domain, "SecurityPolicy EndpointAccessMode Policy OwnershipVerificationCertificateArn MutualTlsAuthentication")
            .set("DomainName", name)
            .set(certified, certificate)
            .set(
                "EndpointConfiguration",
                Node::map(span, [("Types", Node::list(span, vec![Node::text(span, endpoint.as_str())]))]),
            );
        self.make(
            id.as_str(),
            &format!("AWS::ApiGateway::DomainName{version}"),
            &passed,
            made,
        );
        self.refer(&resource.id, &format!("DomainName{version}"), &id);
        self.base_paths(resource, &domain, &id, version);
        if let Some(association) = domain
            .get("AccessAssociation")
            .filter(|_| endpoint == "PRIVATE")
        {
            let source = association
                .get("VpcEndpointId")
                .cloned()
                .unwrap_or_else(|| Node::null(span));
            let suffix = hash(&Node::list(
                span,
                vec![source.clone(), Node::text(span, id.as_str())],
            ));
            let made = Properties::new(span)
                .set("DomainNameArn", reference(span, &id))
                .set("AccessAssociationSource", source);
            self.make(
                format!("DomainNameAccessAssociation{suffix}"),
                "AWS::ApiGateway::DomainNameAccessAssociation",
                &passed,
                made,
            );
        }
        self.dns_records(resource, &domain, &id);
    }

    fn base_paths(&mut self, resource: &Declared, domain: &Node, id: &str, version: &str) {
        let span = domain.span;
        let normalised = domain.get("NormalizeBasePath").and_then(Node::as_bool) != Some(false);
        let (kind, named) = (
            format!("AWS::ApiGateway::BasePathMapping{version}"),
            if version.is_empty() {
                "DomainName"
            } else {
                "DomainNameArn"
            },
        );
        for path in paths(domain) {
            let bare: String = path
                .iter()
                .flat_map(|path| path.chars())
                .filter(|character| character.is_alphanumeric())
                .collect();
            let shown = path.map(|path| if normalised { bare.as_str() } else { path });
            let mapping = Properties::new(span)
                .set(named, reference(span, id))
                .set("RestApiId", reference(span, &resource.id))
                .set("Stage", reference(span, &format!("{}.Stage", resource.id)))
                .maybe("BasePath", shown.map(|path| Node::text(span, path)));
            self.make(
                format!("{}{bare}BasePathMapping", resource.id),
                &kind,
                &Attributes::passed(resource),
                mapping,
            );
        }
    }

    /// The domain of an HTTP or WebSocket API.
    pub(super) fn api_v2_domain(&mut self, resource: &Declared, properties: &Node) {
        let Some((domain, name, certificate)) = self.domain(properties) else {
            return;
        };
        let span = domain.span;
        let id = format!("ApiGatewayDomainNameV2{}", hash(&name));
        let passed = Attributes::passed(resource);
        let configuration = Properties::new(span)
            .copied(
                &domain,
                "SecurityPolicy OwnershipVerificationCertificateArn",
            )
            .set("CertificateArn", certificate)
            .set("EndpointType", Node::text(span, "REGIONAL"));
        let made = Properties::new(span)
            .copied(&domain, "MutualTlsAuthentication")
            .set("DomainName", name)
            .set(
                "DomainNameConfigurations",
                Node::list(span, vec![configuration.node()]),
            );
        self.make(id.as_str(), "AWS::ApiGatewayV2::DomainName", &passed, made);
        self.refer(&resource.id, "DomainName", &id);
        for path in paths(&domain) {
            let bare = path.unwrap_or_default().replace(['-', '_', '/'], "");
            let mapping = Properties::new(span)
                .set("DomainName", reference(span, &id))
                .set("ApiId", reference(span, &resource.id))
                .set("Stage", reference(span, &format!("{}.Stage", resource.id)))
                .maybe(
                    "ApiMappingKey",
                    path.map(|path| Node::text(span, path.trim_matches('/'))),
                );
            self.make(
                format!("{}{bare}ApiMapping", resource.id),
                "AWS::ApiGatewayV2::ApiMapping",
                &passed,
                mapping,
            );
        }
        self.dns_records(resource, &domain, &id);
    }

    fn dns_records(&mut self, resource: &Declared, domain: &Node, id: &str) {
        let Some(route) = domain.get("Route53") else {
            return;
        };
        let span = route.span;
        let Some(zone) =
            given(route.get("HostedZoneId")).or_else(|| given(route.get("HostedZoneName")))
        else {
            return self.refuse("`Route53` needs `HostedZoneId` or `HostedZoneName`", span);
        };
        let name = domain
            .get("DomainName")
            .cloned()
            .unwrap_or_else(|| Node::null(span));
        let separate = given(route.get("SeparateRecordSetGroup")).is_some();
        let suffix = if separate {
            hash(&Node::list(span, vec![zone.clone(), name.clone()]))
        } else {
            hash(zone)
        };
        let group = format!("RecordSetGroup{suffix}");
        let alias = Node::map(
            span,
            [("DNSName", attribute(span, id, "RegionalDomainName"))],
        );
        let record = Node::map(
            span,
            [
                ("Name", name),
                ("Type", Node::text(span, "A")),
                ("AliasTarget", alias),
            ],
        );
        let known = self
            .made(&group)
            .and_then(|made| made.properties()?.get("RecordSets"))
            .map(Node::items)
            .unwrap_or_default();
        let records = known.iter().cloned().chain([record]).collect();
        let made = Properties::new(span)
            .copied(route, "HostedZoneId HostedZoneName")
            .set("RecordSets", Node::list(span, records));
        // The group keeps the attributes of the API that it was first made for.
        let attributes = self
            .made(&group)
            .map_or_else(|| Attributes::passed(resource), Attributes::passed);
        self.make(
            group.as_str(),
            "AWS::Route53::RecordSetGroup",
            &attributes,
            made,
        );
    }
}

/// The base paths of a domain; one without a path if none is given.
fn paths(domain: &Node) -> Vec<Option<&str>> {
    match given(domain.get("BasePath")) {
        Some(paths) => paths
            .as_list()
            .unwrap_or(std::slice::from_ref(paths))
            .iter()
            .map(Node::as_text)
            .collect(),
        None => vec![None],
    }
}
