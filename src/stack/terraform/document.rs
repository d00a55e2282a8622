//! Reads the resource instances of a plan or state as JSON, or of a state file. Recognises each by its form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::Address;
use super::secret::Sensitive;
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::stack::node::{Node, Span, Value};

/// The supported version of state files; Terraform has used it since 0.12.
const STATE_VERSION: &str = "4";

/// The keys of a state without resources in `terraform show -json`.
const EMPTY_STATE_KEYS: [&str; 5] = [
    "format_version",
    "terraform_version",
    "values",
    "checks",
    "timestamp",
];

/// One instance of a managed resource.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub address: Address,
    /// Terraform's type.
    pub kind: String,
    pub values: Option<&'a Node>,
    /// For a plan: `true` at each value that is known only after apply.
    pub unknown: Option<&'a Node>,
    pub sensitive: Sensitive<'a>,
    /// The place of the address in the source text.
    pub span: Span,
}

impl<'a> Instance<'a> {
    /// The text of an attribute, unless empty or sensitive.
    pub(super) fn text(&self, attribute: &str) -> Option<&'a str> {
        let text = self.values?.text_at(attribute)?;
        (!text.is_empty() && !self.sensitive.contains(attribute)).then_some(text)
    }
}

/// The content of one file.
#[derive(Debug, Default)]
pub(super) struct TerraformFile<'a> {
    pub instances: Vec<Instance<'a>>,
    /// For a plan: its configuration.
    pub configuration: Option<&'a Node>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the root of a file. A file from another program has no instances.
pub(super) fn read<'a>(source: &Arc<Source>, root: &'a Node) -> TerraformFile<'a> {
    let mut reader = FileReader {
        source,
        changes: BTreeMap::new(),
        document: TerraformFile::default(),
    };
    if let Err(diagnostic) = reader.root(root) {
        reader.document.diagnostics.push(diagnostic);
    }
    reader.document
}

struct FileReader<'a, 's> {
    source: &'s Arc<Source>,
    /// The `after_unknown` of each resource change, by address.
    changes: BTreeMap<&'a str, &'a Node>,
    document: TerraformFile<'a>,
}

impl<'a> FileReader<'a, '_> {
    fn root(&mut self, root: &'a Node) -> Result<(), Diagnostic> {
        if root.as_map().is_none() {
            return Err(self.foreign(root));
        }
        if let Some(version) = root.get("format_version") {
            self.check_format(version)?;
            return self.shown(root);
        }
        let is_state = ["serial", "lineage", "terraform_version"]
            .iter()
            .any(|key| root.get(key).is_some());
        match root.get("version") {
            Some(version) if is_state && matches!(version.value, Value::Number(_)) => {
                self.check_version(version)?;
                self.state_file(root);
                Ok(())
            }
            Some(_) | None => Err(self.foreign(root)),
        }
    }

    /// Reads the output of `terraform show -json`.
    fn shown(&mut self, root: &'a Node) -> Result<(), Diagnostic> {
        if let Some(planned) = root.get("planned_values") {
            self.check_complete(root)?;
            let changes = root
                .get("resource_changes")
                .map(Node::items)
                .unwrap_or_default();
            let current = changes
                .iter()
                .filter(|change| change.get("deposed").is_none());
            self.changes = current
                .filter_map(|change| {
                    Some((
                        change.text_at("address")?,
                        change.get("change")?.get("after_unknown")?,
                    ))
                })
                .collect();
            self.document.configuration = root.get("configuration");
            return self.values(planned);
        }
        if let Some(values) = root.get("values") {
            return self.values(values);
        }
        let is_empty_state = root
            .entries()
            .iter()
            .all(|entry| EMPTY_STATE_KEYS.contains(&&*entry.key));
        if is_empty_state {
            Ok(())
        } else {
            Err(self.foreign(root))
        }
    }

    fn values(&mut self, values: &'a Node) -> Result<(), Diagnostic> {
        if values.as_map().is_none() {
            return Err(self.form(values, "the values must be a map"));
        }
        let mut modules: Vec<&'a Node> = values.get("root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            if module.as_map().is_none() {
                self.report(module, "a module must be a map");
            }
            modules.extend(self.list(module, "child_modules"));
            for resource in self.list(module, "resources") {
                self.shown_resource(resource);
            }
        }
        Ok(())
    }

    fn shown_resource(&mut self, resource: &'a Node) {
        if !self.is_managed(resource) || resource.get("deposed_key").is_some() {
            return;
        }
        let (Some(address), Some(kind)) = (resource.get("address"), resource.text_at("type"))
        else {
            return self.report(resource, "a resource has no address or no type");
        };
        let Some(text) = address.as_text() else {
            return self.report(address, "an address must be a text");
        };
        self.check_map(resource, "values");
        self.document.instances.push(Instance {
            unknown: self.changes.get(text).copied(),
            address: Address::parse(text),
            kind: kind.to_owned(),
            values: resource.get("values"),
            sensitive: Sensitive::marked(resource),
            span: address.span,
        });
    }

    /// A file `terraform.tfstate`.
    fn state_file(&mut self, root: &'a Node) {
        for resource in self.list(root, "resources") {
            self.state_resource(resource);
        }
    }

    fn state_resource(&mut self, resource: &'a Node) {
        if !self.is_managed(resource) {
            return;
        }
        let (Some(kind), Some(name)) = (resource.text_at("type"), resource.get("name")) else {
            return self.report(resource, "a resource has no type or no name");
        };
        let Some(word) = name.as_text() else {
            return self.report(name, "a name must be a text");
        };
        let module = resource
            .text_at("module")
            .map(|module| format!("{module}."))
            .unwrap_or_default();
        for instance in self
            .list(resource, "instances")
            .iter()
            .filter(|instance| instance.get("deposed").is_none())
        {
            if instance.as_map().is_none() {
                self.report(instance, "an instance must be a map");
            }
            self.check_map(instance, "attributes");
            let key = instance
                .get("index_key")
                .and_then(index)
                .unwrap_or_default();
            self.document.instances.push(Instance {
                address: Address::parse(&format!("{module}{kind}.{word}{key}")),
                kind: kind.to_owned(),
                values: instance.get("attributes"),
                unknown: None,
                sensitive: Sensitive::listed(instance),
                span: name.span,
            });
        }
    }

    /// Whether an entry is a managed resource and not a data source.
    fn is_managed(&mut self, resource: &Node) -> bool {
        if resource.as_map().is_none() {
            self.report(resource, "a resource must be a map");
            return false;
        }
        let mode = resource.text_at("mode");
        if mode.is_none() {
            self.report(resource, "a resource has no `mode`");
        }
        mode == Some("managed")
    }

    fn check_map(&mut self, node: &Node, key: &str) {
        if let Some(value) = node.get(key).filter(|value| value.as_map().is_none()) {
            self.report(value, &format!("`{key}` must be a map"));
        }
    }

    /// The items of an optional list.
    fn list(&mut self, node: &'a Node, key: &str) -> &'a [Node] {
        let Some(list) = node.get(key) else {
            return &[];
        };
        if list.as_list().is_none() {
            self.report(list, &format!("`{key}` must be a list"));
        }
        list.items()
    }

    fn check_format(&self, version: &Node) -> Result<(), Diagnostic> {
        let major = version.as_text().and_then(|text| text.split('.').next());
        if matches!(major, Some("0" | "1")) {
            return Ok(());
        }
        let diagnostic = Diagnostic::new(
            Code::TerraformVersion,
            "the format version of this file is not supported",
        );
        Err(diagnostic
            .at(self.place(version))
            .help("tracewatch reads format versions 0 and 1 of `terraform show -json`"))
    }

    fn check_version(&self, version: &Node) -> Result<(), Diagnostic> {
        let written = version.scalar_text().unwrap_or_default();
        if written == STATE_VERSION {
            return Ok(());
        }
        let diagnostic = Diagnostic::new(
            Code::TerraformVersion,
            format!("state version {written} is not supported"),
        );
        Err(diagnostic
            .at(self.place(version))
            .help(format!("tracewatch reads version {STATE_VERSION}; for other versions, give the output of `terraform show -json`")))
    }

    /// Refuses or reports an incomplete plan: tracewatch would delete the alarms of missing resources.
    fn check_complete(&mut self, root: &Node) -> Result<(), Diagnostic> {
        if let Some(errored) = root
            .get("errored")
            .filter(|errored| errored.as_bool() == Some(true))
        {
            let diagnostic = Diagnostic::new(
                Code::TerraformPlanFailed,
                "this plan stopped at an error: it does not list all resources",
            );
            return Err(diagnostic
                .at(self.place(errored))
                .help("make `terraform plan` succeed first"));
        }
        if let Some(complete) = root
            .get("complete")
            .filter(|complete| complete.as_bool() == Some(false))
        {
            let diagnostic = Diagnostic::new(
                Code::TerraformPartialPlan,
                "this plan may not list all resources of the configuration",
            );
            let place = self.place(complete);
            self.document.diagnostics.push(
                diagnostic
                    .at(place)
                    .help("plan without `-target`, or give the state after apply"),
            );
        }
        Ok(())
    }

    fn foreign(&self, node: &Node) -> Diagnostic {
        let start = node.span.start as usize;
        Diagnostic::new(
            Code::TerraformForeign,
            "this is neither a plan nor a state of Terraform",
        )
        .at(Place::new(self.source, start..start + 1))
        .help("write one with `terraform show -json` for a saved plan or the state")
    }

    fn form(&self, node: &Node, message: &str) -> Diagnostic {
        Diagnostic::new(Code::TerraformForm, message)
            .at(self.place(node))
            .help("Terraform does not write this form: write the file again with `terraform show -json`")
    }

    fn report(&mut self, node: &Node, message: &str) {
        let diagnostic = self.form(node, message);
        self.document.diagnostics.push(diagnostic);
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(self.source, node.span.range())
    }
}

/// The instance key in the syntax of an address.
fn index(key: &Node) -> Option<String> {
    match &key.value {
        Value::Number(number) => Some(format!("[{number}]")),
        Value::Text(text) => Some(format!("[\"{}\"]", escaped(text))),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// Escapes a text as HCL does between quotation marks.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            _ => written.push(character),
        }
    }
    written.replace("${", "$${").replace("%{", "%%{")
}
