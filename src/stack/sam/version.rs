//! `AutoPublishAlias` of a function: its version and its alias.

use std::sync::Arc;

use super::function::COPIED_PROPERTIES;
use super::intrinsic::{get_att, has, reference, truthy};
use super::logical_id::value_hash;
use super::resource::{PropertiesBuilder, ResourceAttributes};
use super::translator::Translator;
use crate::stack::node::{Entry, Node, Span};
use crate::stack::template::Declared;

impl Translator<'_> {
    /// Generates the version and the alias. Returns the logical id of the alias; `None` also when its name is unknown.
    pub(super) fn publish_version(
        &mut self,
        resource: &Declared,
        properties: &Node,
        function: &PropertiesBuilder,
    ) -> Option<Arc<str>> {
        let alias = truthy(properties.get("AutoPublishAlias"))?;
        let resolved = self.resolved(alias);
        if self.depends_on_unknown(&resolved) {
            return None;
        }
        let Some(name) = resolved.as_text().filter(|name| is_alias_name(name)) else {
            let message = "`AutoPublishAlias` is a name of letters, digits, `-` and `_`, or a reference to a parameter with such a value";
            self.refuse(message, alias.span);
            return None;
        };
        let version = self.version(resource, properties, function);
        let id: Arc<str> = format!(
            "{}Alias{}",
            resource.id,
            name.replace('-', "D").replace('_', "U")
        )
        .into();
        let span = resource.span;
        let alias = PropertiesBuilder::new(span)
            .set("Name", Node::text(span, name))
            .set("FunctionName", reference(span, &resource.id))
            .set("FunctionVersion", get_att(span, &version, "Version"))
            .set_optional(
                "ProvisionedConcurrencyConfig",
                truthy(properties.get("ProvisionedConcurrencyConfig")).cloned(),
            );
        self.generate(
            Arc::clone(&id),
            "AWS::Lambda::Alias",
            &ResourceAttributes::passthrough(resource),
            alias,
        );
        self.add_referable(&resource.id, "Alias", &id);
        self.add_referable(&resource.id, "Version", &version);
        Some(id)
    }

    /// Generates the version. Returns its logical id, which ends in a hash of the code's location.
    fn version(
        &mut self,
        resource: &Declared,
        properties: &Node,
        function: &PropertiesBuilder,
    ) -> String {
        let span = resource.span;
        let sha = truthy(properties.get("AutoPublishCodeSha256")).map(|sha| self.resolved(sha));
        let suffix = match sha.as_ref().and_then(Node::as_text) {
            Some(sha) => sha.chars().take(10).collect(),
            None if has(properties, "AutoPublishAliasAllProperties") => {
                value_hash(&all_properties(function, span))
            }
            None => value_hash(&self.version_inputs(function, span)),
        };
        let id = format!("{}Version{suffix}", resource.id);
        let mut attributes = ResourceAttributes::passthrough(resource);
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
        let version = PropertiesBuilder::new(span)
            .set("FunctionName", reference(span, &resource.id))
            .set_optional("Description", properties.get("VersionDescription").cloned());
        self.generate(id.as_str(), "AWS::Lambda::Version", &attributes, version);
        id
    }

    /// The values whose change publishes a new version.
    fn version_inputs(&self, function: &PropertiesBuilder, span: Span) -> Node {
        let empty = Node::map(span, []);
        let code = function.get("Code").unwrap_or(&empty);
        let mut inputs = PropertiesBuilder::new(span);
        for entry in code.entries() {
            inputs.insert_entry(Entry {
                value: self.resolved(&entry.value),
                ..entry.clone()
            });
        }
        for entry in function
            .get("Environment")
            .map(Node::entries)
            .unwrap_or_default()
        {
            inputs.insert_entry(entry.clone());
        }
        if let Some(memory) = truthy(function.get("MemorySize")) {
            inputs.insert("MemorySize", memory.clone());
        }
        if let Some(snap) = function.get("SnapStart").filter(|snap| {
            snap.get("ApplyOn")
                .is_some_and(|on| on.as_text() != Some("None"))
        }) {
            inputs.insert("SnapStart", snap.clone());
        }
        inputs.into_node()
    }
}

fn is_alias_name(name: &str) -> bool {
    !name.is_empty()
        && !name.bytes().all(|byte| byte.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn all_properties(function: &PropertiesBuilder, span: Span) -> Node {
    let mut all = PropertiesBuilder::new(span);
    for key in
        COPIED_PROPERTIES
            .split(' ')
            .chain(["Code", "TracingConfig", "DeadLetterConfig", "Tags"])
    {
        if let Some(value) = function.get(key) {
            all.insert(key, value.clone());
        }
    }
    all.into_node()
}
