//! Finds the stacks of a cloud assembly, which `cdk synth` writes to `cdk.out`, including those of stages.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::file::load_named_by_file;
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};
use crate::files::limits::{MAX_ASSEMBLY_BYTES, MAX_ASSEMBLY_STACKS, MAX_MANIFEST_BYTES};
use crate::files::{ProjectFolder, normalized};

/// The file that lists the artifacts of an assembly.
const MANIFEST: &str = "manifest.json";

/// Types of artifacts in a manifest (aws-cdk-lib `cloud-assembly-schema`).
const STACK: &str = "aws:cloudformation:stack";
const NESTED_ASSEMBLY: &str = "cdk:cloud-assembly";

/// One stack of an assembly.
#[derive(Debug, Clone)]
pub struct AssemblyStack {
    pub name: String,
    pub source: Arc<Source>,
    /// The manifest that names it.
    pub manifest: Arc<Source>,
    /// The folder of its template and of nested templates.
    pub folder: PathBuf,
    /// The stack's Region; `None` if the CDK leaves it open.
    pub region: Option<String>,
    /// The stack's account; `None` if the CDK leaves it open.
    pub account: Option<String>,
}

/// All stacks with resources in an assembly, sorted by name, Region and account.
pub fn assembly(folder: &Path, project: &ProjectFolder) -> Result<Vec<AssemblyStack>, Diagnostic> {
    let mut reader = AssemblyReader {
        project,
        folders: BTreeSet::new(),
        bytes: 0,
        stacks: Vec::new(),
    };
    reader.add(folder)?;
    let mut stacks = reader.stacks;
    if stacks.is_empty() {
        let message = format!(
            "the assembly `{}` has no stacks with resources",
            folder.display()
        );
        return Err(Diagnostic::new(Code::AssemblyWithoutStacks, message)
            .help("run `cdk synth` first, and name the folder that it writes"));
    }
    stacks.sort_by(|left, right| left.environment().cmp(&right.environment()));
    let mut pairs = stacks.windows(2);
    match pairs.find(|pair| pair[0].environment() == pair[1].environment()) {
        Some(pair) => Err(twice(folder, &pair[0].name)),
        None => Ok(stacks),
    }
}

/// The diagnostic for two stacks of an assembly that cannot be told apart.
pub fn twice(folder: &Path, name: &str) -> Diagnostic {
    let message = format!(
        "the assembly `{}` has two stacks with the name `{name}`",
        folder.display()
    );
    Diagnostic::new(Code::AssemblyStackTwice, message)
        .help("name the folder of one of its stages, `cdk.out/assembly-…`")
}

impl AssemblyStack {
    /// The name with the place to which the stack is bound: stages deploy stacks of one name to several places.
    fn environment(&self) -> (&str, Option<&str>, Option<&str>) {
        let (region, account) = (self.region.as_deref(), self.account.as_deref());
        (&self.name, region, account)
    }
}

/// Reads an assembly and those nested in it.
struct AssemblyReader<'a> {
    project: &'a ProjectFolder,
    /// The folders that have been read.
    folders: BTreeSet<PathBuf>,
    /// The bytes of all templates.
    bytes: usize,
    stacks: Vec<AssemblyStack>,
}

impl AssemblyReader<'_> {
    fn add(&mut self, folder: &Path) -> Result<(), Diagnostic> {
        let manifest = load_named_by_file(&folder.join(MANIFEST), self.project)
            .map_err(|diagnostic| no_assembly(folder, &diagnostic))?;
        let is_new = self.folders.insert(normalized(folder));
        if !is_new || self.folders.len() > MAX_ASSEMBLY_STACKS {
            let reason = format!("the assembly `{}` is nested in itself", folder.display());
            return Err(not_a_manifest(&manifest, 0, &reason));
        }
        let artifacts = artifacts(&manifest)?;
        for (id, artifact) in &artifacts {
            match artifact["type"].as_str() {
                Some(STACK) => {
                    let file = property(&manifest, id, artifact, "templateFile")?;
                    let stack = stack(folder, self.project, &manifest, id, artifact, file)?;
                    self.add_stack(stack)?;
                }
                Some(NESTED_ASSEMBLY) => {
                    let inner = property(&manifest, id, artifact, "directoryName")?;
                    self.add(&folder.join(inner))?;
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    fn add_stack(&mut self, stack: AssemblyStack) -> Result<(), Diagnostic> {
        self.bytes += stack.source.text.len();
        if self.bytes > MAX_ASSEMBLY_BYTES || self.stacks.len() >= MAX_ASSEMBLY_STACKS {
            let reason = format!(
                "it has more than {MAX_ASSEMBLY_STACKS} stacks, or more than {} megabytes of templates",
                MAX_ASSEMBLY_BYTES / 1024 / 1024
            );
            return Err(not_a_manifest(&stack.manifest, 0, &reason));
        }
        self.stacks.extend(Some(stack).filter(has_resources));
        Ok(())
    }
}

/// The CDK also writes templates of stacks without resources, but does not deploy them. A file outside the project is always read, so
/// that it is reported.
fn has_resources(stack: &AssemblyStack) -> bool {
    stack.source.text.contains("\"Resources\"") || !stack.source.is_shown()
}

fn stack(
    folder: &Path,
    project: &ProjectFolder,
    manifest: &Arc<Source>,
    id: &str,
    artifact: &Value,
    file: &str,
) -> Result<AssemblyStack, Diagnostic> {
    let path = folder.join(file);
    // `aws://account/region`; either may be `unknown-…`.
    let environment = artifact["environment"]
        .as_str()
        .and_then(|environment| environment.strip_prefix("aws://")?.split_once('/'));
    Ok(AssemblyStack {
        name: artifact["properties"]["stackName"]
            .as_str()
            .unwrap_or(id)
            .to_owned(),
        source: load_named_by_file(&path, project)?,
        manifest: Arc::clone(manifest),
        folder: path.parent().unwrap_or(folder).to_owned(),
        region: environment.and_then(|(_, region)| known_part(region)),
        account: environment.and_then(|(account, _)| known_part(account)),
    })
}

fn known_part(part: &str) -> Option<String> {
    (!part.starts_with("unknown-")).then(|| part.to_owned())
}

fn artifacts(source: &Arc<Source>) -> Result<Map<String, Value>, Diagnostic> {
    if source.text.len() > MAX_MANIFEST_BYTES {
        let message = format!(
            "the manifest has more than {} megabytes",
            MAX_MANIFEST_BYTES / 1024 / 1024
        );
        return Err(Diagnostic::new(Code::AssemblyMalformed, message).at(Place::new(source, 0..0)));
    }
    let manifest: Value = serde_json::from_str(&source.text).map_err(|error| {
        let start: usize = source
            .text
            .split_inclusive('\n')
            .take(error.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (start + error.column().saturating_sub(1)).min(source.text.len());
        not_a_manifest(source, at, &error.to_string())
    })?;
    let Value::Object(mut manifest) = manifest else {
        return Err(not_a_manifest(source, 0, "it is not an object"));
    };
    match manifest.remove("artifacts") {
        Some(Value::Object(artifacts)) => Ok(artifacts),
        None if manifest.contains_key("version") => Ok(Map::new()),
        Some(_) | None => {
            let near = nearest("artifacts", manifest.keys().map(String::as_str))
                .map(|near| format!(" (it has `{near}`)"))
                .unwrap_or_default();
            Err(not_a_manifest(
                source,
                0,
                &format!("it has no `artifacts`{near}"),
            ))
        }
    }
}

fn not_a_manifest(source: &Arc<Source>, at: usize, reason: &str) -> Diagnostic {
    let message = format!("this is not the manifest of a cloud assembly: {reason}");
    Diagnostic::new(Code::AssemblyMalformed, message)
        .help("name the folder that `cdk synth` writes, usually `cdk.out`")
        .at(Place::new(source, at..at))
}

/// A text among the properties of an artifact.
fn property<'a>(
    source: &Arc<Source>,
    id: &str,
    artifact: &'a Value,
    property: &str,
) -> Result<&'a str, Diagnostic> {
    artifact["properties"][property]
        .as_str()
        .ok_or_else(|| malformed(source, id, property))
}

fn malformed(source: &Arc<Source>, id: &str, property: &str) -> Diagnostic {
    let at = source
        .text
        .find(&format!("\"{id}\""))
        .map_or(0..0, |at| at..at + id.len() + 2);
    Diagnostic::new(
        Code::AssemblyMalformed,
        format!("the artifact `{id}` has no text `{property}`"),
    )
    .at(Place::new(source, at))
}

fn no_assembly(folder: &Path, diagnostic: &Diagnostic) -> Diagnostic {
    let message = format!(
        "`{}` is not a cloud assembly: {}",
        folder.display(),
        diagnostic.message
    );
    Diagnostic::new(Code::AssemblyUnreadable, message)
        .help("run `cdk synth` first, and name the folder that it writes, usually `cdk.out`")
}
