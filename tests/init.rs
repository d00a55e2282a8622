//! What `tracewatch init` writes is read back by the step that it names next, for every layout of a folder.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, and says why on the terminal"
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use support::program::{Finished, Program};

const FUNCTION: &str =
    "Resources:\n  Orders: { Type: AWS::Lambda::Function, Properties: { FunctionName: orders } }\n";

/// The `Parameters` of a template.
const PARAMETERS: [&str; 4] = [
    "",
    "Parameters: { Stage: { Type: String, Default: dev } }\n",
    "Parameters: { Stage: { Type: Number, AllowedValues: [1, 2] } }\n",
    "Parameters: { Stage: { Type: String, Default: 'a ${b} \"c\" \\ d' }, Other: { Type: CommaDelimitedList } }\n",
];

const SAM: [&str; 6] = [
    "",
    "version = 0.1\n[default.deploy.parameters]\nstack_name = \"shop\"\nparameter_overrides = \"Unknown=x\"\n",
    "[default.global.parameters]\nstack_name = \"shop\"\n[prod.deploy.parameters]\nstack_name = \"shop-prod\"\nparameter_overrides = [\"Stage=2\"]\n",
    "[dev.deploy.parameters]\nstack_name = \"shop-dev\"\n[prod.deploy.parameters]\nstack_name = \"shop-prod\"\n",
    "[dev.deploy.parameters]\nparameter_overrides = \"Stage=1\"\n[prod.deploy.parameters]\nstack_name = \"shop-prod\"\n",
    "[default.deploy.parameters]\nstack_name = \"not a name\"\ntemplate_file = \"missing.yaml\"\n",
];

const FOLDERS: [&str; 2] = ["", "backend"];

const ARGUMENTS: [&[&str]; 3] = [&[], &["--config=conf/watch.toml"], &["--stack=other"]];

/// Only every fifth SAM layout is run: five shares no factor with the lengths above, so all their members occur.
const STEP: usize = 5;

struct Layout {
    files: Vec<(PathBuf, String)>,
    arguments: Vec<&'static str>,
}

fn sam_layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for folder in FOLDERS.map(Path::new) {
        for parameters in PARAMETERS {
            for sam in SAM {
                for arguments in ARGUMENTS {
                    let template = format!("{parameters}{FUNCTION}");
                    let mut files = vec![(folder.join("template.yaml"), template)];
                    if !sam.is_empty() {
                        files.push((folder.join("samconfig.toml"), sam.to_owned()));
                    }
                    layouts.push(Layout {
                        files,
                        arguments: arguments.to_vec(),
                    });
                }
            }
        }
    }
    layouts
}

fn cdk_layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for folder in FOLDERS.map(Path::new) {
        for (settings, output) in [
            (Some("{ \"app\": \"node app.js\" }"), "cdk.out"),
            (Some("{ \"output\": \"build/cdk\" }"), "build/cdk"),
            (None, "cdk.out"),
        ] {
            for stacks in [&["Shop"][..], &["Shop", "ShopWorker"]] {
                for arguments in ARGUMENTS {
                    let mut files = assembly(&folder.join(output), stacks);
                    let settings = settings.map(str::to_owned);
                    files.extend(settings.map(|settings| (folder.join("cdk.json"), settings)));
                    layouts.push(Layout {
                        files,
                        arguments: arguments.to_vec(),
                    });
                }
            }
        }
    }
    layouts
}

fn assembly(folder: &Path, stacks: &[&str]) -> Vec<(PathBuf, String)> {
    let artifacts: Vec<String> = stacks
        .iter()
        .map(|name| {
            format!(
                r#""{name}": {{ "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
                "properties": {{ "templateFile": "{name}.template.json" }} }}"#
            )
        })
        .collect();
    let manifest = format!(
        r#"{{ "version": "48.0.0", "artifacts": {{ {} }} }}"#,
        artifacts.join(", ")
    );
    let template = r#"{ "Resources": { "Queue": { "Type": "AWS::SQS::Queue" } } }"#;
    let templates = stacks.iter().map(|name| {
        let file = folder.join(format!("{name}.template.json"));
        (file, template.to_owned())
    });
    let manifest = (folder.join("manifest.json"), manifest);
    std::iter::once(manifest).chain(templates).collect()
}

#[test]
fn what_init_writes_is_planned_by_its_next_step() {
    let folder = support::folder().join("init");
    let sam = sam_layouts().into_iter().step_by(STEP);
    let layouts: Vec<Layout> = sam.chain(cdk_layouts()).collect();
    let mut wrong = Vec::new();
    for layout in &layouts {
        if let Err(reason) = check(layout, &folder) {
            let shown: Vec<String> = layout
                .files
                .iter()
                .map(|(path, text)| format!("{}:\n{text}", path.display()))
                .collect();
            wrong.push(format!(
                "{:?}\n{}{reason}",
                layout.arguments,
                shown.concat()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn check(layout: &Layout, folder: &Path) -> Result<(), String> {
    prepare(layout, folder);
    let mut arguments = vec!["init", "--format=json"];
    arguments.extend(&layout.arguments);
    let written = Program::new(folder, &arguments).run();
    if written.code != Some(0) {
        return Err(text(&written));
    }
    let document = written.json();
    let next = document["next"].as_str().unwrap();
    let next: Vec<&str> = next.split(' ').skip(1).collect();
    let environments = document["environments"].as_array().unwrap().iter();
    let environments = environments.map(|name| name.as_str().unwrap());
    let plain = std::iter::once(next.clone());
    let all = plain.chain(environments.map(|name| {
        let mut with = next.clone();
        if let Some(at) = with.iter().position(|word| *word == "--env") {
            with.truncate(at);
        }
        with.extend(["--env", name]);
        with
    }));
    for step in all {
        let planned = Program::new(folder, &step).run();
        if planned.code != Some(0) {
            return Err(format!("{step:?}: {}", text(&planned)));
        }
    }
    Ok(())
}

fn text(done: &Finished) -> String {
    format!("{:?}\n{}{}", done.code, done.stdout, done.stderr)
}

fn prepare(layout: &Layout, folder: &Path) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder.join("conf")).unwrap();
    for (path, text) in &layout.files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

#[test]
fn an_existing_file_is_named_before_anything_is_read() {
    let folder = support::folder().join("init-existing");
    prepare(
        &Layout {
            files: vec![("tracewatch.toml".into(), "[stack]\n".to_owned())],
            arguments: Vec::new(),
        },
        &folder,
    );
    let failed = Program::new(&folder, &["init"]).run().exits(1);
    assert_eq!(
        failed.stderr,
        "error: `tracewatch.toml` exists already and is not overwritten: edit it, or write another file with --config\n"
    );
}

#[test]
fn several_stacks_one_level_down_are_listed() {
    let folder = support::folder().join("init-several");
    let template = |folder: &str| {
        (
            PathBuf::from(folder).join("template.yaml"),
            FUNCTION.to_owned(),
        )
    };
    let mut files = vec![
        template("orders"),
        template("payments"),
        template("node_modules"),
    ];
    files.push(("chart/template.yaml".into(), "kind: Service\n".to_owned()));
    prepare(
        &Layout {
            files,
            arguments: Vec::new(),
        },
        &folder,
    );
    let failed = Program::new(&folder, &["init"]).run().exits(1);
    assert_eq!(
        failed.stderr,
        "error: there are several stacks one level down: name one (--template orders/template.yaml, --template payments/template.yaml)\n"
    );
}

#[test]
fn a_template_with_an_error_is_shown_and_nothing_is_written() {
    let folder = support::folder().join("init-broken");
    prepare(
        &Layout {
            files: vec![("template.yaml".into(), "Resources: [".to_owned())],
            arguments: Vec::new(),
        },
        &folder,
    );
    Program::new(&folder, &["init"]).run().exits(1);
    assert!(!folder.join("tracewatch.toml").exists());
}

#[test]
fn files_in_utf_16_are_read() {
    let folder = support::folder().join("init-utf-16");
    prepare(
        &Layout {
            files: vec![("template.yaml".into(), FUNCTION.to_owned())],
            arguments: Vec::new(),
        },
        &folder,
    );
    let sam = "[default.deploy.parameters]\nstack_name = \"shop-of-sam\"\n";
    let units = std::iter::once(0xFEFF).chain(sam.encode_utf16());
    let bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
    std::fs::write(folder.join("samconfig.toml"), bytes).unwrap();
    Program::new(&folder, &["init"]).run().exits(0);
    let written = std::fs::read_to_string(folder.join("tracewatch.toml")).unwrap();
    assert!(written.contains("name = \"shop-of-sam\""), "{written}");
}
