//! What a function is called by: its version and alias (`AutoPublishAlias`), and its URL.

use std::sync::Arc;

use super::Sam;
use super::build::{Attributes, Properties, attribute, given, hash, reference};
use super::function::COPIED;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

impl Sam<'_> {
    /// The version and the alias, if one is asked for; the alias's logical id.
    pub(super) fn published(
        &mut self,
        resource: &Declared,
        properties: &Node,
        made: &Properties,
    ) -> Option<Arc<str>> {
        let alias = given(properties.get("AutoPublishAlias"))?;
        let settled = self.settled(alias);
        let Some(name) = settled.as_text().filter(|name| is_alias_name(name)) else {
            let message = "`AutoPublishAlias` is a name of letters, digits, `-` and `_`, or a reference to a parameter with such a value";
            self.refuse(message, alias.span);
            return None;
        };
        let version = self.version(resource, properties, made);
        let id: Arc<str> = format!(
            "{}Alias{}",
            resource.id,
            name.replace('-', "D").replace('_', "U")
        )
        .into();
        let span = resource.span;
        let alias = Properties::new(span)
            .set("Name", Node::text(span, name))
            .set("FunctionName", reference(span, &resource.id))
            .set("FunctionVersion", attribute(span, &version, "Version"))
            .maybe(
                "ProvisionedConcurrencyConfig",
                given(properties.get("ProvisionedConcurrencyConfig")).cloned(),
            );
        self.make(
            Arc::clone(&id),
            "AWS::Lambda::Alias",
            &Attributes::passed(resource),
            alias,
        );
        self.refer(&resource.id, "Alias", &id);
        self.refer(&resource.id, "Version", &version);
        Some(id)
    }

    /// The version's id ends in a hash of the code. Of code that is not uploaded yet, the hash is one of its place.
    fn version(&mut self, resource: &Declared, properties: &Node, made: &Properties) -> String {
        let span = resource.span;
        let sha = given(properties.get("AutoPublishCodeSha256")).map(|sha| self.settled(sha));
        let suffix = match sha.as_ref().and_then(Node::as_text) {
            Some(sha) => sha.chars().take(10).collect(),
            None if given(properties.get("AutoPublishAliasAllProperties")).is_some() => {
                hash(&all_properties(made, span))
            }
            None => hash(&self.version_inputs(made, span)),
        };
        let id = format!("{}Version{suffix}", resource.id);
        let mut attributes = Attributes::passed(resource);
        if resource.body.get("DeletionPolicy").is_none() {
            let default = if properties.get("CapacityProviderConfig").is_some() {
                "Delete"
            } else {
                "Retain"
            };
            let policy = properties
                .get("VersionDeletionPolicy")
                .cloned()
                .unwrap_or_else(|| Node::text(span, default));
            attributes = attributes.with("DeletionPolicy", policy);
        }
        let version = Properties::new(span)
            .set("FunctionName", reference(span, &resource.id))
            .maybe("Description", properties.get("VersionDescription").cloned());
        self.make(id.as_str(), "AWS::Lambda::Version", &attributes, version);
        id
    }

    fn version_inputs(&self, made: &Properties, span: Span) -> Node {
        let empty = Node::map(span, []);
        let code = made.get("Code").unwrap_or(&empty);
        let mut inputs = Properties::new(span);
        for entry in code.entries() {
            inputs.take(Entry {
                value: self.settled(&entry.value),
                ..entry.clone()
            });
        }
        for entry in made
            .get("Environment")
            .map(Node::entries)
            .unwrap_or_default()
        {
            inputs.take(entry.clone());
        }
        if let Some(memory) = given(made.get("MemorySize")) {
            inputs.put("MemorySize", memory.clone());
        }
        if let Some(snap) = made.get("SnapStart").filter(|snap| {
            snap.get("ApplyOn")
                .is_some_and(|on| on.as_text() != Some("None"))
        }) {
            inputs.put("SnapStart", snap.clone());
        }
        inputs.node()
    }

    pub(super) fn function_url(
        &mut self,
        resource: &Declared,
        properties: &Node,
        alias: Option<&str>,
    ) {
        let Some(config) = given(properties.get("FunctionUrlConfig")) else {
            return;
        };
        let span = config.span;
        let passed = Attributes::passed(resource);
        let called = reference(span, alias.unwrap_or(&resource.id));
        if config
            .single()
            .is_some_and(|entry| entry.key.starts_with("Fn::"))
        {
            let url = Properties::new(span).set("TargetFunctionArn", called);
            return self.make(
                format!("{}Url", resource.id),
                "AWS::Lambda::Url",
                &passed,
                url,
            );
        }
        let kind = config.get("AuthType");
        if kind.is_none_or(|kind| {
            kind.as_text()
                .is_some_and(|text| !matches!(text, "NONE" | "AWS_IAM"))
        }) {
            self.refuse(
                "`FunctionUrlConfig` needs an `AuthType`: `AWS_IAM` or `NONE`",
                span,
            );
        }
        let url = Properties::new(span)
            .copied(config, "AuthType Cors InvokeMode")
            .set("TargetFunctionArn", called.clone());
        self.make(
            format!("{}Url", resource.id),
            "AWS::Lambda::Url",
            &passed,
            url,
        );
        if kind.and_then(Node::as_text) == Some("NONE") {
            self.public_permissions(resource, &called, &passed);
        }
    }

    fn public_permissions(&mut self, resource: &Declared, called: &Node, passed: &Attributes) {
        let span = called.span;
        let open = |action: &str| {
            Properties::new(span)
                .set("Action", Node::text(span, action))
                .set("FunctionName", called.clone())
                .set("Principal", Node::text(span, "*"))
        };
        let by_url =
            open("lambda:InvokeFunctionUrl").set("FunctionUrlAuthType", Node::text(span, "NONE"));
        self.make(
            format!("{}UrlPublicPermissions", resource.id),
            "AWS::Lambda::Permission",
            passed,
            by_url,
        );
        let through_url =
            open("lambda:InvokeFunction").set("InvokedViaFunctionUrl", Node::bool(span, true));
        self.make(
            format!("{}URLInvokeAllowPublicAccess", resource.id),
            "AWS::Lambda::Permission",
            passed,
            through_url,
        );
    }
}

fn is_alias_name(name: &str) -> bool {
    !name.is_empty()
        && !name.bytes().all(|byte| byte.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn all_properties(made: &Properties, span: Span) -> Node {
    let mut all = Properties::new(span);
    for key in COPIED
        .split(' ')
        .chain(["Code", "TracingConfig", "DeadLetterConfig", "Tags"])
    {
        if let Some(value) = made.get(key) {
            all.put(key, value.clone());
        }
    }
    all.node()
}
