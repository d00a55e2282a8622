//! `tracewatch schema`: the keys and values of the files that people write, for editors. The readers of these files stay the judges;
//! `tests/schemas.rs` compares both.

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::output;
use crate::diagnostic::Code;

/// Write a JSON schema of the project file or of definition files, for editors
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch schema project > .tracewatch/project.schema.json
  tracewatch schema alarms > .tracewatch/alarms.schema.json

Editors with taplo or Even Better TOML take a schema from the first line of a file: `#:schema .tracewatch/project.schema.json`.")]
pub(crate) struct SchemaArgs {
    /// The kind of file: `tracewatch.toml`, or the files in `alarms/`
    #[arg(value_name = "FILES")]
    files: Files,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Files {
    Project,
    Alarms,
}

const PROJECT: &str = include_str!("project.json");
const ALARMS: &str = include_str!("alarms.json");

pub(crate) fn run(args: &SchemaArgs) -> Result<ExitStatus> {
    let schema = match args.files {
        Files::Project => project()?,
        Files::Alarms => serde_json::from_str(ALARMS)?,
    };
    output::json(&schema)?;
    Ok(ExitStatus::Done)
}

/// The schema of the project file, with the codes of the registry.
fn project() -> Result<Value> {
    let mut schema: Value = serde_json::from_str(PROJECT)?;
    let allowable = Code::ALL.iter().filter(|code| code.can_allow());
    schema["definitions"]["code"] = words(Code::ALL.iter());
    schema["definitions"]["allowable_code"] = words(allowable);
    Ok(schema)
}

fn words<'a>(codes: impl Iterator<Item = &'a Code>) -> Value {
    json!({ "enum": codes.map(|code| code.name()).collect::<Vec<_>>() })
}
