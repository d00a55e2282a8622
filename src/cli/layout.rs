//! The stack of a folder, as `sam`, `cdk` and usual file names show it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::files;
use crate::ops;
use crate::project::StackFrom;
use crate::semantics::limits::is_stack_name;
use crate::spanned::SpannedDocument;

/// A stack that a folder holds.
#[derive(Debug, PartialEq)]
pub(super) struct Layout {
    pub from: StackFrom,
    /// What `samconfig.toml` says about its environments; the first is `default`, if there is one.
    pub environments: Vec<SamEnvironment>,
}

/// One environment of `samconfig.toml`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct SamEnvironment {
    pub name: String,
    pub stack: Option<String>,
    pub parameters: BTreeMap<String, String>,
    template: Option<PathBuf>,
}

/// The folder that `cdk synth` writes, unless `cdk.json` names another.
const ASSEMBLY: &str = "cdk.out";

/// Usual template paths, in search order.
const USUAL: [&str; 9] = [
    "template.yaml",
    "template.yml",
    "template.json",
    "sam.yaml",
    "cloudformation.yaml",
    "cloudformation.yml",
    ".aws-sam/build/template.yaml",
    "stack.yaml",
    ".serverless/cloudformation-template-update-stack.json",
];

/// SAM's name for the environment of commands that name none.
pub(super) const DEFAULT: &str = "default";

/// The stack of this folder, or of its only subfolder with one.
pub(super) fn find() -> Result<Layout> {
    if let Some(layout) = of_folder(Path::new(""))? {
        return Ok(layout);
    }
    let mut layouts = Vec::new();
    for folder in subfolders()? {
        layouts.extend(of_folder(&folder)?.filter(is_cloudformation));
    }
    match layouts.len() {
        0 => bail!(
            "no template in this folder or one level down: name one with --template, or a deployed stack with --deployed"
        ),
        1 => Ok(layouts.remove(0)),
        _ => {
            let named: Vec<String> = layouts.iter().map(|layout| option(&layout.from)).collect();
            bail!(
                "there are several stacks one level down: name one ({})",
                named.join(", ")
            )
        }
    }
}

fn option(from: &StackFrom) -> String {
    match from {
        StackFrom::Assembly(path) => format!("--cdk {}", path.display()),
        StackFrom::Template(path) | StackFrom::Terraform(path) => {
            format!("--template {}", path.display())
        }
        StackFrom::Deployed | StackFrom::Tagged(_) => String::new(),
    }
}

/// The folders of this folder, without hidden ones and those of package managers and builds.
fn subfolders() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(".").context("cannot read this folder")?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(|entry| Some(PathBuf::from(entry.ok()?.file_name())))
        .filter(|name| name.is_dir())
        .filter(|name| {
            let name = name.to_string_lossy();
            !name.starts_with('.') && !["node_modules", "target", ASSEMBLY].contains(&&*name)
        })
        .collect();
    folders.sort();
    Ok(folders)
}

/// One level down, a file with a usual name may be something else.
fn is_cloudformation(layout: &Layout) -> bool {
    match &layout.from {
        StackFrom::Template(path) => {
            files::read(path).is_ok_and(|source| source.text.contains("Resources"))
        }
        StackFrom::Assembly(_)
        | StackFrom::Terraform(_)
        | StackFrom::Deployed
        | StackFrom::Tagged(_) => true,
    }
}

fn of_folder(folder: &Path) -> Result<Option<Layout>> {
    if let Some(assembly) = assembly_of_cdk_json(folder)? {
        return Ok(Some(of_assembly(assembly)));
    }
    let environments = sam_environments(&folder.join("samconfig.toml"))?;
    let configured = environments
        .iter()
        .filter_map(|environment| environment.template.as_ref())
        .map(|template| folder.join(template))
        .find(|template| template.is_file());
    if let Some(template) = configured.or(template(folder)?) {
        return Ok(Some(Layout {
            from: StackFrom::Template(template),
            environments,
        }));
    }
    let assembly = folder.join(ASSEMBLY);
    Ok(is_assembly(&assembly).then(|| of_assembly(assembly)))
}

fn of_assembly(folder: PathBuf) -> Layout {
    Layout {
        from: StackFrom::Assembly(folder),
        environments: Vec::new(),
    }
}

fn is_assembly(folder: &Path) -> bool {
    folder.join("manifest.json").is_file()
}

/// The keys of `cdk.json` that are read.
#[derive(Deserialize)]
struct CdkSettings {
    output: Option<String>,
}

/// The diagnostic about a `cdk.json` of another form.
fn not_settings(source: &Arc<Source>, error: &serde_json::Error) -> Diagnostic {
    let message = format!(
        "`{}` is not a settings file of the CDK: {error}",
        source.name
    );
    Diagnostic::new(Code::AssemblyMalformed, message)
        .at(Place::new(source, 0..0))
        .help("correct the file, or name the assembly with `--cdk`")
}

/// The assembly of the CDK app whose `cdk.json` is here.
fn assembly_of_cdk_json(folder: &Path) -> Result<Option<PathBuf>> {
    let path = folder.join("cdk.json");
    let Some(source) = read(&path)? else {
        return Ok(None);
    };
    let settings: CdkSettings = serde_json::from_str(&source.text)
        .map_err(|error| ops::Error::from(not_settings(&source, &error)))?;
    let output = settings.output.as_deref().unwrap_or(ASSEMBLY);
    let assembly = folder.join(output);
    if !is_assembly(&assembly) {
        bail!(
            "there is a `{}`, but no assembly in `{}`: run `cdk synth` first, or name a deployed stack with --deployed",
            path.display(),
            assembly.display()
        );
    }
    Ok(Some(assembly))
}

fn template(folder: &Path) -> Result<Option<PathBuf>> {
    let mut usual = USUAL.iter().map(|name| folder.join(name));
    if let Some(usual) = usual.find(|path| path.is_file()) {
        return Ok(Some(usual));
    }
    let here = if folder == Path::new("") {
        Path::new(".")
    } else {
        folder
    };
    let entries =
        fs::read_dir(here).with_context(|| format!("cannot read `{}`", here.display()))?;
    let mut others: Vec<PathBuf> = entries
        .filter_map(|entry| Some(folder.join(entry.ok()?.file_name())))
        .filter(|path| {
            let name = path.to_string_lossy();
            name.ends_with(".template.json") || name.ends_with(".template.yaml")
        })
        .collect();
    others.sort();
    if others.len() > 1 {
        let names: Vec<String> = others
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        bail!(
            "there is more than one template here ({}): name one with --template",
            names.join(", ")
        );
    }
    Ok(others.pop())
}

/// A file, unless there is none.
fn read(path: &Path) -> Result<Option<Arc<Source>>> {
    match files::read(path) {
        Ok(source) => Ok(Some(source)),
        Err(unreadable) if unreadable.is_missing() => Ok(None),
        Err(unreadable) => {
            let diagnostic = unreadable.diagnostic(Code::FileUnreadable);
            Err(ops::Error::from(diagnostic).into())
        }
    }
}

/// The environments of a `samconfig.toml`, `default` first.
fn sam_environments(path: &Path) -> Result<Vec<SamEnvironment>> {
    let Some(source) = read(path)? else {
        return Ok(Vec::new());
    };
    let mut environments = of_samconfig(&source).map_err(ops::Error::from)?;
    environments.sort_by_key(|environment| environment.name != DEFAULT);
    Ok(environments)
}

fn of_samconfig(source: &Arc<Source>) -> Result<Vec<SamEnvironment>, Diagnostic> {
    let document = SpannedDocument::parse(source)?;
    let entries = document.root().entries().into_iter();
    let tables = entries.filter_map(|(name, item)| match item.json().value {
        Value::Object(table) => Some(sam_environment(name.value, &table)),
        _ => None,
    });
    Ok(tables.collect())
}

/// `[NAME.deploy.parameters]`, then `[NAME.build.parameters]`, then `[NAME.global.parameters]`.
fn sam_environment(name: String, table: &Map<String, Value>) -> SamEnvironment {
    let value = |keys: &[&str]| -> Option<Value> {
        let commands = ["deploy", "build", "global"].into_iter();
        let parameters = commands.filter_map(|command| table.get(command)?.get("parameters"));
        parameters
            .flat_map(|parameters| keys.iter().filter_map(|key| parameters.get(*key)))
            .next()
            .cloned()
    };
    let stack = value(&["stack_name"]);
    let stack = stack.as_ref().and_then(Value::as_str);
    let template = value(&["template_file", "template"]);
    SamEnvironment {
        name,
        stack: stack.filter(|name| is_stack_name(name)).map(str::to_owned),
        parameters: value(&["parameter_overrides"])
            .map(|value| overrides(&value))
            .unwrap_or_default(),
        template: template.as_ref().and_then(Value::as_str).map(PathBuf::from),
    }
}

/// `parameter_overrides`: a text or a list of `Key=Value` or `ParameterKey=Key,ParameterValue=Value`, or a table.
fn overrides(value: &Value) -> BTreeMap<String, String> {
    match value {
        Value::String(text) => words(text).iter().filter_map(|word| pair(word)).collect(),
        Value::Array(items) => {
            let texts = items.iter().filter_map(Value::as_str);
            texts.filter_map(pair).collect()
        }
        Value::Object(table) => table
            .iter()
            .filter_map(|(key, value)| {
                let text = value.as_str().map(str::to_owned);
                let is_scalar = value.is_number() || value.is_boolean();
                Some((
                    key.clone(),
                    text.or_else(|| is_scalar.then(|| value.to_string()))?,
                ))
            })
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => BTreeMap::new(),
    }
}

fn pair(word: &str) -> Option<(String, String)> {
    let written = word
        .strip_prefix("ParameterKey=")
        .and_then(|rest| rest.split_once(",ParameterValue="))
        .or_else(|| word.split_once('='))?;
    Some((written.0.to_owned(), unquoted(written.1)))
}

fn unquoted(text: &str) -> String {
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(text).to_owned()
}

/// The words of a command line: blanks in double quotes belong to the word, `\"` is a quote.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let word = words.last_mut();
        match (character, word) {
            ('\\', Some(word)) => word.extend(characters.next()),
            ('"', _) => is_quoted = !is_quoted,
            (blank, _) if blank.is_whitespace() && !is_quoted => words.push(String::new()),
            (other, Some(word)) => word.push(other),
            (_, None) => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samconfig_has_stack_names_parameters_and_templates() {
        let text = r#"
version = 0.1
[default.global.parameters]
stack_name = "shop"
[default.deploy.parameters]
parameter_overrides = 'Stage=dev Text="two words" ParameterKey=Size,ParameterValue=5 Empty="" Quote=\"x\"'
[prod.deploy.parameters]
stack_name = "shop-prod"
template_file = "infra/template.yaml"
parameter_overrides = ["Stage=prod", "Text=a b"]
[odd.deploy.parameters]
stack_name = "not a name"
parameter_overrides = { Size = 5, List = [] }
"#;
        let found = of_samconfig(&Source::new("samconfig.toml", text)).expect("TOML");
        let shown: Vec<String> = found
            .iter()
            .map(|environment| {
                let SamEnvironment {
                    name,
                    stack,
                    parameters,
                    template,
                } = environment;
                format!("{name} {stack:?} {parameters:?} {template:?}")
            })
            .collect();
        assert_eq!(
            shown,
            [
                r#"default Some("shop") {"Empty": "", "Quote": "x", "Size": "5", "Stage": "dev", "Text": "two words"} None"#,
                r#"prod Some("shop-prod") {"Stage": "prod", "Text": "a b"} Some("infra/template.yaml")"#,
                r#"odd None {"Size": "5"} None"#,
            ]
        );
    }
}
