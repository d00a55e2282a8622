//! Lists the built-in alarm definitions and dashboard templates, so that adding a service adds files and no code, and
//! writes the sandbox's service models as Rust tables.

#[path = "build/service_models.rs"]
mod service_models;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let definitions = files("alarms", "toml");
    let boards = files("dashboards", "hbs");
    let mut code = String::new();
    list(
        &mut code,
        "DEFINITIONS_WITH_TESTS",
        &definitions,
        str::to_owned,
    );
    list(&mut code, "DEFINITIONS", &definitions, without_tests);
    list(&mut code, "BOARDS", &boards, str::to_owned);
    let out = env::var("OUT_DIR").expect("cargo sets the output folder");
    let out = Path::new(&out);
    fs::write(out.join("builtin.rs"), code).expect("the output folder can be written");
    fs::write(out.join("service_models.rs"), models()).expect("the output folder can be written");
}

fn models() -> String {
    let mut code = String::new();
    for path in files("src/sandbox/models", "json") {
        let stem = path.file_stem().expect("a file has a name");
        let text = fs::read_to_string(&path).expect("the files are UTF-8");
        let model = serde_json::from_str(&text).expect("the models are JSON");
        code += &service_models::tables(&stem.to_string_lossy(), &model);
    }
    code
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={folder}");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets the manifest folder");
    let entries =
        fs::read_dir(Path::new(&root).join(folder)).expect("the folder stands beside Cargo.toml");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|found| found == extension));
    paths.sort();
    paths
}

/// A constant with the name and the text of every file.
fn list(code: &mut String, constant: &str, files: &[PathBuf], change: impl Fn(&str) -> String) {
    writeln!(code, "pub(super) const {constant}: &[(&str, &str)] = &[")
        .expect("a string takes text");
    for path in files {
        let stem = path
            .file_stem()
            .expect("a file has a name")
            .to_string_lossy()
            .into_owned();
        let text = change(&fs::read_to_string(path).expect("the files are UTF-8"));
        writeln!(code, "    ({stem:?}, {text:?}),").expect("a string takes text");
    }
    code.push_str("];\n");
}

/// Most commands have no use for the tests of definitions, and should not have to read them. Their lines stay, so that places do.
fn without_tests(text: &str) -> String {
    let mut in_test = false;
    let lines = text.lines().map(|line| {
        if line.starts_with('[') {
            in_test = line.starts_with("[[alarm.test]]") || line.starts_with("[[composite.test]]");
        }
        if in_test {
            "\n".to_owned()
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}
