//! The project file that `tracewatch init` writes: the stack, and every other key with its default, commented out.

use std::collections::BTreeMap;
use std::path::Path;

use super::model::StackFrom;

/// The parts of the file that differ between projects.
#[derive(Debug, Clone, PartialEq)]
pub struct InitFacts {
    /// The stack's name.
    pub stack: String,
    pub from: StackFrom,
    /// The template's parameters with their defaults.
    pub parameters: BTreeMap<String, Option<String>>,
    /// The function in the example of an override.
    pub function: Option<String>,
}

/// The text with two placeholders. Prose begins with `# `, a commented-out key with `#` alone.
const TEMPLATE: &str = include_str!("init.toml");
const STACK: &str = "#{{stack}}\n";
const FUNCTION: &str = "{{function}}";

/// A project file that sets only the stack: it parses to [`Project::without_file`](super::Project::without_file).
pub fn init(facts: &InitFacts) -> String {
    let function = facts.function.as_deref().unwrap_or("MyFunction");
    TEMPLATE
        .replace(STACK, &stack(facts))
        .replace(FUNCTION, &key(function))
}

fn stack(facts: &InitFacts) -> String {
    match &facts.from {
        StackFrom::Template(path) => from_template(&facts.stack, path, &facts.parameters),
        StackFrom::Deployed => format!("deployed = {}\n", quoted(&facts.stack)),
        StackFrom::Assembly(path) => from_file(&facts.stack, "cdk", path),
        StackFrom::Terraform(path) => from_file(&facts.stack, "terraform", path),
        StackFrom::Tagged(tags) => {
            let tags: Vec<String> = tags
                .iter()
                .map(|(name, value)| format!("{} = {}", key(name), quoted(value)))
                .collect();
            format!(
                "name = {}\ntags = {{ {} }}\n",
                quoted(&facts.stack),
                tags.join(", ")
            )
        }
    }
}

fn from_file(name: &str, way: &str, path: &Path) -> String {
    format!(
        "name = {}\n{way} = {}\n",
        quoted(name),
        quoted(&path.to_string_lossy())
    )
}

fn from_template(name: &str, path: &Path, parameters: &BTreeMap<String, Option<String>>) -> String {
    let mut lines = vec![
        format!("name = {}", quoted(name)),
        format!("template = {}", quoted(&path.to_string_lossy())),
        "# or, to read the stack from the account: `deployed = \"NAME\"` in place of both"
            .to_owned(),
    ];
    for (parameter, default) in parameters {
        let key = key(parameter);
        lines.push(match default {
            Some(default) => format!("#parameters.{key} = {}", quoted(default)),
            None => format!("parameters.{key} = \"\"  # the template has no default"),
        });
    }
    lines.join("\n") + "\n"
}

/// Bare where TOML allows it.
fn key(name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare { name.to_owned() } else { quoted(name) }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
