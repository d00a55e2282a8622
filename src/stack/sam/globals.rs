//! The section `Globals`: properties that are merged into the resources of a SAM type.

use super::{PREFIX, Sam};
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

/// Values that globals may become in all resources together: far more than CloudFormation's megabyte holds.
const MAX_VALUES: usize = 500_000;

impl Sam<'_> {
    pub(super) fn merge_globals(&mut self) {
        let globals = self.globals.clone();
        for section in globals.entries() {
            self.check_section(section);
        }
        let made: usize = globals
            .entries()
            .iter()
            .map(|section| self.takers(&section.key) * section.value.size())
            .sum();
        if made > MAX_VALUES {
            let message =
                format!("`Globals` make more than {MAX_VALUES} values, each resource with its own");
            let fault = self.fault(Code::TemplateTooLarge, message, globals.span);
            return self.diagnostics.push(fault);
        }
        let written = std::mem::take(&mut self.written);
        self.written = written
            .into_iter()
            .map(|resource| self.merged(&globals, resource))
            .collect();
    }

    /// How many resources there are of a SAM type.
    fn takers(&self, kind: &str) -> usize {
        self.written
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
                format!("`Globals.{}` is a map", section.key),
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
        let mut fault = self.fault(Code::SamInvalidGlobal, message, entry.span);
        fault.help = near.map(|near| format!("did you mean `{near}`?"));
        self.diagnostics.push(fault);
    }

    fn merged(&mut self, globals: &Node, resource: Declared) -> Declared {
        let Some(global) = resource
            .kind
            .strip_prefix(PREFIX)
            .and_then(|kind| globals.get(kind))
        else {
            return resource;
        };
        let global = self.heeded(global, &resource);
        let empty = Node::map(resource.span, []);
        let merged = merge(&global, resource.properties().unwrap_or(&empty), "");
        Declared {
            body: resource.body.with("Properties", merged),
            ..resource
        }
    }

    /// The globals that the resource does not ask to be spared.
    fn heeded(&mut self, global: &Node, resource: &Declared) -> Node {
        let Some(ignored) = resource.body.get("IgnoreGlobals") else {
            return global.clone();
        };
        if ignored.as_text() == Some("*") {
            return Node::map(global.span, []);
        }
        let mut heeded = global.clone();
        for item in ignored.items() {
            match item.as_text().filter(|key| global.get(key).is_some()) {
                Some(key) => heeded = heeded.without(key),
                None => self.refuse(
                    format!(
                        "`IgnoreGlobals` of `{}` names what is not global",
                        resource.id
                    ),
                    item.span,
                ),
            }
        }
        heeded
    }
}

/// Maps are merged key by key, lists joined, anything else is taken from the resource.
fn merge(global: &Node, local: &Node, path: &str) -> Node {
    const REPLACED: &[&str] = &["Architectures"];
    let is_plain_map = |node: &Node| node.as_map().is_some() && !is_function(node);
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

fn is_function(node: &Node) -> bool {
    node.single().is_some_and(|entry| {
        matches!(&*entry.key, "Ref" | "Condition") || entry.key.starts_with("Fn::")
    })
}
