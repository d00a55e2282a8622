//! The values of boards, which docs/dashboards.md explains.

use std::borrow::Cow;

use crate::catalog::board::{DEFAULT, ON_OVERVIEW, OVERVIEW};
use crate::catalog::definition::ENTRY_POINT;
use crate::catalog::placeholders::Step;
use crate::catalog::text::{PARENT_VALUES, RESOURCE_VALUES, TRACE_VALUES};
use crate::catalog::{Catalog, ServiceEntry};

/// What a value of a board holds.
pub(super) enum Shape<'c> {
    /// Anything: members are not checked.
    Any,
    List(Box<Shape<'c>>),
    Record(Vec<(Cow<'c, str>, Shape<'c>)>),
    /// The properties of a resource of this type.
    Properties(&'c str),
    /// The metrics of a definition file.
    Metrics(&'c ServiceEntry),
    /// The alarms of a definition file.
    Rates(&'c ServiceEntry),
}

/// The values of all boards.
const OF_STACK: [&str; 4] = ["stack", "region", "account", "alarms_page"];

/// The values of an objective on the overview.
const OF_OBJECTIVE: [&str; 6] = [
    "budget_title",
    "days",
    "whole_range",
    "budget_left",
    "graph_title",
    "graph",
];

impl<'c> Shape<'c> {
    /// The values of a board; `None` for a board that belongs to no definition file.
    pub(super) fn of_board(stem: &str, catalog: &'c Catalog) -> Option<Self> {
        let mut services = catalog.services().iter();
        let file = stem.strip_suffix(ON_OVERVIEW).unwrap_or(stem);
        let own = match services.find(|service| service.file == file) {
            Some(service) => section(list(resource(service))),
            None if stem == OVERVIEW => overview(catalog),
            None if stem == DEFAULT => section(Shape::Any),
            None => return None,
        };
        Some(record(anything(&OF_STACK).chain(own)))
    }

    /// The names of the members, if they are known.
    pub(super) fn members(&self) -> Option<Vec<&str>> {
        match self {
            Shape::Any | Shape::List(_) | Shape::Properties(_) => None,
            Shape::Record(members) => Some(members.iter().map(|(name, _)| &**name).collect()),
            Shape::Metrics(service) => {
                let metrics = service.definition().metrics.keys();
                Some(metrics.map(String::as_str).collect())
            }
            Shape::Rates(service) => Some(service.alarms.iter().map(|name| &**name).collect()),
        }
    }

    pub(super) fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Shape::Record(members) => {
                let mut members = members.iter();
                members.find(|(of, _)| of == name).map(|(_, shape)| shape)
            }
            Shape::Any
            | Shape::List(_)
            | Shape::Properties(_)
            | Shape::Metrics(_)
            | Shape::Rates(_) => None,
        }
    }

    /// What a path leads to, if that is known.
    pub(super) fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter()
            .try_fold(self, |shape, step| match (shape, step) {
                (Shape::List(item), Step::Item) => Some(&**item),
                (shape, Step::Name(name)) => shape.member(name),
                (_, Step::Item) => None,
            })
    }
}

fn record<'c>(members: impl Iterator<Item = (Cow<'c, str>, Shape<'c>)>) -> Shape<'c> {
    Shape::Record(members.collect())
}

fn list(item: Shape<'_>) -> Shape<'_> {
    Shape::List(Box::new(item))
}

fn anything<'c>(names: &'static [&'static str]) -> impl Iterator<Item = (Cow<'c, str>, Shape<'c>)> {
    names.iter().map(|name| (Cow::Borrowed(*name), Shape::Any))
}

fn section(resources: Shape<'_>) -> Vec<(Cow<'_, str>, Shape<'_>)> {
    let graphs = list(record(anything(&["word", "title"])));
    vec![
        ("title".into(), Shape::Any),
        ("resources".into(), resources),
        ("graphs".into(), graphs),
    ]
}

fn overview(catalog: &Catalog) -> Vec<(Cow<'_, str>, Shape<'_>)> {
    let services = catalog.services().iter().map(|service| {
        let name = service.file.replace('-', "_");
        (name.into(), list(resource(service)))
    });
    let groups = list(record(anything(&["name", "traces"])));
    let objectives = list(record(anything(&OF_OBJECTIVE)));
    let of_overview = [
        ("objectives".into(), objectives),
        ("alarm_status".into(), list(Shape::Any)),
        ("groups".into(), groups),
    ];
    let pages = anything(&["alarm_count", "trace_map", "insights", "logs_page"]);
    services.chain(of_overview).chain(pages).collect()
}

fn resource(service: &ServiceEntry) -> Shape<'_> {
    let values = RESOURCE_VALUES.iter().map(|name| {
        let shape = match *name {
            "resource" => Shape::Properties(&service.kind),
            "parent" => record(anything(&PARENT_VALUES)),
            _ => Shape::Any,
        };
        (Cow::Borrowed(*name), shape)
    });
    let mut members: Vec<_> = values.collect();
    members.push(("metrics".into(), Shape::Metrics(service)));
    members.push(("rates".into(), Shape::Rates(service)));
    if service.kind == ENTRY_POINT {
        members.push(("trace".into(), record(anything(&TRACE_VALUES))));
        members.extend(anything(&["slow"]));
    }
    Shape::Record(members)
}
