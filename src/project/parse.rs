//! Parses a project file into a [`Project`] and reports all its mistakes.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

use super::composites;
use super::environment::{
    self, Environment, environments, expanded, unknown, with_environment, without_environments,
};
use super::levels::levels;
use super::maintenance;
use super::model::{
    AccountSettings, CostSettings, PathSampling, Preset, Project, Sampling, Tracing, UserGroup,
};
use super::names::UniqueNames;
use super::overrides::{by_file, by_resource};
use super::receivers::notify;
use super::stacks;
use crate::artifact::Severity;
use crate::diagnostic::{Code, Diagnostic, LevelPolicy, Place, Source, WithDiagnostics};
use crate::files;
use crate::objective::{self, Objective};
use crate::semantics::metrics_insights::is_writable;
use crate::spanned::{Spanned, SpannedDocument, Table};

/// Days that CloudWatch Logs can keep events (`PutRetentionPolicy`).
const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// An account's limit of groups in a Region without `Default`; whether `Default` counts among the 25 is unverified.
const GROUPS_IN_A_REGION: u32 = 24;

/// AWS's limits: tags beside the owner tag, and lengths of keys and values.
const TAGS: usize = 49;
const TAG_KEY_LENGTH: RangeInclusive<usize> = 1..=128;
const TAG_VALUE_LENGTH: RangeInclusive<usize> = 0..=256;

/// Tag key prefixes of AWS and of tracewatch.
const RESERVED_TAGS: [&str; 2] = ["aws:", "tracewatch:"];

/// What has a name in X-Ray.
const X_RAY_NAMES: &str = "a trace group or a sampling rule";

/// The value for no receiver.
const NOBODY: &str = "nobody";

/// Parses a project file of the folder `root`, without an environment. A text with errors gives no project.
pub fn parse(source: &Arc<Source>, root: &Path) -> WithDiagnostics<Option<Project>> {
    parse_with(source, root, &Environment::default())
}

/// Parses a project file as one environment has it. A text with errors gives no project.
pub fn parse_with(
    source: &Arc<Source>,
    root: &Path,
    environment: &Environment,
) -> WithDiagnostics<Option<Project>> {
    if source.text.trim().is_empty() {
        return empty(source);
    }
    let read = SpannedDocument::parse(source)
        .map_err(|diagnostic| vec![diagnostic])
        .and_then(|document| read_document(document, root, environment));
    let (value, found) = match read {
        Ok((project, found)) => (project, found),
        Err(found) => (None, found),
    };
    let mut diagnostics = files::notes(source);
    diagnostics.extend(found);
    let sound = !diagnostics.iter().any(Diagnostic::is_error);
    WithDiagnostics {
        value: value.filter(|_| sound),
        diagnostics,
    }
}

fn empty(source: &Arc<Source>) -> WithDiagnostics<Option<Project>> {
    let message = "the project file is empty: `stack` is missing";
    let diagnostic = Diagnostic::new(Code::MissingKey, message)
        .at(Place::new(source, 0..0))
        .help("remove the file, and `tracewatch init` writes one");
    WithDiagnostics {
        value: None,
        diagnostics: vec![diagnostic],
    }
}

/// Parses only `[[slo]]`, without an environment.
pub fn parse_objectives(source: &Arc<Source>) -> WithDiagnostics<Vec<Objective>> {
    match SpannedDocument::parse(source) {
        Ok(document) => WithDiagnostics {
            value: objective::of_project(&mut document.root()),
            diagnostics: document.into_diagnostics(),
        },
        Err(diagnostic) => WithDiagnostics {
            value: Vec::new(),
            diagnostics: vec![diagnostic],
        },
    }
}

/// Parses only `[diagnostics]`.
pub fn parse_levels(source: &Arc<Source>) -> WithDiagnostics<LevelPolicy> {
    match SpannedDocument::parse(source) {
        Ok(document) => {
            let table = document.root().table("diagnostics");
            WithDiagnostics {
                value: table.map(levels).unwrap_or_default(),
                diagnostics: document.into_diagnostics(),
            }
        }
        Err(diagnostic) => WithDiagnostics {
            value: LevelPolicy::default(),
            diagnostics: vec![diagnostic],
        },
    }
}

/// Parses only `preset`, without an environment.
pub fn parse_preset(source: &Arc<Source>) -> WithDiagnostics<Option<Preset>> {
    match SpannedDocument::parse(source) {
        Ok(document) => {
            let preset = preset(&mut document.root());
            WithDiagnostics {
                value: preset.map(|preset| preset.value),
                diagnostics: document.into_diagnostics(),
            }
        }
        Err(diagnostic) => WithDiagnostics {
            value: None,
            diagnostics: vec![diagnostic],
        },
    }
}

fn read_document(
    document: SpannedDocument,
    root: &Path,
    environment: &Environment,
) -> Result<(Option<Project>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let known = environments(&document);
    let mut applied = match &environment.name {
        Some(name) => {
            if let Some((_, over)) = known.iter().find(|(known, _)| known.value == *name) {
                with_environment(&document, over)
            } else {
                let names: Vec<_> = known.into_iter().map(|(name, _)| name).collect();
                return Err(vec![unknown(name, document.name(), &names)]);
            }
        }
        None => without_environments(&document),
    };
    applied.try_map_strings(|text| expanded(text, &environment.variables))?;
    let project = project(applied.root(), root);
    let mut diagnostics = applied.into_diagnostics();
    for (_, other) in &known {
        let other = with_environment(&document, other);
        let _ = self::project(other.root(), root);
        for diagnostic in other.into_diagnostics() {
            if is_of_form(diagnostic.code) && !diagnostics.contains(&diagnostic) {
                diagnostics.push(diagnostic);
            }
        }
    }
    if environment.name.is_none() && !known.is_empty() {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.value.as_str()).collect();
        diagnostics = diagnostics
            .into_iter()
            .map(|diagnostic| suggesting_environment(diagnostic, &names))
            .collect();
    }
    drop(known);
    diagnostics.extend(document.into_diagnostics());
    Ok((project, diagnostics))
}

/// Whether a diagnostic holds in every environment, whatever the values of its variables.
fn is_of_form(code: Code) -> bool {
    matches!(code, Code::UnknownKey | Code::WrongType)
}

fn suggesting_environment(diagnostic: Diagnostic, names: &[&str]) -> Diagnostic {
    if diagnostic.code == Code::MissingKey && diagnostic.help.is_none() {
        let names = names.join(", ");
        return diagnostic.help(format!(
            "name an environment with --env, if one of them has it: {names}"
        ));
    }
    diagnostic
}

fn project(mut table: Table<'_>, root: &Path) -> Option<Project> {
    let system = stacks::system(&mut table);
    let preset = preset(&mut table);
    let (grouping, notify) = table.table("notify").map(notify).unwrap_or_default();
    let alarms = table.table("alarms").map(by_file).unwrap_or_default();
    let resources = table
        .table("resources")
        .map(by_resource)
        .unwrap_or_default();
    let composites = composites::composites(&mut table);
    let objectives = objective::of_project(&mut table);
    let tracing = table.table("tracing").map(tracing).unwrap_or_default();
    let cost = table.table("cost").map(cost).unwrap_or_default();
    let account = table.table("account").map(account).unwrap_or_default();
    let fleet_tags = table.table("fleet").map(fleet_tags).unwrap_or_default();
    let maintenance = maintenance::windows(&mut table);
    let levels = table.table("diagnostics").map(levels).unwrap_or_default();
    let tags = tags(&mut table);
    // `[env]` is applied before; it is a key that the help of an unknown key may name.
    table.item(environment::KEY);
    table.finish();
    let (name, stacks) = system?;
    Some(Project {
        root: root.to_owned(),
        name,
        stacks,
        preset,
        tags,
        notify,
        grouping,
        alarms,
        resources,
        composites,
        objectives,
        tracing,
        cost,
        account,
        fleet_tags,
        maintenance,
        levels,
    })
}

fn preset(table: &mut Table<'_>) -> Option<Spanned<Preset>> {
    table.choice("preset", &Preset::WORDS)
}

fn account(mut table: Table<'_>) -> AccountSettings {
    let watch = table.boolean("watch");
    table.finish();
    AccountSettings {
        watch: watch.as_ref().is_some_and(|watch| watch.value),
        place: watch.map(|watch| watch.place),
    }
}

/// The tags that select the resources of fleet alarms. Keys of AWS's own are welcome: CloudFormation and other services set tags too.
fn fleet_tags(mut table: Table<'_>) -> BTreeMap<String, String> {
    let written = table.string_map("tags").into_iter();
    let tags = written
        .filter_map(|(key, value)| table.accept(writable_tag(key, value)))
        .collect();
    table.finish();
    tags
}

fn writable_tag(
    key: Spanned<String>,
    value: Spanned<String>,
) -> Result<(String, String), Diagnostic> {
    for text in [&key, &value] {
        if !is_writable(&text.value) {
            let message = "a query of Metrics Insights cannot name a tag with quotation marks";
            return Err(text.diagnostic(Code::BadTag, message));
        }
    }
    Ok((key.value, value.value))
}

fn tags(table: &mut Table<'_>) -> BTreeMap<String, String> {
    let tags = table.string_map("tags");
    if let Some((key, _)) = tags.get(TAGS) {
        table.report(key.diagnostic(
            Code::BadTag,
            format!("AWS allows {TAGS} tags beside the owner tag"),
        ));
    }
    tags.into_iter()
        .filter_map(|(key, value)| table.accept(tag(key, value)))
        .collect()
}

fn tag(key: Spanned<String>, value: Spanned<String>) -> Result<(String, String), Diagnostic> {
    if let Some(prefix) = RESERVED_TAGS
        .iter()
        .find(|prefix| key.value.to_lowercase().starts_with(*prefix))
    {
        return Err(key.diagnostic(
            Code::BadTag,
            format!("tags beginning with `{prefix}` are reserved"),
        ));
    }
    for (part, length, text) in [
        ("key", TAG_KEY_LENGTH, &key),
        ("value", TAG_VALUE_LENGTH, &value),
    ] {
        if !length.contains(&text.value.chars().count()) {
            let message = format!(
                "a tag's {part} has {} to {} characters",
                length.start(),
                length.end()
            );
            return Err(text.diagnostic(Code::BadTag, message));
        }
    }
    Ok((key.value, value.value))
}

fn tracing(mut table: Table<'_>) -> Tracing {
    let default = Tracing::default();
    let insights = table
        .boolean("insights")
        .map_or(default.insights, |on| on.value);
    let found = Tracing {
        enabled: table
            .boolean("enabled")
            .map_or(default.enabled, |on| on.value),
        group_budget: table
            .integer_in("group_budget", 0..=GROUPS_IN_A_REGION)
            .map_or(default.group_budget, |n| n.value as usize),
        insights,
        insights_severity: insights_to(&mut table, default.insights_severity),
        slow_seconds: table.duration("slow").map(|slow| slow.value),
        groups: groups(&mut table),
        sampling: table.table("sampling").map(sampling).unwrap_or_default(),
    };
    if found.groups.len() > found.group_budget {
        let message = format!(
            "{} groups, but `tracing.group_budget` is {}",
            found.groups.len(),
            found.group_budget
        );
        table.report(
            Diagnostic::new(Code::GroupBudget, message)
                .at(table.place())
                .help(format!("all stacks of a Region share {GROUPS_IN_A_REGION}")),
        );
    }
    table.finish();
    found
}

fn insights_to(table: &mut Table<'_>, default: Option<Severity>) -> Option<Severity> {
    let severities = Severity::WORDS.map(|(word, severity)| (word, Some(severity)));
    let choices: Vec<_> = severities.into_iter().chain([(NOBODY, None)]).collect();
    table
        .choice("insights_to", &choices)
        .map_or(default, |to| to.value)
}

fn groups(table: &mut Table<'_>) -> Vec<UserGroup> {
    let mut names = UniqueNames::of(X_RAY_NAMES);
    table
        .tables("group")
        .into_iter()
        .filter_map(|group| user_group(group, &mut names))
        .collect()
}

fn user_group(mut table: Table<'_>, names: &mut UniqueNames) -> Option<UserGroup> {
    let name = names.read(&mut table).map(|name| name.value);
    let filter = table
        .required("filter", Table::string)
        .and_then(|filter| table.accept(not_empty(filter)));
    let insights = table.boolean("insights").is_some_and(|on| on.value);
    table.finish();
    let filter = filter?;
    Some(UserGroup {
        name: name?,
        filter: filter.value,
        insights,
        place: Some(filter.place),
    })
}

/// X-Ray refuses an empty filter expression.
fn not_empty(filter: Spanned<String>) -> Result<Spanned<String>, Diagnostic> {
    if filter.value.trim().is_empty() {
        Err(filter.diagnostic(Code::EmptyFilter, "a group needs a filter expression"))
    } else {
        Ok(filter)
    }
}

fn sampling(mut table: Table<'_>) -> Sampling {
    let default = Sampling::default();
    let mut names = UniqueNames::of(X_RAY_NAMES);
    let paths: Vec<_> = table
        .tables("path")
        .into_iter()
        .filter_map(|path| path_sampling(path, &mut names))
        .collect();
    let found = Sampling {
        enabled: table
            .boolean("enabled")
            .map_or(default.enabled, |on| on.value),
        reservoir: table
            .integer_in("reservoir", RESERVOIR)
            .map_or(default.reservoir, |n| n.value),
        rate: table
            .number_in("rate", SHARE)
            .map_or(default.rate, |rate| rate.value),
        priority: priority(&mut table, paths.len()).unwrap_or(default.priority),
        paths,
    };
    check_shares(&table, &found.paths);
    table.finish();
    found
}

/// Requests per second. X-Ray has no upper bound; this one catches typing errors.
const RESERVOIR: RangeInclusive<u32> = 0..=100_000;
const SHARE: RangeInclusive<f64> = 0.0..=1.0;

/// X-Ray's priorities are 1 to 9999; the rules by path need lower numbers than the stack's rule.
fn priority(table: &mut Table<'_>, paths: usize) -> Option<u16> {
    let priority = table.integer_in("priority", 1..=9999)?;
    if priority.value as usize <= paths {
        let message = format!(
            "priority {} is too low: the rules by path ({paths}) need lower numbers",
            priority.value,
        );
        let help = format!("write `priority = {}` or more", paths + 1);
        table.report(
            priority
                .diagnostic(Code::SamplingPriority, message)
                .help(help),
        );
    }
    u16::try_from(priority.value).ok()
}

fn check_shares(table: &Table<'_>, paths: &[PathSampling]) {
    let sum: f64 = paths.iter().filter_map(|path| path.share).sum();
    if sum > 1.0 {
        let message =
            format!("the shares of the paths add up to {sum:.2}, which is more than all requests");
        table.report(Diagnostic::new(Code::PathShares, message).at(table.place()));
    }
}

fn path_sampling(mut table: Table<'_>, names: &mut UniqueNames) -> Option<PathSampling> {
    let name = names.read(&mut table).map(|name| name.value);
    let path = table
        .required("path", Table::string)
        .and_then(|path| table.accept(url_path(path)));
    let method = table
        .string("method")
        .map_or(Some("*".to_owned()), |method| {
            table.accept(http_method(method))
        });
    let reservoir = table
        .integer_in("reservoir", RESERVOIR)
        .map_or(0, |n| n.value);
    let rate = table.required("rate", |table, key| table.number_in(key, SHARE));
    let share = table.number_in("share", SHARE).map(|share| share.value);
    let place = Some(table.place());
    table.finish();
    Some(PathSampling {
        name: name?,
        path: path?,
        method: method?,
        reservoir,
        rate: rate?.value,
        share,
        place,
    })
}

/// `URLPath` of a sampling rule: at most 128 characters; it begins with `/` or a wildcard.
fn url_path(path: Spanned<String>) -> Result<String, Diagnostic> {
    if path.value.starts_with(['/', '*', '?']) && path.value.len() <= 128 {
        return Ok(path.value);
    }
    let diagnostic = path.diagnostic(
        Code::BadSamplingPath,
        format!("no request matches the path `{}`", path.value),
    );
    Err(diagnostic
        .help("it begins with `/` and has at most 128 characters; `*` and `?` are wildcards"))
}

/// `HTTPMethod` of a sampling rule: at most 10 characters.
fn http_method(method: Spanned<String>) -> Result<String, Diagnostic> {
    let fits = |b: u8| b.is_ascii_uppercase() || matches!(b, b'*' | b'?');
    if !method.value.is_empty() && method.value.len() <= 10 && method.value.bytes().all(fits) {
        return Ok(method.value);
    }
    let diagnostic = method.diagnostic(
        Code::BadSamplingMethod,
        format!("`{}` is not an HTTP method", method.value),
    );
    Err(diagnostic.help("GET, POST, … in capitals; `*` matches all"))
}

fn cost(mut table: Table<'_>) -> CostSettings {
    let found = CostSettings {
        log_retention: table
            .integer("log_retention")
            .and_then(|days| table.accept(retention(&days))),
        monthly_limit: table
            .number_in("monthly_limit", 0.0..)
            .map(|limit| limit.value),
        requests_per_second: table
            .number_in("requests_per_second", 0.0..)
            .map(|rate| rate.value),
        scanned_gb: table
            .number_in("scanned_gb", 0.0..)
            .map(|volume| volume.value),
        traffic: table.table("traffic").map(traffic).unwrap_or_default(),
    };
    table.finish();
    found
}

/// `[cost.traffic]`: requests per second by logical id.
fn traffic(table: Table<'_>) -> BTreeMap<String, Spanned<f64>> {
    let entries = table.entries().into_iter();
    entries
        .filter_map(|(name, item)| {
            let rate = item.number_in(0.0..)?;
            // The name is what a later check may reject.
            Some((
                name.value,
                Spanned {
                    place: name.place,
                    ..rate
                },
            ))
        })
        .collect()
}

fn retention(days: &Spanned<i64>) -> Result<u32, Diagnostic> {
    if let Some(days) = RETENTION_DAYS
        .into_iter()
        .find(|allowed| i64::from(*allowed) == days.value)
    {
        return Ok(days);
    }
    let nearest = RETENTION_DAYS
        .into_iter()
        .min_by_key(|allowed| i64::from(*allowed).abs_diff(days.value));
    let diagnostic = days.diagnostic(
        Code::BadRetention,
        format!("CloudWatch Logs cannot keep events for {} days", days.value),
    );
    Err(match nearest {
        Some(nearest) => diagnostic.help(format!("nearest: {nearest}")),
        None => diagnostic,
    })
}
