//! A preset's definitions in place of the built-in ones.

use super::builtin::preset_file;
use super::definition::{Enabled, ServiceDefinition};
use super::overlay;
use super::read::{FileRole, built_in_service, definition_file};
use crate::diagnostic::Diagnostic;
use crate::project::Preset;

/// Switches the definitions of a built-in file off, and adds those of the preset, without tests.
pub(super) fn apply(preset: Preset, definition: &mut ServiceDefinition) {
    let added = preset_file(preset, &definition.file).map(|file| {
        let source = file.source(preset, &file.text_without_tests());
        built_in_service(&source, file.stem, FileRole::Preset(definition))
            .expect("a test reads every file of a preset")
    });
    replace(preset, definition, added);
}

/// The same with tests and diagnostics.
pub(super) fn apply_with_tests(
    preset: Preset,
    definition: &mut ServiceDefinition,
) -> Vec<Diagnostic> {
    let Some(file) = preset_file(preset, &definition.file) else {
        replace(preset, definition, None);
        return Vec::new();
    };
    let source = file.source(preset, file.text);
    let (added, diagnostics) = definition_file(&source, file.stem, FileRole::Preset(definition));
    replace(preset, definition, added.service);
    diagnostics
}

fn replace(preset: Preset, definition: &mut ServiceDefinition, added: Option<ServiceDefinition>) {
    let off = Enabled::NotInPreset(preset);
    for alarm in &mut definition.alarms {
        alarm.enabled = off;
    }
    for composite in &mut definition.composites {
        composite.enabled = off;
    }
    for event in &mut definition.events {
        event.enabled = off;
    }
    if let Some(added) = added {
        overlay::service(definition, added);
    }
}
