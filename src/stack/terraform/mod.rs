//! Reads what Terraform writes: a plan or a state as JSON (`terraform show -json`), or the file of a state. Every managed resource becomes one of the
//! inventory, in CloudFormation's words as far as `terraform.toml` knows them.

mod address;
mod document;
mod names;
mod properties;
mod references;
mod table;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};

use serde_json::Value as Json;

use super::context::ReadContext;
use super::name_index::NameIndex;
use super::{json, links, pattern};
use crate::diagnostic::{Code, Diagnostic, Place, Source, WithDiagnostics};
use crate::inventory::{
    Identity, Inventory, Link, LinkKind, Properties, Reference, Resource, ResourceId, Resources,
    TerraformOrigin, TypeFacts,
};
use crate::stack::node::Node;
use address::Address;
use document::{Document, Instance};
use names::{Named, Naming};
use properties::Mapped;
use references::{Configuration, Instances};
use table::{Entry, PartOf};

/// Accounts and Regions that names are tried with, where nothing says which one it is.
const MAX_IDENTITIES: usize = 8;

/// The managed resources of a plan (what exists after apply) or of a state.
pub fn read_terraform(source: &Arc<Source>, ctx: &ReadContext) -> WithDiagnostics<Inventory> {
    // Terraform writes no key twice; of a file that was changed by hand the first is taken.
    let root = match json::parse(source) {
        Ok((root, _repeated)) => root,
        Err(fault) => {
            return WithDiagnostics {
                value: Inventory::default(),
                diagnostics: vec![unreadable(fault)],
            };
        }
    };
    let Document {
        mut instances,
        configuration,
        diagnostics,
    } = document::read(source, &root);
    instances.sort_by(|left, right| left.address.text.cmp(&right.address.text));
    instances.dedup_by(|left, right| left.address.text == right.address.text);
    let addresses: Vec<Address> = instances
        .iter()
        .map(|instance| instance.address.clone())
        .collect();
    let by_name = Instances::of(&addresses);
    let configuration = Configuration::read(configuration);
    let drafts = instances
        .into_iter()
        .map(|instance| draft(instance, &configuration))
        .collect();
    let value = Reading {
        source,
        ctx,
        configuration: &configuration,
        by_name: &by_name,
        drafts,
    }
    .inventory();
    WithDiagnostics { value, diagnostics }
}

/// What the JSON reader, which speaks of templates, says of this file.
fn unreadable(fault: Diagnostic) -> Diagnostic {
    const WRITE_ANEW: &str =
        "give it what `terraform show -json` writes, of a saved plan or of the state";
    let mut own = match fault.code {
        Code::TemplateTooDeep => Diagnostic::new(Code::TerraformTooDeep, fault.message)
            .help("modules are nested deeper than can be read"),
        Code::TemplateTooLarge => Diagnostic::new(
            Code::TerraformTooLarge,
            "the file has more values than can be read",
        ),
        _ => Diagnostic::new(Code::TerraformNotJson, fault.message).help(WRITE_ANEW),
    };
    own.places = fault.places;
    own
}

/// One resource while it is read.
struct Draft<'a> {
    instance: Instance<'a>,
    entry: Option<&'static Entry>,
    kind: Arc<str>,
    /// How it is written.
    expressions: Option<&'a Node>,
    properties: Mapped,
    /// Drafts that are parts of this one, each with the list that it is an item of.
    parts: Vec<(usize, Option<&'static str>)>,
}

struct Reading<'a> {
    source: &'a Arc<Source>,
    ctx: &'a ReadContext<'a>,
    configuration: &'a Configuration<'a>,
    by_name: &'a Instances<'a>,
    drafts: Vec<Draft<'a>>,
}

impl<'a> Reading<'a> {
    fn inventory(mut self) -> Inventory {
        let named: Vec<Named> = self
            .drafts
            .iter()
            .map(|draft| self.naming(draft).named())
            .collect();
        let called = self.called(&named);
        self.join_parts(&called);
        let mut resources = Resources::new();
        for (draft, named) in self.drafts.iter().zip(&named) {
            let resource = self.resource(draft, named, &called);
            resources.insert(resource.id.clone(), Box::new(resource));
        }
        let mut links = links::links(&resources, self.ctx.types, &called);
        links.extend(self.log_links(&named));
        links.extend(self.mentioned_log_links(&resources));
        Inventory { resources, links }
    }

    fn facts(&self, kind: &str) -> &'a TypeFacts {
        static NONE: LazyLock<TypeFacts> = LazyLock::new(TypeFacts::default);
        self.ctx.types.get(kind).unwrap_or(&NONE)
    }

    fn naming<'n>(&'n self, draft: &'n Draft<'a>) -> Naming<'n> {
        let facts = self.facts(&draft.kind);
        Naming {
            ctx: self.ctx,
            facts,
            entry: draft.entry,
            instance: &draft.instance,
            properties: &draft.properties.known,
        }
    }

    /// Whose each name, ARN and URL is.
    fn called(&self, named: &[Named]) -> NameIndex {
        let guessed = self.identities();
        let mut called = NameIndex::new(self.ctx.types);
        for (draft, named) in self
            .drafts
            .iter()
            .zip(named)
            .filter(|(draft, _)| draft.is_resource())
        {
            let id = self.id(&draft.instance.address.text);
            for name in names::aliases(&self.naming(draft), named, &guessed) {
                called.add(&name, &id, &draft.kind);
            }
        }
        called
    }

    /// Whose account and which Region ARNs may speak of. Where nobody has said, those that they do speak of.
    fn identities(&self) -> Vec<Identity> {
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

    /// Gives each whole the properties of its parts.
    fn join_parts(&mut self, called: &NameIndex) {
        let mut joined: Vec<(usize, usize, Option<&'static str>)> = Vec::new();
        for (part, draft) in self.drafts.iter().enumerate() {
            let Some(part_of) = draft.entry.and_then(|entry| entry.part_of.as_ref()) else {
                continue;
            };
            let wholes = self.wholes(draft, part_of, called);
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

    /// The addresses of what a resource is a part of: by its name, else by what the configuration refers to.
    fn wholes(&self, part: &Draft<'_>, part_of: &PartOf, called: &NameIndex) -> BTreeSet<String> {
        let attribute = |name: &str| names::text(part.instance.values?, name).map(str::to_owned);
        let named = part_of
            .named
            .iter()
            .filter_map(|shape| pattern::fill(shape, attribute));
        let mut owners = named
            .filter_map(|name| Some(called.of_kind(&name, &part_of.kind)?.logical_id.to_string()));
        if let Some(owner) = owners.next() {
            return BTreeSet::from([owner]);
        }
        let by = table::Path::from(part_of.by.clone());
        let mentions = part
            .expressions
            .map(|expressions| references::mentions(expressions, &by))
            .unwrap_or_default();
        let found = mentions.iter().flat_map(|text| {
            references::resolve(
                text,
                &part.instance.address,
                self.configuration,
                self.by_name,
            )
        });
        let is_whole = |address: &String| {
            self.position(address)
                .and_then(|at| self.drafts.get(at))
                .is_some_and(|whole| *whole.kind == *part_of.kind)
        };
        found.map(|(address, _)| address).filter(is_whole).collect()
    }

    /// What the configuration of a resource and of its parts refers to, as far as the values do not tell it.
    fn references(
        &self,
        draft: &Draft<'_>,
        known: &Properties,
        called: &NameIndex,
    ) -> Vec<Reference> {
        let mut found = self.own_references(draft, None, known, called);
        for (part, list) in &draft.parts {
            if let Some(part) = self.drafts.get(*part) {
                found.extend(self.own_references(part, *list, known, called));
            }
        }
        found.into_iter().collect()
    }

    fn own_references(
        &self,
        draft: &Draft<'_>,
        list: Option<&str>,
        known: &Properties,
        called: &NameIndex,
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
            if is_told(known, &path, called) {
                continue;
            }
            for mention in references::mentions(expressions, &attribute.path) {
                let owners = references::resolve(
                    mention,
                    &draft.instance.address,
                    self.configuration,
                    self.by_name,
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

    fn resource(&self, draft: &Draft<'_>, named: &Named, called: &NameIndex) -> Resource {
        let address = &draft.instance.address;
        let properties = draft.properties.known.clone().into();
        Resource {
            id: self.id(&address.text),
            kind: Arc::clone(&draft.kind),
            title: address.title().into(),
            physical_id: named.physical.clone(),
            name_source: named.source,
            references: self.references(draft, &properties, called),
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

    /// Log groups that bear the name of the group which a service makes for a resource.
    fn log_links(&self, named: &[Named]) -> BTreeSet<Link> {
        let drafts = || self.drafts.iter().zip(named);
        let groups = drafts().filter(|(draft, _)| links::is_log_group(self.ctx.types, &draft.kind));
        let id = |draft: &Draft<'_>| self.id(&draft.instance.address.text);
        let groups: HashMap<String, ResourceId> = groups
            .filter_map(|(draft, named)| Some((named.id.clone()?, id(draft))))
            .collect();
        let made = |draft: &Draft<'_>, named: &Named| {
            let id = named.id.as_ref()?;
            pattern::fill(self.facts(&draft.kind).log_group.as_deref()?, |hole| {
                (hole == "id").then(|| id.clone())
            })
        };
        links::logs_to(
            &groups,
            drafts().filter_map(|(draft, named)| Some((id(draft), made(draft, named)?))),
        )
    }

    /// Log groups whose name, not known yet, is made of that of a resource for which a service makes one.
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

impl Draft<'_> {
    /// Whether it is a resource of CloudFormation's: only such are named by others.
    fn is_resource(&self) -> bool {
        self.entry.is_some_and(|entry| entry.kind.is_some())
    }
}

fn draft<'a>(instance: Instance<'a>, configuration: &Configuration<'a>) -> Draft<'a> {
    let entry = table::entry(&instance.kind);
    let expressions = configuration.expressions(&instance.address);
    let properties = entry
        .map(|entry| properties::properties(entry, &instance, expressions))
        .unwrap_or_default();
    let kind = entry
        .and_then(|entry| entry.kind.clone())
        .unwrap_or_else(|| format!("Terraform::{}", instance.kind));
    Draft {
        instance,
        entry,
        kind: kind.into(),
        expressions,
        properties,
        parts: Vec::new(),
    }
}

/// Whether the values at a path name resources of the stack already: they say more exactly which instance is meant.
fn is_told(known: &Properties, path: &str, called: &NameIndex) -> bool {
    let steps: Vec<&str> = path.split('.').collect();
    let texts = links::texts(known, &steps);
    !texts.is_empty() && texts.iter().all(|text| called.by(text, path).is_some())
}
