use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::artifact::Severity;
use crate::diagnostic::{Colour, Diagnostic, Source};
use crate::inventory::{Properties, Resource, ResourceId};

fn read(text: &str) -> Project {
    let found = parse(&Source::new("tracewatch.toml", text), Path::new("app"));
    assert_eq!(shown(&found.diagnostics), "");
    found.value.expect("a text without errors is a project")
}

fn shown(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| diagnostic.render(Colour::Never))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Commented-out keys of the initial file put in force: they begin with `#` and no space.
fn uncommented(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') => key.to_owned(),
        _ => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn id(logical_id: &str) -> ResourceId {
    ResourceId::new("s", logical_id)
}

fn facts() -> InitFacts {
    InitFacts {
        stack: "orders-dev".to_owned(),
        from: StackFrom::Template(PathBuf::from("infra/template.yaml")),
        parameters: BTreeMap::from([("Environment".to_owned(), Some("dev".to_owned()))]),
        function: Some("CreateOrderFunction".to_owned()),
    }
}

#[test]
fn the_initial_file_sets_only_the_stack() {
    let expected = Project::without_file("orders-dev", facts().from);
    assert_eq!(
        read(&init(&facts())),
        Project {
            root: "app".into(),
            ..expected
        }
    );
    let deployed = InitFacts {
        from: StackFrom::Deployed,
        ..facts()
    };
    assert_eq!(
        read(&init(&deployed)),
        Project {
            root: "app".into(),
            ..Project::without_file("orders-dev", StackFrom::Deployed)
        }
    );
}

#[test]
fn the_initial_file_shows_the_defaults() {
    let project = read(&uncommented(&init(&facts())));
    assert_eq!(
        (
            project.tracing.groups.len(),
            project.tracing.sampling.paths.len()
        ),
        (1, 1)
    );
    let without_examples = Tracing {
        groups: Vec::new(),
        sampling: Sampling {
            paths: Vec::new(),
            ..project.tracing.sampling
        },
        ..project.tracing
    };
    assert_eq!(without_examples, Tracing::default());
}

#[test]
fn a_parameter_without_a_default_is_empty() {
    let parameters = BTreeMap::from([
        ("Na\"me".to_owned(), None),
        ("Size".to_owned(), Some("5".to_owned())),
    ]);
    let project = read(&init(&InitFacts {
        parameters,
        ..facts()
    }));
    assert_eq!(
        project.stacks[0].parameters,
        BTreeMap::from([("Na\"me".to_owned(), String::new())])
    );
}

#[test]
fn the_initial_file() {
    insta::assert_snapshot!(init(&facts()), @r#"
    # What tracewatch makes for this stack. `tracewatch plan` shows it, `tracewatch apply` makes it so.
    # Every key below that begins with `#` shows its default, or an example; all of them are explained in docs/project-file.md.

    [stack]
    name = "orders-dev"
    template = "infra/template.yaml"
    # or, to read the stack from the account: `deployed = "NAME"` in place of both
    #parameters.Environment = "dev"

    # Who is told, by severity: critical, warning, info. Without a table nobody is; the alarms are there all the same.
    #[notify.critical]
    #email = ["oncall@example.com"]      # also email-json, https, sqs, lambda, sms
    #ok = true                           # recovery is told too
    #[notify.warning]
    #topic = "arn:aws:sns:us-east-1:123456789012:team"   # a topic that exists already, in place of receivers

    # Alarms that should be different: for a whole type of resource …
    #[alarms.lambda.error-rate]
    #when = "> 10"
    #floor = 50                          # periods with fewer invocations count as healthy
    #period = "5m"
    #datapoints = "3 of 5"
    #missing = "notBreaching"
    #severity = "warning"

    # … or for one resource.
    #[resources.CreateOrderFunction.near-timeout]
    #enabled = false

    [tracing]
    #enabled = true
    #group_budget = 8                    # X-Ray groups for this stack; all stacks of a Region share 24
    #insights = true                     # X-Ray looks for anomalies; 1 USD per million traces
    #insights_to = "warning"             # the severity whose receivers are told, or "nobody"
    #slow = "2s"                         # beyond this, a trace is slow

    # A group of your own, with its filter expression.
    #[[tracing.group]]
    #name = "vip"
    #filter = 'annotation[tier] = "vip"'
    #insights = false

    # How many requests are traced. No sampling rule can select the ones that fail: docs/sampling.md.
    [tracing.sampling]
    #enabled = true
    #reservoir = 1                       # requests per second that are always traced
    #rate = 0.05                         # share of those beyond, 0 to 1
    #priority = 9000

    #[[tracing.sampling.path]]
    #name = "health"
    #path = "/health*"
    #method = "GET"
    #reservoir = 0
    #rate = 0.0

    [cost]
    #log_retention = 14                  # days; without it, log groups are left as they are
    #monthly_limit = 50.0                # US dollars; a plan that costs more is refused
    #requests_per_second = 1.0           # at each entry point, to estimate what tracing costs

    # Diagnostics that are accepted, or that stop the command: `tracewatch explain CODE` explains each.
    [diagnostics]
    #allow = ["sampling-inert"]
    #deny = ["nobody-is-told"]

    # Tags for everything that tracewatch makes.
    [tags]
    #team = "orders"
    "#);
}

#[test]
fn every_key_is_read() {
    let project = read(include_str!("every-key.toml"));
    insta::assert_debug_snapshot!(without_places(project));
}

/// Places are judged by the cases in `tests/rejects`.
fn without_places(mut project: Project) -> Project {
    let overrides = project
        .alarms
        .values_mut()
        .chain(project.resources.values_mut())
        .flat_map(BTreeMap::values_mut);
    for found in overrides {
        (found.place, found.places) = (None, BTreeMap::new());
    }
    project
        .tracing
        .groups
        .iter_mut()
        .for_each(|group| group.place = None);
    project
        .tracing
        .sampling
        .paths
        .iter_mut()
        .for_each(|path| path.place = None);
    project
}

/// Reading and showing must survive whatever is half typed.
#[test]
fn every_part_of_a_file_can_be_parsed_and_rendered() {
    let text = include_str!("every-key.toml")
        .replace("orders", "bestellungen-für-ö€😀")
        .replace("[cost]", "[cost]\r\n\t");
    let cuts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for at in &cuts {
        for part in [&text[..*at], &text[*at..]] {
            let found = parse(&Source::new("tracewatch.toml", part), Path::new(""));
            assert_eq!(
                found.value.is_none(),
                !shown(&found.diagnostics).is_empty(),
                "{part}"
            );
        }
    }
}

#[test]
fn the_override_of_highest_precedence_wins_for_each_key() {
    let project = read(
        "[stack]\ndeployed = 's'\n\
         [alarms.lambda]\nseverity = 'info'\n[alarms.lambda.errors]\nwhen = '> 1'\nperiod = '1m'\nfloor = 1\n\
         [resources.Fn]\nenabled = false\n[resources.Fn.errors]\nwhen = '> 3'\n",
    );
    let metadata = metadata_overrides(&resource(
        serde_json::json!({ "errors": { "when": "> 2", "period": "2m" } }),
    ));
    assert_eq!(shown(&metadata.diagnostics), "");
    let found = project.override_of("lambda", "errors", &id("Fn"), &metadata.value);
    assert_eq!(
        (
            found.when.as_deref(),
            found.period,
            found.floor,
            found.severity,
            found.enabled
        ),
        (
            Some("> 3"),
            Some(120),
            Some(1.0),
            Some(Severity::Info),
            Some(false)
        )
    );
    let other = project.override_of("lambda", "errors", &id("Other"), &BTreeMap::new());
    assert_eq!((other.when.as_deref(), other.enabled), (Some("> 1"), None));
    assert_eq!(
        project.override_of("sqs", "errors", &id("Other"), &BTreeMap::new()),
        AlarmOverride::default()
    );
}

#[test]
fn metadata_is_checked_like_a_project_file() {
    let found = metadata_overrides(&resource(
        serde_json::json!({ "errors": { "wen": "> 2", "floor": null } }),
    ));
    insta::assert_snapshot!(shown(&found.diagnostics), @r#"
    error[wrong-type]: `Fn.Metadata.tracewatch.errors.floor` must be a number
     --> Fn.Metadata:1:1
      |
    1 | {"errors":{"floor":null,"wen":"> 2"}}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is null
    error[unknown-key]: unknown key `Fn.Metadata.tracewatch.errors.wen`
     --> Fn.Metadata:1:1
      |
    1 | {"errors":{"floor":null,"wen":"> 2"}}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `when`?
    "#);
    let found = metadata_overrides(&resource(serde_json::json!("off")));
    insta::assert_snapshot!(shown(&found.diagnostics), @r#"
    error[wrong-type]: `Fn.Metadata.tracewatch` must be a table
     --> Fn.Metadata:1:1
      |
    1 | "off"
      | ^^^^^ this is a string
    "#);
}

fn resource(tracewatch: serde_json::Value) -> Resource {
    Resource {
        metadata: Properties::from_iter([("tracewatch".into(), tracewatch.into())]),
        ..Resource::new(id("Fn"), "AWS::Lambda::Function")
    }
}
