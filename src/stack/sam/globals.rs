//! The section `Globals`: SAM merges its properties into the resources of a SAM type.

use super::translator::{PREFIX, Translator};
use crate::diagnostic::{Code, nearest};
use crate::stack::node::{Entry, Node};
use crate::stack::template::Declared;

/// Properties that may be global, by type (`Globals.supported_properties` of the translator).
const SUPPORTED: &[(&str, &str)] = &[
    (
        "Api",
        "\
        AccessLogSetting AlwaysDeploy Auth BinaryMediaTypes CacheClusterEnabled CacheClusterSize CanarySetting Cors \
        DefinitionUri Domain EndpointAccessMode EndpointConfiguration GatewayResponses MergeDefinitions MethodSettings \
        MinimumCompressionSize Name OpenApiVersion PropagateTags SecurityPolicy TracingEnabled Variables",
    ),
    (
        "CapacityProvider",
        "\
        InstanceRequirements KmsKeyArn LoggingConfig ManagedResourceTags OperatorRole PropagateTags ScalingConfig Tags \
        VpcConfig",
    ),
    (
        "Function",
        "\
        Architectures AssumeRolePolicyDocument AutoPublishAlias AutoPublishAliasAllProperties CapacityProviderConfig \
        CodeSigningConfigArn CodeUri DeadLetterQueue DeploymentPreference Description DurableConfig Environment \
        EphemeralStorage EventInvokeConfig FileSystemConfigs FunctionScalingConfig FunctionUrlConfig Handler KmsKeyArn \
        Layers LoggingConfig MemorySize PermissionsBoundary PropagateTags ProvisionedConcurrencyConfig \
        PublishToLatestPublished RecursiveLoop ReservedConcurrentExecutions RolePath Runtime RuntimeManagementConfig \
        SnapStart SourceKMSKeyArn Tags TenancyConfig Timeout Tracing VersionDeletionPolicy VpcConfig",
    ),
    (
        "HttpApi",
        "\
        AccessLogSettings Auth CorsConfiguration DefaultRouteSettings Domain FailOnWarnings PropagateTags \
        RouteSettings StageVariables Tags",
    ),
    ("LayerVersion", "PublishLambdaVersion"),
    (
        "MicrovmImage",
        "\
        AdditionalOsCapabilities BaseImageArn BaseImageVersion BuildRoleArn CpuConfigurations EgressNetworkConnectors \
        EnvironmentVariables Hooks Logging PropagateTags Resources Tags",
    ),
    ("NetworkConnector", "OperatorRole PropagateTags Tags"),
    ("SimpleTable", "SSESpecification"),
    ("StateMachine", "PropagateTags"),
    (
        "WebSocketApi",
        "\
        AccessLogSettings ApiKeySelectionExpression DefaultRouteSettings DisableExecuteApiEndpoint \
        DisableSchemaValidation Domain FailOnWarnings IpAddressType PropagateTags RouteSelectionExpression \
        RouteSettings StageVariables Tags",
    ),
];

/// The limit of values that globals add to all resources; a valid template stays far below.
const MAX_VALUES: usize = 500_000;

impl Translator<'_> {
    pub(super) fn merge_globals(&mut self) {
        let globals = self.globals.clone();
        for section in globals.entries() {
            self.check_section(section);
        }
        let added_values: usize = globals
            .entries()
            .iter()
            .map(|section| self.resource_count(&section.key) * section.value.size())
            .sum();
        if added_values > MAX_VALUES {
            let message = format!("`Globals` add more than {MAX_VALUES} values to the resources");
            let diagnostic = self.diagnostic(Code::TemplateTooLarge, message, globals.span);
            return self.diagnostics.push(diagnostic);
        }
        let resources = std::mem::take(&mut self.source_resources);
        self.source_resources = resources
            .into_iter()
            .map(|resource| self.merged(&globals, resource))
            .collect();
    }

    /// The number of resources of a SAM type.
    fn resource_count(&self, kind: &str) -> usize {
        self.source_resources
            .iter()
            .filter(|resource| resource.kind.strip_prefix(PREFIX) == Some(kind))
            .count()
    }

    fn check_section(&mut self, section: &Entry) {
        let Some((_, supported)) = SUPPORTED.iter().find(|(name, _)| *name == &*section.key) else {
            let near = nearest(&section.key, SUPPORTED.iter().map(|(name, _)| *name));
            return self.refuse_global(
                format!("`Globals` has no section `{}`", section.key),
                section,
                near,
            );
        };
        if section.value.as_map().is_none() {
            return self.refuse(
                format!("`Globals.{}` must be a map", section.key),
                section.value.span,
            );
        }
        for entry in section
            .value
            .entries()
            .iter()
            .filter(|entry| supported.split(' ').all(|name| name != &*entry.key))
        {
            let near = nearest(&entry.key, supported.split(' '));
            self.refuse_global(
                format!("`{}` cannot be global for `{}`", entry.key, section.key),
                entry,
                near,
            );
        }
    }

    fn refuse_global(&mut self, message: String, entry: &Entry, near: Option<&str>) {
        let mut diagnostic = self.diagnostic(Code::SamInvalidGlobal, message, entry.span);
        diagnostic.help = near.map(|near| format!("did you mean `{near}`?"));
        self.diagnostics.push(diagnostic);
    }

    fn merged(&mut self, globals: &Node, resource: Declared) -> Declared {
        let Some(global) = resource
            .kind
            .strip_prefix(PREFIX)
            .and_then(|kind| globals.get(kind))
        else {
            return resource;
        };
        let global = self.applicable_globals(global, &resource);
        let empty = Node::map(resource.span, []);
        let merged = merge(&global, resource.properties().unwrap_or(&empty), "");
        Declared {
            body: resource.body.with("Properties", merged),
            ..resource
        }
    }

    /// Removes the globals listed in the resource's `IgnoreGlobals`.
    fn applicable_globals(&mut self, global: &Node, resource: &Declared) -> Node {
        let Some(ignored) = resource.body.get("IgnoreGlobals") else {
            return global.clone();
        };
        if ignored.as_text() == Some("*") {
            return Node::map(global.span, []);
        }
        let mut applicable = global.clone();
        for item in ignored.items() {
            match item.as_text().filter(|key| global.get(key).is_some()) {
                Some(key) => applicable = applicable.without(key),
                None => self.refuse(
                    format!(
                        "`IgnoreGlobals` of `{}` names a property that is not global",
                        resource.id
                    ),
                    item.span,
                ),
            }
        }
        applicable
    }
}

/// Merges maps key by key and joins lists; the resource's value replaces any other value.
fn merge(global: &Node, local: &Node, path: &str) -> Node {
    const REPLACED: &[&str] = &["Architectures"];
    if global.as_list().is_some() && local.as_list().is_some() && !REPLACED.contains(&path) {
        return Node::list(
            local.span,
            global
                .items()
                .iter()
                .chain(local.items())
                .cloned()
                .collect(),
        );
    }
    if !is_plain_map(global) || !is_plain_map(local) {
        return local.clone();
    }
    let mut entries = global.entries().to_vec();
    for entry in local.entries() {
        match entries.iter_mut().find(|known| known.key == entry.key) {
            Some(known) => {
                let path = if path.is_empty() {
                    entry.key.to_string()
                } else {
                    format!("{path}.{}", entry.key)
                };
                known.value = merge(&known.value, &entry.value, &path);
                known.span = entry.span;
            }
            None => entries.push(entry.clone()),
        }
    }
    Node::of_entries(local.span, entries)
}

/// Whether the node is a map and no intrinsic function.
fn is_plain_map(node: &Node) -> bool {
    node.as_map().is_some() && !is_intrinsic(node)
}

fn is_intrinsic(node: &Node) -> bool {
    node.single().is_some_and(|entry| {
        matches!(&*entry.key, "Ref" | "Condition") || entry.key.starts_with("Fn::")
    })
}
