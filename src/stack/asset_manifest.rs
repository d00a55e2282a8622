//! Finds the template of a nested stack in the asset manifests that the CDK writes beside a template.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::node::Node;
use crate::files;

/// What the names of asset manifests end in.
const ENDING: &str = ".assets.json";

/// The file in `folder` that the CDK uploads to a URL of a template.
pub(super) fn uploaded_file(folder: &Path, url: &Node) -> Option<PathBuf> {
    let mut texts = Vec::new();
    collect_texts(url, &mut texts);
    let manifests = files::ending(folder, ENDING);
    manifests.iter().find_map(|path| {
        let manifest: Value = serde_json::from_str(&files::read(path).ok()?.text).ok()?;
        let mut files = manifest["files"].as_object()?.values();
        let file = files.find(|file| is_uploaded_to(file, &texts))?;
        Some(folder.join(file["source"]["path"].as_str()?))
    })
}

/// Whether a file has a destination whose key ends one of the texts.
fn is_uploaded_to(file: &Value, texts: &[&str]) -> bool {
    let destinations = file["destinations"].as_object();
    let mut destinations = destinations.into_iter().flat_map(|all| all.values());
    destinations.any(|destination| {
        let key = destination["objectKey"]
            .as_str()
            .filter(|key| !key.is_empty());
        key.is_some_and(|key| texts.iter().any(|text| ends_in(text, key)))
    })
}

/// Whether a URL, or the last part of one, ends in a key.
fn ends_in(url: &str, key: &str) -> bool {
    let before = url.strip_suffix(key);
    before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn collect_texts<'n>(node: &'n Node, texts: &mut Vec<&'n str>) {
    texts.extend(node.as_text());
    for item in node.items() {
        collect_texts(item, texts);
    }
    for entry in node.entries() {
        collect_texts(&entry.value, texts);
    }
}
