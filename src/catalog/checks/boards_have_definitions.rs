//! Every board has the name of a definition file.

use super::check::{CatalogCheck, Run};
use super::suggestion::suggest;
use crate::catalog::Catalog;
use crate::catalog::board::{DEFAULT, ON_OVERVIEW, OVERVIEW};
use crate::diagnostic::{Code, Diagnostic, Needs, Place};

pub(super) const CHECK: CatalogCheck = CatalogCheck {
    codes: &[Code::BoardWithoutDefinitions],
    needs: Needs::Nothing,
    run: Run::Catalog(run),
};

fn run(catalog: &Catalog) -> Vec<Diagnostic> {
    let known: Vec<&str> = catalog
        .services()
        .iter()
        .map(|service| &*service.file)
        .chain([OVERVIEW, DEFAULT])
        .collect();
    let lost = catalog.boards.names().filter(|name| {
        let file = name.strip_suffix(ON_OVERVIEW).unwrap_or(name);
        !known.contains(&file)
    });
    lost.filter_map(|name| {
        let source = catalog.boards.source(name)?;
        let diagnostic = Diagnostic::new(
            Code::BoardWithoutDefinitions,
            format!("no file `alarms/{name}.toml` says which resources this board shows"),
        );
        Some(suggest(diagnostic, name, known.iter()).at(Place::new(source, 0..0)))
    })
    .collect()
}
