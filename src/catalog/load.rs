//! Loads a catalogue: the built-in files, and the project's `alarms/` and `dashboards/`.

use std::path::Path;

use super::builtin;
use super::checks;
use super::contents::{Catalog, ServiceEntry, ServiceOrigin};
use super::preset;
use super::read::{DefinitionFile, FileRole, definition_file};
use crate::diagnostic::{Diagnostic, Source, WithDiagnostics};
use crate::files::{FileInFolder, in_folder};
use crate::project::Preset;

impl Catalog {
    /// The built-in catalogue with a preset, extended by the folders `alarms/` and `dashboards/` in `root`. A project's files are read and
    /// checked now, files of the program on first use: tests check them.
    pub fn load(root: Option<&Path>, preset: Option<Preset>) -> WithDiagnostics<Catalog> {
        let mut catalog = Catalog::with_preset(preset);
        for file in builtin::files() {
            catalog.add_built_in(file);
        }
        catalog.complete(root, Vec::new())
    }

    /// The same catalogue, completely parsed and checked, with the tests of all definitions.
    pub fn load_with_tests(
        root: Option<&Path>,
        preset: Option<Preset>,
    ) -> WithDiagnostics<Catalog> {
        let mut catalog = Catalog::with_preset(preset);
        let mut diagnostics = Vec::new();
        for file in builtin::files() {
            let source = file.source(file.text);
            let (mut content, found) = definition_file(&source, file.stem, FileRole::BuiltIn);
            diagnostics.extend(found);
            if let (Some(preset), Some(definition)) = (preset, &mut content.service) {
                diagnostics.extend(preset::apply_with_tests(preset, definition));
            }
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
    use std::collections::BTreeSet;

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

    /// The built-in alarms, and each preset.
    fn presets() -> impl Iterator<Item = Option<Preset>> {
        let presets = Preset::WORDS.iter().map(|(_, preset)| Some(*preset));
        std::iter::once(None).chain(presets)
    }

    #[test]
    fn the_catalogue_of_the_program_has_no_mistakes_and_no_dead_metric() {
        for preset in presets() {
            let WithDiagnostics {
                value: catalog,
                diagnostics,
            } = Catalog::load_with_tests(None, preset);
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
    }

    #[test]
    fn every_file_of_a_preset_extends_a_built_in_one_and_replaces_none_of_its_parts() {
        let built_in = Catalog::load(None, None).value;
        for preset in presets().flatten() {
            for file in builtin::preset_files(preset) {
                let mut services = built_in.services().iter();
                let service = services.find(|service| service.file == file.stem);
                let base = service.expect("a built-in file").definition();
                let source = file.source(preset, file.text);
                let role = FileRole::Project(Some(base));
                let (content, diagnostics) = definition_file(&source, file.stem, role);
                assert_eq!(diagnostics, [], "{}", file.stem);
                assert!(content.types.is_empty(), "{}", file.stem);
                let added = content.service.expect("definitions");
                for metric in added.metrics.keys() {
                    assert!(
                        !base.metrics.contains_key(metric),
                        "{}: {metric}",
                        file.stem
                    );
                }
                for named in added.named() {
                    let of_base = base.named().any(|old| old.name == named.name);
                    assert!(!of_base, "{}.{}", file.stem, named.name);
                    assert!(
                        named.name.starts_with("aws-"),
                        "{}.{}",
                        file.stem,
                        named.name
                    );
                }
            }
        }
    }

    #[test]
    fn a_preset_switches_the_built_in_definitions_off_and_its_own_on() {
        let preset = Preset::AwsRecommended;
        let catalog = Catalog::load(None, Some(preset)).value;
        for service in catalog.services() {
            let mut on = 0;
            for named in service.definition().named() {
                let is_of_preset = named.name.starts_with("aws-");
                assert_eq!(
                    named.enabled.is_on(),
                    is_of_preset,
                    "{}.{}",
                    service.file,
                    named.name
                );
                on += usize::from(is_of_preset);
            }
            assert_eq!(service.is_off, on == 0, "{}", service.file);
        }
    }

    #[test]
    fn the_index_of_built_in_files_agrees_with_the_files() {
        for preset in presets() {
            the_index_agrees(preset);
        }
    }

    fn the_index_agrees(preset: Option<Preset>) {
        let indexed = Catalog::load(None, preset).value;
        let read = Catalog::load_with_tests(None, preset).value;
        let content = |catalog: &Catalog| -> Vec<_> {
            let services = catalog.services().iter();
            services
                .map(|service| {
                    (
                        service.file.clone(),
                        service.kind.clone(),
                        service.order,
                        service.is_off,
                        BTreeSet::from_iter(service.regions.clone()),
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
