//! Where traces enter a stack, and what watches them there: X-Ray groups within a budget, sampling rules, and what would be inert.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::awaited::awaited;
use super::naming::Names;
use super::number::number_text;
use super::view::{View, Views, at_resource};
use crate::artifact::{Artifact, DefinitionKey, Origin, SamplingRule, TraceGroup};
use crate::catalog::condition::Cel;
use crate::catalog::definition::{ENTRY_POINT, SamplingMode, TraceFacts, TraceNode};
use crate::catalog::{Catalog, ServiceEntry};
use crate::diagnostic::{Code, Diagnostic};
use crate::inventory::{Inventory, Resource, ResourceId};
use crate::project::{PathSampling, Project, UserGroup};
use crate::semantics::place::in_text;
use crate::semantics::{filter, limits};

/// A resource at which traces begin.
pub(super) struct EntryPoint<'a> {
    pub view: View<'a>,
    /// The name of its node in X-Ray (`api/stage`).
    pub node: String,
    pub sampling: SamplingMode,
}

/// Finds the entry points: traced resources that nothing else in the stack hands a trace to. Where all are handed one (a stack of
/// consumers), those behind a bus, rule or topic stand in. The first ones are those for which somebody waits.
pub(super) fn entry_points<'a>(
    inventory: &'a Inventory,
    catalog: &'a Catalog,
    views: &Views<'a>,
) -> (Vec<EntryPoint<'a>>, Vec<Diagnostic>) {
    let mut found = Traced {
        roots: Vec::new(),
        behind: Vec::new(),
        diagnostics: Vec::new(),
        callers: BTreeMap::new(),
    };
    for resource in inventory.resources.values() {
        found.look_at(resource, catalog, views);
    }
    let Traced {
        roots,
        behind,
        mut diagnostics,
        ..
    } = found;
    let mut entries = if roots.is_empty() { behind } else { roots };
    let awaited = awaited(inventory, catalog);
    entries.sort_by_key(|entry| {
        let id = &entry.view.resource.id;
        (
            entry.sampling == SamplingMode::Fixed,
            !awaited.contains(id),
            id.clone(),
        )
    });
    diagnostics.sort_by(|left, right| left.message.cmp(&right.message));
    (entries, diagnostics)
}

struct Traced<'a> {
    roots: Vec<EntryPoint<'a>>,
    /// Traced resources that only get their trace from what passes one on.
    behind: Vec<EntryPoint<'a>>,
    diagnostics: Vec<Diagnostic>,
    /// What each caller does with traces, worked out once: an API calls many functions.
    callers: BTreeMap<&'a ResourceId, Upstream>,
}

impl<'a> Traced<'a> {
    fn look_at(&mut self, resource: &'a Resource, catalog: &'a Catalog, views: &Views<'a>) {
        let Some(TraceFacts {
            node: Some(node), ..
        }) = views
            .entry(&resource.kind)
            .and_then(|entry| entry.trace.as_ref())
        else {
            return;
        };
        match entry_point(resource, node, catalog, views) {
            Ok(None) => {}
            Ok(Some(entry)) => match self.upstream(resource, views) {
                Upstream::Nothing => self.roots.push(entry),
                Upstream::Passed => self.behind.push(entry),
                Upstream::Traced => {}
            },
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    fn upstream(&mut self, resource: &Resource, views: &Views<'a>) -> Upstream {
        let callers = views.callers(&resource.id).iter();
        callers
            .map(|caller| {
                *self
                    .callers
                    .entry(&caller.id)
                    .or_insert_with(|| hands_on(caller, views))
            })
            .max()
            .unwrap_or(Upstream::Nothing)
    }
}

/// Who hands a resource its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Upstream {
    Nothing,
    Passed,
    Traced,
}

fn entry_point<'a>(
    resource: &'a Resource,
    node: &TraceNode,
    catalog: &Catalog,
    views: &Views<'a>,
) -> Result<Option<EntryPoint<'a>>, Diagnostic> {
    let view = views.view(resource)?;
    view.condition_needs_known(&node.active, "tracing")?;
    if !node.active.holds(view.variables())? {
        return Ok(None);
    }
    let name = catalog.texts.render(&node.name, &view.values)?;
    if name.is_empty() {
        return Ok(None);
    }
    if name.contains(['"', '\\']) {
        return Err(not_filterable(resource, &name));
    }
    let view = view
        .with("trace", json!({ "name": name, "type": node.kind }))
        .with("name", Value::from(name.clone()));
    let timeout = match &node.timeout {
        Some(timeout) => {
            view.cel_needs_known(timeout, "the limit of slow traces")?;
            timeout.number(view.variables()).ok()
        }
        None => None,
    };
    let view = with_slow(view, views.slow_seconds(resource), timeout);
    Ok(Some(EntryPoint {
        view,
        node: name,
        sampling: node.sampling,
    }))
}

/// Seconds after which a person stops waiting, without a limit of the project.
const DEFAULT_SLOW_SECONDS: f64 = 2.0;

/// Adds the limit of slow traces, and whether the project sets it. Without the project, half of the timeout is slow at the latest: beyond
/// the timeout there are no traces.
pub(super) fn with_slow(view: View<'_>, limit: Option<f64>, timeout: Option<f64>) -> View<'_> {
    let half = timeout.map_or(DEFAULT_SLOW_SECONDS, |timeout| timeout / 2.0);
    let seconds = limit.unwrap_or(DEFAULT_SLOW_SECONDS.min(half));
    view.with("slow", Value::from(number_text(seconds)))
        .with("slow_is_set", limit.is_some().into())
}

/// X-Ray documents no way to write these characters in a filter expression.
fn not_filterable(resource: &Resource, name: &str) -> Diagnostic {
    let message = format!(
        "traces that enter at `{}` get no groups, alarms and sampling rules: its name, `{name}`, has a quotation mark or a backslash, which no filter expression can hold",
        resource.id.logical_id
    );
    at_resource(
        Diagnostic::new(Code::TraceNameNotFilterable, message),
        resource,
    )
    .help("rename it, or allow the code")
}

/// What a caller does with traces: has nodes of its own, passes on what it was given, or neither.
fn hands_on(caller: &Resource, views: &Views<'_>) -> Upstream {
    let parts = std::iter::once(caller).chain(views.parts(&caller.id).iter().copied());
    parts
        .filter_map(|part| {
            let facts = views.entry(&part.kind)?.trace.as_ref()?;
            let view = views.view(part).ok()?;
            let holds = |cel: &Cel| cel.holds(view.variables()).unwrap_or(false);
            if facts.node.as_ref().is_some_and(|node| holds(&node.active)) {
                return Some(Upstream::Traced);
            }
            facts
                .passes
                .as_ref()
                .is_some_and(holds)
                .then_some(Upstream::Passed)
        })
        .max()
        .unwrap_or(Upstream::Nothing)
}

/// A trace group with its origin.
#[derive(Debug, Clone)]
pub(super) struct PlannedGroup {
    pub group: TraceGroup,
    pub origin: Origin,
}

/// The groups of one entry point, by the name that definitions use.
pub(super) type EntryGroups<'a> = BTreeMap<&'a str, PlannedGroup>;

/// Trace groups of a stack: user-defined groups first, then entry-point groups within the budget.
#[derive(Default)]
pub(super) struct Groups<'a> {
    pub own: Vec<PlannedGroup>,
    /// One element per watched entry point, in order.
    pub of_entries: Vec<EntryGroups<'a>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Groups<'_> {
    /// User-defined groups first, then entry-point groups.
    pub(super) fn all(&self) -> impl Iterator<Item = &PlannedGroup> {
        let of_entries = self.of_entries.iter().flat_map(BTreeMap::values);
        self.own.iter().chain(of_entries)
    }
}

pub(super) fn groups<'a>(
    project: &Project,
    catalog: &'a Catalog,
    names: &Names<'_>,
    entries: &[EntryPoint<'_>],
) -> Groups<'a> {
    let mut found = Groups::default();
    for group in &project.tracing.groups {
        found
            .own
            .extend(user_group(group, project, names, &mut found.diagnostics));
    }
    let definitions = || {
        catalog
            .services_for(ENTRY_POINT)
            .map(ServiceEntry::definition)
            .flat_map(|service| service.groups.iter().map(move |group| (service, group)))
    };
    let each = definitions().count();
    let room = project
        .tracing
        .group_budget
        .saturating_sub(found.own.len())
        .checked_div(each)
        .unwrap_or(0);
    for entry in entries.iter().take(room) {
        let mut groups = BTreeMap::new();
        for (service, definition) in definitions() {
            match catalog.texts.render(&definition.filter, &entry.view.values) {
                Ok(filter) => {
                    found.diagnostics.extend(check_filter(&filter, |problem| {
                        let diagnostic =
                            in_text(&definition.filter.place, Code::BadFilter, problem);
                        // What a template makes has other places than the template.
                        if definition.filter.is_template() {
                            Diagnostic {
                                places: vec![definition.filter.place.clone()],
                                ..diagnostic
                            }
                        } else {
                            diagnostic
                        }
                    }));
                    let name = names.trace_group(&entry.view.resource.id, &definition.name);
                    let insights = definition.insights && project.tracing.insights;
                    let group = TraceGroup {
                        name,
                        filter,
                        insights,
                        notifications: notifies(project, insights),
                    };
                    let origin = Origin {
                        fleet: Vec::new(),
                        resource: Some(entry.view.resource.id.clone()),
                        definition: DefinitionKey::new(&service.file, &definition.name),
                        item: None,
                        place: Some(definition.filter.place.clone()),
                        severity: None,
                    };
                    let planned = PlannedGroup { group, origin };
                    groups.insert(definition.name.as_str(), planned);
                }
                Err(diagnostic) => found.diagnostics.push(diagnostic),
            }
        }
        found.of_entries.push(groups);
    }
    found
        .diagnostics
        .extend(left_out(project, entries, room, each));
    found
}

fn notifies(project: &Project, insights: bool) -> bool {
    insights
        && project
            .tracing
            .insights_severity
            .is_some_and(|severity| project.notify.contains_key(&severity))
}

fn user_group(
    group: &UserGroup,
    project: &Project,
    names: &Names<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<PlannedGroup> {
    let problems = check_filter(&group.filter, |problem| match &group.place {
        Some(place) => in_text(place, Code::BadFilter, problem),
        None => Diagnostic::new(Code::BadFilter, problem.message.clone()),
    });
    let faulty = problems.iter().any(Diagnostic::is_error);
    diagnostics.extend(problems);
    let insights = group.insights && project.tracing.insights;
    let notifications = notifies(project, insights);
    (!faulty).then(|| PlannedGroup {
        group: TraceGroup {
            name: names.user_group(&group.name),
            filter: group.filter.clone(),
            insights,
            notifications,
        },
        origin: Origin {
            place: group.place.clone(),
            ..Origin::of_stack("tracing.group", &group.name)
        },
    })
}

fn check_filter(
    text: &str,
    diagnostic: impl Fn(&crate::semantics::SyntaxError) -> Diagnostic,
) -> Vec<Diagnostic> {
    filter::check_group(text).iter().map(diagnostic).collect()
}

fn left_out(
    project: &Project,
    entries: &[EntryPoint<'_>],
    room: usize,
    each: usize,
) -> Option<Diagnostic> {
    let left: Vec<&str> = entries
        .iter()
        .skip(room)
        .map(|entry| entry.node.as_str())
        .collect();
    if left.is_empty() {
        return None;
    }
    let message = format!(
        "{} of {} entry points have no trace groups: {} ({each} groups each, {} allowed to this stack; an account has {} in a Region)",
        left.len(),
        entries.len(),
        listed(&left),
        project.tracing.group_budget,
        limits::TRACE_GROUPS,
    );
    Some(
        Diagnostic::new(Code::TraceGroupsLeftOut, message)
            .help("raise `tracing.group_budget`; APIs come first, then functions by name"),
    )
}

/// Lists a few names plus the number of others.
fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown = names
        .iter()
        .take(SHOWN)
        .copied()
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        format!("{shown} and {} more", names.len() - SHOWN)
    } else {
        shown
    }
}

/// Sampling rules for the entry points that obey them, and a warning for those that do not.
pub(super) fn sampling(
    project: &Project,
    names: &Names<'_>,
    entries: &[EntryPoint<'_>],
) -> (Vec<(Origin, Artifact)>, Vec<Diagnostic>) {
    let sampling = &project.tracing.sampling;
    if !project.tracing.enabled || !sampling.enabled {
        return (Vec::new(), Vec::new());
    }
    let (obeying, fixed): (Vec<_>, Vec<_>) = entries
        .iter()
        .partition(|entry| entry.sampling == SamplingMode::Rules);
    let mut rules = Vec::new();
    for entry in &obeying {
        let base = stack_rule(project, names, entry);
        let before = sampling
            .priority
            .saturating_sub(PATHS_BEFORE)
            .max(limits::SAMPLING_PRIORITY.0);
        for (path, priority) in sampling.paths.iter().zip(before..) {
            let origin = Origin::of_stack("tracing.sampling.path", &path.name);
            let rule = path_rule(&base, path, priority, names, entry);
            rules.push((origin.with_resource(&entry.view.resource.id), rule.into()));
        }
        let origin = Origin::of_stack("tracing", "sampling");
        rules.push((origin.with_resource(&entry.view.resource.id), base.into()));
    }
    let inert: Vec<&str> = fixed.iter().map(|entry| entry.node.as_str()).collect();
    (
        rules,
        inert_rules(&inert)
            .into_iter()
            .chain(too_many_paths(obeying.len() * (sampling.paths.len() + 1)))
            .collect(),
    )
}

/// How far before the stack's own rule the rules by path begin.
const PATHS_BEFORE: u16 = 500;

/// The name ends all rules of the stack itself, as against those by path.
const STACK_RULE: &str = "stack";

fn stack_rule(project: &Project, names: &Names<'_>, entry: &EntryPoint<'_>) -> SamplingRule {
    let sampling = &project.tracing.sampling;
    let any = || "*".to_owned();
    SamplingRule {
        name: names.sampling_rule(&entry.view.resource.id, STACK_RULE),
        priority: sampling.priority,
        reservoir: sampling.reservoir,
        rate: sampling.rate,
        service_name: service_name(&entry.node),
        // AWS's guides spell the type of an API's stage in two ways; the name is exact already.
        service_type: any(),
        host: any(),
        method: any(),
        path: any(),
        resource_arn: any(),
        attributes: BTreeMap::new(),
    }
}

/// The node's name; the beginning of one that is longer than a rule takes.
fn service_name(node: &str) -> String {
    if node.chars().count() <= limits::SAMPLING_SERVICE_NAME {
        return node.to_owned();
    }
    node.chars()
        .take(limits::SAMPLING_SERVICE_NAME - 1)
        .chain(['*'])
        .collect()
}

fn path_rule(
    base: &SamplingRule,
    path: &PathSampling,
    priority: u16,
    names: &Names<'_>,
    entry: &EntryPoint<'_>,
) -> SamplingRule {
    SamplingRule {
        name: names.sampling_rule(&entry.view.resource.id, &path.name),
        priority,
        reservoir: path.reservoir,
        rate: path.rate,
        method: path.method.clone(),
        path: path.path.clone(),
        ..base.clone()
    }
}

fn inert_rules(entries: &[&str]) -> Option<Diagnostic> {
    if entries.is_empty() {
        return None;
    }
    let message = format!(
        "sampling rules have no effect on {}: a function that is itself the entry traces one request per second and 5 % of the rest",
        listed(entries)
    );
    Some(
        Diagnostic::new(Code::SamplingInert, message)
            .help("docs/sampling.md says what can be had instead"),
    )
}

fn too_many_paths(rules: usize) -> Option<Diagnostic> {
    (rules > limits::SAMPLING_RULES).then(|| {
        let message = format!(
            "{rules} sampling rules are more than the {} that an account has in a Region by default",
            limits::SAMPLING_RULES
        );
        Diagnostic::new(Code::TooManySamplingRules, message).help("write fewer paths, or ask AWS for a higher quota (L-8C0C998A)")
    })
}

/// Names of the groups that Insights watch.
pub(super) fn insights_groups(groups: &Groups<'_>) -> BTreeSet<String> {
    let watched = groups.all().filter(|planned| planned.group.insights);
    watched.map(|planned| planned.group.name.clone()).collect()
}
