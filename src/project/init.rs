//! The project file that `tracewatch init` writes: the stack, its environments, and every other key with its default, commented out.

use std::collections::BTreeMap;
use std::path::Path;

use super::model::StackFrom;

/// The parts of the file that differ between projects.
#[derive(Debug, Clone, PartialEq)]
pub struct InitFacts {
    /// The stack's name; `None` if only environments have one.
    pub stack: Option<String>,
    /// With a path relative to the project file.
    pub from: StackFrom,
    /// Values for the template's parameters.
    pub parameters: BTreeMap<String, String>,
    /// The defaults of the template's parameters.
    pub defaults: BTreeMap<String, Option<String>>,
    /// The function in the example of an override.
    pub function: Option<String>,
    pub environments: Vec<InitEnvironment>,
}

/// What is different in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct InitEnvironment {
    pub name: String,
    pub stack: Option<String>,
    pub parameters: BTreeMap<String, String>,
}

/// The text with two placeholders. Prose begins with `# `, a commented-out key with `#` alone.
const TEMPLATE: &str = include_str!("init.toml");
const STACK: &str = "#{{stack}}\n";
const FUNCTION: &str = "{{function}}";

/// A project file that sets only the stack, at the top and in environments.
pub fn init(facts: &InitFacts) -> String {
    let function = facts.function.as_deref().unwrap_or("MyFunction");
    let text = TEMPLATE
        .replace(STACK, &stack(facts))
        .replace(FUNCTION, &toml_key(function));
    let environments: Vec<String> = facts.environments.iter().map(environment).collect();
    text + &environments.concat()
}

fn stack(facts: &InitFacts) -> String {
    let name = facts.stack.as_ref();
    let name = name.map(|name| format!("name = {}\n", quoted(name)));
    let name = name.unwrap_or_else(|| "# `name` differs in each environment: see `[env]`\n".into());
    match &facts.from {
        StackFrom::Template(path) => name + &from_template(facts, path),
        StackFrom::Deployed => {
            let stack = facts.stack.as_deref().unwrap_or_default();
            format!("deployed = {}\n", quoted(stack))
        }
        StackFrom::Assembly(path) => format!("{name}cdk = {}\n", of_path(path)),
        StackFrom::Terraform(path) => format!("{name}terraform = {}\n", of_path(path)),
        StackFrom::Tagged(tags) => {
            let tags: Vec<String> = tags
                .iter()
                .map(|(name, value)| format!("{} = {}", toml_key(name), quoted(value)))
                .collect();
            format!("{name}tags = {{ {} }}\n", tags.join(", "))
        }
    }
}

fn from_template(facts: &InitFacts, path: &Path) -> String {
    let mut lines = vec![
        format!("template = {}", of_path(path)),
        "# or, to read the stack from the account: `deployed = \"NAME\"` in place of both"
            .to_owned(),
    ];
    for (parameter, default) in &facts.defaults {
        let key = toml_key(parameter);
        lines.push(match (facts.parameters.get(parameter), default) {
            (Some(value), _) => format!("parameters.{key} = {}", quoted(value)),
            (None, Some(default)) => format!("#parameters.{key} = {}", quoted(default)),
            (None, None) => format!("#parameters.{key} = \"\"  # the template has no default"),
        });
    }
    lines.join("\n") + "\n"
}

fn environment(environment: &InitEnvironment) -> String {
    let name = environment.stack.iter();
    let name = name.map(|name| format!("name = {}\n", quoted(name)));
    let parameters = environment.parameters.iter();
    let parameters = parameters.map(|(parameter, value)| {
        format!("parameters.{} = {}\n", toml_key(parameter), quoted(value))
    });
    let keys: Vec<String> = name.chain(parameters).collect();
    format!(
        "\n[env.{}.stack]\n{}",
        toml_key(&environment.name),
        keys.concat()
    )
}

/// A name as a key of TOML: bare where TOML allows it.
pub fn toml_key(name: &str) -> String {
    let bare = !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if bare {
        name.to_owned()
    } else {
        toml::Value::from(name).to_string()
    }
}

fn of_path(path: &Path) -> String {
    quoted(&path.to_string_lossy())
}

/// A value: `${` in it is no variable.
fn quoted(text: &str) -> String {
    toml::Value::from(text.replace("${", "$${")).to_string()
}
