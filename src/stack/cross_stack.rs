//! Values that one stack takes from another: exports, outputs, the parameters of nested stacks.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::asset_manifest::AssetManifests;
use super::node::Node;
use crate::files::ProjectFolder;
use crate::files::limits::{MAX_NESTED_BYTES, MAX_NESTED_TEMPLATES};
use crate::inventory::ResourceId;

/// A value and its referenced resources. The references are known even for an unknown value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SharedValue {
    /// The value, or the reason why it is unknown.
    pub value: Result<Json, String>,
    pub references: Vec<SharedReference>,
}

/// A reference to a resource of any stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SharedReference {
    pub to: ResourceId,
    /// `Ref`, or the attribute's name.
    pub attribute: Arc<str>,
}

/// Values by the name under which another stack gets them.
pub(crate) type SharedValues = BTreeMap<String, SharedValue>;

/// The values of a template's outputs, by output and by export name.
#[derive(Debug, Default)]
pub(crate) struct OutputValues {
    pub outputs: SharedValues,
    pub exports: SharedValues,
}

/// The number of nested templates of a system, and their bytes, each counted as often as a stack names it; and the asset manifests that
/// were read to find them.
#[derive(Debug, Default)]
pub(crate) struct NestedTemplates {
    number: Cell<usize>,
    bytes: Cell<usize>,
    asset_manifests: AssetManifests,
}

/// The inputs of a template that come from other stacks and templates.
#[derive(Debug, Clone, Copy, Default)]
pub struct CrossStackContext<'a> {
    /// The folder of the template; `None` for a template that is not a file.
    pub(crate) folder: Option<TemplateFolder<'a>>,
    /// The nested templates that have been read for the system.
    pub(crate) nested_templates: Option<&'a NestedTemplates>,
    /// Exports of the project's other stacks.
    pub(crate) exports: Option<&'a SharedValues>,
    /// For a nested stack: the parameters that its parent passes.
    pub(crate) parent_parameters: Option<&'a SharedValues>,
    /// For a nested stack: the templates around its own.
    pub(crate) enclosing: Option<&'a EnclosingTemplate<'a>>,
}

impl CrossStackContext<'_> {
    /// Whether the template may refer to resources of other stacks.
    pub(crate) fn has_other_stacks(&self) -> bool {
        self.exports.is_some() || self.parent_parameters.is_some()
    }

    /// The depth of template nesting.
    pub(crate) fn depth(&self) -> usize {
        self.enclosing.map_or(0, EnclosingTemplate::depth)
    }

    /// Counts a nested template; `false` once there are too many, or too many bytes.
    pub(crate) fn count_nested(&self) -> bool {
        let Some(count) = self.nested_templates else {
            return true;
        };
        count.number.set(count.number.get() + 1);
        count.number.get() <= MAX_NESTED_TEMPLATES && count.bytes.get() <= MAX_NESTED_BYTES
    }

    /// Counts the text of a nested template; `false` once there is too much.
    pub(crate) fn count_nested_bytes(&self, bytes: usize) -> bool {
        let Some(count) = self.nested_templates else {
            return true;
        };
        count.bytes.set(count.bytes.get().saturating_add(bytes));
        count.bytes.get() <= MAX_NESTED_BYTES
    }

    /// The file in a folder that an asset manifest there uploads to a URL.
    pub(crate) fn uploaded_file(&self, folder: &Path, url: &Node) -> Option<PathBuf> {
        match self.nested_templates {
            Some(templates) => templates.asset_manifests.uploaded_file(folder, url),
            None => AssetManifests::default().uploaded_file(folder, url),
        }
    }

    /// Whether a file holds one of the templates around this one.
    pub(crate) fn is_enclosed_by(&self, path: &Path) -> bool {
        self.enclosing
            .is_some_and(|enclosing| enclosing.contains(path))
    }
}

/// Where nested templates are found.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TemplateFolder<'a> {
    /// The folder that the paths of nested templates start from.
    pub path: &'a Path,
    /// The folder whose files may be shown.
    pub project: &'a ProjectFolder,
}

/// A template with a nested stack, and the templates around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EnclosingTemplate<'a> {
    pub path: &'a Path,
    pub parent: Option<&'a EnclosingTemplate<'a>>,
}

impl EnclosingTemplate<'_> {
    fn contains(&self, path: &Path) -> bool {
        self.path == path || self.parent.is_some_and(|parent| parent.contains(path))
    }

    fn depth(&self) -> usize {
        1 + self.parent.map_or(0, EnclosingTemplate::depth)
    }
}
