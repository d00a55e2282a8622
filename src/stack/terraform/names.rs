//! Names of a Terraform resource: its physical id, and its aliases in other resources.

use serde_json::{Map, Value as Json};

use super::document::Instance;
use super::table::TypeMapping;
use crate::inventory::{NameSource, Target, TypeFacts, unknown_name};
use crate::stack::context::{ReadContext, UnknownNames};
use crate::stack::placeholder_name::placeholder_name;
use crate::stack::{functions, pattern};

/// The names of a resource.
#[derive(Debug)]
pub(super) struct TerraformNames {
    /// The name in metric dimensions.
    pub id: Option<String>,
    pub physical: Option<String>,
    pub source: NameSource,
}

/// The inputs of names.
pub(super) struct NameInputs<'n> {
    pub ctx: &'n ReadContext<'n>,
    pub facts: &'n TypeFacts,
    pub entry: Option<&'n TypeMapping>,
    pub instance: &'n Instance<'n>,
    pub properties: &'n Map<String, Json>,
}

impl NameInputs<'_> {
    /// Takes the name from the configuration or state, else a placeholder.
    pub(super) fn named(&self) -> TerraformNames {
        let attribute = self.physical_attribute();
        let written = self
            .facts
            .name_property
            .as_ref()
            .and_then(|property| functions::text(self.properties.get(property)?));
        if attribute.is_some() || written.is_some() {
            let id = written.or_else(|| attribute.and_then(|physical| self.id_in(physical)));
            let physical = self.physical(attribute, id.as_deref());
            return TerraformNames {
                id: id.or_else(|| attribute.map(str::to_owned)),
                physical,
                source: NameSource::Template,
            };
        }
        match self.ctx.unknown_names {
            UnknownNames::LeaveUnknown => TerraformNames {
                id: None,
                physical: None,
                source: NameSource::Unknown,
            },
            UnknownNames::UsePlaceholders => {
                let name =
                    placeholder_name(self.ctx.stack, &self.instance.address.text, self.facts);
                let id = self.placeholder_id(name);
                let physical = self.filled(&id).or_else(|| Some(id.clone()));
                TerraformNames {
                    id: Some(id),
                    physical,
                    source: NameSource::Placeholder,
                }
            }
            UnknownNames::MarkUnknown => {
                let id = unknown_name(self.ctx.stack, &self.instance.address.text);
                let physical = self.filled(&id).or_else(|| Some(id.clone()));
                TerraformNames {
                    id: Some(id),
                    physical,
                    source: NameSource::AfterDeployment,
                }
            }
        }
    }

    /// The placeholder of an id that has a form of its own.
    fn placeholder_id(&self, name: String) -> String {
        let mut patterns = self.facts.placeholder.iter();
        patterns
            .find_map(|shape| self.fill(shape, self.ctx.identity, &name))
            .unwrap_or(name)
    }

    /// An attribute that matches a physical id pattern, else the filled pattern, else the attribute.
    fn physical(&self, attribute: Option<&str>, id: Option<&str>) -> Option<String> {
        let fitting = attribute
            .filter(|physical| self.facts.physical_id.is_empty() || self.id_in(physical).is_some());
        fitting
            .map(str::to_owned)
            .or_else(|| self.filled(id?))
            .or_else(|| attribute.map(str::to_owned))
    }

    fn physical_attribute(&self) -> Option<&str> {
        match self.entry {
            Some(entry) => entry
                .physical_id
                .iter()
                .find_map(|attribute| self.instance.text(attribute)),
            None => self.instance.text("id"),
        }
    }

    /// Extracts the metric name from a physical id.
    fn id_in(&self, physical: &str) -> Option<String> {
        self.facts.physical_id.iter().find_map(|shape| {
            let values = pattern::read(shape, physical)?;
            values.get("id").map(|id| (*id).to_owned())
        })
    }

    /// Derives the physical id from a name by the type's pattern.
    fn filled(&self, id: &str) -> Option<String> {
        let own = self.instance.text("arn").and_then(identity_in);
        let identity = own.as_ref().or(self.ctx.identity);
        if self.facts.physical_id.is_empty() {
            return Some(id.to_owned());
        }
        self.facts
            .physical_id
            .iter()
            .find_map(|shape| self.fill(shape, identity, id))
    }

    /// Fills a pattern with the identity, the resource id and the properties.
    fn fill(&self, shape: &str, identity: Option<&Target>, id: &str) -> Option<String> {
        pattern::fill(shape, |name| {
            pattern::general_value(identity, id, name)
                .or_else(|| functions::text(self.properties.get(name)?))
        })
    }
}

/// All texts that other resources may use as the name of a resource.
pub(super) fn aliases(
    inputs: &NameInputs<'_>,
    named: &TerraformNames,
    identities: &[Target],
) -> Vec<String> {
    let attributes = inputs.entry.into_iter().flat_map(|entry| &entry.names);
    let mut aliases: Vec<String> = attributes
        .filter_map(|attribute| inputs.instance.text(attribute))
        .map(str::to_owned)
        .collect();
    aliases.extend(named.physical.clone());
    let Some(id) = &named.id else {
        return aliases;
    };
    if matches!(
        named.source,
        NameSource::Placeholder | NameSource::AfterDeployment
    ) {
        aliases.push(id.clone());
    }
    let facts = inputs.facts;
    let shapes = facts.attributes.values();
    for shape in shapes.chain(&facts.physical_id).chain(&facts.other_names) {
        for identity in identities {
            aliases.extend(inputs.fill(shape, Some(identity), id));
        }
    }
    aliases
}

/// The account and Region of an ARN, if present.
pub(super) fn identity_in(arn: &str) -> Option<Target> {
    let mut parts = arn.split(':');
    let (scheme, partition, _service, region, account) = (
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    );
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (scheme == "arn" && !region.is_empty() && is_account).then(|| Target {
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
    })
}
