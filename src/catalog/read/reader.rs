//! Reads the texts and expressions of a definition file and registers the properties that they use.

use crate::catalog::condition::Cel;
use crate::catalog::definition::{Enabled, ServiceDefinition, When};
use crate::catalog::known_properties;
use crate::catalog::properties::UsedProperties;
use crate::catalog::text::{Readable, TextTemplate, TextUse};
use crate::diagnostic::Diagnostic;
use crate::semantics::place::part;
use crate::spanned::{Spanned, Table};

/// The role of a definition file in the catalogue.
#[derive(Debug, Clone, Copy)]
pub(crate) enum FileRole<'a> {
    BuiltIn,
    /// A preset's file. It extends the built-in definition of the same name.
    Preset(&'a ServiceDefinition),
    /// A project's file. It extends the definition of the same name, if there is one.
    Project(Option<&'a ServiceDefinition>),
}

impl<'a> FileRole<'a> {
    /// Whether the file is a part of the program.
    pub(super) fn is_built_in(self) -> bool {
        matches!(self, FileRole::BuiltIn | FileRole::Preset(_))
    }

    pub(super) fn base(self) -> Option<&'a ServiceDefinition> {
        match self {
            FileRole::BuiltIn => None,
            FileRole::Preset(base) => Some(base),
            FileRole::Project(base) => base,
        }
    }
}

/// Reads `enabled`; absent is on.
pub(super) fn enabled(table: &mut Table<'_>) -> Enabled {
    match table.boolean("enabled") {
        Some(enabled) if !enabled.value => Enabled::No,
        _ => Enabled::Yes,
    }
}

/// The only constructor of texts and expressions in definitions: it knows all used properties at the end.
#[derive(Debug)]
pub(super) struct DefinitionReader<'a> {
    pub(super) role: FileRole<'a>,
    /// The type of resource of the definitions or facts.
    kind: String,
    used_properties: UsedProperties,
}

impl<'a> DefinitionReader<'a> {
    pub(super) fn new(role: FileRole<'a>, kind: &str) -> Self {
        Self {
            role,
            kind: kind.to_owned(),
            used_properties: UsedProperties::default(),
        }
    }

    pub(super) fn into_used_properties(self) -> UsedProperties {
        self.used_properties
    }

    pub(super) fn required_text(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
        text_use: TextUse,
    ) -> Option<TextTemplate> {
        let written = table.required(key, Table::string)?;
        Some(self.text(table, &written, text_use))
    }

    pub(super) fn optional_text(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
        text_use: TextUse,
    ) -> Option<TextTemplate> {
        let written = table.string(key)?;
        Some(self.text(table, &written, text_use))
    }

    /// A project's templates are compiled now; built-in ones on first use, because a test compiles all of them.
    pub(super) fn text(
        &mut self,
        table: &Table<'_>,
        written: &Spanned<String>,
        text_use: TextUse,
    ) -> TextTemplate {
        let text = TextTemplate::new(written);
        self.used_properties.register(text.property_paths());
        if !self.role.is_built_in() {
            let kind = &self.kind;
            for diagnostic in text.check(Readable { text_use, kind }) {
                table.report(diagnostic);
            }
        }
        text
    }

    pub(super) fn required_cel(&mut self, table: &mut Table<'_>, key: &'static str) -> Option<Cel> {
        let written = table.required(key, Table::string)?;
        self.cel(table, Cel::parse(&written))
    }

    pub(super) fn optional_cel(&mut self, table: &mut Table<'_>, key: &'static str) -> Option<Cel> {
        let written = table.string(key)?;
        self.cel(table, Cel::parse(&written))
    }

    pub(super) fn required_when(
        &mut self,
        table: &mut Table<'_>,
        key: &'static str,
    ) -> Option<When> {
        let written = table.required(key, Table::condition)?;
        let when = table.accept(When::parse(&written))?;
        self.used_properties.extend(&when.used_properties());
        Some(when)
    }

    fn cel(&mut self, table: &Table<'_>, parsed: Result<Cel, Diagnostic>) -> Option<Cel> {
        let cel = table.accept(parsed)?;
        self.used_properties.register(cel.property_paths());
        if !self.role.is_built_in() {
            self.check_properties(table, &cel);
        }
        Some(cel)
    }

    /// Only the first name of a path: the next one may be a function of CEL.
    fn check_properties(&self, table: &Table<'_>, cel: &Cel) {
        for path in cel.properties() {
            let first = path.split('.').next().unwrap_or(path);
            if let Some(diagnostic) = known_properties::diagnostic(&self.kind, first) {
                table.report(diagnostic.at(part(&cel.place, path)));
            }
        }
    }
}
