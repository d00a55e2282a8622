//! Lists the built-in alarm definitions and dashboard templates, so that adding a service adds files and no code.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets the manifest folder");
    let out = env::var("OUT_DIR").expect("cargo sets the output folder");
    let mut code = String::new();
    for (constant, folder, extension) in [("DEFINITIONS", "alarms", "toml"), ("BOARDS", "dashboards", "hbs")] {
        println!("cargo::rerun-if-changed={folder}");
        let entries = fs::read_dir(Path::new(&root).join(folder)).expect("the folder stands beside Cargo.toml");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|found| found == extension));
        paths.sort();
        writeln!(code, "/// Name and text of every file in `{folder}/`.\npub(super) const {constant}: &[(&str, &str)] = &[")
            .expect("a string takes text");
        for path in paths {
            let stem = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            writeln!(code, "    ({stem:?}, include_str!({:?})),", path.display().to_string()).expect("a string takes text");
        }
        code.push_str("];\n");
    }
    fs::write(Path::new(&out).join("builtin.rs"), code).expect("the output folder can be written");
}
