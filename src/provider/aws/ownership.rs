//! Owners of resources.

use crate::artifact::OWNER_TAG;
use crate::provider::Owner;

/// The owner that the tags of an existing resource name.
pub(super) fn owner<'a>(mut tags: impl Iterator<Item = (&'a str, &'a str)>) -> Owner {
    tags.find(|(key, _)| *key == OWNER_TAG)
        .map_or(Owner::Unmarked, |(_, stack)| Owner::Stack(stack.to_owned()))
}
