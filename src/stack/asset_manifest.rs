//! Finds the template of a nested stack in the asset manifests that the CDK writes beside a template.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;

use super::node::Node;
use crate::files;
use crate::files::limits::MAX_MANIFEST_BYTES;

/// What the names of asset manifests end in.
const ENDING: &str = ".assets.json";

/// The asset manifests of folders, each read once.
#[derive(Debug, Default)]
pub(crate) struct AssetManifests {
    folders: RefCell<HashMap<PathBuf, Rc<UploadedFiles>>>,
}

/// The paths of files by the keys of their destinations.
type UploadedFiles = BTreeMap<String, PathBuf>;

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    files: BTreeMap<String, AssetFile>,
}

#[derive(Deserialize)]
struct AssetFile {
    source: FileSource,
    #[serde(default)]
    destinations: BTreeMap<String, Destination>,
}

#[derive(Deserialize)]
struct FileSource {
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    object_key: Option<String>,
}

impl AssetManifests {
    /// The file in `folder` that the CDK uploads to a URL of a template.
    pub(crate) fn uploaded_file(&self, folder: &Path, url: &Node) -> Option<PathBuf> {
        let files = self.of_folder(folder);
        let mut texts = Vec::new();
        collect_texts(url, &mut texts);
        let mut keys = texts.into_iter().flat_map(possible_keys);
        let path = keys.find_map(|key| files.get(key))?;
        Some(folder.join(path))
    }

    fn of_folder(&self, folder: &Path) -> Rc<UploadedFiles> {
        let mut folders = self.folders.borrow_mut();
        let files = folders
            .entry(folder.to_owned())
            .or_insert_with(|| Rc::new(uploaded_files(folder)));
        Rc::clone(files)
    }
}

/// The files of all manifests of a folder, up to a size of the manifests together. The first of several files of a key counts.
fn uploaded_files(folder: &Path) -> UploadedFiles {
    let mut uploaded = UploadedFiles::new();
    let mut bytes = 0;
    for path in files::ending(folder, ENDING) {
        let Ok(source) = files::read(&path) else {
            continue;
        };
        bytes += source.text.len();
        if bytes > MAX_MANIFEST_BYTES {
            break;
        }
        let Ok(manifest) = serde_json::from_str::<Manifest>(&source.text) else {
            continue;
        };
        for file in manifest.files.into_values() {
            let Some(path) = file.source.path else {
                continue;
            };
            for destination in file.destinations.into_values() {
                let key = destination.object_key.filter(|key| !key.is_empty());
                if let Some(key) = key {
                    uploaded.entry(key).or_insert_with(|| PathBuf::from(&path));
                }
            }
        }
    }
    uploaded
}

/// The ends of a URL, or of the last part of one, that may be a key.
fn possible_keys(url: &str) -> impl Iterator<Item = &str> {
    let after_slashes = url.match_indices('/').map(|(at, _)| &url[at + 1..]);
    std::iter::once(url).chain(after_slashes)
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
