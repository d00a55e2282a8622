//! The query of a fleet alarm, and the tags that it selects resources by.

use std::collections::BTreeMap;

use super::alarms::GeneratedAlarm;
use crate::artifact::{AlarmQuery, Condition, Metric};
use crate::catalog::definition::MetricSource;
use crate::catalog::fleet::FleetMetric;
use crate::catalog::tagged_metrics;
use crate::project::{Project, StackFrom};
use crate::semantics::limits;
use crate::semantics::metrics_insights::{FirstSeries, GroupedQuery, STACK_TAG, is_writable};

/// Tags that select the resources of stacks.
pub(super) type Tags = BTreeMap<String, String>;

/// The tags that select the resources of a stack.
///
/// # Errors
/// Without `[fleet] tags`: for Terraform, and for a nested stack, whose name CloudFormation generates.
pub(super) fn tags(project: &Project, stack: &str) -> Result<Tags, String> {
    if !project.fleet_tags.is_empty() {
        return Ok(project.fleet_tags.clone());
    }
    let is_nested = stack.contains('/');
    match source_of(project, stack) {
        Some(StackFrom::Tagged(tags)) => Ok(tags.clone()),
        Some(StackFrom::Terraform(_)) => Err(format!(
            "Terraform gives the resources of `{stack}` no tag of their own; name one that they all have: `[fleet] tags = {{ app = \"{stack}\" }}`"
        )),
        Some(StackFrom::Template(_) | StackFrom::Deployed | StackFrom::Assembly(_))
            if !is_nested =>
        {
            let tag = (STACK_TAG.to_owned(), stack.to_owned());
            Ok(Tags::from([tag]))
        }
        _ => Err(format!(
            "the tag that CloudFormation gives to the resources of `{stack}` is not known; name one that they all have: `[fleet] tags = {{ … }}`"
        )),
    }
}

/// The source of a stack in the project file; for a nested stack that of its outermost stack.
fn source_of<'p>(project: &'p Project, stack: &str) -> Option<&'p StackFrom> {
    let outermost = stack.split('/').next();
    let mut sources = project.stacks.iter();
    let named = sources.find(|source| Some(source.name.as_str()) == outermost);
    // The project file does not list the stacks of an assembly.
    let mut sources = project.stacks.iter();
    let assembly = || sources.find(|source| matches!(source.from, StackFrom::Assembly(_)));
    named.or_else(assembly).map(|source| &source.from)
}

/// # Errors
/// For quotation marks in a tag or dimension, for a metric without tags, and for a query over 2,048 characters.
pub(super) fn query(
    fleet: &FleetMetric<'_>,
    first: &GeneratedAlarm,
    tags: &Tags,
) -> Result<String, String> {
    let (AlarmQuery::Metric(metric), MetricSource::Published { dimensions, .. }) =
        (&first.alarm.query, &fleet.metric.source)
    else {
        return Err("its value is metric math".into());
    };
    check_tags(metric)?;
    let is_grouped = |name: &str| {
        let mut dimensions = dimensions.iter();
        dimensions.any(|(dimension, text)| dimension == name && text.is_template())
    };
    let query = GroupedQuery {
        first: first_series(first.alarm.condition),
        ..grouped_query(fleet, metric, is_grouped, tags)
    };
    let of_tags = tags.iter().flat_map(|(key, value)| [key, value]);
    let mut values = of_tags
        .map(String::as_str)
        .chain(query.fixed.values().copied());
    if let Some(text) = values.find(|text| !is_writable(text)) {
        return Err(format!("a query cannot name `{text}`"));
    }
    let text = query.to_string();
    if text.chars().count() > limits::EXPRESSION {
        let most = limits::EXPRESSION;
        return Err(format!("its query has more than {most} characters"));
    }
    Ok(text)
}

/// Queries select resources by their tags.
///
/// # Errors
/// For a metric that AWS's list of tagged metrics lacks: the query might match nothing.
fn check_tags(metric: &Metric) -> Result<(), String> {
    let Metric {
        namespace,
        name,
        dimensions,
        ..
    } = metric;
    let names = || dimensions.keys().map(String::as_str);
    if tagged_metrics::is_listed(namespace, name, names()) {
        return Ok(());
    }
    let names: Vec<&str> = names().collect();
    Err(format!(
        "`{namespace} {name}` by {} is not on AWS's list of metrics with tags of resources, so that a query might find nothing",
        names.join(", ")
    ))
}

fn grouped_query<'q>(
    fleet: &FleetMetric<'_>,
    metric: &'q Metric,
    is_grouped: impl Fn(&str) -> bool,
    tags: &'q Tags,
) -> GroupedQuery<'q> {
    let dimensions = metric.dimensions.iter();
    let dimensions = dimensions.map(|(name, value)| (name.as_str(), value.as_str()));
    let (grouped, fixed): (Vec<_>, Vec<_>) = dimensions.partition(|(name, _)| is_grouped(name));
    GroupedQuery {
        namespace: &metric.namespace,
        metric: &metric.name,
        function: fleet.function,
        grouped: grouped.into_iter().map(|(name, _)| name).collect(),
        fixed: fixed.into_iter().collect(),
        tags,
        first: FirstSeries::Highest,
    }
}

/// The series that breach come first.
fn first_series(condition: Condition) -> FirstSeries {
    match condition {
        Condition::Below(_) | Condition::AtMost(_) | Condition::BelowBand(_) => FirstSeries::Lowest,
        Condition::Above(_)
        | Condition::AtLeast(_)
        | Condition::OutsideBand(_)
        | Condition::AboveBand(_) => FirstSeries::Highest,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::project::StackSource;

    fn tag(key: &str, value: &str) -> Tags {
        Tags::from([(key.to_owned(), value.to_owned())])
    }

    fn project(stacks: &[(&str, StackFrom)]) -> Project {
        let stacks = stacks.iter().map(|(name, from)| StackSource {
            name: (*name).to_owned(),
            from: from.clone(),
            parameters: BTreeMap::new(),
        });
        Project {
            stacks: stacks.collect(),
            ..Project::without_file("shop", StackFrom::Deployed)
        }
    }

    #[test]
    fn the_tag_of_a_stack_depends_on_who_deploys_it() {
        let template = StackFrom::Template(PathBuf::from("template.yaml"));
        let terraform = StackFrom::Terraform(PathBuf::from("plan.json"));
        let assembly = StackFrom::Assembly(PathBuf::from("cdk.out"));
        let tagged = StackFrom::Tagged(tag("app", "shop"));
        let several = project(&[
            ("found", tagged),
            ("shop", template),
            ("infra", terraform),
            ("", assembly),
        ]);
        let cases = [
            ("shop", Ok(tag(STACK_TAG, "shop"))),
            ("found", Ok(tag("app", "shop"))),
            // A stack of the assembly.
            ("ShopStack", Ok(tag(STACK_TAG, "ShopStack"))),
            // CloudFormation names a nested stack itself.
            ("shop/Orders", Err("CloudFormation")),
            ("infra", Err("Terraform")),
        ];
        for (stack, expected) in cases {
            match (tags(&several, stack), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{stack}"),
                (Err(why), Err(part)) => assert!(why.contains(part), "{stack}: {why}"),
                (found, expected) => panic!("{stack}: {found:?}, not {expected:?}"),
            }
        }
        let own = Project {
            fleet_tags: tag("team", "a"),
            ..several
        };
        assert_eq!(tags(&own, "infra"), Ok(tag("team", "a")));
    }
}
