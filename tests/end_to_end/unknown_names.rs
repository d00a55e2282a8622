//! Names that only a deployment gives. A plan marks them; an apply refuses them, leaves them out, and makes them after the deployment.

use serde_json::{Map, Value, json};

use super::{Finished, Program, Project, Server, writes};
use crate::support::repository;

/// The physical ids of the stack of `examples/pull-request` before its pull request.
const BEFORE: &[(&str, &str, &str)] = &[
    (
        "CreateOrder",
        "shop-CreateOrder-AB12CD34EF56",
        "AWS::Lambda::Function",
    ),
    (
        "Orders",
        "https://sqs.us-east-1.amazonaws.com/123456789012/shop-Orders-1XQ5FZJ0Y2K7",
        "AWS::SQS::Queue",
    ),
];

/// The physical ids of the resources that its pull request adds.
const ADDED: &[(&str, &str, &str)] = &[
    ("Pay", "shop-Pay-9B3D8C1E7A42", "AWS::Lambda::Function"),
    (
        "Payments",
        "https://sqs.us-east-1.amazonaws.com/123456789012/shop-Payments-2K7LMN0PQRST",
        "AWS::SQS::Queue",
    ),
    (
        "FailedPayments",
        "https://sqs.us-east-1.amazonaws.com/123456789012/shop-FailedPayments-UVWX3YZ0A1B2",
        "AWS::SQS::Queue",
    ),
];

struct Deployed {
    project: Project,
    account: std::path::PathBuf,
}

impl Deployed {
    fn new() -> Self {
        let project = Project::copy("examples/pull-request");
        let account = project.folder.join("account.json");
        let deployed = Self { project, account };
        deployed.deploy(&[BEFORE]);
        deployed
    }

    /// Lists the resources in the account as CloudFormation would after a deployment.
    fn deploy(&self, resources: &[&[(&str, &str, &str)]]) {
        let listed: Vec<Value> = resources
            .concat()
            .iter()
            .map(|(id, physical, kind)| json!({ "logical_id": id, "physical_id": physical, "resource_type": kind }))
            .collect();
        let empty = r#"{ "format": "tracewatch-sandbox", "version": 1 }"#;
        let saved = std::fs::read_to_string(&self.account).unwrap_or_else(|_| empty.to_owned());
        let mut account: Value = serde_json::from_str(&saved).unwrap();
        account["regions"]["us-east-1"]["stacks"]["shop"] =
            json!({ "name": "shop", "status": "UPDATE_COMPLETE", "resources": listed });
        std::fs::write(&self.account, account.to_string()).unwrap();
    }

    fn serve(&self) -> Server {
        Server::sandbox(&["--file", self.account.to_str().unwrap()])
    }

    fn run(&self, server: &Server, arguments: &[&str]) -> Finished {
        Program::new(&self.project.folder, arguments)
            .at(&server.endpoint)
            .run()
    }
}

#[test]
fn a_pull_request_gets_a_complete_plan() {
    let deployed = Deployed::new();
    let server = deployed.serve();
    let branch = "template = \"template.yaml\"";
    let main = "template = \"main.yaml\"";
    deployed.project.replace("tracewatch.toml", branch, main);
    deployed.run(&server, &["apply", "--yes"]).exits(0);
    deployed.project.replace("tracewatch.toml", main, branch);
    server.forget_calls();
    let plan = deployed
        .run(&server, &["plan", "--format", "markdown"])
        .exits(0)
        .stdout;
    let page = repository("docs/pull-requests.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once("<!-- the plan -->\n").unwrap();
    let (shown, after) = rest.split_once("<!-- end of the plan -->").unwrap();
    if std::env::var_os("BLESS").is_some() {
        let blessed = format!("{before}<!-- the plan -->\n{plan}<!-- end of the plan -->{after}");
        std::fs::write(&page, blessed).unwrap();
    } else {
        assert_eq!(shown, plan);
    }
    assert_eq!(writes(&server), Map::new());
}

#[test]
fn an_apply_before_the_deployment_is_refused_or_partial() {
    let deployed = Deployed::new();
    let server = deployed.serve();
    let refused = deployed.run(&server, &["apply", "--yes"]).exits(3);
    assert!(
        refused.stderr.contains("--skip-unknown"),
        "{}",
        refused.stderr
    );
    assert_eq!(writes(&server), Map::new());
    deployed
        .run(&server, &["apply", "--yes", "--skip-unknown"])
        .exits(0);
    assert!(!writes(&server).is_empty());
    server.forget_calls();
    deployed
        .run(&server, &["apply", "--yes", "--skip-unknown"])
        .exits(0);
    assert_eq!(writes(&server), Map::new());
    server.stop();

    deployed.deploy(&[BEFORE, ADDED]);
    let server = deployed.serve();
    deployed.run(&server, &["apply", "--yes"]).exits(0);
    deployed.run(&server, &["plan", "--exit-code"]).exits(0);
    server.stop();
    let account = std::fs::read_to_string(&deployed.account).unwrap();
    assert!(!account.contains("known after deployment"));
    assert!(account.contains("shop-Payments-2K7LMN0PQRST"));
}

/// One resource of each kind whose name comes from elsewhere than its own properties.
const KINDS: &str = r"
Transform: AWS::Serverless-2016-10-31
Resources:
  Sam:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://code/app.zip
      Handler: app.handler
      Runtime: python3.13
      Events: { Get: { Type: Api, Properties: { Path: /, Method: get } } }
  Logged:
    Type: AWS::Lambda::Function
    Properties: { Code: { S3Bucket: code, S3Key: app.zip }, Handler: app.handler, Runtime: python3.13, Role: !GetAtt Role.Arn }
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: {} } }
  Api: { Type: AWS::ApiGateway::RestApi, Properties: { Name: own } }
  Deployment:
    Type: AWS::ApiGateway::Deployment
    Properties: { RestApiId: !Ref Api, StageName: !GetAtt Version.Value }
  Version: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: v1 } }
  Nested: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: nested.yaml } }
  Group: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: 7 } }
  Logging:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: logging
      LoggingConfig: { LogGroup: !Ref Group }
      Code: { S3Bucket: code, S3Key: app.zip }
      Handler: app.handler
      Runtime: python3.13
      Role: !GetAtt Role.Arn
";

#[test]
fn every_kind_of_resource_without_a_deployment_is_planned_as_known_after_it() {
    let sandbox = Server::sandbox(&[]);
    let project = Project::copy("examples/pull-request");
    let folder = &project.folder;
    std::fs::write(folder.join("template.yaml"), KINDS).unwrap();
    let nested = "Resources:\n  Jobs: { Type: AWS::SQS::Queue }\n";
    std::fs::write(folder.join("nested.yaml"), nested).unwrap();
    let run = |command: &[&str]| Program::new(folder, command).at(&sandbox.endpoint).run();
    let plan = run(&["plan", "--format", "json"]).exits(0).json();
    let shown = plan.to_string();
    assert!(!shown.contains("name-unknown"), "{shown}");
    let changes = plan["changes"].as_array().unwrap();
    let unknown: std::collections::BTreeSet<&str> = changes
        .iter()
        .filter_map(|change| change["known_after_deployment"].as_array())
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    for id in ["Sam", "Logged", "Api.StageName", "Nested.Jobs", "Group"] {
        assert!(unknown.contains(id), "{id}: {unknown:?}");
    }
    run(&["apply", "--yes"]).exits(3);
}

/// A resource of each kind whose name Terraform knows after its apply.
fn plan_of_terraform() -> Value {
    let resource = |kind: &str, name: &str, values: Value| json!({ "address": format!("{kind}.{name}"), "mode": "managed", "type": kind, "name": name, "values": values });
    let change = |kind: &str, name: &str, unknown: Value| json!({ "address": format!("{kind}.{name}"), "change": { "actions": ["create"], "after_unknown": unknown } });
    json!({
        "format_version": "1.2",
        "terraform_version": "1.13.4",
        "planned_values": { "root_module": { "resources": [
            resource("aws_sqs_queue", "prefixed", json!({ "name_prefix": "jobs-" })),
            resource("aws_lambda_function", "suffixed", json!({ "runtime": "python3.13", "timeout": 30 })),
            resource("aws_dynamodb_table", "table", json!({ "billing_mode": "PAY_PER_REQUEST" })),
            resource("aws_cloudwatch_log_group", "logs", json!({ "retention_in_days": 7 })),
        ] } },
        "resource_changes": [
            change("aws_sqs_queue", "prefixed", json!({ "name": true, "arn": true, "url": true, "id": true })),
            change("aws_lambda_function", "suffixed", json!({ "function_name": true, "arn": true, "id": true })),
            change("aws_dynamodb_table", "table", json!({ "name": true, "id": true, "arn": true })),
            change("aws_cloudwatch_log_group", "logs", json!({ "name": true, "arn": true, "id": true })),
        ],
        "configuration": { "root_module": { "resources": [
            { "address": "aws_lambda_function.suffixed", "expressions": { "function_name": { "references": ["random_id.suffix.hex", "random_id.suffix"] } } },
            { "address": "aws_dynamodb_table.table", "expressions": { "name": { "references": ["random_id.suffix.hex", "random_id.suffix"] } } },
            { "address": "aws_cloudwatch_log_group.logs", "expressions": { "name": { "references": ["random_id.suffix.hex", "random_id.suffix"] } } },
        ] } },
    })
}

#[test]
fn names_that_terraform_knows_after_its_apply_are_planned() {
    let sandbox = Server::sandbox(&[]);
    let project = Project::copy("tests/cases/terraform-plan");
    let path = project.folder.join("plan.json");
    std::fs::write(&path, plan_of_terraform().to_string()).unwrap();
    let source = ["--terraform", "plan.json", "--stack", "shop"];
    let run = |command: &[&str]| {
        Program::new(&project.folder, &[command, &source].concat())
            .at(&sandbox.endpoint)
            .run()
    };
    let plan = run(&["plan", "--format", "json"]).exits(0).json();
    let shown = plan.to_string();
    assert!(!shown.contains("name-unknown"), "{shown}");
    for address in [
        "aws_sqs_queue.prefixed",
        "aws_lambda_function.suffixed",
        "aws_dynamodb_table.table",
        "aws_cloudwatch_log_group.logs",
    ] {
        let marked = format!("({address} known after deployment)");
        assert!(shown.contains(&marked), "{address}: {shown}");
    }
    run(&["apply", "--yes"]).exits(3);
    assert_eq!(writes(&sandbox), Map::new());
}

const ASSEMBLY: &str = r#"{ "version": "48.0.0", "artifacts": { "Shop": {
  "type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
  "properties": { "templateFile": "Shop.template.json" } } } }"#;

const OF_ASSEMBLY: &str = r#"{ "Resources": { "Jobs5AC1": { "Type": "AWS::SQS::Queue" }, "Logs1B2C": { "Type": "AWS::Logs::LogGroup" } } }"#;

#[test]
fn an_assembly_that_is_not_deployed_has_a_plan_and_no_apply() {
    let sandbox = Server::sandbox(&[]);
    let project = Project::copy("examples/pull-request");
    let folder = &project.folder;
    std::fs::create_dir(folder.join("cdk.out")).unwrap();
    std::fs::write(folder.join("cdk.out/manifest.json"), ASSEMBLY).unwrap();
    std::fs::write(folder.join("cdk.out/Shop.template.json"), OF_ASSEMBLY).unwrap();
    let run = |command: &[&str]| {
        Program::new(folder, &[command, &["--cdk", "cdk.out"]].concat())
            .at(&sandbox.endpoint)
            .run()
    };
    let shown = run(&["plan", "--format", "json"]).exits(0).stdout;
    for name in [
        "(Jobs5AC1 known after deployment)",
        "(Logs1B2C known after deployment)",
    ] {
        assert!(shown.contains(name), "{name}: {shown}");
    }
    assert!(!shown.contains("name-unknown"), "{shown}");
    run(&["apply", "--yes"]).exits(3);
    assert_eq!(writes(&sandbox), Map::new());
}

#[test]
fn a_stack_that_is_not_deployed_has_a_plan_and_no_apply() {
    let sandbox = Server::sandbox(&[]);
    for case in ["tests/cases/invented-names", "tests/cases/terraform-plan"] {
        let project = Project::copy(case);
        let run = |command: &[&str]| {
            Program::new(&project.folder, command)
                .at(&sandbox.endpoint)
                .run()
        };
        let plan = run(&["plan", "--format", "json"]).exits(0).json();
        let changes = plan["changes"].as_array().unwrap();
        assert!(
            changes
                .iter()
                .any(|change| change["known_after_deployment"].is_array()),
            "{case}"
        );
        run(&["apply", "--yes"]).exits(3);
    }
    assert_eq!(writes(&sandbox), Map::new());
}
