//! Sample resource for definition tests.

use std::collections::BTreeMap;

use serde_json::json;

use super::alarms::{AlarmBuilder, GeneratedAlarm, Subject};
use super::inputs::Inputs;
use super::naming::Names;
use super::overrides::Overrides;
use super::topics::Topics;
use super::traces::with_slow;
use super::view::Views;
use crate::catalog::Catalog;
use crate::catalog::definition::{AlarmDefinition, EXPECT_TRAFFIC, ServiceDefinition};
use crate::catalog::testing::{Given, GivenLink};
use crate::diagnostic::Diagnostic;
use crate::inventory::{Inventory, Link, NameSource, Resource, ResourceId, Target};
use crate::project::{Project, StackFrom};

/// Stack name, logical id and physical id of the sample resource.
const NAME: &str = "sample_resource";

/// Generates a definition's alarms for a sample resource with the test's properties. Empty if the definition does not apply.
pub fn alarms(
    catalog: &Catalog,
    service: &ServiceDefinition,
    definition: &AlarmDefinition,
    given: &Given,
) -> Result<Vec<GeneratedAlarm>, Diagnostic> {
    let resource = resource(service, given);
    let id = resource.id.clone();
    let mut inventory = Inventory {
        resources: [(id.clone(), Box::new(resource))].into(),
        ..Inventory::default()
    };
    for link in &given.links {
        add_link(&mut inventory, &id, link);
    }
    let project = Project::without_file(NAME, StackFrom::Deployed);
    let identity = Target {
        partition: "aws".into(),
        region: "us-east-1".into(),
        account: "123456789012".into(),
    };
    let inputs = Inputs {
        inventory: &inventory,
        catalog,
        project: &project,
        identity: &identity,
        now: 0,
    };
    let (views, names) = (
        Views::new(&inventory, catalog, &identity, &project),
        Names::new(NAME, &identity.region),
    );
    let topics = [(identity.clone(), Topics::new(&project, &names, &identity))].into();
    let (overrides, _) = Overrides::new(&project, catalog, &inventory);
    let Some(resource) = inventory.resources.get(&id) else {
        return Ok(Vec::new());
    };
    let view = views
        .view_for(resource, service)?
        .with("invoked_by", json!(given.invoked_by))
        .with("invokes", json!(given.invokes))
        .with("is_dead_letter", given.is_dead_letter.into())
        .with(EXPECT_TRAFFIC, given.expect_traffic.unwrap_or(0).into())
        .with(
            "parent",
            json!({ "id": NAME, "name": NAME, "logical_id": NAME, "resource": given.parent }),
        )
        .with("trace", json!({ "name": NAME, "type": service.kind }));
    let view = with_slow(view, None, None);
    let groups: BTreeMap<&str, String> = service
        .groups
        .iter()
        .map(|group| (group.name.as_str(), group.name.clone()))
        .collect();
    AlarmBuilder::new(&inputs, &names, &topics, &overrides).of_definition(
        &mut Subject {
            service,
            view,
            groups,
        },
        definition,
    )
}

fn add_link(inventory: &mut Inventory, sample: &ResourceId, given: &GivenLink) {
    let id = ResourceId::new(NAME, given.id.as_str());
    let properties = given.resource.clone().into_iter();
    let resource = Resource {
        physical_id: Some(given.id.clone()),
        name_source: NameSource::Template,
        properties: properties
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        ..Resource::new(id.clone(), given.of_type.as_str())
    };
    inventory.resources.insert(id.clone(), Box::new(resource));
    inventory.links.insert(Link {
        from: id,
        to: sample.clone(),
        kind: given.kind,
    });
}

fn resource(service: &ServiceDefinition, given: &Given) -> Resource {
    let named = [("Name".to_owned(), NAME.into())]
        .into_iter()
        .chain(given.resource.clone());
    Resource {
        physical_id: Some(NAME.to_owned()),
        name_source: NameSource::Template,
        properties: named
            .map(|(name, value)| (name.into(), value.into()))
            .collect(),
        ..Resource::new(ResourceId::new(NAME, NAME), service.kind.as_str())
    }
}
