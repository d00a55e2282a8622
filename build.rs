//! Writes data as Rust tables: the index of the built-in definitions and boards, and the sandbox's service models. Tables of facts become JSON.

#[path = "build/definitions.rs"]
mod definitions;
#[path = "build/service_models.rs"]
mod service_models;

use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets the folder"));
    let out = env::var("OUT_DIR").expect("cargo sets the output folder");
    let out = Path::new(&out);
    fs::write(out.join("builtin.rs"), definitions::index(&root)).expect("the folder is writable");
    fs::write(out.join("service_models.rs"), models(&root)).expect("the folder is writable");
    for table in [
        "src/cost/prices.toml",
        "src/catalog/metric_conditions.toml",
        "src/catalog/published.toml",
        "src/catalog/quotas.toml",
        "src/catalog/recommended.toml",
    ] {
        let path = root.join(table);
        let name = format!("{}.json", definitions::stem(&path));
        fs::write(out.join(name), json(&path)).expect("the folder is writable");
    }
}

/// A TOML table as JSON, which the program reads with a tenth of the instructions.
fn json(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    let table: serde_json::Value =
        toml::from_str(&definitions::read(path)).expect("the tables are TOML");
    table.to_string()
}

fn models(root: &Path) -> String {
    let mut code = String::new();
    for path in definitions::files(&root.join("src/sandbox/models"), "json") {
        let text = definitions::read(&path);
        let model = serde_json::from_str(&text).expect("the models are JSON");
        code += &service_models::tables(&definitions::stem(&path), &model);
    }
    code
}
