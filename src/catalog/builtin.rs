//! The built-in definition files and boards. `build.rs` writes their index, so that a file is parsed only when a stack needs it.

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Place, Source};

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
        let mut text = String::with_capacity(self.text.len());
        let mut from = 0;
        for part in service.left_out {
            text.push_str(&self.text[from..part.start]);
            let lines = self.text[part.clone()]
                .bytes()
                .filter(|byte| *byte == b'\n');
            text.extend(lines.map(char::from));
            from = part.end;
        }
        text.push_str(&self.text[from..]);
        text
    }

    /// A source named after the file: `text` has the file's lines.
    pub(super) fn source(&self, text: &str) -> Arc<Source> {
        Source::new(format!("alarms/{}.toml{BUILT_IN}", self.stem), text)
    }
}
