//! Bad input, one folder per fault: what an author wrote, and the exact diagnostics. What a folder holds decides who reads it.
//! `BLESS=1` writes what is shown now.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::faults::assert_shown_as_expected;
use tracewatch::catalog::Catalog;
use tracewatch::diagnostic::{Colour, Diagnostic, Source, WithDiagnostics};
use tracewatch::files::ProjectFolder;
use tracewatch::inventory::Target;
use tracewatch::openslo;
use tracewatch::project::{self, Environment, Project, StackFrom, StackSource};
use tracewatch::stack::{self, InputFrom, UnknownNames};
use tracewatch::synth::{self, Inputs};

/// A kind of input: the file or folder that tells it, and who finds its faults.
struct Input {
    file: &'static str,
    diagnostics: fn(&Path) -> Vec<Diagnostic>,
}

/// The first that fits is taken; the more a folder has to hold, the earlier it stands.
const INPUTS: [Input; 7] = [
    Input {
        file: "cdk.out",
        diagnostics: of_stack,
    },
    Input {
        file: "terraform.json",
        diagnostics: of_stack,
    },
    Input {
        file: "template.yaml",
        diagnostics: of_stack,
    },
    Input {
        file: "template.json",
        diagnostics: of_stack,
    },
    Input {
        file: "alarms",
        diagnostics: of_catalog,
    },
    Input {
        file: "dashboards",
        diagnostics: of_catalog,
    },
    Input {
        file: "tracewatch.toml",
        diagnostics: of_project,
    },
];

fn of_project(folder: &Path) -> Vec<Diagnostic> {
    let environment = Environment {
        name: environment_of(folder),
        ..Environment::default()
    };
    let file = source(folder, "tracewatch.toml");
    let found = project::parse_with(&file, Path::new(""), &environment);
    let sound = !found.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(
        found.value.is_some(),
        sound,
        "{}: a project comes of a text without errors, and of no other",
        folder.display()
    );
    found.diagnostics
}

fn of_catalog(folder: &Path) -> Vec<Diagnostic> {
    Catalog::load(Some(folder), None).diagnostics
}

/// The environment in the folder's `env.txt`, where it has one.
fn environment_of(folder: &Path) -> Option<String> {
    let name = fs::read_to_string(folder.join("env.txt")).ok()?;
    Some(name.trim().to_owned())
}

/// The Region of the stack: that in the folder's `region.txt`, where it has one.
fn region_of(folder: &Path) -> String {
    let region = fs::read_to_string(folder.join("region.txt"));
    region.map_or_else(
        |_| "us-east-1".to_owned(),
        |region| region.trim().to_owned(),
    )
}

/// Every stage up to the desired state. Each stops on errors, as the commands do.
fn of_stack(folder: &Path) -> Vec<Diagnostic> {
    let mut shown = Vec::new();
    stages(folder, &mut shown);
    shown
}

fn stages(folder: &Path, shown: &mut Vec<Diagnostic>) -> Option<()> {
    let mut project = passed(project_of(folder), shown)??;
    let objectives = passed(openslo::objectives(folder), shown)?;
    project.objectives.extend(objectives);
    let preset = project.preset.as_ref().map(|preset| preset.value);
    let catalog = passed(Catalog::load(Some(folder), preset), shown)?;
    let mut inputs = Vec::new();
    for source in &project.stacks {
        match inputs_of(folder, source) {
            Ok(read) => inputs.extend(read),
            Err(fault) => {
                shown.push(fault);
                return None;
            }
        }
    }
    let identity = Target {
        partition: "aws".into(),
        region: region_of(folder),
        account: "123456789012".into(),
    };
    let inventory = passed(
        stack::read_system(
            &inputs,
            &catalog,
            Some(&identity),
            UnknownNames::UsePlaceholders,
        ),
        shown,
    )?;
    let found = synth::synthesise(&Inputs {
        inventory: &inventory,
        catalog: &catalog,
        project: &project,
        identity: &identity,
        // 2026-01-01T00:00:00Z
        now: 1_767_225_600,
    });
    shown.extend(project.levels.apply(found.diagnostics).diagnostics);
    Some(())
}

fn inputs_of(folder: &Path, source: &StackSource) -> Result<Vec<stack::Input>, Diagnostic> {
    let template = |name: &str, source, folder: &Path, parameters| {
        let from = InputFrom::Template {
            source,
            folder: folder.to_owned(),
            project: ProjectFolder::new(folder),
            parameters,
            deployed: None,
        };
        stack::Input {
            name: name.to_owned(),
            from,
        }
    };
    Ok(match &source.from {
        StackFrom::Template(path) => {
            vec![template(
                &source.name,
                stack::load(&folder.join(path))?,
                folder,
                source.parameters.clone(),
            )]
        }
        StackFrom::Assembly(path) => {
            let stacks =
                stack::assembly(&folder.join(path), &ProjectFolder::new(folder))?.into_iter();
            stacks
                .map(|one| template(&one.name, one.source, &one.folder, BTreeMap::new()))
                .collect()
        }
        StackFrom::Terraform(path) => {
            let from = InputFrom::Terraform(stack::load(&folder.join(path))?);
            vec![stack::Input {
                name: source.name.clone(),
                from,
            }]
        }
        StackFrom::Deployed | StackFrom::Tagged(_) => Vec::new(),
    })
}

/// The value of a stage that found no error.
fn passed<T>(found: WithDiagnostics<T>, shown: &mut Vec<Diagnostic>) -> Option<T> {
    let sound = !found.diagnostics.iter().any(Diagnostic::is_error);
    shown.extend(found.diagnostics);
    sound.then_some(found.value)
}

/// The folder's project file, or what is in force without one.
fn project_of(folder: &Path) -> WithDiagnostics<Option<Project>> {
    if folder.join("tracewatch.toml").exists() {
        return project::parse(&source(folder, "tracewatch.toml"), Path::new(""));
    }
    let template = if folder.join("template.json").exists() {
        "template.json"
    } else {
        "template.yaml"
    };
    WithDiagnostics {
        value: Some(Project::without_file(
            "shop",
            StackFrom::Template(template.into()),
        )),
        diagnostics: Vec::new(),
    }
}

fn source(folder: &Path, file: &str) -> std::sync::Arc<Source> {
    Source::new(
        file,
        fs::read_to_string(folder.join(file)).expect("a case's input can be read"),
    )
}

/// The diagnostics as their author sees them, working in the folder.
fn shown(folder: &Path) -> String {
    let input = INPUTS
        .iter()
        .find(|input| folder.join(input.file).exists())
        .expect("a folder holds an input that is known");
    let rendered: Vec<String> = (input.diagnostics)(folder)
        .iter()
        .map(|found| found.render(Colour::Never) + "\n")
        .collect();
    rendered
        .join("\n")
        .replace(&format!("{}/", folder.display()), "")
}

#[test]
fn every_fault_is_shown_as_expected() {
    assert_shown_as_expected("tests/rejects", shown);
}
