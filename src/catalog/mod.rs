//! All that may be watched: definitions and boards, the built-in ones with a project's own laid over them, checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Source, WithDiagnostics};
use crate::inventory::{Identity, Types};
use crate::semantics::limits;

pub mod board;
mod checks;
pub mod condition;
pub mod definition;
mod overlay;
pub mod published;
pub mod read;
pub mod testing;
pub mod text;

use board::Boards;
use definition::ServiceDefinition;
use read::{DefinitionFile, Origin, TypeEntry};
use text::Texts;

mod builtin {
    include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

    pub(super) fn definitions() -> &'static [(&'static str, &'static str)] {
        DEFINITIONS
    }

    pub(super) fn definitions_with_tests() -> &'static [(&'static str, &'static str)] {
        DEFINITIONS_WITH_TESTS
    }

    pub(super) fn boards() -> &'static [(&'static str, &'static str)] {
        BOARDS
    }
}

/// Definitions, boards and facts about types; texts are compiled.
#[derive(Debug, Default)]
pub struct Catalog {
    pub services: Vec<ServiceDefinition>,
    pub types: BTreeMap<String, TypeEntry>,
    pub texts: Texts,
    pub boards: Boards,
}

impl Catalog {
    /// The built-in catalogue with the folders `alarms/` and `dashboards/` under `root`, where there are any, laid over it.
    pub fn load(root: Option<&Path>) -> WithDiagnostics<Catalog> {
        Self::of(builtin::definitions(), root)
    }

    /// The same with the tests of the built-in definitions, which nothing else needs.
    pub fn load_with_tests(root: Option<&Path>) -> WithDiagnostics<Catalog> {
        Self::of(builtin::definitions_with_tests(), root)
    }

    fn of(definitions: &[(&str, &str)], root: Option<&Path>) -> WithDiagnostics<Catalog> {
        let mut catalog = Catalog::default();
        let mut diagnostics = Vec::new();
        for (stem, text) in definitions {
            diagnostics.extend(catalog.add_definitions(stem, text, None));
        }
        for (stem, text) in builtin::boards() {
            catalog.boards.add_built_in(
                stem,
                &Source::new(format!("dashboards/{stem}.hbs (built in)"), *text),
            );
        }
        if let Some(root) = root {
            catalog.texts.check_at_once();
            catalog.add_folder(
                &root.join("alarms"),
                "toml",
                &mut diagnostics,
                |catalog, stem, source| {
                    catalog.add_definitions(stem, &source.text, Some(&source.name))
                },
            );
            catalog.add_folder(
                &root.join("dashboards"),
                "hbs",
                &mut diagnostics,
                |catalog, stem, source| catalog.boards.add(stem, source),
            );
        }
        catalog
            .services
            .sort_by(|left, right| (left.order, &left.file).cmp(&(right.order, &right.file)));
        diagnostics.extend(checks::check(&catalog));
        WithDiagnostics {
            value: catalog,
            diagnostics,
        }
    }

    /// The Regions other than the stack's own in which definitions may have alarms: those that a
    /// definition names, and those of services that publish to a fixed Region. Only Regions of the
    /// stack's partition.
    pub fn fixed_regions(&self, home: &Identity) -> BTreeSet<&str> {
        let mut regions = BTreeSet::new();
        for service in &self.services {
            regions.extend(service.regions());
        }
        for region in published::all_regions() {
            regions.insert(region);
        }
        regions.remove(home.region.as_str());
        regions.retain(|region| limits::partition(region) == home.partition);
        regions
    }

    /// The part of the facts that a stack's readers need.
    pub fn type_facts(&self) -> Types {
        self.types
            .iter()
            .map(|(kind, entry)| (kind.clone(), entry.facts.clone()))
            .collect()
    }

    fn add_definitions(
        &mut self,
        stem: &str,
        text: &str,
        user_file: Option<&str>,
    ) -> Vec<Diagnostic> {
        let name = user_file.map_or_else(
            || format!("alarms/{stem}.toml (built in)"),
            ToOwned::to_owned,
        );
        let source = Source::new(name, text);
        let base = self.services.iter().find(|service| service.file == stem);
        let origin = Origin {
            stem,
            base,
            built_in: user_file.is_none(),
        };
        let (DefinitionFile { service, types }, diagnostics) =
            read::definition_file(&source, origin, &mut self.texts);
        for (kind, entry) in types {
            overlay::type_entry(self.types.entry(kind).or_default(), entry);
        }
        if let Some(service) = service {
            overlay::watch(&mut self.services, service);
        }
        diagnostics
    }

    fn add_folder(
        &mut self,
        folder: &Path,
        extension: &str,
        diagnostics: &mut Vec<Diagnostic>,
        add: impl Fn(&mut Self, &str, &Arc<Source>) -> Vec<Diagnostic>,
    ) {
        for path in files(folder, extension) {
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            match fs::read_to_string(&path) {
                Ok(text) => diagnostics.extend(add(
                    self,
                    &stem,
                    &Source::new(path.display().to_string(), text),
                )),
                Err(error) => diagnostics.push(Diagnostic::new(
                    Code::FileUnreadable,
                    format!("{}: {error}", path.display()),
                )),
            }
        }
    }
}

/// The files of a folder with one ending, by name; none when there is no such folder.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_text_and_board_is_a_template() {
        let mut catalog = Catalog::default();
        catalog.texts.check_at_once();
        for (stem, text) in builtin::definitions() {
            assert_eq!(catalog.add_definitions(stem, text, None), [], "{stem}");
        }
        for (stem, text) in builtin::boards() {
            assert_eq!(
                catalog.boards.add(stem, &Source::new(*stem, *text)),
                [],
                "{stem}"
            );
        }
    }

    #[test]
    fn the_built_in_catalogue_has_no_faults_and_no_dead_metric() {
        let WithDiagnostics {
            value: mut catalog,
            diagnostics,
        } = Catalog::load(None);
        assert_eq!(diagnostics, []);
        for word in catalog
            .services
            .iter_mut()
            .flat_map(|service| service.metrics.values_mut())
        {
            word.built_in = false;
        }
        assert_eq!(checks::check(&catalog), []);
    }
}
