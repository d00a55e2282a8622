//! What a resource of Terraform is called: its physical id, and the texts by which others name it.

use serde_json::{Map, Value as Json};

use super::document::Instance;
use super::table::Entry;
use crate::inventory::{Identity, NameSource, TypeFacts};
use crate::stack::context::{ReadContext, UnknownNames};
use crate::stack::node::Node;
use crate::stack::placeholder_name::placeholder_name;
use crate::stack::{functions, pattern};

/// What is known of a resource's names.
#[derive(Debug)]
pub(super) struct Named {
    /// What metrics call it.
    pub id: Option<String>,
    pub physical: Option<String>,
    pub source: NameSource,
}

/// Everything that names are made of.
pub(super) struct Naming<'n> {
    pub ctx: &'n ReadContext<'n>,
    pub facts: &'n TypeFacts,
    pub entry: Option<&'n Entry>,
    pub instance: &'n Instance<'n>,
    pub properties: &'n Map<String, Json>,
}

impl Naming<'_> {
    /// The name as it is written, as the state has it, or made up.
    pub(super) fn named(&self) -> Named {
        let attribute = self.physical_attribute();
        let written = self
            .facts
            .name_property
            .as_ref()
            .and_then(|property| functions::text(self.properties.get(property)?));
        if attribute.is_some() || written.is_some() {
            let id = written.or_else(|| attribute.and_then(|physical| self.id_in(physical)));
            let physical = self.physical(attribute, id.as_deref());
            return Named {
                id: id.or_else(|| attribute.map(str::to_owned)),
                physical,
                source: NameSource::Template,
            };
        }
        match self.ctx.unknown_names {
            UnknownNames::LeaveUnknown => Named {
                id: None,
                physical: None,
                source: NameSource::Unknown,
            },
            UnknownNames::UsePlaceholders => {
                let id = placeholder_name(self.ctx.stack, &self.instance.address.text, self.facts);
                let physical = self.filled(&id).or_else(|| Some(id.clone()));
                Named {
                    id: Some(id),
                    physical,
                    source: NameSource::Placeholder,
                }
            }
        }
    }

    /// An attribute that has the form of CloudFormation's physical id, else the form filled, else the attribute as it is.
    fn physical(&self, attribute: Option<&str>, id: Option<&str>) -> Option<String> {
        let fitting = attribute
            .filter(|physical| self.facts.physical_id.is_empty() || self.id_in(physical).is_some());
        fitting
            .map(str::to_owned)
            .or_else(|| self.filled(id?))
            .or_else(|| attribute.map(str::to_owned))
    }

    fn physical_attribute(&self) -> Option<&str> {
        let values = self.instance.values?;
        match self.entry {
            Some(entry) => entry
                .physical_id
                .iter()
                .find_map(|attribute| text(values, attribute)),
            None => text(values, "id"),
        }
    }

    /// What a physical id of the type's form says metrics call it.
    fn id_in(&self, physical: &str) -> Option<String> {
        let read = |shape: &String| {
            pattern::read(shape, physical)?
                .get("id")
                .map(|id| (*id).to_owned())
        };
        self.facts.physical_id.iter().find_map(read)
    }

    /// The physical id that the type's facts make of a name.
    fn filled(&self, id: &str) -> Option<String> {
        let own = self
            .instance
            .values
            .and_then(|values| text(values, "arn"))
            .and_then(identity_in);
        let identity = own.as_ref().or(self.ctx.identity);
        let value = |name: &str| {
            pattern::general_value(identity, id, name)
                .or_else(|| functions::text(self.properties.get(name)?))
        };
        if self.facts.physical_id.is_empty() {
            return Some(id.to_owned());
        }
        self.facts
            .physical_id
            .iter()
            .find_map(|shape| pattern::fill(shape, value))
    }
}

/// The texts that a resource's facts and attributes make others name it by.
pub(super) fn aliases(naming: &Naming<'_>, named: &Named, identities: &[Identity]) -> Vec<String> {
    let attributes = naming.entry.into_iter().flat_map(|entry| &entry.names);
    let values = attributes
        .filter_map(|attribute| text(naming.instance.values?, attribute))
        .map(str::to_owned);
    let patterns = naming
        .facts
        .attributes
        .values()
        .chain(&naming.facts.physical_id);
    let made = patterns.flat_map(|shape| {
        let fill = |identity: &Identity| {
            let id = named.id.as_deref()?;
            let value = |name: &str| {
                pattern::general_value(Some(identity), id, name)
                    .or_else(|| functions::text(naming.properties.get(name)?))
            };
            pattern::fill(shape, value)
        };
        identities.iter().filter_map(fill).collect::<Vec<String>>()
    });
    let invented = (named.source == NameSource::Placeholder)
        .then(|| named.id.clone())
        .flatten();
    values
        .chain(named.physical.clone())
        .chain(invented)
        .chain(made)
        .collect()
}

/// A text among the attributes; an empty one is none.
pub(super) fn text<'a>(values: &'a Node, attribute: &str) -> Option<&'a str> {
    values.text_at(attribute).filter(|text| !text.is_empty())
}

/// Whose account and which Region an ARN speaks of, if it speaks of both.
pub(super) fn identity_in(arn: &str) -> Option<Identity> {
    let mut parts = arn.split(':');
    let (scheme, partition, _service, region, account) = (
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
        parts.next()?,
    );
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (scheme == "arn" && !region.is_empty() && is_account).then(|| Identity {
        partition: partition.to_owned(),
        region: region.to_owned(),
        account: account.to_owned(),
    })
}
