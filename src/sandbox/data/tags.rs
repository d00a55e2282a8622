//! Tags of all services' resources.

use std::collections::BTreeMap;

/// Values by key.
pub(crate) type Tags = BTreeMap<String, String>;
