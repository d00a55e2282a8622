//! The templates that inputs are made from, and the words that CloudFormation knows.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Larger templates say little more, and take the time of many small ones.
const MAX_BYTES: u64 = 20_000;
const FOLDERS: &[&str] = &[
    "tests/fuzz/seeds",
    "tests/stack",
    "tests/cases",
    "tests/rejects",
    "examples",
];

pub(crate) static YAML: LazyLock<Vec<String>> = LazyLock::new(|| templates("yaml"));
pub(crate) static JSON: LazyLock<Vec<String>> = LazyLock::new(|| templates("json"));
/// Those of the JSON templates that are JSON.
pub(crate) static TREES: LazyLock<Vec<serde_json::Value>> = LazyLock::new(|| {
    JSON.iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .collect()
});

/// Words that mean something somewhere in a template.
pub(crate) const WORDS: &[&str] = &[
    "Ref",
    "Fn::GetAtt",
    "Fn::Sub",
    "Fn::If",
    "Fn::Join",
    "Fn::Select",
    "Fn::Split",
    "Fn::FindInMap",
    "Fn::ForEach::Loop",
    "Fn::Transform",
    "Fn::Length",
    "Fn::ToJsonString",
    "Fn::Cidr",
    "Fn::Base64",
    "Fn::Equals",
    "Fn::Not",
    "Fn::And",
    "Fn::Or",
    "Fn::ImportValue",
    "Fn::GetAZs",
    "Condition",
    "DependsOn",
    "Type",
    "Properties",
    "Metadata",
    "Resources",
    "Conditions",
    "Parameters",
    "Mappings",
    "Outputs",
    "Globals",
    "Transform",
    "Default",
    "AllowedValues",
    "CommaDelimitedList",
    "Number",
    "AWS::NoValue",
    "AWS::StackName",
    "AWS::Region",
    "AWS::AccountId",
    "AWS::LanguageExtensions",
    "AWS::Serverless-2016-10-31",
    "AWS::Serverless::Function",
    "AWS::Serverless::Api",
    "AWS::Serverless::HttpApi",
    "AWS::Serverless::StateMachine",
    "AWS::Serverless::SimpleTable",
    "AWS::Serverless::Connector",
    "AWS::Lambda::Function",
    "AWS::SQS::Queue",
    "AWS::SNS::Topic",
    "AWS::Events::Rule",
    "AWS::Logs::LogGroup",
    "QueueName",
    "FunctionName",
    "Events",
    "EventBusName",
    "Arn",
    "true",
    "false",
    "null",
    "",
    "0",
    "-1",
    "1e999",
    "${AWS::StackName}",
    "${A}${A}",
    "${!A}",
    "{{resolve:ssm:x}}",
    "é",
];

fn templates(extension: &str) -> Vec<String> {
    let mut files: Vec<PathBuf> = FOLDERS
        .iter()
        .flat_map(|folder| files(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)))
        .collect();
    files.retain(|file| {
        file.extension().is_some_and(|found| found == extension)
            && file.metadata().unwrap().len() <= MAX_BYTES
    });
    files.retain(|file| file.file_name().is_none_or(|name| name != "expected.json"));
    files.sort();
    assert!(!files.is_empty(), "no seeds");
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}
