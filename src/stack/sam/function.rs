//! `AWS::Serverless::Function`: the function, its role, version, alias and URL.

use std::sync::Arc;

use super::deployment_preference::DeploymentPreference;
use super::event::EventTarget;
use super::iam::service_role;
use super::intrinsic::{fn_if, fn_not, get_att, has, is_no_value, truthy};
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::s3_location::{CODE, s3_location};
use super::tags::tags_with_sam;
use super::translator::Translator;
use crate::stack::node::{Node, Span};
use crate::stack::template::Declared;

/// Properties that the function copies.
pub(super) const COPIED_PROPERTIES: &str = "\
    FunctionName Handler Runtime Description MemorySize Timeout VpcConfig Environment KmsKeyArn \
    ReservedConcurrentExecutions Layers FileSystemConfigs ImageConfig PackageType Architectures SnapStart \
    EphemeralStorage CodeSigningConfigArn RuntimeManagementConfig LoggingConfig TenancyConfig RecursiveLoop \
    DurableConfig FunctionScalingConfig PublishToLatestPublished Role";

impl Translator<'_> {
    pub(super) fn function(&mut self, resource: &Declared) {
        let empty = Node::map(resource.span, []);
        let properties = resource.properties().unwrap_or(&empty);
        let function = self.function_properties(resource, properties);
        let alias = self.publish_version(resource, properties, &function);
        self.function_url(resource, properties, alias.as_deref());
        if alias.is_some() || !has(properties, "AutoPublishAlias") {
            self.add_deployment_preference(resource, properties, alias.is_some());
        }
        if let Some(config) = truthy(properties.get("EventInvokeConfig")) {
            self.event_invoke_config(resource, config, alias.as_deref());
        }
        let function = self.set_execution_role(resource, properties, function);
        let target = match alias {
            Some(alias) => EventTarget::alias(resource, alias),
            None => EventTarget::function(resource),
        };
        self.generate(
            Arc::clone(&resource.id),
            "AWS::Lambda::Function",
            &ResourceAttributes::of_main_resource(resource),
            function,
        );
        self.function_events(properties, &target);
    }

    fn function_properties(&mut self, resource: &Declared, properties: &Node) -> PropertiesBuilder {
        let span = resource.span;
        self.check_package(resource, properties);
        let mut function = PropertiesBuilder::new(span)
            .copy_from(properties, COPIED_PROPERTIES)
            .set("Code", code(span, properties));
        if let Some(tracing) = self.active_tracing(properties) {
            function.insert("TracingConfig", Node::map(span, [("Mode", tracing)]));
        }
        if let Some(queue) = truthy(properties.get("DeadLetterQueue")) {
            match (
                queue.get("Type").and_then(Node::as_text),
                queue.get("TargetArn"),
            ) {
                (Some("SQS" | "SNS"), Some(arn)) => function.insert(
                    "DeadLetterConfig",
                    Node::map(span, [("TargetArn", arn.clone())]),
                ),
                _ => self.refuse(
                    "`DeadLetterQueue` needs a `Type` (`SQS` or `SNS`) and a `TargetArn`",
                    queue.span,
                ),
            }
        }
        let tags = tags_with_sam(span, "lambda:createdBy", properties.get("Tags"));
        function.set("Tags", tags)
    }

    fn check_package(&mut self, resource: &Declared, properties: &Node) {
        let kind = properties
            .text_at("PackageType")
            .unwrap_or_else(|| implied_package(properties));
        let message = match kind {
            "Zip" if !has(properties, "Runtime") || !has(properties, "Handler") => {
                "needs `Runtime` and `Handler`"
            }
            "Image"
                if has(properties, "Handler")
                    || has(properties, "Runtime")
                    || has(properties, "Layers") =>
            {
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

    /// The tracing mode, unless it is `Disabled`.
    fn active_tracing(&self, properties: &Node) -> Option<Node> {
        let tracing = truthy(properties.get("Tracing"))?;
        (self.resolved(tracing).as_text() != Some("Disabled")).then(|| tracing.clone())
    }

    fn add_deployment_preference(
        &mut self,
        resource: &Declared,
        properties: &Node,
        has_alias: bool,
    ) {
        let Some(written) = truthy(properties.get("DeploymentPreference")) else {
            return;
        };
        let enabled = written.get("Enabled").map(|enabled| self.resolved(enabled));
        let is_disabled = enabled.is_some_and(|enabled| {
            truthy(Some(&enabled)).is_none()
                || matches!(enabled.as_text(), Some("false" | "False"))
                || enabled.scalar_text().as_deref() == Some("0")
        });
        if is_disabled {
            return;
        }
        if !has_alias {
            return self.refuse(
                "`DeploymentPreference` needs `AutoPublishAlias`",
                written.span,
            );
        }
        let passes_condition = written
            .get("PassthroughCondition")
            .map(|node| self.resolved(node))
            .and_then(|node| node.scalar_text());
        let condition = passes_condition
            .is_some_and(|text| text.eq_ignore_ascii_case("true"))
            .then(|| resource.condition())
            .flatten();
        self.deployment_preferences.push(DeploymentPreference {
            function: Arc::clone(&resource.id),
            span: written.span,
            role: truthy(written.get("Role")).cloned(),
            condition: condition.map(str::to_owned),
            written: written.clone(),
        });
    }

    /// Sets `Role`. Generates a role if the template gives none, or gives one only under a condition.
    fn set_execution_role(
        &mut self,
        resource: &Declared,
        properties: &Node,
        function: PropertiesBuilder,
    ) -> PropertiesBuilder {
        let span = resource.span;
        let id = format!("{}Role", resource.id);
        let arn = get_att(span, &id, "Arn");
        let attributes = ResourceAttributes::passthrough(resource);
        let role = self.execution_role(properties, span);
        let Some(written) = properties.get("Role") else {
            self.generate(id, "AWS::IAM::Role", &attributes, role);
            return function.set("Role", arn);
        };
        let Some([condition, yes, no]) = written.get("Fn::If").and_then(Node::as_list) else {
            return function;
        };
        let name = condition.as_text().unwrap_or_default();
        match (is_no_value(yes), is_no_value(no)) {
            (true, true) => {
                self.generate(id, "AWS::IAM::Role", &attributes, role);
                function.set("Role", arn)
            }
            (true, false) => {
                self.generate(
                    id,
                    "AWS::IAM::Role",
                    &attributes.with_condition(name, span),
                    role,
                );
                function.set("Role", fn_if(span, name, arn, no.clone()))
            }
            (false, true) => {
                let not = format!("NOT{name}");
                self.add_condition(&not, fn_not(span, name));
                self.generate(
                    id,
                    "AWS::IAM::Role",
                    &attributes.with_condition(&not, span),
                    role,
                );
                function.set("Role", fn_if(span, name, yes.clone(), arn))
            }
            (false, false) => function,
        }
    }

    fn execution_role(&self, properties: &Node, span: Span) -> PropertiesBuilder {
        let mut managed = vec!["service-role/AWSLambdaBasicExecutionRole"];
        if self.active_tracing(properties).is_some() {
            managed.push("AWSXrayWriteOnlyAccess");
        }
        if has(properties, "VpcConfig") {
            managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
        }
        service_role(span, "lambda.amazonaws.com", &managed)
            .copy_from(properties, "PermissionsBoundary")
            .set_optional("Path", properties.get("RolePath").cloned())
    }
}

/// The package type of a function that names none: code that is only an image is an image.
fn implied_package(properties: &Node) -> &'static str {
    let is_zip = ["CodeUri", "InlineCode", "Runtime", "Handler"]
        .into_iter()
        .any(|key| has(properties, key));
    if has(properties, "ImageUri") && !is_zip {
        "Image"
    } else {
        "Zip"
    }
}

fn code(span: Span, properties: &Node) -> Node {
    if let Some(inline) = properties.get("InlineCode") {
        return Node::map(span, [("ZipFile", inline.clone())]);
    }
    if let Some(uri) = properties.get("CodeUri") {
        return s3_location(uri, CODE);
    }
    match properties.get("ImageUri") {
        Some(uri) => Node::map(span, [("ImageUri", uri.clone())]),
        None => Node::map(span, []),
    }
}
