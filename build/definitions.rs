//! Indexes the built-in definition files by resource type and lists the boards, so that a new service needs files and no code, and a file
//! costs nothing at start-up unless the stack has its type.
//!
//! `TRACEWATCH_EXTRA_ALARMS=FOLDER` builds in the definition files of one more folder; `benches/run.py` measures the cost of files with it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::de::{DeTable, DeValue};

/// The code of the index.
pub(crate) fn index(root: &Path) -> String {
    let mut definitions = files(&root.join("alarms"), "toml");
    println!("cargo::rerun-if-env-changed=TRACEWATCH_EXTRA_ALARMS");
    if let Ok(folder) = env::var("TRACEWATCH_EXTRA_ALARMS") {
        definitions.extend(files(Path::new(&folder), "toml"));
    }
    let mut code = String::from("static FILES: &[BuiltInFile] = &[\n");
    let mut all_types = Vec::new();
    let mut arn_uris = BTreeSet::new();
    for path in &definitions {
        let text = read(path);
        let file = DefinitionFile::index(&text, path);
        all_types.extend(file.types.iter().map(|(kind, _)| kind.clone()));
        arn_uris.extend(file.arn_uris.iter().cloned());
        file.write(&stem(path), &text, &mut code);
    }
    code.push_str("];\n\n");
    for folder in folders(&root.join("presets")) {
        preset(&folder, &mut code);
    }
    code.push_str("static BOARDS: &[(&str, &str)] = &[\n");
    for path in files(&root.join("dashboards"), "hbs") {
        writeln!(code, "    ({:?}, {:?}),", stem(&path), read(&path)).expect("writes to a string");
    }
    code.push_str("];\n");
    let published = root.join("src/catalog/published.toml");
    println!("cargo::rerun-if-changed={}", published.display());
    let fixed_regions = Vec::from_iter(fixed_regions(&read(&published)));
    writeln!(code, "static FIXED_REGIONS: &[&str] = &{fixed_regions:?};")
        .expect("writes to a string");
    let arn_uris = Vec::from_iter(arn_uris);
    writeln!(code, "static ARN_URIS: &[&str] = &{arn_uris:?};").expect("writes to a string");
    all_types.sort();
    let types = all_types.len();
    all_types.dedup();
    assert_eq!(types, all_types.len(), "two files have facts about a type");
    code
}

/// Writes the index of a preset's files.
fn preset(folder: &Path, code: &mut String) {
    let name = stem(folder).to_uppercase().replace('-', "_");
    writeln!(code, "static {name}: &[PresetFile] = &[").expect("writes to a string");
    for path in files(folder, "toml") {
        let text = read(&path);
        let DefinitionFile {
            alarms,
            regions,
            left_out,
            ..
        } = DefinitionFile::index(&text, &path);
        let stem = stem(&path);
        let regions = Vec::from_iter(regions);
        writeln!(
            code,
            "    PresetFile {{ stem: {stem:?}, text: {text:?}, alarms: &{alarms:?}, regions: &{regions:?}, left_out: &{left_out:?} }},"
        )
        .expect("writes to a string");
    }
    code.push_str("];\n\n");
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    paths.sort();
    paths
}

pub(crate) fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder exists")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == extension))
        .collect();
    paths.sort();
    paths
}

pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the files are UTF-8")
}

pub(crate) fn stem(path: &Path) -> String {
    let stem = path.file_stem().expect("a file has a name");
    stem.to_string_lossy().into_owned()
}

/// The index of one definition file.
#[derive(Default)]
struct DefinitionFile {
    kind: Option<String>,
    order: Option<i64>,
    /// Names of alarms.
    alarms: Vec<String>,
    /// Names of events.
    events: Vec<String>,
    /// The Regions that the file, its metrics or its alarms name.
    regions: BTreeSet<String>,
    /// Types with facts in the file, and their parts of its text.
    types: Vec<(String, Range<usize>)>,
    /// The patterns of URIs that contain an ARN, of these types.
    arn_uris: Vec<String>,
    /// The parts of the text with tests and with facts about types.
    left_out: Vec<Range<usize>>,
}

impl DefinitionFile {
    fn index(text: &str, path: &Path) -> Self {
        let mut index = Self::default();
        for part in tables(text) {
            let content = &text[part.clone()];
            let table =
                DeTable::parse(content).map_err(|error| format!("{}: {error}", path.display()));
            let table = table.expect("a built-in file is TOML").into_inner();
            if !index.add(&table, part.clone()) {
                index.left_out.push(part);
            }
        }
        index
    }

    /// Takes one table of the file in. Whether it belongs to the service and is not a test.
    fn add(&mut self, table: &DeTable<'_>, part: Range<usize>) -> bool {
        if let Some(DeValue::Table(types)) = table.get("types").map(toml::Spanned::get_ref) {
            for facts in types
                .values()
                .filter_map(|facts| facts.get_ref().as_table())
            {
                let uri = facts.get("arn_uri").and_then(|uri| uri.get_ref().as_str());
                self.arn_uris.extend(uri.map(str::to_owned));
            }
            for kind in types.keys() {
                self.types.push((kind.get_ref().to_string(), part.clone()));
            }
            return false;
        }
        if let Some(kind) = table
            .get("resource")
            .and_then(|kind| kind.get_ref().as_str())
        {
            self.kind = Some(kind.to_owned());
        }
        if let Some(order) = table
            .get("order")
            .and_then(|order| order.get_ref().as_integer())
        {
            self.order = order.as_str().parse().ok();
        }
        self.regions.extend(regions(table));
        for alarm in array(table, "alarm") {
            self.regions.extend(regions(alarm));
            self.alarms.push(name(alarm));
        }
        self.events.extend(array(table, "event").map(name));
        // `[[alarm.test]]` alone is a table `alarm`, `[[alarm]]` is an array.
        !["alarm", "composite", "event", "log_metric"]
            .iter()
            .any(|key| {
                let part = table.get(*key).and_then(|part| part.get_ref().as_table());
                part.is_some_and(|part| part.contains_key("test") || part.contains_key("trial"))
            })
    }

    fn write(&self, stem: &str, text: &str, code: &mut String) {
        let service = self.kind.as_ref().map(|kind| {
            let order = self.order.expect("a built-in service has an order");
            let (alarms, events) = (&self.alarms, &self.events);
            let regions: Vec<&String> = self.regions.iter().collect();
            let left_out = &self.left_out;
            format!(
                "BuiltInService {{ kind: {kind:?}, order: {order}, alarms: &{alarms:?}, events: &{events:?}, regions: &{regions:?}, left_out: &{left_out:?} }}"
            )
        });
        let service = service.map_or("None".to_owned(), |service| format!("Some({service})"));
        let types: Vec<String> = self
            .types
            .iter()
            .map(|(kind, part)| format!("BuiltInType {{ kind: {kind:?}, part: {part:?} }}"))
            .collect();
        writeln!(
            code,
            "    BuiltInFile {{ stem: {stem:?}, text: {text:?}, service: {service}, types: &[{}] }},",
            types.join(", ")
        )
        .expect("writes to a string");
    }
}

fn name(table: &DeTable<'_>) -> String {
    let name = table.get("name").and_then(|name| name.get_ref().as_str());
    name.expect("an alarm or event has a name").to_owned()
}

/// The Regions of a table and of the metrics in it.
fn regions(table: &DeTable<'_>) -> Vec<String> {
    let metrics = table
        .get("metrics")
        .and_then(|metrics| metrics.get_ref().as_table());
    let metrics = metrics.into_iter().flat_map(|metrics| metrics.values());
    let of_metrics = metrics.filter_map(|metric| metric.get_ref().as_table());
    let tables = std::iter::once(table).chain(of_metrics);
    let regions = tables.filter_map(|table| table.get("region")?.get_ref().as_str());
    regions.map(str::to_owned).collect()
}

/// The values of `regions` in `published.toml`.
fn fixed_regions(published: &str) -> BTreeSet<String> {
    let namespaces = DeTable::parse(published)
        .expect("published.toml is TOML")
        .into_inner();
    let groups = namespaces
        .values()
        .filter_map(|groups| groups.get_ref().as_array());
    let groups = groups
        .flat_map(|groups| groups.iter())
        .filter_map(|group| group.get_ref().as_table());
    let regions = groups.filter_map(|group| group.get("regions")?.get_ref().as_array());
    let regions = regions.flat_map(|regions| regions.iter());
    regions
        .filter_map(|region| Some(region.get_ref().as_str()?.to_owned()))
        .collect()
}

fn array<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> impl Iterator<Item = &'t DeTable<'i>> {
    let items = table.get(key).and_then(|value| value.get_ref().as_array());
    items
        .into_iter()
        .flat_map(|items| items.iter())
        .filter_map(|item| item.get_ref().as_table())
}

/// The parts of a file that begin with a header, and the part before the first one.
fn tables(text: &str) -> Vec<Range<usize>> {
    let mut starts = vec![0];
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with('[') && offset > 0 {
            starts.push(offset);
        }
        offset += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(start, end)| *start..end)
        .collect()
}
