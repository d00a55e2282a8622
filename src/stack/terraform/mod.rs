//! Reads a Terraform plan or state as JSON (`terraform show -json`), or a state file.
//! Adds every managed resource to the inventory, with the CloudFormation type and properties from `terraform.toml`.

mod address;
mod document;
mod names;
mod properties;
mod references;
mod secret;
mod table;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use serde_json::Value as Json;

use super::context::ReadContext;
use super::name_index::NameIndex;
use super::reading::StackReading;
use super::{json, links, pattern};
use crate::diagnostic::{Code, Diagnostic, Place, Source, WithDiagnostics};
use crate::files::{self, limits::MAX_RESOURCES, secret_text};
use crate::inventory::{
    Inventory, Link, LinkKind, Properties, Reference, Resource, ResourceId, Resources, Target,
    TerraformOrigin, TypeFacts,
};
use crate::stack::node::Node;
use address::Address;
use document::{Instance, TerraformFile};
use names::{NameInputs, TerraformNames};
use properties::MappedProperties;
use references::{Configuration, Instances};
use table::{PartOf, TypeMapping};

/// The limit of candidate accounts and Regions for ARNs when the target account is unknown.
const MAX_IDENTITIES: usize = 8;

/// The managed resources of a state, or of a plan after apply.
pub fn read_terraform(source: &Arc<Source>, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    terraform_reading(source, ctx).linked(ctx.types, ctx.unknown_names)
}

pub(crate) use table::maps_property;

pub(super) fn terraform_reading(source: &Arc<Source>, ctx: &ReadContext) -> StackReading {
    let mut diagnostics = files::notes(source);
    // Terraform writes no duplicate keys; in an edited file the first counts.
    let root = match json::parse(source) {
        Ok((root, _repeated)) => root,
        Err(diagnostic) => {
            secret_text::hide_all(&diagnostic);
            diagnostics.push(wrong_file(source).unwrap_or_else(|| unreadable(diagnostic)));
            return StackReading {
                diagnostics,
                ..StackReading::default()
            };
        }
    };
    secret::hide(source, &root);
    let TerraformFile {
        mut instances,
        configuration,
        diagnostics: of_document,
    } = document::read(source, &root);
    diagnostics.extend(of_document);
    if instances.len() > MAX_RESOURCES {
        let message = format!("the file has more than {MAX_RESOURCES} resources");
        diagnostics
            .push(Diagnostic::new(Code::TerraformTooLarge, message).at(Place::new(source, 0..0)));
        return StackReading {
            diagnostics,
            ..StackReading::default()
        };
    }
    instances.sort_by(|left, right| left.address.text.cmp(&right.address.text));
    instances.dedup_by(|left, right| left.address.text == right.address.text);
    let addresses: Vec<Address> = instances
        .iter()
        .map(|instance| instance.address.clone())
        .collect();
    let instances_by_name = Instances::of(&addresses);
    let configuration = Configuration::read(configuration);
    let drafts = instances
        .into_iter()
        .map(|instance| draft(instance, &configuration))
        .collect();
    let reader = InventoryReader {
        source,
        ctx,
        configuration: &configuration,
        instances_by_name: &instances_by_name,
        drafts,
    };
    diagnostics.extend(reader.elsewhere());
    StackReading {
        diagnostics,
        ..reader.reading()
    }
}

/// The diagnostic for a text that is recognisably something else.
fn wrong_file(source: &Arc<Source>) -> Option<Diagnostic> {
    let (code, message) = if source.text.trim().is_empty() {
        (Code::TerraformNotJson, "the file is empty")
    } else if is_configuration(source) {
        (
            Code::TerraformForeign,
            "this is Terraform's configuration, neither a plan nor a state",
        )
    } else {
        return None;
    };
    let diagnostic = Diagnostic::new(code, message).at(Place::new(source, 0..0));
    Some(diagnostic.help("run `terraform plan -out=tfplan`, then `terraform show -json tfplan > plan.json`, and name `plan.json`"))
}

/// Whether a text that is not JSON is a configuration, by its name or its first word.
fn is_configuration(source: &Source) -> bool {
    let by_name = [".tf", ".tfvars", ".hcl"]
        .iter()
        .any(|ending| source.name.ends_with(ending));
    let first = source.text.split_whitespace().next().unwrap_or_default();
    let blocks = [
        "data",
        "locals",
        "module",
        "output",
        "provider",
        "resource",
        "terraform",
        "variable",
    ];
    by_name || blocks.contains(&first)
}

/// Converts a diagnostic of the JSON reader to Terraform's codes.
fn unreadable(diagnostic: Diagnostic) -> Diagnostic {
    const EXPECTED_FILE: &str =
        "give the output of `terraform show -json` for a saved plan or the state";
    let mut own = match diagnostic.code {
        Code::TemplateTooDeep => Diagnostic::new(Code::TerraformTooDeep, diagnostic.message)
            .help("tracewatch cannot read modules nested this deeply"),
        Code::TemplateTooLarge => Diagnostic::new(
            Code::TerraformTooLarge,
            "the file has more values than tracewatch can read",
        ),
        _ => Diagnostic::new(Code::TerraformNotJson, diagnostic.message).help(EXPECTED_FILE),
    };
    own.places = diagnostic.places;
    own
}

/// A resource in progress.
struct ResourceDraft<'a> {
    instance: Instance<'a>,
    entry: Option<&'static TypeMapping>,
    kind: Arc<str>,
    /// Its expressions in the configuration.
    expressions: Option<&'a Node>,
    properties: MappedProperties,
    /// Drafts of its parts, each with its list property.
    parts: Vec<(usize, Option<&'static str>)>,
}

struct InventoryReader<'a> {
    source: &'a Arc<Source>,
    ctx: &'a ReadContext<'a>,
    configuration: &'a Configuration<'a>,
    instances_by_name: &'a Instances<'a>,
    drafts: Vec<ResourceDraft<'a>>,
}

impl<'a> InventoryReader<'a> {
    fn reading(mut self) -> StackReading {
        let named: Vec<TerraformNames> = self
            .drafts
            .iter()
            .map(|draft| self.name_inputs(draft).named())
            .collect();
        let index = self.name_index(&named);
        self.join_parts(&index);
        let mut resources = Resources::new();
        for (draft, named) in self.drafts.iter().zip(&named) {
            let resource = self.resource(draft, named, &index);
            resources.insert(resource.id.clone(), Box::new(resource));
        }
        let mut links = self.log_links(&named);
        links.extend(self.mentioned_log_links(&resources));
        StackReading {
            inventory: Inventory {
                resources,
                links,
                ..Inventory::default()
            },
            names: index,
            ..StackReading::default()
        }
    }

    /// The error about a file whose resources are all in other accounts or Regions. Global resources have no Region in their ARNs.
    fn elsewhere(&self) -> Option<Diagnostic> {
        let home = self.ctx.identity?;
        let places: BTreeSet<(String, String)> = self
            .drafts
            .iter()
            .filter_map(|draft| draft.instance.text("arn"))
            .filter_map(names::identity_in)
            .map(|target| (target.region, target.account))
            .collect();
        let is_home = |(region, account): &(String, String)| {
            *region == home.region && *account == home.account
        };
        if places.is_empty() || places.iter().any(is_home) {
            return None;
        }
        let named: Vec<String> = places
            .iter()
            .map(|(region, account)| format!("{region} of account {account}"))
            .collect();
        let message = format!(
            "no resource of this Terraform file is in {} of account {}: their ARNs name {}",
            home.region,
            home.account,
            named.join(", ")
        );
        let regions: Vec<String> = places
            .iter()
            .filter(|(_, account)| *account == home.account)
            .map(|(region, _)| format!("`--region {region}`"))
            .collect();
        let help = if regions.is_empty() {
            "run with the credentials of that account (`--profile`) and its Region".to_owned()
        } else {
            format!("run with {}", regions.join(" or "))
        };
        Some(Diagnostic::new(Code::TerraformElsewhere, message).help(help))
    }

    fn facts(&self, kind: &str) -> &'a TypeFacts {
        static NONE: LazyLock<TypeFacts> = LazyLock::new(TypeFacts::default);
        self.ctx.types.get(kind).unwrap_or(&NONE)
    }

    fn name_inputs<'n>(&'n self, draft: &'n ResourceDraft<'a>) -> NameInputs<'n> {
        let facts = self.facts(&draft.kind);
        NameInputs {
            ctx: self.ctx,
            facts,
            entry: draft.entry,
            instance: &draft.instance,
            properties: &draft.properties.known,
        }
    }

    /// An index of resources by name, ARN and URL.
    fn name_index(&self, named: &[TerraformNames]) -> NameIndex {
        let identities = self.identities();
        let mut index = NameIndex::new(self.ctx.types);
        for (draft, named) in self
            .drafts
            .iter()
            .zip(named)
            .filter(|(draft, _)| draft.is_resource())
        {
            let id = self.id(&draft.instance.address.text);
            for name in names::aliases(&self.name_inputs(draft), named, &identities) {
                index.add(&name, &id, &draft.kind);
            }
        }
        index
    }

    /// The target account and Region; if unknown, all accounts and Regions in ARN values.
    fn identities(&self) -> Vec<Target> {
        if let Some(identity) = self.ctx.identity {
            return vec![identity.clone()];
        }
        let mut found = Vec::new();
        let mut waiting: Vec<&Json> = self
            .drafts
            .iter()
            .flat_map(|draft| draft.properties.known.values())
            .collect();
        while let Some(value) = waiting.pop() {
            match value {
                Json::String(text) => {
                    let new = names::identity_in(text).filter(|identity| !found.contains(identity));
                    found.extend(new.filter(|_| found.len() < MAX_IDENTITIES));
                }
                Json::Array(items) => waiting.extend(items),
                Json::Object(map) => waiting.extend(map.values()),
                Json::Null | Json::Bool(_) | Json::Number(_) => {}
            }
        }
        found
    }

    fn position(&self, address: &str) -> Option<usize> {
        self.drafts
            .binary_search_by(|draft| draft.instance.address.text.as_str().cmp(address))
            .ok()
    }

    /// Adds the properties of parts to their resources.
    fn join_parts(&mut self, index: &NameIndex) {
        let mut joined: Vec<(usize, usize, Option<&'static str>)> = Vec::new();
        for (part, draft) in self.drafts.iter().enumerate() {
            let Some(part_of) = draft.entry.and_then(|entry| entry.part_of.as_ref()) else {
                continue;
            };
            let wholes = self.wholes(draft, part_of, index);
            joined.extend(
                wholes.iter().filter_map(|whole| {
                    Some((part, self.position(whole)?, part_of.list.as_deref()))
                }),
            );
        }
        for (part, whole, list) in joined {
            let properties = self
                .drafts
                .get(part)
                .map(|part| part.properties.clone())
                .unwrap_or_default();
            if let Some(whole) = self.drafts.get_mut(whole) {
                properties::add_part(&mut whole.properties, list, properties);
                whole.parts.push((part, list));
            }
        }
    }

    /// The addresses of a part's resources: by name, else by references in the configuration.
    fn wholes(
        &self,
        part: &ResourceDraft<'_>,
        part_of: &PartOf,
        index: &NameIndex,
    ) -> BTreeSet<String> {
        let attribute = |name: &str| part.instance.text(name).map(str::to_owned);
        let named = part_of
            .named
            .iter()
            .filter_map(|shape| pattern::fill(shape, attribute));
        let mut owners = named
            .filter_map(|name| Some(index.of_kind(&name, &part_of.kind)?.logical_id.to_string()));
        if let Some(owner) = owners.next() {
            return BTreeSet::from([owner]);
        }
        let by = table::AttributePath::from(part_of.by.clone());
        let references = part
            .expressions
            .map(|expressions| references::references_at(expressions, &by))
            .unwrap_or_default();
        let found = references.iter().flat_map(|text| {
            references::resolve(
                text,
                &part.instance.address,
                self.configuration,
                self.instances_by_name,
            )
        });
        let is_whole = |address: &String| {
            self.position(address)
                .and_then(|at| self.drafts.get(at))
                .is_some_and(|whole| *whole.kind == *part_of.kind)
        };
        found.map(|(address, _)| address).filter(is_whole).collect()
    }

    /// References of a resource and its parts in the configuration, for properties without resolved values.
    fn references(
        &self,
        draft: &ResourceDraft<'_>,
        known: &Properties,
        index: &NameIndex,
    ) -> Vec<Reference> {
        let mut found = self.references_of(draft, None, known, index);
        for (part, list) in &draft.parts {
            if let Some(part) = self.drafts.get(*part) {
                found.extend(self.references_of(part, *list, known, index));
            }
        }
        found.into_iter().collect()
    }

    fn references_of(
        &self,
        draft: &ResourceDraft<'_>,
        list: Option<&str>,
        known: &Properties,
        index: &NameIndex,
    ) -> BTreeSet<Reference> {
        let mut found = BTreeSet::new();
        let (Some(entry), Some(expressions)) = (draft.entry, draft.expressions) else {
            return found;
        };
        for (property, attribute) in &entry.properties {
            let path = list.map_or_else(
                || property.keys(),
                |list| format!("{list}.{}", property.keys()),
            );
            if has_known_target(known, &path, index) {
                continue;
            }
            for reference in references::references_at(expressions, &attribute.path) {
                let owners = references::resolve(
                    reference,
                    &draft.instance.address,
                    self.configuration,
                    self.instances_by_name,
                );
                found.extend(owners.into_iter().map(|(to, attribute)| Reference {
                    path: path.as_str().into(),
                    stack: None,
                    to: to.into(),
                    attribute: attribute.into(),
                }));
            }
        }
        found
    }

    fn resource(
        &self,
        draft: &ResourceDraft<'_>,
        named: &TerraformNames,
        index: &NameIndex,
    ) -> Resource {
        let address = &draft.instance.address;
        let properties = draft.properties.known.clone().into();
        Resource {
            id: self.id(&address.text),
            kind: Arc::clone(&draft.kind),
            title: address.title().into(),
            physical_id: named.physical.clone(),
            name_source: named.source,
            references: self.references(draft, &properties, index),
            properties,
            metadata: Properties::default(),
            unresolved: draft.properties.unresolved.clone(),
            conditional: false,
            deployment_only: false,
            terraform: Some(Box::new(TerraformOrigin {
                address: address.text.clone(),
                kind: draft.instance.kind.clone(),
            })),
            place: Some(Place::new(self.source, draft.instance.span.range())),
        }
    }

    fn id(&self, address: &str) -> ResourceId {
        ResourceId::new(self.ctx.stack, address)
    }

    /// Links to log groups with the default name of a resource's log group.
    fn log_links(&self, named: &[TerraformNames]) -> BTreeSet<Link> {
        let mut groups: HashMap<String, ResourceId> = HashMap::new();
        let mut writers: Vec<(ResourceId, String)> = Vec::new();
        for (draft, names) in self.drafts.iter().zip(named) {
            let id = self.id(&draft.instance.address.text);
            if links::is_log_group(self.ctx.types, &draft.kind)
                && let Some(name) = &names.id
            {
                groups.insert(name.clone(), id.clone());
            }
            if let Some(group) = self.default_log_group(draft, names) {
                writers.push((id, group));
            }
        }
        links::logs_to(&groups, writers.into_iter())
    }

    /// The name of the log group that the service creates for a resource.
    fn default_log_group(
        &self,
        draft: &ResourceDraft<'_>,
        names: &TerraformNames,
    ) -> Option<String> {
        let id = names.id.as_ref()?;
        let shape = self.facts(&draft.kind).log_group.as_deref()?;
        pattern::fill(shape, |hole| (hole == "id").then(|| id.clone()))
    }

    /// Links to log groups with an unknown name that refers to a resource with a log group.
    fn mentioned_log_links(&self, resources: &Resources) -> BTreeSet<Link> {
        let mut found = BTreeSet::new();
        for group in resources
            .values()
            .filter(|resource| links::is_log_group(self.ctx.types, &resource.kind))
        {
            let Some(name) = &self.facts(&group.kind).name_property else {
                continue;
            };
            for reference in group
                .references
                .iter()
                .filter(|reference| *reference.path == **name)
            {
                let writer = self.id(&reference.to);
                let writes = resources
                    .get(&writer)
                    .is_some_and(|writer| self.facts(&writer.kind).log_group.is_some());
                if writes && !group.properties.contains_key(name.as_str()) {
                    found.insert(Link {
                        from: writer,
                        to: group.id.clone(),
                        kind: LinkKind::LogsTo,
                    });
                }
            }
        }
        found
    }
}

impl ResourceDraft<'_> {
    /// Whether CloudFormation has a resource for it; other resources refer only to these.
    fn is_resource(&self) -> bool {
        self.entry.is_some_and(|entry| entry.kind.is_some())
    }
}

fn draft<'a>(instance: Instance<'a>, configuration: &Configuration<'a>) -> ResourceDraft<'a> {
    let entry = table::entry(&instance.kind);
    let expressions = configuration.expressions(&instance.address);
    let properties = entry
        .map(|entry| properties::properties(entry, &instance, expressions))
        .unwrap_or_default();
    let kind = entry
        .and_then(|entry| entry.kind.clone())
        .unwrap_or_else(|| format!("Terraform::{}", instance.kind));
    ResourceDraft {
        instance,
        entry,
        kind: kind.into(),
        expressions,
        properties,
        parts: Vec::new(),
    }
}

/// Whether the values at a path resolve to resources of the stack; values identify the instance better.
fn has_known_target(known: &Properties, path: &str, index: &NameIndex) -> bool {
    let texts = links::texts(known, path);
    !texts.is_empty() && texts.iter().all(|text| index.by(text, path).is_some())
}
