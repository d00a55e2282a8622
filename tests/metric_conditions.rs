//! Every condition of `src/catalog/metric_conditions.toml`: `metric_conditions.toml` beside this file has a resource that does not publish a metric,
//! and one that does, or the dimensions that it is published with.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};
use tracewatch::artifact::Kind;
use tracewatch::catalog::Catalog;
use tracewatch::diagnostic::{Code, Diagnostic, Source};
use tracewatch::files::ProjectFolder;
use tracewatch::inventory::Target;
use tracewatch::project;
use tracewatch::stack::{self, InputFrom, UnknownNames};
use tracewatch::synth::{self, Inputs};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Namespace and name.
    metric: String,
    #[serde(default)]
    dimensions: Table,
    /// Dimensions with which `X` publishes the metric, too.
    instead: Option<Table>,
    #[serde(rename = "type")]
    kind: String,
    /// Resources of a template: `X` does not publish the metric, every other one of the type does.
    resources: String,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn cases() -> Vec<Case> {
    let text = fs::read_to_string(repository("tests/metric_conditions.toml")).unwrap();
    toml::from_str::<Cases>(&text).unwrap().case
}

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Case {
    /// A definition file with an alarm for each set of dimensions.
    fn definition(&self) -> String {
        let instead = self.instead.iter().map(|set| ("instead", set));
        let sets = [("value", &self.dimensions)].into_iter().chain(instead);
        let parts = sets.map(|(word, set)| self.metric_and_alarm(word, set));
        let parts: Vec<String> = parts.collect();
        format!("resource = \"{}\"\n{}", self.kind, parts.concat())
    }

    fn metric_and_alarm(&self, word: &str, dimensions: &Table) -> String {
        format!(
            "[metrics.{word}]\nname = \"{}\"\nstat = \"Maximum\"\ndimensions = {}\n{}",
            self.metric,
            inline(dimensions),
            ALARM.replace("WORD", word)
        )
    }
}

/// A table on one line.
fn inline(table: &Table) -> String {
    let entries = table.iter();
    let entries: Vec<String> = entries
        .map(|(key, value)| format!("{key:?} = {value}"))
        .collect();
    format!("{{ {} }}", entries.join(", "))
}

const ALARM: &str = r#"
[[alarm]]
name       = "WORD"
summary    = "{{logical_id}} is above {{threshold}}"
severity   = "warning"
value      = "WORD"
when       = "> 0.5"
period     = "5m"
datapoints = "1 of 2"
missing    = "notBreaching"
"#;

/// The alarms and diagnostics of a stack with a definition file, as a plan has them.
fn synthesised(
    name: &str,
    definition: &str,
    resources: &str,
) -> (BTreeSet<String>, Vec<Diagnostic>) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("metric-conditions")
        .join(name);
    fs::create_dir_all(folder.join("alarms")).unwrap();
    fs::write(folder.join("alarms/own.toml"), definition).unwrap();
    let project_file =
        "name = \"shop\"\n[[stack]]\nname = \"shop\"\ntemplate = \"template.yaml\"\n";
    let project_file = Source::new("tracewatch.toml", project_file);
    let project = project::parse(&project_file, Path::new("")).value.unwrap();
    let catalog = Catalog::load(Some(&folder), None);
    let template = format!("Parameters: {{ P: {{ Type: String }} }}\nResources:\n{resources}");
    let input = stack::Input {
        name: "shop".to_owned(),
        from: InputFrom::Template {
            source: Source::new("template.yaml", &*template),
            folder: folder.clone(),
            project: ProjectFolder::new(&folder),
            parameters: BTreeMap::new(),
            deployed: None,
        },
    };
    let identity = Target {
        partition: "aws".into(),
        region: "us-east-1".into(),
        account: "123456789012".into(),
    };
    let read = stack::read_system(
        &[input],
        &catalog.value,
        Some(&identity),
        UnknownNames::UsePlaceholders,
    );
    let inventory = synth::retain_used_properties(read.value, &catalog.value, &project);
    let found = synth::synthesise(&Inputs {
        inventory: &inventory,
        catalog: &catalog.value,
        project: &project,
        identity: &identity,
        // 2026-01-01T00:00:00Z
        now: 1_767_225_600,
    });
    let mut diagnostics = catalog.diagnostics;
    diagnostics.extend(read.diagnostics);
    diagnostics.extend(found.diagnostics);
    let errors: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .collect();
    assert!(errors.is_empty(), "{definition}{template}: {errors:?}");
    let states = found.value.states.values();
    let alarms = states.flat_map(|state| state.names(Kind::Alarm)).collect();
    (alarms, diagnostics)
}

fn warnings(diagnostics: Vec<Diagnostic>) -> Vec<String> {
    let diagnostics = diagnostics.into_iter();
    diagnostics
        .filter(|diagnostic| diagnostic.code == Code::MetricNotPublishedHere)
        .map(|diagnostic| diagnostic.message)
        .collect()
}

#[test]
fn every_condition_has_a_resource_that_breaks_it_and_a_counterpart() {
    let mut shown = String::new();
    for (position, case) in cases().iter().enumerate() {
        let definition = case.definition();
        let (alarms, diagnostics) =
            synthesised(&position.to_string(), &definition, &case.resources);
        let context = format!("{definition}{}", case.resources);
        let others = alarms.iter().filter(|name| **name != "shop.X.value");
        assert!(
            alarms.contains("shop.X.value"),
            "no alarm: {context}{diagnostics:?}"
        );
        let has_counterpart = others
            .filter(|name| name.ends_with("value") || name.ends_with("instead"))
            .count()
            > 0;
        let warnings = warnings(diagnostics);
        assert_eq!(warnings.len(), 1, "{context}{warnings:?}");
        assert!(
            warnings[0].starts_with(&format!("`{}` of `X` has no data: ", case.metric)),
            "{context}{warnings:?}"
        );
        let is_never = is_never_published(&warnings[0]);
        assert!(
            has_counterpart != is_never,
            "no counterpart: {context}{alarms:?}"
        );
        shown += &warnings[0];
    }
    for condition in conditions() {
        let because = condition["because"].as_str().unwrap();
        assert!(shown.contains(because), "no case breaks: {because}");
    }
}

/// The tables of `metric_conditions.toml`.
fn conditions() -> Vec<Value> {
    let text = fs::read_to_string(repository("src/catalog/metric_conditions.toml")).unwrap();
    let namespaces: Table = text.parse().unwrap();
    let namespaces = namespaces.into_iter();
    namespaces
        .flat_map(|(_, conditions)| conditions.as_array().unwrap().clone())
        .collect()
}

/// Whether no resource of the type publishes the metric.
fn is_never_published(warning: &str) -> bool {
    let mut conditions = conditions().into_iter();
    conditions.any(|condition| {
        condition["if"].as_str() == Some("false")
            && warning.ends_with(condition["because"].as_str().unwrap())
    })
}

/// `P` is a parameter without a value.
#[test]
fn a_property_that_is_not_known_gives_no_warning() {
    for (kind, resource, metric, dimensions) in [
        (
            "AWS::Lambda::EventSourceMapping",
            "  X: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: f, MetricsConfig: { Metrics: !Ref P } } }\n",
            "AWS/Lambda DroppedEventCount",
            "EventSourceMappingUUID = \"x\"",
        ),
        (
            "AWS::S3::Bucket",
            "  X: { Type: AWS::S3::Bucket, Properties: { BucketName: x, MetricsConfigurations: [{ Id: !Ref P }] } }\n",
            "AWS/S3 5xxErrors",
            "BucketName = \"x\", FilterId = \"EntireBucket\"",
        ),
        (
            "AWS::WAFv2::WebACL",
            "  X: { Type: AWS::WAFv2::WebACL, Properties: { Name: x, Scope: REGIONAL, VisibilityConfig: { CloudWatchMetricsEnabled: !Ref P, MetricName: x } } }\n",
            "AWS/WAFV2 BlockedRequests",
            "WebACL = \"x\", Rule = \"ALL\", Region = \"us-east-1\"",
        ),
        (
            "AWS::ECS::Service",
            "  C: { Type: AWS::ECS::Cluster, Properties: { ClusterName: c, ClusterSettings: [{ Name: containerInsights, Value: !Ref P }] } }\n  X: { Type: AWS::ECS::Service, Properties: { ServiceName: x, Cluster: !Ref C } }\n",
            "ECS/ContainerInsights RunningTaskCount",
            "ServiceName = \"x\", ClusterName = \"c\"",
        ),
    ] {
        let metric = format!(
            "value = {{ name = \"{metric}\", stat = \"Maximum\", dimensions = {{ {dimensions} }} }}"
        );
        let definition = format!(
            "resource = \"{kind}\"\n[metrics]\n{metric}\n{}",
            ALARM.replace("WORD", "value")
        );
        let (alarms, diagnostics) = synthesised(
            &format!("unknown-{}", kind.replace(':', "")),
            &definition,
            resource,
        );
        assert!(
            alarms.contains("shop.X.value"),
            "{definition}{diagnostics:?}"
        );
        assert_eq!(
            warnings(diagnostics),
            Vec::<String>::new(),
            "{definition}{resource}"
        );
    }
}

/// A built-in word in an alarm of the project's is as dead as one of the project's own.
#[test]
fn an_alarm_of_the_project_on_a_built_in_metric_is_checked() {
    let definition = format!(
        "resource = \"AWS::Lambda::Function\"\n{}",
        ALARM.replace("WORD", "iterator_age")
    );
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("metric-conditions/built-in/alarms");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("lambda.toml"), definition).unwrap();
    let resources = "  Q: { Type: AWS::SQS::Queue, Properties: { QueueName: q } }\n  X: { Type: AWS::Lambda::Function, Properties: { FunctionName: x } }\n  M: { Type: AWS::Lambda::EventSourceMapping, Properties: { FunctionName: !Ref X, EventSourceArn: !GetAtt Q.Arn } }\n";
    let (_, diagnostics) = synthesised(
        "built-in",
        "[types.\"Own::Type::Any\"]\nname = \"Name\"\n",
        resources,
    );
    assert_eq!(
        warnings(diagnostics),
        [
            "`AWS/Lambda IteratorAge` of `X` has no data: only a stream gives a function an iterator age, and none in the stack feeds this one"
        ]
    );
}
