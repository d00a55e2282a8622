//! Notes about a file itself, beside its content.

use crate::diagnostic::{Code, Diagnostic, Encoding, Location, Source};

/// What a reader reports about the file itself, beside its content.
pub(crate) fn notes(source: &Source) -> Vec<Diagnostic> {
    encoding_note(source)
        .into_iter()
        .chain(location_note(source))
        .collect()
}

fn encoding_note(source: &Source) -> Option<Diagnostic> {
    match source.encoding {
        Encoding::Utf8 => None,
        Encoding::Utf16 => Some(
            Diagnostic::new(
                Code::FileInUtf16,
                format!("`{}` is in UTF-16 and was converted", source.name),
            )
            .help("PowerShell's `>` writes UTF-16: use `| Out-File -Encoding utf8` instead"),
        ),
    }
}

fn location_note(source: &Source) -> Option<Diagnostic> {
    match &source.location {
        Location::Project => None,
        Location::Outside => Some(Diagnostic::new(
            Code::FileOutsideProject,
            format!(
                "`{}` is outside the project's folder: diagnostics do not show its text",
                source.name
            ),
        )),
        Location::LinkedOutside(target) => Some(
            Diagnostic::new(
                Code::LinkOutsideProject,
                format!(
                    "`{}` is a symbolic link to `{}`, outside the project's folder: diagnostics do not show its text",
                    source.name,
                    target.display()
                ),
            )
            .help("replace the link by the file, or by one inside the project's folder"),
        ),
    }
}
