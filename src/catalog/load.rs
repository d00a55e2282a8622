//! Loads a catalogue: the built-in files, and the project's `alarms/` and `dashboards/`.

use std::path::Path;

use super::builtin;
use super::checks;
use super::contents::{Catalog, ServiceEntry, ServiceOrigin};
use super::read::{DefinitionFile, FileRole, definition_file};
use crate::diagnostic::{Diagnostic, Source, WithDiagnostics};
use crate::files::{FileInFolder, in_folder};

impl Catalog {
    /// The built-in catalogue, extended by the folders `alarms/` and `dashboards/` in `root`. A project's files are read and checked now,
    /// built-in files on first use: tests check them.
    pub fn load(root: Option<&Path>) -> WithDiagnostics<Catalog> {
        let mut catalog = Catalog::default();
        for file in builtin::files() {
            catalog.add_built_in(file);
        }
        catalog.complete(root, Vec::new())
    }

    /// The same catalogue, completely parsed and checked, with the tests of all definitions.
    pub fn load_with_tests(root: Option<&Path>) -> WithDiagnostics<Catalog> {
        let mut catalog = Catalog::default();
        let mut diagnostics = Vec::new();
        for file in builtin::files() {
            let source = file.source(file.text);
            let (content, found) = definition_file(&source, file.stem, FileRole::BuiltIn);
            diagnostics.extend(found);
            catalog.add_content(content);
        }
        catalog.complete(root, diagnostics)
    }

    /// Adds boards and the project's files, and checks the definitions that no test checks.
    fn complete(
        mut self,
        root: Option<&Path>,
        mut diagnostics: Vec<Diagnostic>,
    ) -> WithDiagnostics<Catalog> {
        for (stem, text) in builtin::boards() {
            let source = Source::new(format!("dashboards/{stem}.hbs (built in)"), *text);
            self.boards.add_built_in(stem, &source);
        }
        if let Some(root) = root {
            for file in in_folder(root, "alarms", &["toml"], &mut diagnostics) {
                diagnostics.extend(self.add_project_file(&file));
            }
            for file in in_folder(root, "dashboards", &["hbs"], &mut diagnostics) {
                diagnostics.extend(self.boards.add(&file.stem, &file.source));
            }
        }
        self.sort();
        let project_services = self
            .services()
            .iter()
            .filter(|service| service.origin != ServiceOrigin::BuiltIn)
            .map(ServiceEntry::definition);
        diagnostics.extend(checks::check(&self, project_services));
        WithDiagnostics {
            value: self,
            diagnostics,
        }
    }
}

impl Catalog {
    fn add_project_file(&mut self, file: &FileInFolder) -> Vec<Diagnostic> {
        let base = self
            .services()
            .iter()
            .find(|service| service.file == file.stem)
            .map(ServiceEntry::definition);
        let (content, diagnostics) =
            definition_file(&file.source, &file.stem, FileRole::Project(base));
        self.add_content(content);
        diagnostics
    }

    fn add_content(&mut self, content: DefinitionFile) {
        for (kind, entry) in content.types {
            self.add_type(kind, entry);
        }
        if let Some(service) = content.service {
            self.add_service(service);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::definition::ServiceDefinition;

    #[test]
    fn every_built_in_text_and_board_is_a_template() {
        for file in builtin::files() {
            let source = file.source(file.text);
            let (_, diagnostics) = definition_file(&source, file.stem, FileRole::Project(None));
            assert_eq!(diagnostics, [], "{}", file.stem);
        }
        let mut catalog = Catalog::default();
        for (stem, text) in builtin::boards() {
            let diagnostics = catalog.boards.add(stem, &Source::new(*stem, *text));
            assert_eq!(diagnostics, [], "{stem}");
        }
    }

    #[test]
    fn the_built_in_catalogue_has_no_mistakes_and_no_dead_metric() {
        let WithDiagnostics {
            value: catalog,
            diagnostics,
        } = Catalog::load_with_tests(None);
        assert_eq!(diagnostics, []);
        let mut definitions: Vec<ServiceDefinition> = catalog.definitions().cloned().collect();
        for metric in definitions
            .iter_mut()
            .flat_map(|definition| definition.metrics.values_mut())
        {
            metric.built_in = false;
        }
        assert_eq!(checks::check(&catalog, definitions.iter()), []);
    }

    #[test]
    fn the_index_of_built_in_files_agrees_with_the_files() {
        let indexed = Catalog::load(None).value;
        let read = Catalog::load_with_tests(None).value;
        let content = |catalog: &Catalog| -> Vec<_> {
            let services = catalog.services().iter();
            services
                .map(|service| {
                    (
                        service.file.clone(),
                        service.kind.clone(),
                        service.order,
                        service.alarms.clone(),
                        service.events.clone(),
                        without_tests(service.definition()),
                    )
                })
                .collect()
        };
        assert_eq!(content(&indexed), content(&read));
        let types = |catalog: &Catalog| -> Vec<_> {
            let kinds = crate::inventory::Types::kinds(catalog).into_iter();
            kinds
                .map(|kind| {
                    (
                        kind.to_owned(),
                        format!("{:?}", catalog.type_entry(kind).map(|entry| &entry.facts)),
                    )
                })
                .collect()
        };
        assert_eq!(types(&indexed), types(&read));
    }

    /// Places are left out too: they count bytes, and the tests' bytes are missing in the index.
    fn without_tests(definition: &ServiceDefinition) -> Vec<String> {
        let alarms = definition.alarms.iter();
        alarms
            .map(|alarm| {
                let (line, column) = alarm.place.source.position(alarm.place.span.start);
                format!(
                    "{} {} {:?} {:?} at {line}:{column}",
                    alarm.name,
                    alarm.summary.source(),
                    alarm.floor.as_ref().map(|floor| floor.min),
                    alarm.window.periods(),
                )
            })
            .collect()
    }
}
