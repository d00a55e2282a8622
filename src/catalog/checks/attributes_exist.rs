//! Every attribute that a text reads is one that the type has.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::Catalog;
use crate::catalog::definition::{ENTRY_POINT, ServiceDefinition};
use crate::catalog::{ServiceEntry, ServiceOrigin};
use crate::diagnostic::{Code, Diagnostic, Needs};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::UnknownWord],
    needs: Needs::Nothing,
    run: Run::Catalog(run),
};

/// Built-in files are left out, because a test checks them.
fn run(catalog: &Catalog) -> Vec<Diagnostic> {
    let services = catalog.services().iter();
    let of_project = services.filter(|service| service.origin != ServiceOrigin::BuiltIn);
    let definitions = of_project.map(ServiceEntry::definition);
    let diagnostics = definitions.flat_map(|service| unknown_attributes(catalog, service));
    diagnostics.collect()
}

fn unknown_attributes(catalog: &Catalog, service: &ServiceDefinition) -> Vec<Diagnostic> {
    if service.kind == ENTRY_POINT {
        return Vec::new();
    }
    let entry = catalog.type_entry(&service.kind);
    let known: Vec<&String> = entry
        .iter()
        .flat_map(|entry| entry.facts.attributes.keys())
        .collect();
    let read = service
        .texts()
        .flat_map(|text| text.members_of("attribute"));
    let mut diagnostics = Vec::new();
    for (name, place) in read.filter(|(name, _)| !known.contains(&name)) {
        let message = format!("no attribute `{name}` of `{}` is known", service.kind);
        let diagnostic = Diagnostic::new(Code::UnknownWord, message).at(place);
        let diagnostic = suggest(diagnostic, &name, known.iter());
        // Metrics share the file's dimensions.
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_texts_read_known_attributes() {
        let catalog = Catalog::load(None, None).value;
        for service in catalog.definitions() {
            assert_eq!(
                unknown_attributes(&catalog, service),
                [],
                "{}",
                service.file
            );
        }
    }
}
