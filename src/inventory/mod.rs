//! Inventory of a stack: its resources, their links, and facts about resource types.

mod account;
mod link;
mod properties;
mod resource;
mod sorted_map;
mod stack_inventory;
mod target;
mod type_facts;
mod unknown_name;

pub use account::{ACCOUNT, ACCOUNT_LOGICAL_ID};
pub use link::{Link, LinkKind, OutsideLink, OutsideResource};
pub use properties::{Properties, Property};
pub use resource::{NameSource, Reference, Resource, ResourceId, TerraformOrigin, Unresolved};
pub use sorted_map::SortedMap;
pub use stack_inventory::{Inventory, Resources};
pub use target::Target;
pub use type_facts::{LinkFact, MadeResource, OutsideType, PropertyTest, TypeFacts, Types};
pub(crate) use unknown_name::unknown_stack_name;
pub use unknown_name::{unknown_name, unknown_names_in};
