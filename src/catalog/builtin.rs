//! The built-in definition files and boards. `build.rs` writes their index, so that a file is parsed only when a stack needs it.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Place, Source};
use crate::project::Preset;

/// A file in `alarms/`.
pub(super) struct BuiltInFile {
    /// The file's name without its ending.
    pub(super) stem: &'static str,
    pub(super) text: &'static str,
    /// `None` for a file with only facts about types.
    pub(super) service: Option<BuiltInService>,
    pub(super) types: &'static [BuiltInType],
}

/// The definition in a file, as far as it is known without parsing.
pub(super) struct BuiltInService {
    pub(super) kind: &'static str,
    pub(super) order: i64,
    /// Names of its alarms, without composites.
    pub(super) alarms: &'static [&'static str],
    /// Names of its events.
    pub(super) events: &'static [&'static str],
    /// The Regions that the file, its metrics or its alarms name.
    pub(super) regions: &'static [&'static str],
    /// The parts of the file's text with tests and with facts about types.
    pub(super) left_out: &'static [Range<usize>],
}

/// A file in `presets/NAME/`. It extends the built-in file of the same name.
pub(super) struct PresetFile {
    /// The file's name without its ending.
    pub(super) stem: &'static str,
    pub(super) text: &'static str,
    /// Names of its alarms.
    pub(super) alarms: &'static [&'static str],
    /// The Regions that the file, its metrics or its alarms name.
    pub(super) regions: &'static [&'static str],
    /// The parts of the file's text with tests.
    pub(super) left_out: &'static [Range<usize>],
}

/// One type's facts.
pub(super) struct BuiltInType {
    pub(super) kind: &'static str,
    /// Their part of the file's text.
    pub(super) part: Range<usize>,
}

include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

pub(super) fn files() -> &'static [BuiltInFile] {
    FILES
}

/// The files of a preset.
pub(super) fn preset_files(preset: Preset) -> &'static [PresetFile] {
    match preset {
        Preset::AwsRecommended => AWS_RECOMMENDED,
    }
}

/// The preset's file that extends a built-in one.
pub(super) fn preset_file(preset: Preset, stem: &str) -> Option<&'static PresetFile> {
    preset_files(preset).iter().find(|file| file.stem == stem)
}

/// The text of a preset's file.
pub fn preset_text(preset: Preset, stem: &str) -> Option<&'static str> {
    preset_file(preset, stem).map(|file| file.text)
}

/// The Regions in `published.toml`: those of services that publish to a fixed Region.
pub(super) fn fixed_regions() -> &'static [&'static str] {
    FIXED_REGIONS
}

/// The patterns of URIs that contain an ARN, of all built-in types.
pub(super) fn arn_uris() -> &'static [&'static str] {
    ARN_URIS
}

/// Boards: the file's name without its ending, and its text.
pub(super) fn boards() -> &'static [(&'static str, &'static str)] {
    BOARDS
}

/// The end of the names that diagnostics show for built-in files.
const BUILT_IN: &str = " (built in)";

/// Whether a definition is written in a built-in file.
pub fn is_in_built_in_file(place: &Place) -> bool {
    place.source.name.ends_with(BUILT_IN)
}

/// The text of a built-in file without its facts about types, which stay built in.
pub fn built_in_text(stem: &str) -> Option<String> {
    let file = files().iter().find(|file| file.stem == stem)?;
    file.service.as_ref()?;
    let mut text = String::new();
    let mut from = 0;
    for BuiltInType { part, .. } in file.types {
        text.push_str(&file.text[from..part.start]);
        from = part.end;
    }
    text.push_str(&file.text[from..]);
    Some(text)
}

impl BuiltInFile {
    /// The text of the service: empty lines in place of tests and facts about types, so that places keep their lines.
    pub(super) fn service_text(&self, service: &BuiltInService) -> String {
        without_parts(self.text, service.left_out)
    }

    /// A source named after the file: `text` has the file's lines.
    pub(super) fn source(&self, text: &str) -> Arc<Source> {
        Source::new(format!("alarms/{}.toml{BUILT_IN}", self.stem), text)
    }
}

impl PresetFile {
    /// The text without tests: empty lines in their place.
    pub(super) fn text_without_tests(&self) -> String {
        without_parts(self.text, self.left_out)
    }

    /// A source named after the file: `text` has the file's lines.
    pub(super) fn source(&self, preset: Preset, text: &str) -> Arc<Source> {
        let (folder, stem) = (preset.name(), self.stem);
        Source::new(format!("presets/{folder}/{stem}.toml{BUILT_IN}"), text)
    }
}

/// A text with empty lines in place of parts.
fn without_parts(whole: &str, parts: &[Range<usize>]) -> String {
    let mut text = String::with_capacity(whole.len());
    let mut from = 0;
    for part in parts {
        text.push_str(&whole[from..part.start]);
        let lines = whole[part.clone()].bytes().filter(|byte| *byte == b'\n');
        text.extend(lines.map(char::from));
        from = part.end;
    }
    text.push_str(&whole[from..]);
    text
}
