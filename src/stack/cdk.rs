//! Cloud assemblies, as `cdk synth` leaves them in `cdk.out`: which stacks there are, by the manifest, those of stages included.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::load;
use crate::diagnostic::{Code, Diagnostic, Place, Source, nearest};

/// The file that says what an assembly holds.
const MANIFEST: &str = "manifest.json";

/// Types of artifacts in a manifest (aws-cdk-lib `cloud-assembly-schema`).
const STACK: &str = "aws:cloudformation:stack";
const NESTED_ASSEMBLY: &str = "cdk:cloud-assembly";

/// Assemblies within assemblies. The CDK's stages do not nest deeper than people do.
const DEEPEST: usize = 16;

/// How the logical ids of what the CDK adds for itself begin: handlers of custom resources, which run only during a deployment
/// (aws-cdk-lib: `aws-logs/log-retention`, `custom-resources/aws-custom-resource`, `aws-s3-deployment`, `aws-s3/notifications-resource`).
const HELPERS: [&str; 4] = [
    "LogRetentionaae0aa3c5b4d4f87b02d85b201efdd8a",
    "AWS679f53fac002430cb0da5b7982bd2287",
    "CustomCDKBucketDeployment8693BB64968944B69AAFB0CC9EB8756C",
    "BucketNotificationsHandler050a0587b7544547bf325f094a3db834",
];

/// Parts of the construct paths of such handlers (aws-cdk-lib: `core/custom-resource-provider`, `custom-resources/provider-framework`).
const HELPER_PATHS: [&str; 5] = [
    "CustomResourceProvider/",
    "/framework-onEvent/",
    "/framework-isComplete/",
    "/framework-onTimeout/",
    "/waiter-state-machine/",
];

/// Whether the CDK made a resource for itself, to be used while it deploys.
pub(crate) fn is_helper(logical_id: &str, path: Option<&str>) -> bool {
    HELPERS.iter().any(|begin| logical_id.starts_with(begin))
        || HELPER_PATHS
            .iter()
            .any(|part| path.is_some_and(|path| path.contains(part)))
}

/// One stack of an assembly.
#[derive(Debug, Clone)]
pub struct AssemblyStack {
    pub name: String,
    pub source: Arc<Source>,
    /// Where its template lies, and with it the templates that it nests.
    pub folder: PathBuf,
    /// The Region that the stack is bound to, if it is to one.
    pub region: Option<String>,
    /// The account that the stack is bound to, if it is to one.
    pub account: Option<String>,
}

/// All stacks of an assembly that have resources, in the order of their names.
pub fn assembly(folder: &Path) -> Result<Vec<AssemblyStack>, Diagnostic> {
    let mut found = Vec::new();
    add_stacks(folder, 0, &mut found)?;
    if found.is_empty() {
        let message = format!(
            "the assembly `{}` has no stacks with resources",
            folder.display()
        );
        return Err(Diagnostic::new(Code::AssemblyWithoutStacks, message)
            .help("run `cdk synth` first, and name the folder that it writes"));
    }
    found.sort_by(|left, right| left.name.cmp(&right.name));
    match found.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some(pair) => {
            let message = format!(
                "the assembly `{}` has two stacks that are called `{}`",
                folder.display(),
                pair[0].name
            );
            Err(Diagnostic::new(Code::AssemblyStackTwice, message)
                .help("name the folder of one of its stages, `cdk.out/assembly-…`"))
        }
        None => Ok(found),
    }
}

fn add_stacks(
    folder: &Path,
    depth: usize,
    found: &mut Vec<AssemblyStack>,
) -> Result<(), Diagnostic> {
    let source = load(&folder.join(MANIFEST)).map_err(|fault| no_assembly(folder, &fault))?;
    let artifacts = artifacts(&source)?;
    for (id, artifact) in &artifacts {
        let properties = |key: &str| artifact["properties"][key].as_str();
        match artifact["type"].as_str() {
            Some(STACK) => {
                let file = properties("templateFile")
                    .ok_or_else(|| malformed(&source, id, "templateFile"))?;
                found.extend(Some(stack(folder, id, artifact, file)?).filter(has_resources));
            }
            Some(NESTED_ASSEMBLY) if depth < DEEPEST => {
                let inner = properties("directoryName")
                    .ok_or_else(|| malformed(&source, id, "directoryName"))?;
                add_stacks(&folder.join(inner), depth + 1, found)?;
            }
            Some(_) | None => {}
        }
    }
    Ok(())
}

/// The CDK writes a template for a stack that nothing was put into, too, and does not deploy it.
fn has_resources(stack: &AssemblyStack) -> bool {
    stack.source.text.contains("\"Resources\"")
}

fn stack(
    folder: &Path,
    id: &str,
    artifact: &Value,
    file: &str,
) -> Result<AssemblyStack, Diagnostic> {
    let path = folder.join(file);
    // `aws://account/region`, either of them `unknown-…` for a stack that is bound to none.
    let environment = artifact["environment"]
        .as_str()
        .and_then(|environment| environment.strip_prefix("aws://")?.split_once('/'));
    let bound = |part: Option<&str>| {
        part.filter(|part| !part.starts_with("unknown-"))
            .map(ToOwned::to_owned)
    };
    Ok(AssemblyStack {
        name: artifact["properties"]["stackName"]
            .as_str()
            .unwrap_or(id)
            .to_owned(),
        source: load(&path)?,
        folder: path.parent().unwrap_or(folder).to_owned(),
        region: bound(environment.map(|(_, region)| region)),
        account: bound(environment.map(|(account, _)| account)),
    })
}

fn artifacts(source: &Arc<Source>) -> Result<Map<String, Value>, Diagnostic> {
    let foreign = |why: String| {
        Diagnostic::new(
            Code::AssemblyMalformed,
            format!("this is no manifest of a cloud assembly: {why}"),
        )
        .help("name the folder that `cdk synth` writes, usually `cdk.out`")
    };
    let manifest: Value = serde_json::from_str(&source.text).map_err(|fault| {
        let start: usize = source
            .text
            .split_inclusive('\n')
            .take(fault.line().saturating_sub(1))
            .map(str::len)
            .sum();
        let at = (start + fault.column().saturating_sub(1)).min(source.text.len());
        foreign(fault.to_string()).at(Place::new(source, at..at))
    })?;
    let Value::Object(mut manifest) = manifest else {
        return Err(foreign("it is no object".to_owned()).at(Place::new(source, 0..0)));
    };
    match manifest.remove("artifacts") {
        Some(Value::Object(artifacts)) => Ok(artifacts),
        None if manifest.contains_key("version") => Ok(Map::new()),
        Some(_) | None => {
            let near = nearest("artifacts", manifest.keys().map(String::as_str))
                .map(|near| format!(" (it has `{near}`)"));
            Err(
                foreign(format!("it has no `artifacts`{}", near.unwrap_or_default()))
                    .at(Place::new(source, 0..0)),
            )
        }
    }
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

fn no_assembly(folder: &Path, fault: &Diagnostic) -> Diagnostic {
    let message = format!(
        "`{}` is no cloud assembly: {}",
        folder.display(),
        fault.message
    );
    Diagnostic::new(Code::AssemblyUnreadable, message)
        .help("run `cdk synth` first, and name the folder that it writes, usually `cdk.out`")
}
