//! `tracewatch explain`

use anyhow::Result;
use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Args};
use serde_json::{Value, json};

use super::exit_status::ExitStatus;
use super::options::Format;
use super::output;
use crate::diagnostic::{Code, Level};
use crate::ops;
use crate::project::unknown_code;

/// Explain a diagnostic: its meaning, why it matters, an example and the fix
///
/// Without a code, all codes are listed with their levels. docs/diagnostics.md has the same pages.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tracewatch explain dead-metric
  tracewatch explain                  all codes
  tracewatch explain --format json | jq -r '.codes[] | select(.can_allow) | .code'")]
pub(crate) struct ExplainArgs {
    /// The code in the brackets of a message: `error[dead-metric]`
    #[arg(value_name = "CODE", value_parser = CodeParser, hide_possible_values = true)]
    pub code: Option<String>,
    /// How the page is written
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// Accepts any text and completes codes.
#[derive(Clone)]
struct CodeParser;

impl TypedValueParser for CodeParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &clap::Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        let values = Code::ALL.iter().map(|code| PossibleValue::new(code.name()));
        Some(Box::new(values))
    }
}

pub(crate) fn run(args: &ExplainArgs) -> Result<ExitStatus> {
    match (&args.code, args.format) {
        (None, Format::Text) => output::result(&list())?,
        (None, Format::Json) => {
            let codes: Vec<Value> = Code::ALL.iter().copied().map(summary).collect();
            output::json(&json!({ "format_version": 1, "codes": codes }))?;
        }
        (Some(name), format) => match (Code::parse(name), format) {
            (None, _) => return Err(ops::Error::from(unknown_code(name)).into()),
            (Some(code), Format::Text) => output::result(&page(code))?,
            (Some(code), Format::Json) => {
                let mut page = summary(code);
                page["format_version"] = json!(1);
                page["page"] = json!(code.page());
                output::json(&page)?;
            }
        },
    }
    Ok(ExitStatus::Done)
}

fn summary(code: Code) -> Value {
    json!({
        "code": code,
        "level": code.level(),
        "stage": code.stage().title(),
        "title": code.title(),
        "can_allow": code.can_allow(),
    })
}

fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max();
    let width = width.unwrap_or_default();
    let mut lines = Vec::new();
    for code in Code::ALL {
        let (level, name, title) = (code.level().name(), code.name(), code.title());
        lines.push(format!("{level:7}  {name:width$}  {title}\n"));
    }
    lines.concat()
}

fn page(code: Code) -> String {
    format!(
        "{}[{code}]: {}\n\n{}\n\n{}\n",
        code.level().name(),
        code.title(),
        plain(code.page()),
        settings(code)
    )
}

/// The settings in `[diagnostics]` of the project file that apply to a code.
fn settings(code: Code) -> String {
    let allow =
        format!("`allow = [\"{code}\"]` under `[diagnostics]` in tracewatch.toml silences it");
    match (code.level(), code.can_allow()) {
        (Level::Error, false) => "It cannot be allowed.".to_owned(),
        (Level::Error, true) => format!("{allow}."),
        (Level::Warning | Level::Info, _) => format!("{allow}; `deny` makes it an error."),
    }
}

/// Converts Markdown to terminal text: indented examples, links as paths, no bold.
fn plain(markdown: &str) -> String {
    let mut in_example = false;
    let mut lines = Vec::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_example = !in_example;
        } else if in_example {
            lines.push(format!("    {line}").trim_end().to_owned());
        } else {
            lines.push(without_links(&line.replace("**", "")));
        }
    }
    lines.join("\n")
}

/// `[title](page.md)` becomes `title (docs/page.md)`.
fn without_links(line: &str) -> String {
    let mut parts = line.split('[');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part
            .split_once("](")
            .and_then(|(title, rest)| Some((title, rest.split_once(')')?)))
        {
            Some((title, (target, rest))) => text.extend([title, " (docs/", target, ")", rest]),
            None => text.extend(["[", part]),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_becomes_a_path_and_other_brackets_stay() {
        assert_eq!(
            without_links("see [sampling](sampling.md), `[tracing]` and [x"),
            "see sampling (docs/sampling.md), `[tracing]` and [x"
        );
    }

    #[test]
    fn an_example_is_indented_without_its_fences() {
        assert_eq!(
            plain("**Example:**\n\n```toml\na = [\"**\"]\n```\n\n**Fix:** x"),
            "Example:\n\n    a = [\"**\"]\n\nFix: x"
        );
    }
}
