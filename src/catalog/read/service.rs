//! Reads a whole definition file.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::alarms::{alarm, composite, trace_group};
use super::events::event;
use super::log_metrics::log_metric;
use super::metrics::{dimensions, metrics, region};
use super::reader::{DefinitionReader, FileRole};
use super::types::types;
use crate::catalog::definition::{ServiceDefinition, TypeEntry};
use crate::diagnostic::{Code, Diagnostic, Place, Source};
use crate::objective;
use crate::spanned::{Spanned, SpannedDocument, Table};

/// The content of one file.
#[derive(Debug, Default)]
pub(crate) struct DefinitionFile {
    /// `None` for a file with only facts about types.
    pub(crate) service: Option<ServiceDefinition>,
    pub(crate) types: BTreeMap<String, TypeEntry>,
}

/// Reads one file: its readable content, and the diagnostics. `stem` is the file's name without its ending.
pub(crate) fn definition_file(
    source: &Arc<Source>,
    stem: &str,
    role: FileRole<'_>,
) -> (DefinitionFile, Vec<Diagnostic>) {
    let document = match SpannedDocument::parse(source) {
        Ok(document) => document,
        Err(error) => return (DefinitionFile::default(), vec![error]),
    };
    let mut root = document.root();
    let types = types(&mut root, role);
    let service = service(&mut root, stem, role, Place::new(source, 0..0));
    root.finish();
    (
        DefinitionFile { service, types },
        document.into_diagnostics(),
    )
}

/// The definition in a file of the program. A test shows that these files have no mistakes, so their diagnostics are dropped.
pub(crate) fn built_in_service(
    source: &Arc<Source>,
    stem: &str,
    role: FileRole<'_>,
) -> Option<ServiceDefinition> {
    let document = SpannedDocument::parse(source).ok()?;
    let place = Place::new(source, 0..0);
    service(&mut document.root(), stem, role, place)
}

/// A file with one of these keys defines a service.
const SERVICE_KEYS: [&str; 10] = [
    "resource",
    "alarm",
    "metrics",
    "trace_group",
    "composite",
    "event",
    "log_metric",
    "dimensions",
    "sli",
    "slo",
];

/// The default rank of a section: after all sections with an `order`.
const LAST: i64 = 1000;

fn service(
    root: &mut Table<'_>,
    stem: &str,
    role: FileRole<'_>,
    file_start: Place,
) -> Option<ServiceDefinition> {
    if !SERVICE_KEYS.iter().any(|key| root.contains(key)) {
        return None;
    }
    let base = role.base();
    let kind = kind(root, stem, base, file_start);
    let mut reader = DefinitionReader::new(role, &kind.value);
    let applies = reader.optional_cel(root, "where");
    let title = root.string("title").map(|title| title.value);
    let order = root.integer("order").map(|order| order.value);
    let dimensions = match base {
        Some(base) if !root.contains("dimensions") => base.dimensions.clone(),
        _ => dimensions(root, &mut reader),
    };
    let region = region(root);
    let metrics = metrics(root, &dimensions, region.as_ref(), &mut reader);
    let mut alarms = Vec::new();
    for table in root.tables("alarm") {
        alarms.extend(alarm(table, &mut reader));
    }
    let mut composites = Vec::new();
    for table in root.tables("composite") {
        composites.extend(composite(table, &mut reader));
    }
    let mut events = Vec::new();
    for table in root.tables("event") {
        events.extend(event(table, &mut reader));
    }
    let mut log_metrics = Vec::new();
    for table in root.tables("log_metric") {
        log_metrics.extend(log_metric(table, &mut reader));
    }
    let mut groups = Vec::new();
    for table in root.tables("trace_group") {
        groups.extend(trace_group(table, &mut reader));
    }
    let measures = root.table("sli").map(objective::measures);
    let objectives = objective::of_definitions(root);
    Some(ServiceDefinition {
        file: stem.to_owned(),
        kind: kind.value,
        applies: applies.or_else(|| base?.applies.clone()),
        title: title
            .or_else(|| base.map(|base| base.title.clone()))
            .unwrap_or_else(|| stem.to_owned()),
        order: order.or(base.map(|base| base.order)).unwrap_or(LAST),
        dimensions,
        metrics,
        alarms,
        composites,
        events,
        log_metrics,
        groups,
        measures: measures.unwrap_or_default(),
        objectives,
        used_properties: reader.into_used_properties(),
        built_in: role.is_built_in(),
        place: kind.place,
    })
}

/// The type of resource. A file that extends another may leave it out, but cannot change it.
fn kind(
    root: &mut Table<'_>,
    stem: &str,
    base: Option<&ServiceDefinition>,
    file_start: Place,
) -> Spanned<String> {
    let Some(base) = base else {
        // A missing type is an error; reading continues to report further diagnostics.
        return root
            .required("resource", Table::string)
            .unwrap_or_else(|| Spanned {
                value: String::new(),
                place: file_start,
            });
    };
    let kind = root.string("resource").unwrap_or_else(|| Spanned {
        value: base.kind.clone(),
        place: file_start,
    });
    if kind.value != base.kind {
        let message = format!(
            "`{stem}` extends the built-in file for `{}`: it cannot watch `{}`",
            base.kind, kind.value
        );
        root.report(
            kind.diagnostic(Code::OverlayResource, message)
                .help("give the file another name"),
        );
    }
    kind
}
