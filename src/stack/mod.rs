//! Readers of stacks; every one ends in an [`Inventory`](crate::inventory::Inventory). None talks to an account.

mod builder;
mod cross_stack;
mod cdk;
mod check;
mod conditions;
mod deployed;
mod budget;
mod evaluate;
mod foreach;
mod functions;
mod json;
mod links;
mod lookups;
mod names;
mod nested;
mod node;
mod parameters;
pub mod pattern;
mod read;
mod referring;
mod sam;
mod scalar;
mod system;
mod tagged;
mod template;
mod terraform;
mod recorder;
mod yaml;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

pub use cdk::{AssemblyStack, assembly};
pub use cross_stack::Around;
pub use deployed::read_deployed;
pub use nested::KIND as NESTED_STACK;
pub use read::read_template;
pub use system::{Input, InputFrom, read_system};
pub use template::parameters;
pub use terraform::read_terraform;

use crate::diagnostic::{Code, Diagnostic, Source};
use crate::inventory::{Identity, Types};

/// Bytes of a template that are read; CloudFormation takes one megabyte.
const MAX_BYTES: u64 = 32 * 1024 * 1024;

/// Everything beside the template that decides what its resources are.
#[derive(Debug, Clone, Copy)]
pub struct ReadContext<'a> {
    /// The stack's name.
    pub stack: &'a str,
    /// What is to be known of resource types.
    pub types: &'a dyn Types,
    /// Values of the template's parameters, as the user gives them.
    pub parameters: &'a BTreeMap<String, String>,
    /// Whose account; without one, pseudo parameters are unknown.
    pub identity: Option<&'a Identity>,
    /// The deployed stack, for physical ids and parameters.
    pub deployed: Option<&'a DeployedStack>,
    pub unknown_names: UnknownNames,
    /// Other stacks, and nested ones.
    pub around: Around<'a>,
}

/// What becomes of a name that is known only after deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownNames {
    LeaveUnknown,
    /// A name like CloudFormation's, the same at every reading.
    UsePlaceholders,
}

/// The text of a template's file. The only function of this module that reads a file.
pub fn load(path: &Path) -> Result<Arc<Source>, Diagnostic> {
    let name = path.display().to_string();
    let unreadable = |why: String| {
        Diagnostic::new(
            Code::TemplateUnreadable,
            format!("cannot read `{name}`: {why}"),
        )
    };
    let about = std::fs::metadata(path).map_err(|fault| unreadable(fault.to_string()))?;
    if about.is_dir() {
        return Err(unreadable("it is a folder".to_owned()).help("name the template's file"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(about.len().min(MAX_BYTES)).unwrap_or(0));
    let file = std::fs::File::open(path).map_err(|fault| unreadable(fault.to_string()))?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|fault| unreadable(fault.to_string()))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(unreadable(format!(
            "it has more than {} megabytes",
            MAX_BYTES / 1024 / 1024
        )));
    }
    let text = String::from_utf8(bytes)
        .map_err(|fault| unreadable(not_utf8(&fault)).help("save the file as UTF-8"))?;
    Ok(Source::new(
        name.as_str(),
        text.strip_prefix('\u{feff}')
            .map(str::to_owned)
            .unwrap_or(text),
    ))
}

fn not_utf8(fault: &std::string::FromUtf8Error) -> String {
    match fault.as_bytes() {
        // The marks that editors write before UTF-16.
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it is written in UTF-16".to_owned(),
        _ => format!("byte {} is not UTF-8", fault.utf8_error().valid_up_to()),
    }
}

/// A listing and a template of a deployed stack, as `provider` fetched them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedStack {
    pub name: String,
    /// CloudFormation's status word (`CREATE_COMPLETE`, `UPDATE_IN_PROGRESS`, …).
    pub status: String,
    /// The template after transforms, as text (`GetTemplate` with `TemplateStage=Processed`).
    pub template: String,
    /// Parameter values that the stack was deployed with.
    pub parameters: BTreeMap<String, String>,
    /// Type and physical id by logical id; a resource that is not there yet has none.
    pub resources: BTreeMap<String, DeployedResource>,
    /// Nested stacks by the logical id that they have in this one.
    pub nested: BTreeMap<String, DeployedStack>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DeployedResource {
    pub kind: String,
    pub physical_id: Option<String>,
}
