//! Diagnostics as GitHub's workflow commands, which become annotations of a pull request.

use std::path::{Component, Path, PathBuf};

use super::level::Level;
use super::message::Diagnostic;
use super::place::Place;

/// One line without a line feed. `folder` is the path from the repository's root to the working
/// folder, the base of relative file paths.
pub fn annotation(diagnostic: &Diagnostic, folder: &Path) -> String {
    let diagnostic = diagnostic.shown();
    let command = match diagnostic.severity {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "notice",
    };
    let place = diagnostic
        .places
        .first()
        .map(|place| position(place, folder))
        .unwrap_or_default();
    let title = property(diagnostic.code.name());
    let help = diagnostic
        .help
        .as_ref()
        .map(|help| format!("\nhelp: {help}"))
        .unwrap_or_default();
    let message = data(&format!("{}{help}", diagnostic.message));
    format!("::{command} {place}title={title}::{message}")
}

fn position(place: &Place, folder: &Path) -> String {
    let file = normal(&folder.join(&place.source.name));
    let (line, column) = place.source.position(place.span.start);
    format!(
        "file={},line={line},col={column},",
        property(&file.to_string_lossy())
    )
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if parts.file_name().is_some() => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    parts
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Source};

    #[test]
    fn an_annotation_has_its_place_and_title() {
        let source = Source::new("alarms/x.toml", "a = 1\nb = 2\n");
        let diagnostic = Diagnostic::new(Code::UnknownKey, "unknown key `b`")
            .at(Place::new(&source, 6..7))
            .help("did you mean `c`?");
        assert_eq!(
            annotation(&diagnostic, Path::new("services/shop")),
            "::error file=services/shop/alarms/x.toml,line=2,col=1,title=unknown-key::unknown key `b`%0Ahelp: did you mean `c`?"
        );
        let above = Source::new("../../alarms/x.toml", "a");
        let diagnostic = Diagnostic::new(Code::UnknownKey, "x").at(Place::new(&above, 0..1));
        assert_eq!(
            annotation(&diagnostic, Path::new("services/shop/src")),
            "::error file=services/alarms/x.toml,line=1,col=1,title=unknown-key::x"
        );
    }

    #[test]
    fn what_would_end_a_message_or_a_property_is_escaped() {
        let source = Source::new("a,b:c%.toml", "x");
        let diagnostic = Diagnostic::new(Code::SamplingInert, "5 % of the rest\r\nx: y, z")
            .at(Place::new(&source, 0..1));
        assert_eq!(
            annotation(&diagnostic, Path::new("")),
            "::warning file=a%2Cb%3Ac%25.toml,line=1,col=1,title=sampling-inert::5 %25 of the rest%0D%0Ax: y, z"
        );
    }

    #[test]
    fn an_info_without_a_place_is_a_notice() {
        let diagnostic = Diagnostic::new(Code::Sandbox, "a sandbox");
        assert_eq!(
            annotation(&diagnostic, Path::new("")),
            "::notice title=sandbox::a sandbox"
        );
    }
}
