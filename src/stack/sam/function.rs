//! `AWS::Serverless::Function`: the function, its role, version, alias and URL.

use std::sync::Arc;

use super::Sam;
use super::build::{
    Attributes, Properties, attribute, conditional, given, is_no_value, reference, sub,
};
use super::deployment::Preference;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

/// Properties that the function takes over under their own name.
pub(super) const COPIED: &str = "\
    FunctionName Handler Runtime Description MemorySize Timeout VpcConfig Environment KmsKeyArn \
    ReservedConcurrentExecutions Layers FileSystemConfigs ImageConfig PackageType Architectures SnapStart \
    EphemeralStorage CodeSigningConfigArn RuntimeManagementConfig LoggingConfig TenancyConfig RecursiveLoop \
    DurableConfig FunctionScalingConfig PublishToLatestPublished Role";

/// What events call: the function, or the alias that is published with it.
pub(super) struct Target {
    pub id: Arc<str>,
    pub span: Span,
    pub arn: Node,
    /// What permissions and event source mappings name.
    pub name: Node,
    pub passed: Attributes,
    /// The alias hides which function it belongs to.
    pub is_alias: bool,
}

impl Sam<'_> {
    pub(super) fn function(&mut self, resource: &Declared) {
        let empty = Node::map(resource.span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let made = self.lambda(resource, properties);
        let alias = self.published(resource, properties, &made);
        self.function_url(resource, properties, alias.as_deref());
        self.deployment_preference(resource, properties, alias.is_some());
        if let Some(config) = given(properties.get("EventInvokeConfig")) {
            self.event_invoke_config(resource, config, alias.as_deref());
        }
        let made = self.execution_role(resource, properties, made);
        let passed = Attributes::passed(resource);
        let target = target(resource, alias, &passed);
        self.make(
            Arc::clone(&resource.id),
            "AWS::Lambda::Function",
            &Attributes::kept(resource),
            made,
        );
        self.function_events(properties, &target);
    }

    fn lambda(&mut self, resource: &Declared, properties: &Node) -> Properties {
        let span = resource.span;
        self.check_package(resource, properties);
        let mut made = Properties::new(span)
            .copied(properties, COPIED)
            .set("Code", code(span, properties));
        if let Some(tracing) = self.active_tracing(properties) {
            made.put("TracingConfig", Node::map(span, [("Mode", tracing)]));
        }
        if let Some(queue) = given(properties.get("DeadLetterQueue")) {
            match (
                queue.get("Type").and_then(Node::as_text),
                queue.get("TargetArn"),
            ) {
                (Some("SQS" | "SNS"), Some(arn)) => made.put(
                    "DeadLetterConfig",
                    Node::map(span, [("TargetArn", arn.clone())]),
                ),
                _ => self.refuse(
                    "`DeadLetterQueue` needs a `Type` (`SQS` or `SNS`) and a `TargetArn`",
                    queue.span,
                ),
            }
        }
        made.maybe(
            "Tags",
            Some(tags(span, "lambda:createdBy", properties.get("Tags"))),
        )
    }

    fn check_package(&mut self, resource: &Declared, properties: &Node) {
        let kind = properties.text_at("PackageType").unwrap_or("Zip");
        let has = |key: &str| given(properties.get(key)).is_some();
        let message = match kind {
            "Zip" if !has("Runtime") || !has("Handler") => "needs `Runtime` and `Handler`",
            "Image" if has("Handler") || has("Runtime") || has("Layers") => {
                "is an image and cannot have `Runtime`, `Handler` or `Layers`"
            }
            "Zip" | "Image" => return,
            _ => "has a `PackageType` that is neither `Zip` nor `Image`",
        };
        self.refuse(
            format!("the function `{}` {message}", resource.id),
            resource.span,
        );
    }

    /// The tracing mode, unless it is switched off.
    fn active_tracing(&self, properties: &Node) -> Option<Node> {
        let tracing = given(properties.get("Tracing"))?;
        (self.settled(tracing).as_text() != Some("Disabled")).then(|| tracing.clone())
    }

    fn deployment_preference(&mut self, resource: &Declared, properties: &Node, has_alias: bool) {
        let Some(written) = given(properties.get("DeploymentPreference")) else {
            return;
        };
        let enabled = written.get("Enabled").map(|enabled| self.settled(enabled));
        let off = enabled.is_some_and(|enabled| {
            given(Some(&enabled)).is_none()
                || matches!(enabled.as_text(), Some("false" | "False"))
                || enabled.scalar_text().as_deref() == Some("0")
        });
        if off {
            return;
        }
        if !has_alias {
            return self.refuse(
                "`DeploymentPreference` needs `AutoPublishAlias`",
                written.span,
            );
        }
        let passes = written
            .get("PassthroughCondition")
            .map(|node| self.settled(node))
            .and_then(|node| node.scalar_text());
        let condition = passes
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
            .then(|| resource.condition())
            .flatten();
        self.preferences.push(Preference {
            function: Arc::clone(&resource.id),
            span: written.span,
            role: given(written.get("Role")).cloned(),
            condition: condition.map(str::to_owned),
            written: written.clone(),
        });
    }

    /// The role that SAM makes when none is given, or only under a condition.
    fn execution_role(
        &mut self,
        resource: &Declared,
        properties: &Node,
        made: Properties,
    ) -> Properties {
        let span = resource.span;
        let id = format!("{}Role", resource.id);
        let arn = attribute(span, &id, "Arn");
        let passed = Attributes::passed(resource);
        let role = self.lambda_role(properties, span);
        let Some(written) = properties.get("Role") else {
            self.make(id, "AWS::IAM::Role", &passed, role);
            return made.set("Role", arn);
        };
        let Some([condition, yes, no]) = written.get("Fn::If").and_then(Node::as_list) else {
            return made;
        };
        let name = condition.as_text().unwrap_or_default();
        match (is_no_value(yes), is_no_value(no)) {
            (true, true) => {
                self.make(id, "AWS::IAM::Role", &passed, role);
                made.set("Role", arn)
            }
            (true, false) => {
                self.make(id, "AWS::IAM::Role", &passed.under(name, span), role);
                made.set("Role", conditional(span, name, arn, no.clone()))
            }
            (false, true) => {
                let not = format!("NOT{name}");
                self.add_condition(&not, negation(span, name));
                self.make(id, "AWS::IAM::Role", &passed.under(&not, span), role);
                made.set("Role", conditional(span, name, yes.clone(), arn))
            }
            (false, false) => made,
        }
    }

    fn lambda_role(&self, properties: &Node, span: Span) -> Properties {
        let mut managed = vec!["service-role/AWSLambdaBasicExecutionRole"];
        if self.active_tracing(properties).is_some() {
            managed.push("AWSXrayWriteOnlyAccess");
        }
        if given(properties.get("VpcConfig")).is_some() {
            managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
        }
        role(span, "lambda.amazonaws.com", &managed)
            .copied(properties, "PermissionsBoundary")
            .maybe("Path", properties.get("RolePath").cloned())
    }
}

fn target(resource: &Declared, alias: Option<Arc<str>>, passed: &Attributes) -> Target {
    let (span, passed) = (resource.span, passed.clone());
    if let Some(id) = alias {
        return Target {
            span,
            arn: reference(span, &id),
            name: reference(span, &id),
            passed,
            is_alias: true,
            id,
        };
    }
    let id = Arc::clone(&resource.id);
    Target {
        span,
        arn: attribute(span, &id, "Arn"),
        name: reference(span, &id),
        passed,
        is_alias: false,
        id,
    }
}

/// `{Fn::Not: [{Condition: name}]}`
pub(super) fn negation(span: Span, name: &str) -> Node {
    let condition = Node::map(span, [("Condition", Node::text(span, name))]);
    Node::map(span, [("Fn::Not", Node::list(span, vec![condition]))])
}

/// A role for a service, with managed policies of AWS.
pub(super) fn role(span: Span, service: &str, managed: &[&str]) -> Properties {
    let statement = Node::map(
        span,
        [
            (
                "Action",
                Node::list(span, vec![Node::text(span, "sts:AssumeRole")]),
            ),
            ("Effect", Node::text(span, "Allow")),
            (
                "Principal",
                Node::map(
                    span,
                    [("Service", Node::list(span, vec![Node::text(span, service)]))],
                ),
            ),
        ],
    );
    let document = Node::map(
        span,
        [
            ("Version", Node::text(span, "2012-10-17")),
            ("Statement", Node::list(span, vec![statement])),
        ],
    );
    let arns = managed
        .iter()
        .map(|policy| {
            sub(
                span,
                &format!("arn:${{AWS::Partition}}:iam::aws:policy/{policy}"),
            )
        })
        .collect();
    Properties::new(span)
        .set("AssumeRolePolicyDocument", document)
        .set("ManagedPolicyArns", Node::list(span, arns))
}

/// Tags as a list, with the one that SAM adds.
pub(super) fn tags(span: Span, sam: &str, written: Option<&Node>) -> Node {
    let tag = |key: &str, value: Node| {
        Node::map(span, [("Key", Node::text(span, key)), ("Value", value)])
    };
    let mut list = vec![tag(sam, Node::text(span, "SAM"))];
    list.extend(
        written
            .map(Node::entries)
            .unwrap_or_default()
            .iter()
            .map(|entry| tag(&entry.key, entry.value.clone())),
    );
    Node::list(span, list)
}

fn code(span: Span, properties: &Node) -> Node {
    if let Some(inline) = properties.get("InlineCode") {
        return Node::map(span, [("ZipFile", inline.clone())]);
    }
    match properties
        .get("CodeUri")
        .or_else(|| properties.get("ImageUri"))
    {
        Some(uri) if properties.get("CodeUri").is_none() => {
            Node::map(span, [("ImageUri", uri.clone())])
        }
        Some(uri) => location(uri, ["S3Bucket", "S3Key", "S3ObjectVersion"]),
        None => Node::map(span, []),
    }
}

/// `s3://bucket/key?versionId=…` or a map of its parts; a local path keeps its place in the key.
pub(super) fn location(uri: &Node, names: [&'static str; 3]) -> Node {
    let span = uri.span;
    if uri.as_map().is_some() {
        let parts = [
            ("Bucket", names[0]),
            ("Key", names[1]),
            ("Version", names[2]),
        ];
        let entries: Vec<Entry> = parts
            .iter()
            .filter_map(|(from, to)| {
                Some(Entry {
                    key: (*to).into(),
                    span,
                    value: uri.get(from)?.clone(),
                })
            })
            .collect();
        return if entries.is_empty() {
            uri.clone()
        } else {
            Node::of_entries(span, entries)
        };
    }
    let Some((bucket, rest)) = uri
        .as_text()
        .and_then(|text| text.strip_prefix("s3://"))
        .and_then(|rest| rest.split_once('/'))
    else {
        return Node::map(span, [(names[1], uri.clone())]);
    };
    let (key, version) = rest
        .split_once("?versionId=")
        .map_or((rest, None), |(key, version)| (key, Some(version)));
    let mut parts = vec![
        (names[0], Node::text(span, bucket)),
        (names[1], Node::text(span, key)),
    ];
    parts.extend(version.map(|version| (names[2], Node::text(span, version))));
    Node::map(span, parts)
}
