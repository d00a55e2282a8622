//! Writes data as Rust tables: the index of the built-in definitions and boards, and the sandbox's service models.

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
