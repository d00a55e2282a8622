//! What definitions are applied to.

use std::collections::BTreeMap;

use super::view::View;
use crate::catalog::definition::ServiceDefinition;

/// One resource under one definition file.
pub(super) struct Subject<'a> {
    pub service: &'a ServiceDefinition,
    pub view: View<'a>,
    /// Names of X-Ray groups by the name that definitions use; only at an entry point.
    pub groups: BTreeMap<&'a str, String>,
}
