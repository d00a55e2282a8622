use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;
use crate::artifact::Severity;
use crate::diagnostic::{Colour, Diagnostic, Place, Source};
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
        stack: Some("orders-dev".to_owned()),
        from: StackFrom::Template(PathBuf::from("infra/template.yaml")),
        parameters: BTreeMap::new(),
        defaults: BTreeMap::from([("Environment".to_owned(), Some("dev".to_owned()))]),
        environments: Vec::new(),
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
        // Written, the limit holds for workflows and consumers too.
        slow_seconds: None,
        ..project.tracing
    };
    assert_eq!(without_examples, Tracing::default());
}

#[test]
fn only_parameters_with_values_are_in_force() {
    let defaults = BTreeMap::from([
        ("Na\"me".to_owned(), None),
        ("Other".to_owned(), None),
        ("Size".to_owned(), Some("5".to_owned())),
    ]);
    let project = read(&init(&InitFacts {
        parameters: BTreeMap::from([("Na\"me".to_owned(), "${x}".to_owned())]),
        defaults,
        ..facts()
    }));
    assert_eq!(
        project.stacks[0].parameters,
        BTreeMap::from([("Na\"me".to_owned(), "${x}".to_owned())])
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "the whole file, as it is written")]
fn the_initial_file() {
    insta::assert_snapshot!(init(&facts()), @r#"
    # What tracewatch makes for this stack. `tracewatch plan` shows it, `tracewatch apply` makes it so.
    # Every key below that begins with `#` shows its default, or an example; all of them are explained in docs/project-file.md.

    # The alarms that AWS recommends, in place of the built-in ones: docs/presets.md.
    #preset = "aws-recommended"

    [stack]
    name = "orders-dev"
    template = "infra/template.yaml"
    # or, to read the stack from the account: `deployed = "NAME"` in place of both
    #parameters.Environment = "dev"

    # Who is told, by severity: critical, warning, info. Without a table nobody is; the alarms are there all the same.
    #[notify]
    #grouping = "stack"                  # one notification for an incident; "resource", or "none": every alarm notifies
    #[notify.critical]
    #email = ["oncall@example.com"]      # also email-json, https, sqs, lambda, sms
    #opsitem = 2                         # each alarm makes an OpsItem; `actions` calls a function
    #recovery = "event"                  # a message when an alarm is over; "action" for pagers, "none"
    #[notify.warning]
    #topic = "arn:aws:sns:us-east-1:123456789012:team"   # a topic that exists already, in place of receivers

    # Alarms that should be different: for a whole type of resource …
    #[alarms.lambda.error-rate]
    #when = "> 10"
    #tolerate = 10                       # the first ten errors of a period do not count
    #period = "30m"
    #datapoints = "1 of 1"
    #missing = "notBreaching"
    #severity = "warning"

    # … or for one resource.
    #[resources.CreateOrderFunction]
    #expect_traffic = "1h"               # an alarm when nothing comes for so long
    #slow = "800ms"                      # beyond this, a trace that enters here is slow
    #[resources.CreateOrderFunction.near-timeout]
    #enabled = false

    # How much may fail: alarms while failures spend the budget of an objective too fast (docs/objectives.md).
    #[[slo]]
    #resource = "OrdersApiStage"
    #objective = "99.9 %"
    #window = "30d"
    #min_failures = 10                   # with few requests, each failure is a large share
    #[[slo]]
    #resource = "OrdersApiStage"
    #objective = "99 %"
    #latency_below = "500ms"             # requests that take longer are not good

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
    #insights = true                     # Insights watch this group too

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
    #requests_per_second = 1.0           # at each entry point: without it, the estimate has no traces
    #scanned_gb = 20.0                   # of logs a month, by people who look at the dashboards

    # The quotas of the account and Region, which all its stacks share. Only one project can watch them.
    [account]
    #watch = false

    # Times in which alarms do not notify. `tracewatch mute --for 30m` is for once.
    #[[maintenance]]
    #name = "backups"
    #schedule = "cron(0 2 ? * SUN)"      # minute, hour, day of the month, month, day of the week; or "at(2026-12-24T20:00)"
    #for = "2h"
    #timezone = "Europe/Berlin"
    #until = "2099-12-31"                # the last day
    #resources = ["Orders*"]             # logical ids; without it, all alarms are silent

    # Diagnostics that are accepted, or that stop the command: `tracewatch explain CODE` explains each.
    [diagnostics]
    #allow = ["sampling-inert"]
    #deny = ["nobody-is-told"]

    # Tags for everything that tracewatch makes.
    [tags]
    #team = "orders"

    # What is different in one environment: `tracewatch plan --env prod`, or TRACEWATCH_ENV=prod. Any key may be overlaid.
    #[env.prod]
    #stack = { name = "orders-${STAGE}" }   # a value of the process's environment; an error when it is not set
    #notify.critical.email = ["oncall@example.com"]
    #cost.monthly_limit = 500.0
    "#);
}

#[test]
fn every_key_is_read() {
    let project = read(include_str!("every-key.toml"));
    insta::assert_debug_snapshot!(without_places(project));
}

/// Places are judged by the cases in `tests/rejects`, and objectives by the tests of `objective`.
fn without_places(mut project: Project) -> Project {
    assert_eq!(project.objectives.len(), 2);
    project.objectives.clear();
    assert_eq!(project.composites.len(), 1);
    project.composites.clear();
    let nowhere = Place::new(&Source::new("", ""), 0..0);
    for window in &mut project.maintenance {
        let texts = [&mut window.name, &mut window.schedule].into_iter();
        for text in texts.chain(&mut window.resources) {
            text.place = nowhere.clone();
        }
    }
    project.account.place = None;
    if let Some(preset) = &mut project.preset {
        preset.place = nowhere.clone();
    }
    let overrides = project
        .alarms
        .values_mut()
        .chain(project.resources.values_mut())
        .flat_map(BTreeMap::values_mut);
    for found in overrides {
        (found.place, found.places) = (None, BTreeMap::new());
    }
    project
        .notify
        .values_mut()
        .for_each(|notify| notify.topic_place = None);
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

/// A project of a stack that is a template in one environment and deployed in the other.
const ENVIRONMENTS: &str = "
[stack]
name = 'shop-${STAGE}'
template = 'template.yaml'
parameters = { Stage = '${STAGE}' }
[notify.critical]
email = ['dev@example.com']
[notify.warning]
email = ['dev@example.com']
[cost]
log_retention = 7
monthly_limit = 5
[[tracing.group]]
name = 'a'
filter = 'responsetime > 1'
[env.staging.stack]
name = 'shop-staging'
[env.prod]
stack.deployed = 'shop'
notify.critical.topic = 'arn:aws:sns:us-east-1:123456789012:oncall'
cost.monthly_limit = 50
[[env.prod.tracing.group]]
name = 'b'
filter = 'responsetime > 2'
";

fn read_with(name: Option<&str>, variables: &[(&str, &str)]) -> WithDiagnostics<Option<Project>> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let environment = Environment {
        name: name.map(str::to_owned),
        variables: variables.collect(),
    };
    let source = Source::new("tracewatch.toml", ENVIRONMENTS);
    parse_with(&source, Path::new("app"), &environment)
}

#[test]
fn an_environment_overlays_keys_and_replaces_contradicting_ones() {
    let prod = read_with(Some("prod"), &[]);
    assert_eq!(shown(&prod.diagnostics), "", "the name needs no variable");
    let prod = prod.value.expect("a project");
    assert_eq!(prod.name, "shop");
    assert_eq!(prod.stacks[0].from, StackFrom::Deployed);
    assert!(prod.notify[&Severity::Critical].topic.is_some());
    assert!(
        prod.notify[&Severity::Critical].subscriptions.is_empty(),
        "the topic takes the place of the receivers"
    );
    assert_eq!(prod.notify[&Severity::Warning].subscriptions.len(), 1);
    assert_eq!(
        (prod.cost.log_retention, prod.cost.monthly_limit),
        (Some(7), Some(50.0)),
        "tables are merged"
    );
    let groups: Vec<&str> = prod
        .tracing
        .groups
        .iter()
        .map(|group| &*group.name)
        .collect();
    assert_eq!(groups, ["b"], "lists are replaced");
}

#[test]
fn without_an_environment_the_top_of_the_file_applies() {
    let dev = read_with(None, &[("STAGE", "dev")]).value;
    let dev = dev.expect("a project");
    assert_eq!(dev.name, "shop-dev");
    assert_eq!(dev.stacks[0].parameters["Stage"], "dev");
    let staging = read_with(Some("staging"), &[("STAGE", "blue")]).value;
    let staging = staging.expect("a project");
    assert_eq!(staging.name, "shop-staging");
    assert_eq!(staging.stacks[0].parameters["Stage"], "blue");
}

#[test]
fn a_variable_without_a_value_has_its_place() {
    let found = read_with(Some("staging"), &[("STAGE", "")]);
    assert_eq!(found.value, None);
    insta::assert_snapshot!(shown(&found.diagnostics), @r"
    error[variable-unset]: the environment variable `STAGE` is not set, or is empty
     --> tracewatch.toml:5:25
      |
    5 | parameters = { Stage = '${STAGE}' }
      |                         ^^^^^^^^
      |
      = help: set it before the run; `$${` writes the text `${`
    ");
}

#[test]
fn every_way_to_name_a_stack_replaces_the_others() {
    let ways = [
        ("template", "'t.yaml'"),
        ("deployed", "'d'"),
        ("cdk", "'cdk.out'"),
        ("terraform", "'state.json'"),
        ("tags", "{ a = 'b' }"),
    ];
    for (before, of_top) in ways {
        for (after, of_environment) in ways {
            let (name, parameters) = match before {
                "deployed" => ("", ""),
                "template" => ("name = 's'\n", "parameters.A = 'b'\n"),
                _ => ("name = 's'\n", ""),
            };
            let named = if before == "deployed" && after != "deployed" {
                "env.x.stack.name = 's'\n"
            } else {
                ""
            };
            let text = format!(
                "{named}env.x.stack.{after} = {of_environment}\n[stack]\n{name}{parameters}{before} = {of_top}\n"
            );
            let environment = Environment {
                name: Some("x".to_owned()),
                ..Environment::default()
            };
            let found = parse_with(&Source::new("x", &*text), Path::new(""), &environment);
            assert_eq!(shown(&found.diagnostics), "", "{text}");
        }
    }
}
