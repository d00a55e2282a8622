//! The instances of resources in what Terraform writes: a plan or a state as JSON, or the file of a state itself. Told apart by their form.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::address::Address;
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::stack::node::{Node, Span, Value};

/// The version of a state's file that is read; Terraform has written it since 0.12.
const STATE_VERSION: &str = "4";

/// One instance of a managed resource.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub address: Address,
    /// Terraform's type.
    pub kind: String,
    pub values: Option<&'a Node>,
    /// Of a plan: `true` wherever a value is known only after apply.
    pub unknown: Option<&'a Node>,
    /// Where its address is written.
    pub span: Span,
}

/// What one file says.
#[derive(Debug, Default)]
pub(super) struct Document<'a> {
    pub instances: Vec<Instance<'a>>,
    /// Of a plan: how the resources are written.
    pub configuration: Option<&'a Node>,
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the root of a file; a file that is nothing of Terraform's has no instances.
pub(super) fn read<'a>(source: &Arc<Source>, root: &'a Node) -> Document<'a> {
    let mut reader = Reader {
        source,
        changes: BTreeMap::new(),
        document: Document::default(),
    };
    if let Err(fault) = reader.root(root) {
        reader.document.diagnostics.push(fault);
    }
    reader.document
}

struct Reader<'a, 's> {
    source: &'s Arc<Source>,
    /// What is known only after apply, by address.
    changes: BTreeMap<&'a str, &'a Node>,
    document: Document<'a>,
}

impl<'a> Reader<'a, '_> {
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

    /// What `terraform show -json` writes.
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
        // A state without resources has nothing but its versions.
        let says_nothing = |key: &str| {
            matches!(
                key,
                "format_version" | "terraform_version" | "values" | "checks" | "timestamp"
            )
        };
        if root.entries().iter().all(|entry| says_nothing(&entry.key)) {
            Ok(())
        } else {
            Err(self.foreign(root))
        }
    }

    fn values(&mut self, values: &'a Node) -> Result<(), Diagnostic> {
        if values.as_map().is_none() {
            return Err(self.form(values, "the values are no map"));
        }
        let mut modules: Vec<&'a Node> = values.get("root_module").into_iter().collect();
        while let Some(module) = modules.pop() {
            if module.as_map().is_none() {
                self.report(module, "a module is no map");
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
            return self.report(address, "an address is no text");
        };
        self.check_map(resource, "values");
        self.document.instances.push(Instance {
            unknown: self.changes.get(text).copied(),
            address: Address::parse(text),
            kind: kind.to_owned(),
            values: resource.get("values"),
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
            return self.report(name, "a name is no text");
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
                self.report(instance, "an instance is no map");
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
                span: name.span,
            });
        }
    }

    /// Whether an entry is a resource that Terraform manages, and not something that it only looks up.
    fn is_managed(&mut self, resource: &Node) -> bool {
        if resource.as_map().is_none() {
            self.report(resource, "a resource is no map");
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
            self.report(value, &format!("`{key}` is no map"));
        }
    }

    /// The items under a key, which may be left out.
    fn list(&mut self, node: &'a Node, key: &str) -> &'a [Node] {
        let Some(list) = node.get(key) else {
            return &[];
        };
        if list.as_list().is_none() {
            self.report(list, &format!("`{key}` is no list"));
        }
        list.items()
    }

    fn check_format(&self, version: &Node) -> Result<(), Diagnostic> {
        let major = version.as_text().and_then(|text| text.split('.').next());
        if matches!(major, Some("0" | "1")) {
            return Ok(());
        }
        let fault = Diagnostic::new(
            Code::TerraformVersion,
            "the format of this file is not known",
        );
        Err(fault
            .at(self.place(version))
            .help("tracewatch reads format versions 0 and 1 of `terraform show -json`"))
    }

    fn check_version(&self, version: &Node) -> Result<(), Diagnostic> {
        let written = version.scalar_text().unwrap_or_default();
        if written == STATE_VERSION {
            return Ok(());
        }
        let fault = Diagnostic::new(
            Code::TerraformVersion,
            format!("a state of version {written} cannot be read"),
        );
        Err(fault
            .at(self.place(version))
            .help(format!("tracewatch reads version {STATE_VERSION}; of any other, give it what `terraform show -json` writes")))
    }

    /// A plan that does not tell all that will be there would have alarms deleted of what it leaves out.
    fn check_complete(&mut self, root: &Node) -> Result<(), Diagnostic> {
        if let Some(errored) = root
            .get("errored")
            .filter(|errored| errored.as_bool() == Some(true))
        {
            let fault = Diagnostic::new(
                Code::TerraformPlanFailed,
                "this plan stopped at an error: it does not tell all resources",
            );
            return Err(fault
                .at(self.place(errored))
                .help("make `terraform plan` succeed first"));
        }
        if let Some(complete) = root
            .get("complete")
            .filter(|complete| complete.as_bool() == Some(false))
        {
            let found = Diagnostic::new(
                Code::TerraformPartialPlan,
                "this plan may not tell all resources of the configuration",
            );
            let place = self.place(complete);
            self.document.diagnostics.push(
                found
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
        .help("write one with `terraform show -json`, of a saved plan or of the state")
    }

    fn form(&self, node: &Node, message: &str) -> Diagnostic {
        Diagnostic::new(Code::TerraformForm, message)
            .at(self.place(node))
            .help("Terraform writes no such file: write it anew with `terraform show -json`")
    }

    fn report(&mut self, node: &Node, message: &str) {
        let fault = self.form(node, message);
        self.document.diagnostics.push(fault);
    }

    fn place(&self, node: &Node) -> Place {
        Place::new(self.source, node.span.range())
    }
}

/// The key of an instance as addresses spell it.
fn index(key: &Node) -> Option<String> {
    match &key.value {
        Value::Number(number) => Some(format!("[{number}]")),
        Value::Text(text) => Some(format!("[\"{}\"]", escaped(text))),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// A text between quotation marks, as HCL escapes it.
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
